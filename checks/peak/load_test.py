"""Load tests of a system with the calendar become a ruling on whether it was tested before the next peak."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from audit.contract import CannotSee, Claims, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import System
from audit.model.seasons import seasons
from audit.model.signed_paper import attested, demanded
from audit.model.units import plain
from checks.peak.samples import AT, LATER, LOANS, SIGNED, busy, paper

_SHEET: Final = paper("peak.load-test")


def _tested(on: str, times: str, *seasons: str, evidence: str = _SHEET, grade: int = 1) -> str:
    return busy(f"grade: {grade}, load-tests: [{{on: {on}, times: {times}}}]", *seasons, evidence=evidence)


@check(
    "peak.load-test",
    control="PEAK-02",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2(2)", "NIST SP 800-53r5 SA-11", "ISO/IEC 27002 8.6"),
    least="declared",
    limits={"times": ("1.5", "1.3", "1", "-"), "before": ("60d", "90d", "-", "-")},
    examples=(
        Example(Verdict.PASS, _tested("2026-08-20", "1.6"), LOANS, others=SIGNED, at=AT),
        Example(Verdict.PASS, _tested("2026-01-20", "1.6", LATER), LOANS, others=SIGNED, at=AT),
        Example(Verdict.PASS, _tested("2025-08-20", "1.0", grade=3), LOANS, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _tested("2026-08-20", "1.2"), LOANS, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _tested("2026-07-01", "1.6"), LOANS, others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, _tested("2026-08-20", "1.6", evidence=""), LOANS, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _tested("2026-08-20", "1.6", evidence=paper("peak.load-test", "2026-08-01")), LOANS,
                others=SIGNED, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _tested("2026-09-20", "1.6"), LOANS, at=AT, reason=Reason.CONTRADICTED),
        Example(Verdict.UNKNOWN, busy(), LOANS, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, "institutions: [{id: kibo, systems: [{id: loans, grade: 1}]}]\n", LOANS, at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, busy("grade: 4"), LOANS, at=AT),
    ),
)  # fmt: skip
def system_was_tested_under_load(system: Subject[System], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """Shortly before busy days the system has borne more than the load that is forecast for them, as somebody signed.

    Why: whoever meets the peak for the first time on its first day meets it together with everybody who applies.

    Fix: test with the multiple that the finding names, write day and multiple under `load-tests:`, let the sheet be
    signed.
    """
    least, today = limits.number("times"), system.today(at)
    coming = [one for one in seasons(system.estate, today) if one.source == "inventory"]
    if not coming:
        says = say("the calendar names no busy days of the coming year; add `calendar:`")
        raise CannotSee(Reason.INCOMPLETE, says)
    if not system.item.load_tests:
        says = say("the inventory names no load test of {system}; add `load-tests:`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    made = [one for one in system.item.load_tests if one.on <= today]
    if not made:
        says = say("the load test of {system} is dated in the future", system=system.ref)
        raise CannotSee(Reason.CONTRADICTED, says)
    # The newest counts: what bore more last year was changed since.
    newest, peak = max(made, key=lambda one: one.on), coming[0]
    figures = {"system": system.ref, "times": f"{newest.times:g}", "least": f"{least:g}", "date": plain(newest.on),
               "season": peak.id, "start": plain(peak.start)}  # fmt: skip
    measured = say("{times} times the peak, on {date}", **figures)
    required = say("{least} times the peak at least", **figures)
    if newest.times < least:
        says = say("{system} was tested on {date} with {times} times the forecast peak; {least} times are needed",
                   **figures)  # fmt: skip
        return ruling(False, measured=measured, required=required, says=says, key="load-tests")
    if demanded(limits, "before"):
        before = limits.duration("before")
        figures["before"] = plain(before)
        required = say("{least} times the peak at least, in the {before} before busy days", **figures)
        opens = peak.start - before
        if newest.on < opens <= today:
            says = say("{system} was last tested on {date}, more than {before} before {season} begins on {start}",
                       **figures)  # fmt: skip
            return ruling(False, measured=measured, required=required, says=says, key="load-tests")
    attested(claims, system.ref, since=newest.on)
    says = say("{system} bore {times} times the forecast peak on {date}; {season} begins on {start}", **figures)
    return ruling(True, measured=measured, required=required, says=says, key="load-tests")
