"""The waivers of an estate at one instant: which lie over a finding, which are past their date, which are too long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from audit.model.estate import Estate, Waiver, day_ends
from audit.model.evidence import Finding
from audit.model.plan import Pair
from audit.model.proof import LONGEST
from audit.model.verdict import Verdict


class Stand(StrEnum):
    """What a waiver is worth at an instant; in this order they are told."""

    EXPIRED = "expired"
    TOO_LONG = "too-long"
    """It would hold for more than 365 days: from its day `from:`, else from the day of judgement."""
    NOT_YET = "not-yet"
    """Its day `from:` is still to come."""
    HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class Standing:
    """One waiver as a report tells it."""

    waiver: Waiver
    stand: Stand
    findings: int
    """On so many findings it lies, whether or not it still counts: those that it was written to excuse."""
    judged: int
    """So many pairs of its check with its subject, or something below that, were judged."""


class Waivers:
    """A waiver holds to the end of its last day in the estate's time zone, for its subject with all below it."""

    def __init__(self, estate: Estate, at: datetime) -> None:
        self._estate = estate
        self._at = at
        self._today = at.astimezone(ZoneInfo(estate.about.timezone)).date()
        self._by_check: dict[str, list[Waiver]] = defaultdict(list)
        for waiver in estate.waivers:
            self._by_check[waiver.check].append(waiver)

    def laid_over(self, finding: Finding) -> Finding:
        """The finding with the reason of the waiver that lies over it; only a fail or an unknown can be waived."""
        if finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            for waiver in self._on(finding.check, finding.subject):
                if self.stand(waiver) is Stand.HOLDS:
                    return replace(finding, waiver=waiver.reason)
        return finding

    def expired(self, pairs: Iterable[Pair]) -> tuple[Waiver, ...]:
        """The waivers that are past their date and still lie on one of the pairs."""
        lying = {id(waiver): waiver for check, ref in pairs for waiver in self._on(check, ref) if self._past(waiver)}
        return tuple(lying.values())

    def standing(self, findings: Iterable[Finding]) -> tuple[Standing, ...]:
        """Every waiver, those that are past their date first."""
        open_ones: dict[int, int] = defaultdict(int)
        judged: dict[int, int] = defaultdict(int)
        for finding in findings:
            for waiver in self._on(finding.check, finding.subject):
                judged[id(waiver)] += 1
                open_ones[id(waiver)] += finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN)
        order = list(Stand)
        told = [
            Standing(waiver, self.stand(waiver), open_ones[id(waiver)], judged[id(waiver)])
            for waiver in self._estate.waivers
        ]
        return tuple(
            sorted(told, key=lambda one: (order.index(one.stand), one.waiver.expires, one.waiver.check, one.waiver.on))
        )

    def stand(self, waiver: Waiver) -> Stand:
        """What it is worth now."""
        if self._past(waiver):
            return Stand.EXPIRED
        start = waiver.start if waiver.start is not None else self._today
        if waiver.expires - start > LONGEST:
            return Stand.TOO_LONG
        if waiver.start is not None and self._at < _begins(waiver.start, self._estate.about.timezone):
            return Stand.NOT_YET
        return Stand.HOLDS

    def _on(self, check: str, ref: str) -> Iterator[Waiver]:
        for waiver in self._by_check.get(check, ()):
            if self._estate.covers(waiver.on, ref):
                yield waiver

    def _past(self, waiver: Waiver) -> bool:
        return self._at > day_ends(waiver.expires, self._estate.about.timezone)


def _begins(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
