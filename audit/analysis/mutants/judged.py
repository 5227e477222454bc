"""Findings with losses before and after a silent change to what named it, or to nothing that did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from audit.analysis.mutants.change import Change
from audit.model.dossier import Loss
from audit.model.evidence import Finding
from audit.model.message import Message
from audit.model.verdict import Verdict

By = Literal["finding", "loss", "missed", "not-applicable"]
_RANK: Final[Mapping[Verdict, int]] = MappingProxyType({Verdict.PASS: 0, Verdict.UNKNOWN: 1, Verdict.FAIL: 2})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One silent change with what came of it."""

    change: Change
    by: By
    worse: tuple[Finding, ...] = ()
    """Findings as they are after it, those about the changed thing first."""
    hits: tuple[str, ...] = ()
    """What takes more with it now, as the loss analysis says."""
    why: Message | None = None
    """Why it could not be tried."""

    @property
    def detected(self) -> bool:
        return self.by in ("finding", "loss")


@dataclass(frozen=True, slots=True)
class Tried:
    """All that was tried of one kind."""

    kind: str
    says: Message
    rules: tuple[str, ...]
    candidates: int
    mutants: tuple[Mutant, ...]
    why: Message | None = None
    """Why nothing was tried."""

    @property
    def applicable(self) -> int:
        return sum(one.by != "not-applicable" for one in self.mutants)

    @property
    def detected(self) -> int:
        return sum(one.detected for one in self.mutants)

    @property
    def missed(self) -> tuple[Mutant, ...]:
        return tuple(one for one in self.mutants if one.by == "missed")


def held_against(
    change: Change,
    before: Mapping[tuple[str, str], Finding],
    after: Iterable[Finding],
    lost_before: Sequence[Loss],
    lost_after: Sequence[Loss],
    rules: Sequence[str],
) -> Mutant:
    """Who named a change. A subject that is gone, or that is not asked any more, names nothing."""
    worse = [
        found
        for found in after
        if (old := before.get((found.check, found.subject))) is not None
        and _RANK.get(found.verdict, -1) > _RANK.get(old.verdict, -1)
        and (old.verdict is not Verdict.NOT_APPLICABLE or found.verdict is Verdict.FAIL)
    ]
    worse.sort(key=lambda one: (one.check not in rules, one.subject not in change.judged, one.check, one.subject))
    hits = tuple(_hits(lost_before, lost_after))
    by: By = "finding" if worse else "loss" if hits else "missed"
    return Mutant(change, by, tuple(worse), hits)


def _hits(before: Sequence[Loss], after: Sequence[Loss]) -> Iterable[str]:
    """What takes more systems or data than before, or leaves fewer of them a way back."""
    old = {loss.takes: loss for loss in before}
    for loss in after:
        same = old.get(loss.takes)
        systems, data = (set(same.systems), set(same.data)) if same is not None else (set[str](), set[str]())
        stuck = systems - set(same.returning) if same is not None else set[str]()
        joined = same is None and len(loss.takes) > 1
        now_stuck = set(loss.systems) - set(loss.returning)
        if joined or (same is not None and (set(loss.systems) - systems or set(loss.data) - data or now_stuck - stuck)):
            yield loss.hit
