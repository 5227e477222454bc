"""Signatures of persons become rulings on whether an institution's head answers for it, whether somebody may decide."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.contract import (
    CannotSee,
    Claim,
    Claims,
    Example,
    Limits,
    Looks,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
    signed,
)
from audit.model.assent import AssentState, signed_for
from audit.model.estate import Institution, Person
from audit.model.facts import Facts
from audit.model.hands import Hands
from audit.model.signed_paper import attested, stated
from audit.model.units import plain
from audit.model.verdict import Level

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
SIGNED: Final = MappingProxyType({"evidence:paper": signed("Kim Minji")})


def _institution(rest: str, evidence: str = "") -> str:
    return "institutions: [{id: kibo, " + rest + "systems: [{id: guarantee, grade: 1}]}]\n" + evidence


def _paper(check_id: str, by: str, collected: str = "2026-06-01") -> str:
    return (
        f"evidence: [{{id: paper, check: {check_id}, on: kibo, collected: {collected}, expires: 2027-06-01, by: {by}, "
        "says: read and signed}]\n"
    )


_EXECUTIVE: Final = "operations.executive-signature"
_KIM: Final = "accountable: {name: Kim Minji}, "


def _assent(day: str = "2026-08-01", **changes: object) -> MappingProxyType[str, Facts]:
    """What `haechi sign` left for kibo."""
    told = {"run": "20260731T000000Z-0001", "name": "Kim Minji", "signer": "Kim Minji", "state": "good", "whole": True}
    seen = AssentState.model_validate(
        {**told, "signed_at": f"{day}T09:00:00+09:00", "level": Level.ATTESTED, **changes}
    )
    return MappingProxyType({**SIGNED, signed_for("kibo"): seen})


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
        Example(Verdict.PASS, _institution(_KIM), "kibo", others=_assent(), at=AT),
        Example(Verdict.PASS, _institution(_KIM, _paper(_EXECUTIVE, "Kim Minji", "2024-06-01")), "kibo",
                others=_assent(), at=AT),
        Example(Verdict.FAIL, _institution(_KIM), "kibo", others=_assent("2025-08-01"), at=AT),
        Example(Verdict.FAIL, _institution(_KIM), "kibo", others=_assent(state="tampered", signer=""), at=AT),
        Example(Verdict.FAIL, _institution("accountable: {name: Lee Jun}, "), "kibo", others=_assent(), at=AT),
        Example(Verdict.UNKNOWN, _institution(_KIM), "kibo", others=_assent(whole=False), at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _institution(_KIM), "kibo", others=_assent(state="unknown-signer", signer=""), at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _institution(_KIM), "kibo", others=_assent("2026-09-20"), at=AT,
                reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def executive_signed(
    institution: Subject[Institution], claims: Claims, looks: Looks, at: datetime, limits: Limits
) -> Ruling:
    """The person who answers for the institution has signed the last assessment lately.

    Why: an assessment that the head never read changes no budget; the audit before the fire was one.

    Fix: put the report before the person, let the person sign it with a key of their own: by the command `sign`, or as
    a paper under `evidence:`.
    """
    oldest, person = limits.duration("age"), institution.item.accountable
    if person is None:
        raise CannotSee(
            Reason.INCOMPLETE,
            say("the inventory does not say who answers for {who}; add `accountable:`", who=institution.ref),
        )
    word, paper = _last(institution, looks, at), stated(claims)
    if word is not None and (paper is None or (_counts(word) and paper.evidence.collected <= _day(institution, word))):
        _refuse(word)
        return _ruled(institution, person, word.name, word.signer, _day(institution, word), at, oldest)
    claim = attested(claims, institution.ref, written=False)
    by = claim.evidence.by or "-"
    # `by:` is what the inventory says; the key says who it was.
    return _ruled(institution, person, by, claim.signer or by, claim.evidence.collected, at, oldest)


def _last(institution: Subject[Institution], looks: Looks, at: datetime) -> AssentState | None:
    """What was signed with `haechi sign` until the day of judgement."""
    found = looks.seen.get(signed_for(institution.ref))
    seen = found.seen if found is not None else None
    if not isinstance(seen, AssentState) or institution.today(seen.signed_at) > institution.today(at):
        return None
    return seen


def _day(institution: Subject[Institution], word: AssentState) -> date:
    return institution.today(word.signed_at)


def _counts(word: AssentState) -> bool:
    return word.state == "good" and word.whole


def _refuse(word: AssentState) -> None:
    """CannotSee where nothing can be told from a signature."""
    figures = {"name": word.name, "run": word.run, "state": word.state}
    if word.state == "good" and not word.whole:
        raise CannotSee(Reason.INCOMPLETE, say("{name} signed the run {run}, which was only a part", **figures))
    if word.state not in ("good", "tampered", "wrong-signer"):
        says = say("what {name} signed for the run {run} counts for nothing yet: {state}", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)


def _ruled(
    institution: Subject[Institution], person: Person, by: str, key: str, day: date, at: datetime, oldest: timedelta
) -> Ruling:
    """`by` is who is said to have signed, `key` as whom the signature was verified, empty where it does not fit."""
    own = Hands((person.name, *((person.email,) if person.email is not None else ())))
    age = max(institution.today(at) - day, timedelta(0))
    right = bool(own.meant((by,)) and key and own.meant((key,)))
    figures = {"who": institution.ref, "by": by, "name": person.name, "date": plain(day), "most": str(oldest.days)}
    figures |= {"key": key or "-"}
    if own.meant((by,)) and not right and not key:
        says = say("what {name} signed for {who} on {date} was changed since, or the key is somebody else's", **figures)
    elif own.meant((by,)) and not right:
        says = say("the paper of {who} names {by}, but the key that signed it is that of {key}", **figures)
    elif not right:
        says = say("{by} signed for {who}, but {name} answers for it", **figures)
    elif age > oldest:
        says = say("{name} signed for {who} on {date}; that may be {most} days ago", **figures)
    else:
        says = say("{name} signed for {who} on {date}", **figures)
    measured = say("signed by {by} on {date}", **(figures | {"by": key or by}))
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
