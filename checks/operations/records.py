"""Signed records become rulings on impact analyses, on the manual way, on notices to the public."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from audit.contract import CannotSee, Claims, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Institution, System
from audit.model.signed_paper import aged, attested, recorded, who
from audit.model.units import plain
from checks.operations.samples import AT, GUARANTEE, KIBO, SIGNED, office, sheet

_IMPACT: Final = "operations.impact-analysis"
_MANUAL: Final = "operations.manual-fallback"
_NOTICE: Final = "operations.public-notice"
_PAPER_WAY: Final = "grade: 1, manual: {capacity: 0.1, most: 3d}"
_UNTIMED: Final = sheet(_NOTICE, KIBO)
_LATE: Final = sheet(_NOTICE, KIBO, rest="took: 2h, ")


@check(
    _IMPACT,
    control="OPS-01",
    method="E",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2(8)", "NIST SP 800-53r5 RA-9", "ISO 22301 8.2.2", "ISMS-P 2.12.1"),
    least="attested",
    limits={"age": ("365d", "365d", "730d", "1095d")},
    examples=(
        Example(Verdict.PASS, office(more=sheet(_IMPACT, GUARANTEE)), GUARANTEE, others=SIGNED, at=AT),
        Example(Verdict.FAIL, office(more=sheet(_IMPACT, GUARANTEE, "2025-08-01")), GUARANTEE, others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, office(), GUARANTEE, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def impact_was_analysed(system: Subject[System], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """Somebody who answers for it signed lately what an outage of the system does, to whom, after how long.

    Why: a grade that nobody can explain is a grade that somebody wished for, and everything else is built on it.

    Fix: write down who is hit after an hour, a day, a week, let the owner sign it, add it under `evidence:`.
    """
    return recorded(
        claims, system, at, limits.duration("age"),
        say("{by} signed the impact analysis of {ref} on {date}"),
        say("the impact analysis of {ref} was last signed on {date}; that may be {most} days ago"),
    )  # fmt: skip


@check(
    _MANUAL,
    control="OPS-09",
    method="D",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2(5)", "NIST SP 800-53r5 CP-11", "ISO 22301 8.4", "ISMS-P 2.12.1"),
    least="attested",
    limits={"age": ("365d", "365d", "3650d", "-")},
    examples=(
        Example(Verdict.PASS, office("", _PAPER_WAY, sheet(_MANUAL, GUARANTEE)), GUARANTEE, others=SIGNED, at=AT),
        Example(
            Verdict.FAIL, office("", _PAPER_WAY, sheet(_MANUAL, GUARANTEE, "2025-01-01")), GUARANTEE, others=SIGNED,
            at=AT,
        ),
        Example(Verdict.UNKNOWN, office(), GUARANTEE, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, office("", _PAPER_WAY), GUARANTEE, at=AT, reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def manual_way_was_rehearsed(system: Subject[System], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """There is a way to go on by hand, and a record shows that it was rehearsed.

    Why: a counter that has no forms when its screens go dark sends people home, who have then missed their day.

    Fix: keep forms and lists of people offline, rehearse a morning with them and the entry afterwards, write `manual:`
    of the system, have the record signed under `evidence:`.
    """
    if system.item.manual is None:
        says = say("the inventory does not say how work goes on without {system}; add `manual:`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    return recorded(
        claims, system, at, limits.duration("age"),
        say("{by} recorded a rehearsal of the manual way of {ref} on {date}"),
        say("the manual way of {ref} was last rehearsed on {date}; that may be {most} days ago"),
    )  # fmt: skip


@check(
    _NOTICE,
    control="OPS-10",
    method="D",
    severity="medium",
    answers=("NIST SP 800-53r5 IR-6", "NIST SP 800-53r5 CP-2", "CSF RC.CO-03", "CSF RC.CO-04"),
    least="attested",
    limits={"age": ("365d", "365d", "365d", "-"), "within": ("30m", "60m", "4h", "-")},
    examples=(
        Example(
            Verdict.PASS, office(more=sheet(_NOTICE, KIBO, rest="took: 20m, ")), KIBO, others=SIGNED, at=AT
        ),
        Example(Verdict.FAIL, office(more=_LATE), KIBO, others=SIGNED, at=AT),
        Example(
            Verdict.FAIL, office(more=sheet(_NOTICE, KIBO, "2025-01-01", "took: 20m, ")), KIBO, others=SIGNED, at=AT
        ),
        Example(Verdict.UNKNOWN, office(more=_UNTIMED), KIBO, others=SIGNED, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, office(), KIBO, at=AT, reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def public_is_told_in_time(institution: Subject[Institution], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """A drill showed that the first notice reaches the public in time, over a channel that does not fall too.

    Why: people who are not told come again and again, call, and stand in queues for a service that is down for weeks.

    Fix: prepare the texts, keep a page with another provider, time a drill from the alarm to the notice, have it
    signed with `took:` under `evidence:`.
    """
    oldest, within = limits.duration("age"), limits.duration("within")
    claim = attested(claims, institution.ref, written=False)
    took = claim.evidence.took
    if took is None:
        says = say("the record of {by} does not say how long the notice took; add `took:`, sign it anew", **who(claim))
        raise CannotSee(Reason.INCOMPLETE, says)
    figures = who(claim) | {
        "who": institution.ref,
        "took": plain(took),
        "within": plain(within),
        "most": str(oldest.days),
    }
    required = say("within {within}, tried {most} days ago at most", **figures)
    if aged(claim, institution, at) > oldest:
        says = say("the notice of {who} was last tried on {date}; that may be {most} days ago", **figures)
        return ruling(False, measured=say("tried on {date}", **figures), required=required, says=says)
    if took > within:
        says = say("the notice of {who} took {took}; {within} are allowed", **figures)
    else:
        says = say("the public was told by {who} within {took} on {date}", **figures)
    return ruling(took <= within, measured=took, required=required, says=says)
