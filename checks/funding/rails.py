"""The ways into and out of a programme become a ruling on whether one loss closes all of one side."""

from __future__ import annotations

from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Programme
from audit.model.message import Message
from audit.model.paying_ways import Ways, ways_of

_ONLINE: Final = "{id: online, kind: online, needs: [kibo/guarantee]}"
_BRANCH: Final = "{id: counter, kind: branch}"
_BANKS: Final = "{id: bank-a, kind: bank, needs: [bank-one]}, {id: bank-b, kind: bank, needs: [bank-two]}"
_FUND: Final = "fund"


def _programme(intake: str, payout: str = _BANKS) -> str:
    return (
        "sites: [{id: daejeon, rooms: [{id: room-1}]}]\n"
        "suppliers: [{id: bank-one}, {id: bank-two}]\n"
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, at: [daejeon/room-1]}, "
        "{id: phone, grade: 1, at: [daejeon/room-1]}]}]\n"
        f"programmes: [{{id: fund, served-by: [kibo/guarantee], intake: [{intake}], payout: [{payout}]}}]\n"
    )


@check(
    "funding.two-ways",
    control="FND-01",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-2(5)", "NIST SP 800-53r5 CP-7", "NIST SP 800-53r5 SR-3", "ISO 22301 8.3"),
    least="declared",
    limits={"ways": ("2", "2", "1", "-"), "by-hand": ("0", "0", "1", "-")},
    examples=(
        Example(Verdict.PASS, _programme(f"{_ONLINE}, {_BRANCH}"), _FUND),
        Example(Verdict.FAIL, _programme(_ONLINE), _FUND),
        Example(
            Verdict.FAIL, _programme(f"{_ONLINE}, {{id: phone, kind: phone, needs: [kibo/phone]}}"), _FUND
        ),
        Example(Verdict.FAIL, _programme(f"{_ONLINE}, {_BRANCH}", _BANKS.replace("bank-two", "bank-one")), _FUND),
        Example(Verdict.UNKNOWN, _programme(""), _FUND, reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN, _programme(f"{_ONLINE}, {{id: phone, kind: phone}}"), _FUND, reason=Reason.INCOMPLETE
        ),
    ),
)  # fmt: skip
def programme_has_two_ways(programme: Subject[Programme], limits: Limits) -> Ruling:
    """People can apply, and money can go out, on two ways that no single loss closes together.

    Why: loans for small firms stopped for days because the only way to apply led through one building.

    Fix: open a second way that stands elsewhere, such as branches or another bank; write it under `intake:` or
    `payout:` with all that it needs.
    """
    least, by_hand = int(limits.number("ways")), int(limits.number("by-hand"))
    required = (
        say("{least} ways that nothing closes together", least=least)
        if not by_hand
        else say("at least {least}, with one more by hand", least=least)
    )
    sides = ways_of(programme.graph, programme.item)
    for one in sides:
        short = _short(one, least, by_hand, programme.ref)
        if short is not None:
            return ruling(False, measured=_listed(one), required=required, says=short, key=one.side)
    for one in sides:
        if not one.rails:
            says = (
                say(
                    "the inventory does not say how people apply to {programme}; add `intake:`", programme=programme.ref
                )
                if one.side == "intake"
                else say("the inventory does not say how {programme} pays out; add `payout:`", programme=programme.ref)
            )
            raise CannotSee(Reason.INCOMPLETE, says)
        if one.mute:
            names = ", ".join(one.mute[:5])
            raise CannotSee(
                Reason.INCOMPLETE, say("nobody wrote what these ways need: {names}; add `needs:`", names=names)
            )
        if one.perhaps and least > 1:
            says = say(
                "every way of {programme} closes with {name}, unless a failover works that nobody has tried",
                programme=programme.ref, name=one.perhaps[0],
            )  # fmt: skip
            raise CannotSee(Reason.INCOMPLETE, says)
    says = say("no single loss closes all ways into {programme}, or all ways out of it", programme=programme.ref)
    return ruling(True, measured="; ".join(map(_listed, sides)), required=required, says=says, key="intake")


def _short(one: Ways, least: int, by_hand: int, ref: str) -> Message | None:
    """What is wrong with a side for certain; None where nothing is, or where it is not told."""
    if not one.rails:
        return None
    figures = {"programme": ref, "ways": _listed(one), "least": str(least)}
    if by_hand:
        hands = sum(rail.kind == "manual" for rail in one.rails)
        if hands < by_hand or len(one.rails) - hands < least:
            return say("{programme} has no way beside this: {ways}", **figures)
        return None
    if len(one.rails) < least:
        return say("{programme} has too few ways: {ways}; {least} are needed", **figures)
    if one.together and least > 1:
        return say("all ways of {programme} close when {name} is lost: {ways}", name=one.together[0], **figures)
    return None


def _listed(one: Ways) -> str:
    return ", ".join(f"{rail.id} ({rail.kind})" for rail in one.rails[:8])
