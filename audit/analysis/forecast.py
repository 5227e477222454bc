"""A plan with what was seen, two instants in; which passes of the first are none any more by the second out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from audit.catalogue import Catalogue
from audit.contract import Check
from audit.judge import judge, severity_of
from audit.model.estate import day_ends
from audit.model.evidence import Finding, Observation
from audit.model.meaning import Expiry
from audit.model.message import Message, say
from audit.model.plan import Pair, Plan
from audit.model.verdict import Severity, Verdict

ASSUMED: Final[tuple[Message, ...]] = (
    say("whatever was seen looks then as it did, and was looked at just before; only the calendar moves on"),
    say("nothing is renewed, repaired, drilled or signed until then"),
    say("what was never looked at passes neither now nor then, and is not listed"),
)
LOST: Final = (Verdict.FAIL, Verdict.UNKNOWN)
_DAY: Final = timedelta(days=1)
MOST: Final = 300_000
"""Checks of subjects beyond which those that no day changes are not judged, and not counted."""
_AT_ONCE: Final = 20_000
"""How many are judged before what came of them is let go."""
_DATED: Final = frozenset({"at", "claim", "claims"})
"""What a rule has to ask for if its ruling is to change with the day: what was seen looks the same on each."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that holds now and will not by then."""

    expiry: Expiry
    severity: Severity
    unit: str
    """Where the readiness counts it: its system, its site or itself."""
    verdict: Verdict
    """What it will be."""
    waived: bool = False
    """No pass: a waiver ends, and what it lay over is bare again."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What of today holds until a day."""

    at: datetime
    until: date
    passes: int
    """How many checks pass now."""
    endings: tuple[Ending, ...]
    """The worst grade first, by system, the soonest first."""
    uncounted: int = 0
    """How many checks were not judged, as there were too many: no day changes them, or they are of what is left out."""
    left_out: tuple[str, ...] = ()
    """The checks that a day may change, but that go through the whole estate: of too many not judged either."""

    @property
    def gravest(self) -> bool:
        """Whether a critical pass of a system of grade 1 or 2 is lost."""
        return any(
            one.severity is Severity.CRITICAL and one.expiry.grade <= 2 and not one.waived for one in self.endings
        )


def forecast(
    plan: Plan, catalogue: Catalogue, seen: Mapping[str, Observation], at: datetime, until: date, most: int = MOST
) -> Forecast:  # fmt: skip
    """Judge the same looks now and at the beginning of a later day; the day of each loss is found by halving.

    Of more than `most` checks of subjects only those are judged that may change with the day.
    """
    zone = ZoneInfo(plan.estate.about.timezone)
    court = _Court(plan, catalogue, seen, at, zone)
    changing = {name for name, check in catalogue.checks.items() if _DATED & set(check.wants.values())}
    dated = [pair for pair in plan.pairs if pair[0] in changing]
    asked: Sequence[Pair] = plan.pairs
    left_out: tuple[str, ...] = ()
    if len(plan.pairs) > most:
        wide = {name for name in {name for name, _ in dated} if _wide(catalogue.checks[name])}
        left_out = tuple(sorted(wide))
        asked = dated = [pair for pair in dated if pair[0] not in wide]
    now = {(one.check, one.subject) for one in court.on(at, asked) if one.verdict is Verdict.PASS}
    pairs = tuple(pair for pair in dated if pair in now)
    today = at.astimezone(zone).date()
    lost = court.lost(pairs, until) if until > today else {}
    endings = [_ending(one, day) for day, one in _days(court, lost, today, until)]
    endings += _waivers(plan, at, until, catalogue)
    uncounted = len(plan.pairs) - len(asked)
    return Forecast(at, until, len(now), tuple(sorted(endings, key=_order)), uncounted, left_out)


def _wide(check: Check) -> bool:
    """Whether a rule looks at what was seen elsewhere: it may reckon every loss of the estate anew on each day."""
    wants = set(check.wants.values())
    return "looks" in wants and not wants & {"claim", "claims"}


class _Court:
    """One estate with what was seen of it, judged on any day as if it had just been looked at."""

    def __init__(
        self, plan: Plan, catalogue: Catalogue, seen: Mapping[str, Observation], at: datetime, zone: ZoneInfo
    ) -> None:
        self._plan, self._catalogue, self._seen, self._at, self._zone = plan, catalogue, seen, at, zone

    def on(self, at: datetime, pairs: Sequence[Pair]) -> Iterator[Finding]:
        """The findings at an instant, some at a time: a large estate has a million of them."""
        later = at - self._at
        seen = {ref: replace(one, at=one.at + later) for ref, one in self._seen.items()} if later else self._seen
        for start in range(0, len(pairs), _AT_ONCE):
            some = tuple(pairs[start : start + _AT_ONCE])
            yield from judge(replace(self._plan, pairs=some), self._catalogue, seen, at)

    def lost(self, pairs: Sequence[Pair], day: date) -> dict[Pair, Finding]:
        """Those that fail, or that nobody can tell any more, at the beginning of a day."""
        if not pairs:
            return {}
        at = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        found = self.on(max(at, self._at), pairs)
        return {(one.check, one.subject): one for one in found if one.verdict in LOST}


def _days(court: _Court, lost: Mapping[Pair, Finding], first: date, last: date) -> Iterator[tuple[date, Finding]]:
    """Each of them with the first day on which it is lost: it holds on `first`, on `last` it does not."""
    if not lost:
        return
    if last - first <= _DAY:
        for one in lost.values():
            yield last, one
        return
    middle = first + (last - first) // 2
    early = court.lost(tuple(lost), middle)
    yield from _days(court, early, first, middle)
    yield from _days(court, {pair: one for pair, one in lost.items() if pair not in early}, middle, last)


def _ending(one: Finding, day: date) -> Ending:
    return Ending(Expiry(one.check, one.subject, one.grade, day, one.says), one.severity, one.unit, one.verdict)


def _waivers(plan: Plan, at: datetime, until: date, catalogue: Catalogue) -> Iterator[Ending]:
    """The waivers that hold now and end before that day."""
    for waiver in plan.estate.waivers:
        check, subject = catalogue.checks.get(waiver.check), plan.subjects.get(waiver.on)
        if at <= day_ends(waiver.expires, plan.estate.about.timezone) and waiver.expires < until:
            grade = subject.grade if subject is not None else 4
            says = say("the waiver ends that {by} approved: {reason}", by=waiver.approved_by, reason=waiver.reason)
            severity = severity_of(check, subject) if check is not None and subject is not None else Severity.LOW
            expiry = Expiry(waiver.check, waiver.on, grade, waiver.expires + _DAY, says)
            unit = subject.unit if subject is not None else waiver.on
            yield Ending(expiry, severity, unit, Verdict.FAIL, waived=True)


def _order(one: Ending) -> tuple[int, str, date, int, str, str]:
    expiry = one.expiry
    return expiry.grade, one.unit, expiry.on, one.severity.rank, expiry.check, expiry.ref
