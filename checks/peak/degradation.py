"""What is stated of a system becomes a ruling on whether it can shed work instead of breaking down."""

from __future__ import annotations

from datetime import datetime

from audit.contract import (
    CannotSee,
    Claims,
    Example,
    Limits,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.estate import System
from audit.model.needs import members
from audit.model.signed_paper import aged, attested, demanded, stated, who
from checks.peak.samples import AT, LOANS, SIGNED, busy, paper


def _shedding(grade: int, collected: str = "", more: str = "") -> str:
    evidence = paper("peak.graceful-degradation", collected) if collected else ""
    return busy(f"grade: {grade}{more}", evidence=evidence)


@check(
    "peak.graceful-degradation",
    control="PEAK-05",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 SC-5", "NIST SP 800-53r5 CP-12", "NIST SP 800-53r5 SI-17"),
    least="declared",
    limits={"documented": ("true", "true", "-", "-"), "age": ("365d", "-", "-", "-")},
    examples=(
        Example(Verdict.PASS, _shedding(1, "2026-06-01"), LOANS, others=SIGNED, at=AT),
        Example(Verdict.PASS, _shedding(2, more=", degraded-without: [{on: vendor, to: 0.5}]"), LOANS, at=AT),
        Example(Verdict.PASS, _shedding(2, "2024-06-01"), LOANS, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _shedding(1, "2025-06-01"), LOANS, others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, _shedding(1, more=", degraded-without: [{on: vendor, to: 0.5}]"), LOANS, at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _shedding(1, "2026-06-01"), LOANS, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _shedding(2), LOANS, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _shedding(3), LOANS, at=AT),
    ),
)  # fmt: skip
def system_sheds_work_before_it_breaks(system: Subject[System], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """A waiting room, a read-only mode or fewer features carry the system through too much load, and this was tried.

    Why: a desk for reports of damage is wanted by everybody on one day; one that answers some of them slowly is worth
    more than one that answers nobody.

    Fix: decide what is switched off first, try it out, add the record under `evidence:`; write what it goes on without
    under `degraded-without:`.
    """
    if not limits.flag("documented"):
        raise NotApplicable(say("the policy demands nothing of grade {grade} here", grade=str(system.grade)))
    figures = {"system": system.ref, "parts": _parts(system.item)}
    if demanded(limits, "age"):
        oldest, claim = limits.duration("age"), attested(claims, system.ref, written=False)
        figures |= who(claim) | {"most": str(oldest.days)}
        measured, required = say("tried out on {date}", **figures), say("{most} days ago at most", **figures)
        if aged(claim, system, at) > oldest:
            says = say("shedding work in {system} was last tried out on {date}; that may be {most} days ago", **figures)
            return ruling(False, measured=measured, required=required, says=says)
        says = say("{by} states that shedding work in {system} was tried out on {date}", **figures)
        return ruling(True, measured=measured, required=required, says=says)
    required = say("written down")
    claim_there = stated(claims)
    if claim_there is not None:
        claims.rest_on(claim_there)
        figures |= who(claim_there)
        says = say("{by} states how {system} sheds work", **figures)
        return ruling(True, measured=say("stated on {date}", **figures), required=required, says=says)
    if system.item.degraded_without:
        says = say("{system} goes on without {parts}, with less capacity", **figures)
        measured = say("goes on without {parts}", **figures)
        return ruling(True, measured=measured, required=required, says=says, key="degraded-without")
    says = say("the inventory does not say how {system} sheds work; add `degraded-without:` or evidence", **figures)
    raise CannotSee(Reason.INCOMPLETE, says)


def _parts(system: System) -> str:
    """What it can do without."""
    return ", ".join(dict.fromkeys(name for one in system.degraded_without for name in members(one.on)))
