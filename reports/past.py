"""What the watch measured of endpoints to the bars, figures, outages that a report shows of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from math import log
from typing import Final
from zoneinfo import ZoneInfo

from audit.model.dossier import Dossier
from audit.model.history import Availability, Outage, Strip
from audit.model.units import plain
from audit.model.verdict import Verdict
from reports.measured import KINDS, kind, seconds_text, share_text, verdict
from reports.translate import Translator
from reports.words import VERDICTS, low_percent

FIRST: Final = 5
LISTED: Final = 250
OUTAGES: Final = 8
DAYS: Final = 12
_SCALE: Final = (0.001, 60.0)
"""Seconds at the bottom and the top of the ladder of latencies, which is logarithmic."""
NOTHING: Final = timedelta(0)
_ORDER: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)

_PLAIN: Final = frozenset({"met", "dark", "kept", "none"})
"""Of these kinds, days that follow each other are drawn as one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of a bar, or several that are alike."""

    kind: str
    x: float
    width: float
    title: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One latency with its height on the scale, in per cent."""

    name: str
    text: str
    height: float


@dataclass(frozen=True, slots=True)
class Fall:
    """One outage in words."""

    when: str
    length: str
    reason: str
    detail: str
    lost: str
    """Applicant-hours, where the system says how many applicants it has."""


@dataclass(frozen=True, slots=True)
class PastRow:
    """The past of one endpoint in words."""

    subject: str
    name: str
    verdict: Verdict
    word: str
    sign: str
    share: str
    coverage: int
    target: str
    cells: tuple[Cell, ...]
    label: str
    """The bar for those who hear it."""
    first: str
    last: str
    days: tuple[str, ...]
    """The days that were not well, newest first."""
    more_days: int
    allowed: str
    """How long it may be down in 30 days; empty where nothing is demanded."""
    spent: str
    left: str
    """Of what it may be down; beyond that where `overspent`."""
    overspent: bool
    unknown: str
    maintenance: str
    ladder: tuple[Rung, ...]
    falls: tuple[Fall, ...]
    more_falls: int


class Past:
    """All endpoints that were watched, in one language."""

    def __init__(self, dossier: Dossier, speak: Translator) -> None:
        self._dossier = dossier
        self._speak = speak
        self._zone = ZoneInfo(dossier.estate.about.timezone)
        self._dates: dict[date, str] = {}

    @cached_property
    def _sorted(self) -> tuple[tuple[Verdict, Strip], ...]:
        """The worst first: missed for sure, not proven, met."""

        def rank(pair: tuple[Verdict, Strip]) -> tuple[int, float, str]:
            found, strip = pair
            least = strip.month.least
            return _ORDER.index(found), _overspent(strip) if least is not None else 0.0, strip.subject

        return tuple(sorted(((verdict(one), one) for one in self._dossier.strips), key=rank))

    @cached_property
    def _holders(self) -> Mapping[str, tuple[str, str]]:
        """Each endpoint to the institution with the name of its system."""
        estate, language = self._dossier.estate, self._speak.language
        return {
            endpoint.ref: (institution.ref, estate.named(system.ref, language))
            for institution, system in estate.systems()
            for endpoint in system.endpoints
        }

    def _holder(self, subject: str) -> tuple[str, str]:
        return self._holders.get(subject) or (subject.partition("/")[0], subject)

    def __len__(self) -> int:
        return len(self._dossier.strips)

    @property
    def kinds(self) -> Sequence[tuple[str, str]]:
        """The legend."""
        return [(name, self._speak.message(says)) for name, says in KINDS.items()]

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """How many endpoints missed their target, are not proven, met it."""
        found = Counter(met for met, _ in self._sorted)
        return {met: found[met] for met in _ORDER if found[met] or met is not Verdict.NOT_APPLICABLE}

    @property
    def first(self) -> Sequence[PastRow]:
        """The worst ones of the estate."""
        return [self._row(*pair) for pair in self._sorted[:FIRST]]

    @property
    def told(self) -> str:
        """All of them in one line; empty where nothing was watched."""
        if not self._sorted:
            return ""
        worst, message = self._row(*self._sorted[0]), self._speak.message
        return self._speak.text(
            "Availability over 30 days: {counted}; worst {subject} {share} of {target}",
            counted=", ".join(f"{message(VERDICTS[met].says)} {count}" for met, count in self.counts.items()),
            subject=worst.subject,
            share=worst.share,
            target=worst.target,
        )

    def of(self, institution: str) -> Sequence[PastRow]:
        """The worst ones of an institution, as many as a page bears."""
        return [self._row(*pair) for pair in self._of(institution)[:LISTED]]

    def beyond(self, institution: str) -> int:
        """How many of its endpoints are not among those."""
        return max(0, len(self._of(institution)) - LISTED)

    def _of(self, institution: str) -> Sequence[tuple[Verdict, Strip]]:
        return self._by_institution.get(institution, ())

    @cached_property
    def _by_institution(self) -> Mapping[str, Sequence[tuple[Verdict, Strip]]]:
        found: dict[str, list[tuple[Verdict, Strip]]] = {}
        for pair in self._sorted:
            holder, _ = self._holder(pair[1].subject)
            found.setdefault(holder, []).append(pair)
        return found

    def _row(self, met: Verdict, strip: Strip) -> PastRow:
        month, days, speak = strip.month, strip.days, self._speak
        allowed = (month.end - month.start - month.maintenance) * (1 - strip.target)
        worst, best = allowed - month.down - month.between, allowed - month.down
        kinds = [kind(day, strip.target) for day in days]
        bad = [day for day, name in zip(days, kinds, strict=True) if name in ("down", "brief", "open")][::-1]
        return PastRow(
            subject=strip.subject,
            name=self._holder(strip.subject)[1],
            verdict=met,
            word=speak.message(VERDICTS[met].says),
            sign=VERDICTS[met].sign,
            share=share_text(month.least, month.most),
            coverage=low_percent(month.coverage),
            target=f"{strip.target * 100:g} %" if strip.target > 0 else "–",
            cells=tuple(self._cells(days, kinds)),
            label=self._label(kinds),
            first=self._day(days[0]) if days else "",
            last=self._day(days[-1]) if days else "",
            days=tuple(self._told([day]) for day in bad[:DAYS]),
            more_days=max(0, len(bad) - DAYS),
            allowed=self._span(allowed) if strip.target > 0 else "",
            spent=self._between(month.down, month.down + month.between),
            left=self._between(worst, best) if best >= NOTHING else self._between(-best, -worst),
            overspent=best < NOTHING,
            unknown=self._span(month.unknown) if month.unknown else "",
            maintenance=self._span(month.maintenance) if month.maintenance else "",
            ladder=tuple(_rung(name, seconds) for name, seconds in strip.ladder.items()),
            falls=tuple(self._fall(one) for one in strip.outages[:OUTAGES]),
            more_falls=max(0, len(strip.outages) - OUTAGES),
        )

    def _cells(self, days: Sequence[Availability], kinds: Sequence[str]) -> Iterator[Cell]:
        width = 100 / max(len(days), 1)
        numbered = list(enumerate(zip(days, kinds, strict=True)))
        for (name, _), run in groupby(numbered, key=lambda one: (one[1][1], one[1][1] in _PLAIN or one[0])):
            some = list(run)
            title = self._told([day for _, (day, _) in some])
            yield Cell(name, round(some[0][0] * width, 3), round(len(some) * width, 3), title)

    def _told(self, days: Sequence[Availability]) -> str:
        when = self._day(days[0]) + (f" – {self._day(days[-1])}" if len(days) > 1 else "")
        lows = [day.least for day in days if day.least is not None]
        highs = [day.most for day in days if day.most is not None]
        if not lows or not highs:
            return self._speak.text("{day}: nothing measured", day=when)
        share = share_text(min(lows), max(highs))
        coverage = low_percent(min(day.coverage for day in days))
        return self._speak.text("{day}: {share}, coverage {coverage} %", day=when, share=share, coverage=coverage)

    def _label(self, kinds: Sequence[str]) -> str:
        counted = Counter(kinds)
        parts = [f"{self._speak.message(says)}: {counted[name]}" for name, says in KINDS.items() if counted[name]]
        return self._speak.text("Days: {count}.", count=len(kinds)) + " " + "; ".join(parts)

    def _day(self, day: Availability) -> str:
        when = day.start.astimezone(self._zone).date()
        known = self._dates.get(when)
        if known is None:
            known = self._dates[when] = self._speak.day(when)
        return known

    def _span(self, length: timedelta) -> str:
        return self._speak.quantity(plain(length))

    def _between(self, least: timedelta, most: timedelta) -> str:
        low, high = self._span(least), self._span(most)
        return low if low == high else f"{low} – {high}"

    def _instant(self, at: datetime | None) -> str:
        return self._speak.instant(at) if at is not None else self._speak.text("not known")

    def _fall(self, one: Outage) -> Fall:
        speak = self._speak
        end = self._instant(one.first_good) if one.ended else speak.text("not over, as far as is known")
        lost = ""
        if one.applicant_hours is not None:
            low, high = (speak.number(value) for value in one.applicant_hours)
            lost = low if low == high else f"{low} – {high}"
        return Fall(
            when=f"{self._instant(one.first_bad)} – {end}",
            length=self._between(one.shortest, one.longest),
            reason=one.reason,
            detail=one.detail,
            lost=lost,
        )


def _overspent(strip: Strip) -> float:
    """Small for what spent most of its budget."""
    most = strip.month.most if strip.month.most is not None else 1.0
    return -(1 - most) / max(1 - strip.target, 1e-9)


def _rung(name: str, seconds: float) -> Rung:
    low, high = map(log, _SCALE)
    height = 100 * (log(max(seconds, _SCALE[0])) - low) / (high - low)
    return Rung(name, seconds_text(seconds), round(min(max(height, 3.0), 100.0), 2))
