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
from audit.model.estate import Contributor, Programme
from audit.model.needs import Need, SumOf, parts

FUND: Final = "retail-win-win"


def _fund(contributors: str, least: str = "2e9 KRW") -> str:
    return (
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1}]}]\n"
        f"programmes: [{{id: retail-win-win, served-by: [kibo/guarantee], "
        f"needs: [{{sum: contribution, at-least: {least}, of: [coupang, bank-a, bank-b]}}]}}]\n"
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


def _sums(need: Need) -> tuple[SumOf, ...]:
    """The sums of contributions inside a need, at any depth."""
    if isinstance(need, SumOf):
        return (need,) if need.sum == "contribution" else ()
    if isinstance(need, str):
        return ()
    return tuple(found for one in parts(need) for found in _sums(one))


def _contributors(programme: Subject[Programme]) -> tuple[tuple[Contributor, ...], tuple[SumOf, ...]]:
    """Who pays into a programme; CannotSee where nobody does, or where the amounts cannot be added."""
    sums = tuple(found for need in programme.item.needs for found in _sums(need))
    named = dict.fromkeys(ref for found in sums for ref in found.of)
    payers = tuple(item for ref in named if isinstance(item := programme.estate.index.get(ref), Contributor))
    if not payers or not sum(payer.contribution.amount for payer in payers):
        says = say(
            "the inventory does not say who pays into {programme}; add `needs:` with a sum of contributions",
            programme=programme.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if len({payer.contribution.currency for payer in payers}) > 1:
        says = say("the contributions to {programme} are in several currencies", programme=programme.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    return payers, sums


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
        Example(Verdict.UNKNOWN, EMPTY, FUND, reason=Reason.INCOMPLETE),
    ),
)
def no_contributor_carries_too_much(programme: Subject[Programme], limits: Limits) -> Ruling:
    """No single contributor pays more than its share of the programme's money.

    Why: a plan for 100 billion won of guarantees stood still when one platform withdrew a promise.

    Fix: win further contributors, or cap the part of the largest one.
    """
    most = limits.number("share") / 100
    payers, _ = _contributors(programme)
    total = sum(payer.contribution.amount for payer in payers)
    shares = sorted(((float(payer.contribution.amount / total), payer.ref) for payer in payers), reverse=True)
    top, largest = shares[0]
    index = sum(share * share for share, _ in shares)
    figures = {
        "largest": largest,
        "share": f"{top:.0%}",
        "programme": programme.ref,
        "most": f"{most:.0%}",
        "index": f"{index:.2f}",
    }
    if top <= most:
        says = say("{largest}, the largest contributor, pays {share} of {programme} (concentration {index})", **figures)
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
    payers, _ = _contributors(programme)
    total = sum(payer.contribution.amount for payer in payers)
    loose = sorted(payer.ref for payer in payers if payer.commitment not in ("signed", "paid"))
    signed = sum(payer.contribution.amount for payer in payers if payer.commitment in ("signed", "paid"))
    share = float(signed / total)
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
        Example(Verdict.UNKNOWN, EMPTY, FUND, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _fund(_three("1e9", "5e8", "5e8"), least="0"), FUND),
    ),
)
def programme_survives_its_largest_contributor(programme: Subject[Programme], limits: Limits) -> Ruling:
    """Without its largest contributor the programme still has the least amount that it promised.

    Why: whoever announces the sum of all promises has announced that nobody will leave.

    Fix: announce what is left without the largest contributor, find another one, or agree on a reserve that steps in.
    """
    least = limits.number("left") / 100
    payers, sums = _contributors(programme)
    amounts = {payer.ref: float(payer.contribution.amount) for payer in payers}
    stressed: list[tuple[float, str, float, float]] = []
    for need in sums:
        ranked = sorted(((amounts.get(ref, 0.0), ref) for ref in dict.fromkeys(need.of)), reverse=True)
        if need.at_least > 0:
            left = sum(amount for amount, _ in ranked[1:])
            stressed.append((left / need.at_least, ranked[0][1], left, need.at_least))
    if not stressed:
        raise NotApplicable(say("{programme} promises no least amount", programme=programme.ref))
    share, largest, left, wanted = min(stressed)
    currency = payers[0].contribution.currency
    figures = {
        "largest": largest,
        "programme": programme.ref,
        "left": f"{left:,.0f} {currency}",
        "wanted": f"{wanted:,.0f} {currency}",
        "share": f"{share:.0%}",
    }
    if share >= least:
        says = say("without {largest}, {programme} keeps {left}, {share} of the {wanted} that it needs", **figures)
    else:
        says = say("without {largest}, {programme} has only {left}, {share} of the {wanted} that it needs", **figures)
    return ruling(share >= least, measured=figures["share"], required=f">= {least:.0%}", says=says, key="needs")
