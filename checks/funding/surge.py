"""Tests of the intake of a programme become a ruling on whether it bears a day on which everybody reports damage."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from audit.contract import CannotSee, Claims, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.demand import SurgeTest
from audit.model.estate import Programme
from audit.model.message import Message
from audit.model.signed_paper import attested
from audit.model.units import plain
from checks.funding.samples import AT, FUND, SIGNED, paper, served

_SHEET: Final = paper("funding.surge-intake", collected="2026-06-20")
_WHOLE: Final = ", deduplicated: true, handed-over: true"


def _tested(times: str, rest: str = _WHOLE, on: str = "2026-06-18", evidence: str = _SHEET) -> str:
    return served(programme=f", surge-tests: [{{on: {on}, times: {times}{rest}}}]", more=evidence)


@check(
    "funding.surge-intake",
    control="FND-09",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-2(2)", "NIST SP 800-53r5 IR-6"),
    least="declared",
    limits={"times": ("10", "5", "2", "-")},
    examples=(
        Example(Verdict.PASS, _tested("12"), FUND, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _tested("3"), FUND, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _tested("12", ", deduplicated: false, handed-over: true"), FUND, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _tested("12", ", deduplicated: true, handed-over: false"), FUND, others=SIGNED, at=AT),
        Example(Verdict.FAIL, served(programme=", surge-tests: []"), FUND, at=AT),
        Example(Verdict.UNKNOWN, _tested("12", ", deduplicated: true"), FUND, others=SIGNED, at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _tested("12", evidence=""), FUND, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _tested("12", on="2026-12-01"), FUND, others=SIGNED, at=AT,
                reason=Reason.CONTRADICTED),
        Example(Verdict.UNKNOWN, served(), FUND, at=AT, reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def intake_bears_a_disaster(programme: Subject[Programme], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """The intake has taken many times the reports of an ordinary day, counted doubles once, handed all of them over.

    Why: when a platform failed its merchants, a desk for their losses had first to be set up; until then nobody knew
    how many there were.

    Fix: rehearse a day with as many reports as the finding names, write it under `surge-tests:`, let the record be
    signed.
    """
    least, tests, figures = limits.number("times"), programme.item.surge_tests, {"programme": programme.ref}
    required = say("{least} times an ordinary day", least=f"{least:g}")
    if tests is None:
        says = say("the inventory names no test of the intake of {programme}; add `surge-tests:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    if not tests:
        says = say("the intake of {programme} was never tested with many reports", **figures)
        return ruling(False, measured=say("never tested"), required=required, says=says, key="surge-tests")
    newest = max((one for one in tests if one.on <= programme.today(at)), key=lambda one: one.on, default=None)
    if newest is None:
        raise CannotSee(Reason.CONTRADICTED, say("the test of {programme} is dated in the future", **figures))
    figures |= {"times": f"{newest.times:g}", "date": plain(newest.on), "least": f"{least:g}"}
    measured = say("{times} times an ordinary day, on {date}", **figures)
    if newest.times < least:
        says = say("the intake of {programme} took {times} times an ordinary day on {date}; {least} times are needed",
                   **figures)  # fmt: skip
        return ruling(False, measured=measured, required=required, says=says, key="surge-tests")
    gap = _gap(newest)
    if gap is not None:
        says = say("in the test of {programme} on {date} {gap}", gap=gap, **figures)
        return ruling(False, measured=measured, required=required, says=says, key="surge-tests")
    if newest.deduplicated is None or newest.handed_over is None:
        says = say("the test of {programme} does not say everything; write `deduplicated:`, `handed-over:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    attested(claims, programme.ref, since=newest.on)
    says = say("the intake of {programme} took {times} times an ordinary day on {date}, each report once", **figures)
    return ruling(True, measured=measured, required=required, says=says, key="surge-tests")


def _gap(test: SurgeTest) -> Message | None:
    if test.deduplicated is False:
        return say("the same damage was counted twice")
    if test.handed_over is False:
        return say("those who act did not get the reports")
    return None
