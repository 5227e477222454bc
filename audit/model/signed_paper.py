"""Everything that is stated about a subject in, the signed statement on which a rule may rest out."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from audit.model.evidence import Claim, Claims, Ruling, ruling
from audit.model.item import Item
from audit.model.message import Message, say
from audit.model.policy import Limits
from audit.model.subject import Subject
from audit.model.units import plain
from audit.model.verdict import CannotSee, Level, Reason


def stated(claims: Claims) -> Claim | None:
    """The latest statement that somebody signed whose word counts; None where there is none."""
    return next((claim for claim in claims.all if claim.level >= Level.ATTESTED), None)


def attested(claims: Claims, ref: str, since: date = date.min, *, written: bool = True) -> Claim:
    """The latest signed statement, on which the ruling then rests; CannotSee with what is wrong with the others.

    One from before `since` says nothing of what the inventory says to have happened on that day; `written` is
    whether the inventory itself says anything of it.
    """
    found = stated(claims)
    if found is not None and found.evidence.collected >= since:
        claims.rest_on(found)
        return found
    for claim in claims.all:
        if claim.doubt is not None:
            raise CannotSee(claim.doubt.reason, claim.doubt.says)
    if claims.refused:
        raise CannotSee(Reason.STALE, claims.refused[-1])
    if not written and not claims.all:
        says = say("no evidence of {ref} is recorded for this check; add it with `haechi evidence add`", ref=ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("the inventory says so of {ref}, but nobody has signed it; add it under `evidence:`", ref=ref)
    raise CannotSee(Reason.INCOMPLETE, says)


def aged(claim: Claim, subject: Subject[Item], at: datetime) -> timedelta:
    """How long ago it was collected."""
    return max(claim.age(subject.today(at)), timedelta(0))


def who(claim: Claim) -> dict[str, str]:
    """Who states it, with the day, as values of a sentence."""
    return {"by": claim.evidence.by or claim.signer or "-", "date": plain(claim.evidence.collected)}


def demanded(limits: Limits, name: str) -> bool:
    """Whether the policy demands anything of the grade by this limit."""
    return limits.values.get(name, "-") != "-"


def recorded(
    claims: Claims, subject: Subject[Item], at: datetime, oldest: timedelta, fresh: Message, stale: Message
) -> Ruling:
    """The ruling that a signed record is young enough.

    `fresh` and `stale` are sentences over {ref}, {by}, {date}, {most}, which are filled in here.
    CannotSee where nobody signed one.
    """
    claim = attested(claims, subject.ref, written=False)
    age = aged(claim, subject, at)
    figures = who(claim) | {"ref": subject.ref, "most": str(oldest.days)}
    says = (fresh if age <= oldest else stale).filled(**figures)
    measured, required = say("recorded on {date}", **figures), say("{most} days ago at most", **figures)
    return ruling(age <= oldest, measured=measured, required=required, says=says)
