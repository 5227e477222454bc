"""The waivers of an estate at one instant: which lie over a finding, which are past their date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from audit.model.estate import Estate, Waiver, day_ends
from audit.model.evidence import Finding
from audit.model.plan import Pair
from audit.model.verdict import Verdict


class Waivers:
    """A waiver holds to the end of its last day in the estate's time zone, for its subject with all below it."""

    def __init__(self, estate: Estate, at: datetime) -> None:
        self._estate = estate
        self._at = at
        self._by_check: dict[str, list[Waiver]] = defaultdict(list)
        for waiver in estate.waivers:
            self._by_check[waiver.check].append(waiver)

    def laid_over(self, finding: Finding) -> Finding:
        """The finding with the reason of the waiver that lies over it; only a fail or an unknown can be waived."""
        if finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            for waiver in self._on(finding.check, finding.subject):
                if not self._past(waiver):
                    return replace(finding, waiver=waiver.reason)
        return finding

    def expired(self, pairs: Iterable[Pair]) -> tuple[Waiver, ...]:
        """The waivers that are past their date and still lie on one of the pairs."""
        lying = {id(waiver): waiver for check, ref in pairs for waiver in self._on(check, ref) if self._past(waiver)}
        return tuple(lying.values())

    def _on(self, check: str, ref: str) -> Iterator[Waiver]:
        for waiver in self._by_check.get(check, ()):
            if self._estate.covers(waiver.on, ref):
                yield waiver

    def _past(self, waiver: Waiver) -> bool:
        return self._at > day_ends(waiver.expires, self._estate.about.timezone)
