"""What the watch asks of a store, and hands to it, as one narrow Protocol."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from audit.model.event import Event
from audit.model.measurement import Measurement


class Past(Protocol):
    """The history of a store, opened for a watch; each of these may raise Stop(STORAGE) or Stop(LOCKED)."""

    def note(self, measurements: Sequence[Measurement], alive: datetime) -> None:
        """Store these, all or none."""
        ...

    def tell(self, events: Sequence[Event]) -> None: ...

    def events(
        self, *, kinds: Collection[str] = (), subject: str = "", since: datetime | None = None, after: int = 0
    ) -> tuple[Event, ...]: ...

    def alive(self) -> datetime | None: ...

    def last_due(self, vantage: str) -> Mapping[str, datetime]: ...

    def raw(self, subject: str, start: datetime, end: datetime, vantage: str = "") -> Iterator[Measurement]: ...

    def roll(self, now: datetime, raw: timedelta) -> int: ...

    def holds(self) -> bool:
        """Whether the lock is surely still ours."""
        ...

    def size(self) -> int: ...

    def leave(self) -> None: ...
