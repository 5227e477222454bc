"""Contributors and their commitments become rulings on whether a programme keeps its money."""

from __future__ import annotations

from typing import Final

from audit.contract import (
    CannotSee,
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
from audit.model.estate import Programme
from audit.model.message import Message
from audit.model.paying import Funding, largest, top_share

FUND: Final = "retail-win-win"
GOAL: Final = ", guarantees: 90e9 KRW, launch: 2027-01-02"


def _fund(contributors: str, least: str = "2e9 KRW", rest: str = "") -> str:
    return (
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1}]}]\n"
        f"programmes: [{{id: retail-win-win, served-by: [kibo/guarantee], "
        f"needs: [{{sum: contribution, at-least: {least}, of: [coupang, bank-a, bank-b]}}]{rest}}}]\n"
        f"contributors: [{contributors}]\n"
    )


def _three(first: str, second: str, third: str, *, commitment: str = "signed") -> str:
    return ", ".join(
        f"{{id: {name}, contribution: {amount} KRW, commitment: {commitment}}}"
        for name, amount in (("coupang", first), ("bank-a", second), ("bank-b", third))
    )


EMPTY: Final = (
    "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1}]}]\n"
    "programmes: [{id: retail-win-win, served-by: [kibo/guarantee]}]\n"
)


def _funding(programme: Subject[Programme]) -> Funding:
    """Who pays into a programme; CannotSee where nobody does, or where the amounts cannot be added."""
    funding = Funding(programme.graph, programme.item)
    if not funding.promised:
        says = say(
            "the inventory does not say who pays into {programme}; add `needs:` with a sum of contributions",
            programme=programme.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if len(funding.currencies) > 1:
        says = say("the contributions to {programme} are in several currencies", programme=programme.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    return funding


@check(
    "funding.concentration",
    control="FND-06",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 SR-3", "NIST SP 800-53r5 PM-9"),
    least="declared",
    limits={"share": ("40 %", "50 %", "60 %", "-")},
    examples=(
        Example(Verdict.PASS, _fund(_three("1e9", "1e9", "1e9")), FUND),
        Example(Verdict.FAIL, _fund(_three("8e9", "1e9", "1e9")), FUND),
        Example(Verdict.FAIL, _fund(_three("1e9", "1e9", "1e9").replace("signed", "verbal", 2)), FUND),
        Example(Verdict.UNKNOWN, EMPTY, FUND, reason=Reason.INCOMPLETE),
    ),
)
def no_contributor_carries_too_much(programme: Subject[Programme], limits: Limits) -> Ruling:
    """No single contributor pays more than its share of the programme's money, promised or committed.

    Why: a plan for 100 billion won of guarantees stood still when one platform withdrew a promise.

    Fix: win further contributors, or cap the part of the largest one.
    """
    most = limits.number("share") / 100
    payers = _funding(programme).payers
    # What only words hold together leans on those who signed: the worse of both counts.
    firm = top_share([payer for payer in payers if payer.committed])
    promised = top_share(payers)
    top, name, index = max(promised, firm)
    figures = {
        "largest": name,
        "share": f"{top:.0%}",
        "programme": programme.ref,
        "most": f"{most:.0%}",
        "index": f"{index:.2f}",
    }
    if top <= most:
        says = say("{largest}, the largest contributor, pays {share} of {programme} (concentration {index})", **figures)
    elif promised[0] <= most:
        says = say(
            "of what is signed for or paid {largest} pays {share} of {programme}; {most} are allowed (concentration "
            "{index})",
            **figures,
        )
    else:
        says = say("{largest} pays {share} of {programme}; {most} are allowed (concentration {index})", **figures)
    return ruling(top <= most, measured=figures["share"], required=f"<= {most:.0%}", says=says, key="needs")


@check(
    "funding.signed",
    control="FND-07",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 PM-9", "NIST SP 800-53r5 SA-9"),
    least="declared",
    limits={"share": ("80 %", "60 %", "50 %", "-")},
    examples=(
        Example(Verdict.PASS, _fund(_three("1e9", "1e9", "1e9")), FUND),
        Example(Verdict.FAIL, _fund(_three("1e9", "1e9", "1e9", commitment="verbal")), FUND),
        Example(Verdict.UNKNOWN, EMPTY, FUND, reason=Reason.INCOMPLETE),
    ),
)
def commitments_are_signed(programme: Subject[Programme], limits: Limits) -> Ruling:
    """Enough of the programme's money is signed for or paid.

    Why: a promise by word of mouth is withdrawn with a word.

    Fix: have the commitments that the finding names signed before the programme is announced.
    """
    least = limits.number("share") / 100
    funding = _funding(programme)
    loose = sorted(funding.uncommitted())
    share = funding.left(committed=True) / funding.promised
    figures = {
        "share": f"{share:.0%}",
        "programme": programme.ref,
        "least": f"{least:.0%}",
        "loose": ", ".join(loose[:5]),
    }
    if share >= least:
        says = say("{share} of the money of {programme} is signed for or paid", **figures)
    else:
        says = say(
            "only {share} of the money of {programme} is signed for or paid; {least} are needed; open: {loose}",
            **figures,
        )
    return ruling(share >= least, measured=figures["share"], required=f">= {least:.0%}", says=says, key="needs")


@check(
    "funding.drop-out",
    control="FND-08",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 PM-9", "NIST SP 800-53r5 RA-3", "ISO 22301 8.2.3"),
    least="declared",
    limits={"left": ("100 %", "80 %", "60 %", "-")},
    examples=(
        Example(Verdict.PASS, _fund(_three("1e9", "1e9", "1e9")), FUND),
        Example(Verdict.FAIL, _fund(_three("1e9", "5e8", "5e8")), FUND),
        Example(Verdict.FAIL, _fund(_three("1e9", "1e9", "1e9"), "1e9", f"{GOAL}, minimum: 90e9 KRW"), FUND),
        Example(Verdict.PASS, _fund(_three("1e9", "1e9", "1e9"), "1e9", f"{GOAL}, minimum: 60e9 KRW"), FUND),
        Example(Verdict.UNKNOWN, EMPTY, FUND, reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN,
            _fund(_three("1e9", "1e9", "1e9"), rest=", minimum: 90e9 KRW"),
            FUND,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.NOT_APPLICABLE, _fund(_three("1e9", "5e8", "5e8"), least="0"), FUND),
    ),
)
def programme_survives_its_largest_contributor(programme: Subject[Programme], limits: Limits) -> Ruling:
    """Without its largest contributor the programme still has the least amount that it promised.

    Why: whoever announces the sum of all promises has announced that nobody will leave.

    Fix: announce what is left without the largest contributor, find another one, or agree on a reserve that steps in.
    """
    least = limits.number("left") / 100
    funding = _funding(programme)
    one, two = largest(funding.payers, 1), largest(funding.payers, 2)
    wanted = _wanted(funding)
    if wanted is None:
        if funding.minimum is not None:
            says = say(
                "the inventory does not say what {programme} guarantees; add `guarantees:`", programme=programme.ref
            )
            raise CannotSee(Reason.INCOMPLETE, says)
        raise NotApplicable(say("{programme} promises no least amount", programme=programme.ref))
    unit = funding.leverage if funding.minimum is not None and funding.leverage is not None else 1.0
    share = _share(funding, one)
    left, after = (funding.left(gone) * unit for gone in (one, two))
    currency = funding.currencies[0]
    figures = {
        "largest": ", ".join(one),
        "programme": programme.ref,
        "left": f"{left:,.0f} {currency}",
        "wanted": f"{wanted * unit:,.0f} {currency}",
        "share": f"{share:.0%}",
        "two": f"{after:,.0f} {currency}",
    }
    met = share >= least
    if met:
        says = say(
            "without {largest}, {programme} keeps {left}, {share} of the {wanted} that it needs; without the two "
            "largest {two}",
            **figures,
        )
    else:
        says = say(
            "without {largest}, {programme} has only {left}, {share} of the {wanted} that it needs; without the two "
            "largest {two}",
            **figures,
        )
    measured = say("{share}; it begins {late}", share=figures["share"], late=_late(funding, one))
    return ruling(met, measured=measured if funding.programme.launch else figures["share"],
                  required=f">= {least:.0%}", says=says, key="needs")  # fmt: skip


def _wanted(funding: Funding) -> float | None:
    """The money that it needs; None where it promises nothing, or where no money stands against the promise."""
    if funding.minimum is not None and funding.leverage is None:
        return None
    return funding.required or None


def _share(funding: Funding, gone: tuple[str, ...]) -> float:
    """What is left without some, of what is needed: of the sum, or of the minimum, that misses most."""
    wanted = _wanted(funding)
    parts = [funding.left(gone) / wanted] if wanted else []
    for need in funding.sums:
        ranked = sorted(funding.by_ref[ref].amount for ref in dict.fromkeys(need.of) if ref in funding.by_ref)
        if need.at_least > 0:
            parts.append(sum(ranked[: len(ranked) - len(gone)]) / need.at_least)
    return min(parts)


def _late(funding: Funding, gone: tuple[str, ...]) -> Message:
    """When it can begin on what is committed by those who are left."""
    launch = funding.programme.launch
    reached = funding.reached(gone, committed=True)
    days = reached.slip(launch) if launch is not None else None
    if days is None:
        return say("on no day that is known")
    return say("{days} days late", days=days) if days else say("in time")
