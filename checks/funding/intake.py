"""Ways on which people apply, with what is stated of them, become rulings on whether applications come in safely."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

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
from audit.model.estate import Programme, System
from audit.model.needs import members
from audit.model.signed_paper import attested, who
from audit.model.units import plain
from checks.funding.samples import AT, FUND, LOANS, SIGNED, alone, paper, served

_APPROVED: Final = paper("funding.minimum-documents")
_KILLED: Final = "funding.in-flight"


def _ways(first: str, second: str = "", evidence: str = "") -> str:
    rails = f"{{id: online, kind: online{first}}}, {{id: counter, kind: branch{second}}}"
    return served(programme=f", intake: [{rails}]", more=evidence)


@check(
    "funding.minimum-documents",
    control="FND-04",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2(5)", "NIST SP 800-53r5 CP-11"),
    least="declared",
    limits={"intake": ("required", "required", "recommended", "-")},
    examples=(
        Example(Verdict.PASS, _ways(", minimum-documents: true", evidence=_APPROVED), FUND, others=SIGNED, at=AT),
        Example(Verdict.PASS, served(more=_APPROVED), FUND, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _ways(", minimum-documents: false", ", minimum-documents: false"), FUND, at=AT),
        Example(Verdict.UNKNOWN, _ways(", minimum-documents: true"), FUND, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _ways(", minimum-documents: false"), FUND, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, served(), FUND, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def fewer_documents_are_enough(programme: Subject[Programme], claims: Claims, limits: Limits) -> Ruling:
    """One way of applying takes the fewest documents, by a list approved beforehand, and the others later.

    Why: loans waited for days, because each application needed a paper from a register that had burnt; the shorter
    list was only decided after the fire.

    Fix: have the shortest list of documents approved now, with the rule by which the others follow; write
    `minimum-documents: true` at the way that takes it; add the approval under `evidence:`, signed.
    """
    rails, programme_ref = programme.item.intake, programme.ref
    required = say("an approved list of the fewest documents: {intake}", intake=limits.word("intake"))
    if rails and all(rail.minimum_documents is False for rail in rails):
        says = say("no way of applying to {programme} takes an application before all its documents are there",
                   programme=programme_ref)  # fmt: skip
        return ruling(False, measured=say("every way wants all documents"), required=required, says=says, key="intake")
    written = any(rail.minimum_documents for rail in rails)
    if not written and not claims.all:
        says = say("the inventory does not say whether {programme} takes applications with the fewest documents; "
                   "add `minimum-documents:` to its `intake:`", programme=programme_ref)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    claim = attested(claims, programme_ref)
    says = say("{by} states that {programme} takes applications with the fewest documents", programme=programme_ref,
               **who(claim))  # fmt: skip
    return ruling(True, measured=say("approved, {date}", **who(claim)), required=required, says=says, key="intake")


def _killed(took: str, collected: str = "2026-06-01", grade: int = 1) -> str:
    more = f", took: {took}" if took else ""
    return served(grade=grade, more=paper(_KILLED, LOANS, collected, more=more))


@check(
    "funding.in-flight",
    control="FND-05",
    method="D",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-10(2)", "NIST SP 800-53r5 CP-9(6)"),
    least="attested",
    limits={"lost": ("0s", "5m", "1h", "-")},
    examples=(
        Example(Verdict.PASS, _killed("0"), LOANS, others=SIGNED, at=AT),
        Example(Verdict.PASS, _killed("4m", grade=2), LOANS, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _killed("3s"), LOANS, others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, _killed(""), LOANS, others=SIGNED, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _killed("0"), LOANS, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, alone(", in-flight: 40"), LOANS, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, alone(), LOANS, at=AT),
    ),
)
def nothing_under_way_is_lost(system: Subject[System], claims: Claims, limits: Limits) -> Ruling:
    """When the system was stopped in the middle of its work, no application that had got its number was lost.

    Why: who has a number believes to have applied; an application that burnt behind the number is found out after the
    deadline.

    Fix: write each application to a second place before its number is shown; stop the system hard under load, count,
    write the time of which applications were lost under `took:` of the evidence (0s where none was), let it be signed.
    """
    if not takes_applications(system):
        raise NotApplicable(say("the inventory names no applications that {system} takes", system=system.ref))
    most = limits.duration("lost")
    claim = attested(claims, system.ref, written=False)
    lost, figures = claim.evidence.took, {"system": system.ref, **who(claim)}
    if lost is None:
        says = say("the record of {by} does not say how much {system} lost; add `took:`, 0s where it was nothing",
                   **figures)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    figures |= {"lost": plain(lost), "most": plain(most)}
    measured, required = say("{lost} of applications lost", **figures), say("{most} at most", **figures)
    if lost > most:
        says = say("when {system} was stopped on {date}, {lost} of applications were lost; {most} are allowed",
                   **figures)  # fmt: skip
        return ruling(False, measured=measured, required=required, says=says)
    if lost > timedelta(0):
        says = say("when {system} was stopped on {date}, {lost} of applications were lost, which is allowed", **figures)
    else:
        says = say("when {system} was stopped on {date}, no application was lost", **figures)
    return ruling(True, measured=measured, required=required, says=says)


def takes_applications(system: Subject[System]) -> bool:
    """Whether the inventory says so: of itself, or by a programme that it serves or on whose way in it stands."""
    item = system.item
    if item.applicants is not None or item.in_flight is not None or item.deadlines:
        return True
    return any(
        item.ref in programme.served_by
        or any(item.ref in members(need) for rail in programme.intake for need in rail.needs)
        for programme in system.estate.programmes
    )
