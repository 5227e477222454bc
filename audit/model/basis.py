"""The looks that a rule asks for to what its ruling rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from audit.model.evidence import Observation
from audit.model.verdict import CannotSee, Level


class Basis(Mapping[str, Observation]):
    """What one ruling rests on: observations that remember which of them a rule has asked for."""

    __slots__ = ("_levels", "_looks", "_seen", "doubt")

    def __init__(self, seen: Mapping[str, Observation]) -> None:
        self._seen = seen
        self._looks: dict[str, Observation] = {}
        self._levels: list[Level] = []
        self.doubt: CannotSee | None = None
        """Why the first statement that it rests on is no more than declared."""

    def __getitem__(self, ref: str) -> Observation:
        found = self._seen[ref]
        self.rest_on(found)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)

    def rest_on(self, look: Observation | None, level: Level | None = None) -> None:
        """Take one more look or statement into account."""
        if look is not None:
            self._looks[look.subject] = look
        if level is not None:
            self._levels.append(level)
        elif look is not None:
            self._levels.append(look.level)

    @property
    def level(self) -> Level:
        """The weakest of all that the ruling rests on; without any, what the inventory declares."""
        return min(self._levels) if self._levels else Level.DECLARED

    @property
    def only(self) -> Observation | None:
        """The one observation that it rests on, where it is one."""
        return next(iter(self._looks.values())) if len(self._looks) == 1 else None
