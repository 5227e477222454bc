"""Deadlines of the systems of a programme become a ruling on whether they move when the systems are down."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from audit.contract import CannotSee, Claims, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Programme, System
from audit.model.signed_paper import attested, stated, who
from audit.model.units import plain
from checks.funding.samples import AT, FUND, SIGNED, paper, served

_SHEET: Final = paper("funding.deadline-rule")


def _ends(rest: str = "", at: str = "2026-12-01T18:00+09:00", evidence: str = "") -> str:
    return served(f", deadlines: [{{id: round-2, at: '{at}', people: 9000{rest}}}]", more=evidence)


@check(
    "funding.deadline-rule",
    control="FND-03",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-2", "ISO 22301 8.4"),
    least="declared",
    limits={"rule": ("required", "required", "required", "-")},
    examples=(
        Example(Verdict.PASS, _ends(", extends: section 7", evidence=_SHEET), FUND, others=SIGNED, at=AT),
        Example(Verdict.PASS, _ends(at="2026-08-01T18:00+09:00", evidence=_SHEET), FUND, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _ends(evidence=_SHEET), FUND, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _ends(), FUND, at=AT),
        Example(Verdict.UNKNOWN, _ends(", extends: section 7"), FUND, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, served(), FUND, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def deadline_moves_when_systems_are_down(
    programme: Subject[Programme], claims: Claims, at: datetime, limits: Limits
) -> Ruling:
    """A published rule moves each deadline of the programme, or takes late applications, when its systems are down.

    Why: while the fire burned, deadlines of the state went on; what became of them was decided by each office alone,
    days later.

    Fix: write the rule into the notice of the programme, name it under `extends:` of each deadline, add the notice
    under `evidence:`, signed.
    """
    required = say("a published rule: {rule}", rule=limits.word("rule"))
    ends = [
        (system, one)
        for ref in programme.item.served_by
        if isinstance(system := programme.estate.index.get(ref), System)
        for one in system.deadlines
        if one.at > at
    ]
    rigid = sorted(
        ((one.at, system.ref, one) for system, one in ends if one.extends is None), key=lambda each: each[:2]
    )
    if rigid:
        when, ref, one = rigid[0]
        says = say("the deadline {deadline} of {system} on {date} does not move when the system is down, for {people} "
                   "people", deadline=one.id, system=ref, date=plain(programme.today(when)),
                   people=f"{one.people:,}")  # fmt: skip
        measured = say("deadlines that do not move: {count}", count=len(rigid))
        return ruling(False, measured=measured, required=required, says=says, key="served-by")
    if not ends and stated(claims) is None and not claims.all:
        says = say("the inventory names no deadline of {programme}; add `deadlines:` with `extends:` to its systems",
                   programme=programme.ref)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    claim = attested(claims, programme.ref)
    says = say("by a published rule the deadlines of {programme} move when its systems are down, as {by} states",
               programme=programme.ref, **who(claim))  # fmt: skip
    measured = say("deadlines that move: {count}", count=len(ends))
    return ruling(True, measured=measured, required=required, says=says, key="served-by")
