"""The record of an exercise becomes a ruling on whether the recovery of a system was rehearsed lately."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.contract import Claim, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say, signed
from audit.model.estate import System
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
GUARANTEE: Final = "kibo/guarantee"
SIGNED: Final = MappingProxyType({"evidence:drill": signed("Lee Jun")})


def _estate(grade: int, collected: str = "") -> str:
    system = f"institutions: [{{id: kibo, systems: [{{id: guarantee, grade: {grade}}}]}}]\n"
    if not collected:
        return system
    return system + (
        "evidence: [{id: drill, check: operations.drill, on: kibo/guarantee, by: Lee Jun, says: back in 90 minutes, "
        f"collected: {collected}, expires: 2027-06-01}}]\n"
    )


@check(
    "operations.drill",
    control="OPS-08",
    method="E",
    severity="high",
    answers=("NIST SP 800-53r5 CP-4", "ISO 22301 8.5", "ISMS-P 2.11.4", "ISMS-P 2.12.2", "CSF ID.IM-02"),
    least="attested",
    limits={"age": ("183d", "365d", "365d", "-")},
    examples=(
        Example(Verdict.PASS, _estate(1, "2026-06-01"), GUARANTEE, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _estate(1, "2025-06-01"), GUARANTEE, others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, _estate(1), GUARANTEE, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _estate(1, "2026-06-01"), GUARANTEE, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _estate(4, "2026-06-01"), GUARANTEE, at=AT),
    ),
)
def recovery_was_exercised(system: Subject[System], claim: Claim, at: datetime, limits: Limits) -> Ruling:
    """A record shows that the recovery of the system was exercised lately.

    Why: a plan that nobody has walked through fails at its first step, and then there is no time to find the second.

    Fix: exercise the recovery, write down who took part and what went wrong, have the record signed under `evidence:`.
    """
    oldest, age = limits.duration("age"), max(claim.age(system.today(at)), timedelta(0))
    figures = {
        "system": system.ref,
        "by": claim.evidence.by or "-",
        "date": plain(claim.evidence.collected),
        "most": str(oldest.days),
    }
    if age <= oldest:
        says = say("{by} recorded an exercise of {system} on {date}", **figures)
    else:
        says = say("the last recorded exercise of {system} was on {date}; that may be {most} days ago", **figures)
    measured = say("exercised on {date}", **figures)
    return ruling(age <= oldest, measured=measured, required=say("{most} days ago at most", **figures), says=says)
