"""Signatures of persons become rulings on whether an institution's head answers for it, whether somebody may decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.contract import (
    CannotSee,
    Claim,
    Example,
    Limits,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
    signed,
)
from audit.model.estate import Institution
from audit.model.hands import Hands
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
SIGNED: Final = MappingProxyType({"evidence:paper": signed("Kim Minji")})


def _institution(rest: str, evidence: str = "") -> str:
    return "institutions: [{id: kibo, " + rest + "systems: [{id: guarantee, grade: 1}]}]\n" + evidence


def _paper(check_id: str, by: str, collected: str = "2026-06-01") -> str:
    return (
        f"evidence: [{{id: paper, check: {check_id}, on: kibo, collected: {collected}, expires: 2027-06-01, by: {by}, "
        "says: read and signed}]\n"
    )


@check(
    "operations.executive-signature",
    control="OPS-13",
    method="H",
    severity="high",
    answers=("NIST SP 800-53r5 CA-6", "ISO 22301 5.1", "ISO 22301 9.3", "ISMS-P 1.1.1"),
    least="attested",
    limits={"age": ("183d", "365d", "365d", "365d")},
    examples=(
        Example(
            Verdict.PASS,
            _institution(
                "accountable: {name: Kim Minji}, ", _paper("operations.executive-signature", "Kim Minji (CIO)")
            ),
            "kibo",
            others=SIGNED,
            at=AT,
        ),
        Example(
            Verdict.FAIL,
            _institution("accountable: {name: Kim Minji}, ", _paper("operations.executive-signature", "Lee Jun")),
            "kibo",
            others=SIGNED,
            at=AT,
        ),
        Example(
            Verdict.FAIL,
            _institution("accountable: {name: Kim Minji}, ", _paper("operations.executive-signature", "Kim Minji")),
            "kibo",
            others=MappingProxyType({"evidence:paper": signed("Lee Jun")}),
            at=AT,
        ),
        Example(
            Verdict.UNKNOWN,
            _institution("", _paper("operations.executive-signature", "Kim Minji")),
            "kibo",
            others=SIGNED,
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(
            Verdict.UNKNOWN,
            _institution("accountable: {name: Kim Minji}, ", _paper("operations.executive-signature", "Kim Minji")),
            "kibo",
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def executive_signed(institution: Subject[Institution], claim: Claim, at: datetime, limits: Limits) -> Ruling:
    """The person who answers for the institution has signed the last assessment lately.

    Why: an assessment that the head never read changes no budget; the audit before the fire was one.

    Fix: put the report before the person, add it under `evidence:`, let the person sign it with a key of their own.
    """
    oldest, age = limits.duration("age"), max(claim.age(institution.today(at)), timedelta(0))
    person, by = institution.item.accountable, claim.evidence.by or "-"
    if person is None:
        raise CannotSee(
            Reason.INCOMPLETE,
            say("the inventory does not say who answers for {who}; add `accountable:`", who=institution.ref),
        )
    own = Hands((person.name, *((person.email,) if person.email is not None else ())))
    # `by:` is what the inventory says; the key says who it was.
    key = claim.signer or by
    right = bool(own.meant((by,)) and own.meant((key,)))
    day, most = plain(claim.evidence.collected), str(oldest.days)
    figures = {"who": institution.ref, "by": by, "name": person.name, "date": day, "most": most, "key": key}
    if own.meant((by,)) and not right:
        says = say("the paper of {who} names {by}, but the key that signed it is that of {key}", **figures)
    elif not right:
        says = say("{by} signed for {who}, but {name} answers for it", **figures)
    elif age > oldest:
        says = say("{name} signed for {who} on {date}; that may be {most} days ago", **figures)
    else:
        says = say("{name} signed for {who} on {date}", **figures)
    measured = say("signed by {by} on {date}", **(figures | {"by": key}))
    required = say("signed by {name}, {most} days ago at most", **figures)
    return ruling(right and age <= oldest, measured=measured, required=required, says=says)


@check(
    "operations.disaster-authority",
    control="OPS-14",
    method="H",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-2", "ISO 22301 8.4.2"),
    least="attested",
    limits={"age": ("365d", "365d", "365d", "-")},
    examples=(
        Example(
            Verdict.PASS,
            _institution("", _paper("operations.disaster-authority", "Kim Minji")),
            "kibo",
            others=SIGNED,
            at=AT,
        ),
        Example(
            Verdict.FAIL,
            _institution("", _paper("operations.disaster-authority", "Kim Minji", "2024-06-01")),
            "kibo",
            others=SIGNED,
            at=AT,
        ),
        Example(Verdict.UNKNOWN, _institution(""), "kibo", at=AT, reason=Reason.INCOMPLETE),
    ),
)
def somebody_may_declare_a_disaster(
    institution: Subject[Institution], claim: Claim, at: datetime, limits: Limits
) -> Ruling:
    """It is stated, and was confirmed lately, who may declare a disaster, with a deputy.

    Why: the switch to the other site waits for somebody who may order it; at night that person sleeps.

    Fix: let the head delegate the decision in writing to a person with a deputy, add the paper under `evidence:`.
    """
    oldest, age = limits.duration("age"), max(claim.age(institution.today(at)), timedelta(0))
    day, most = plain(claim.evidence.collected), str(oldest.days)
    figures = {"who": institution.ref, "by": claim.evidence.by or "-", "date": day, "most": most}
    if age <= oldest:
        says = say("{by} confirmed on {date} who may declare a disaster for {who}", **figures)
    else:
        says = say(
            "who may declare a disaster for {who} was confirmed on {date}; that may be {most} days ago", **figures
        )
    return ruling(age <= oldest, measured=f"{age.days}d", required=f"<= {oldest.days}d", says=says)
