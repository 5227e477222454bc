"""The findings of two runs to what became of each: new, still, fixed, regressed, worsened, unproven, gone."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Generic, Protocol, TypeVar

from audit.model.exit import Exit
from audit.model.verdict import Severity, Verdict


class Move(StrEnum):
    """What became of one pair of check and subject; the first ones are the worst."""

    REGRESSED = "regressed"
    """Passed, fails."""
    WORSENED = "worsened"
    """Fails as before, more severely."""
    NEW = "new"
    """Fails, and did neither pass nor fail before."""
    UNPROVEN = "unproven"
    """Passed, cannot be told any more."""
    UNSEEN = "unseen"
    """Failed, cannot be told any more: that mends nothing."""
    STILL = "still"
    """Fails as before."""
    EXCUSED = "excused"
    """Was judged, is not applicable any more."""
    NOT_ASKED = "not-asked"
    """Was judged; the subject is still there, and nobody asked."""
    GONE = "gone-subject"
    """Was judged; the subject does not stand in the inventory any more."""
    FIXED = "fixed"
    """Failed, passes."""
    PROVEN = "proven"
    """Could not be told or did not apply, passes."""
    ADDED = "new-subject"
    """The subject is new, and the check does not fail."""
    ASKED = "newly-asked"
    """The subject is old, the question new, and the check does not fail."""
    SAME = "same"


WORSE: Final = (Move.REGRESSED, Move.WORSENED, Move.NEW)
"""What ends in exit code 1."""
DIMMER: Final = (Move.UNPROVEN, Move.UNSEEN)
"""What ends in exit code 3: what is not known any more."""

Key = tuple[str, str, str, str]


class Judged(Protocol):
    """What is asked of a finding here: a run has a hundred thousand of them, and most are as before."""

    @property
    def check(self) -> str: ...
    @property
    def institution(self) -> str: ...
    @property
    def system(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def grade(self) -> int: ...
    @property
    def waiver(self) -> str | None: ...


T = TypeVar("T", bound=Judged)


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """One pair of check and subject in both runs."""

    move: Move
    before: T | None
    after: T | None
    newest: T
    """The later of the two."""


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """All that became of the findings of one run by the time of another."""

    steps: Mapping[Move, tuple[Step[T], ...]]
    """Of every move that there was, but `same`; most urgent first."""
    same: int
    new_subjects: tuple[str, ...]
    """What was judged now, and does not stand in the old inventory."""
    gone_subjects: tuple[str, ...]
    """What was judged before, and does not stand in the new inventory."""

    def of(self, *moves: Move) -> Iterator[Step[T]]:
        """The steps of some moves."""
        for move in moves:
            yield from self.steps.get(move, ())

    def count(self, move: Move) -> int:
        return self.same if move is Move.SAME else len(self.steps.get(move, ()))

    def exit(self, fail_on: Severity, unproven_on: Severity | None) -> Exit:
        """FAILED where something got worse, NOT_VERIFIED where something cannot be told any more; an accepted risk
        that is in date does not count."""
        if _any(self.of(*WORSE), fail_on):
            return Exit.FAILED
        if unproven_on is not None and _any(self.of(*DIMMER), unproven_on):
            return Exit.NOT_VERIFIED
        return Exit.READY


def _any(steps: Iterable[Step[T]], least: Severity) -> bool:
    return any(one.newest.waiver is None and one.newest.severity.rank <= least.rank for one in steps)


def change(
    before: Iterable[T], after: Iterable[T], there_before: Container[str], there_now: Container[str]
) -> Change[T]:
    """Compare two runs; `there_before`, `there_now` hold every reference of the two inventories."""
    old, new = _by_key(before), _by_key(after)
    steps: dict[Move, list[Step[T]]] = {}
    same = 0
    for key, now in new.items():
        was = old.pop(key, None)
        move = _appeared(now, there_before) if was is None else _moved(was, now)
        if move is Move.SAME:
            same += 1
        else:
            steps.setdefault(move, []).append(Step(move, was, now, now))
    for was in old.values():
        move = Move.NOT_ASKED if was.subject in there_now else Move.GONE
        steps.setdefault(move, []).append(Step(move, was, None, was))
    return Change(
        steps=MappingProxyType({move: tuple(sorted(steps[move], key=_urgency)) for move in Move if move in steps}),
        same=same,
        new_subjects=_subjects(new.values(), there_before),
        gone_subjects=_subjects(old.values(), there_now),
    )


def _by_key(findings: Iterable[T]) -> dict[Key, T]:
    """By what the fingerprint is made of, which would take longer; of two about one pair the worse one counts."""
    found: dict[Key, T] = {}
    for finding in findings:
        key = (finding.check, finding.institution, finding.system, finding.subject)
        other = found.get(key)
        if other is None or _BADNESS[finding.verdict] > _BADNESS[other.verdict]:
            found[key] = finding
    return found


_BADNESS: Final[Mapping[Verdict, int]] = MappingProxyType(
    {Verdict.NOT_APPLICABLE: 0, Verdict.PASS: 1, Verdict.UNKNOWN: 2, Verdict.FAIL: 3}
)


def _appeared(now: Judged, there_before: Container[str]) -> Move:
    if now.verdict is Verdict.FAIL:
        return Move.NEW
    return Move.ASKED if now.subject in there_before else Move.ADDED


def _moved(was: Judged, now: Judged) -> Move:
    if was.verdict is now.verdict:
        if now.verdict is not Verdict.FAIL:
            return Move.SAME
        return Move.WORSENED if now.severity.rank < was.severity.rank else Move.STILL
    if now.verdict is Verdict.FAIL:
        return Move.REGRESSED if was.verdict is Verdict.PASS else Move.NEW
    if now.verdict is Verdict.PASS:
        return Move.FIXED if was.verdict is Verdict.FAIL else Move.PROVEN
    if now.verdict is Verdict.NOT_APPLICABLE:
        return Move.EXCUSED
    if was.verdict is Verdict.NOT_APPLICABLE:
        return Move.ASKED
    return Move.UNPROVEN if was.verdict is Verdict.PASS else Move.UNSEEN


def _urgency(step: Step[T]) -> tuple[bool, int, int, str, str]:
    one = step.newest
    return (one.waiver is not None, one.severity.rank, one.grade, one.subject, one.check)


def _subjects(findings: Iterable[Judged], there: Container[str]) -> tuple[str, ...]:
    return tuple(sorted({one.subject for one in findings if one.subject not in there}))
