"""The switches that were made become rulings on their age, their time, how real they were, the way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, get_args

from audit.contract import (
    CannotSee,
    Claims,
    Example,
    Level,
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
from audit.model.facts import Facts
from audit.model.failover import FailoverState, Member, Switch
from audit.model.message import Message
from audit.model.switching import Realism, SwitchState, switched
from audit.model.technology import Failover
from audit.model.units import plain
from checks.failover.proof import Made, made, rest_on
from checks.failover.samples import TO_BUSAN, failover, stated

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
_ENTRY: Final = "drills: [{on: 2026-06-01, realism: real-switch, took: 40m}]"
_OLD: Final = "drills: [{on: 2025-06-01, realism: real-switch, took: 40m}]"
_BACK: Final = "drills: [{on: 2026-06-01, realism: real-switch, returned: 2026-06-02, reconciled: true}]"
_SIGNED: Final[Mapping[str, Facts]] = MappingProxyType({"evidence:record": signed("Lee Jun")})
_GROUP: Final = FailoverState(members=(Member(name="n1", role="primary", usable=True),))
_ONE_WAY: Final = "drills: [{on: 2026-06-01, realism: real-switch}]"


def _measured(days: int, minutes: int = 40, trouble: str = "") -> dict[str, Facts]:
    ended = AT - timedelta(days=days)
    return {
        switched(TO_BUSAN): SwitchState(
            level=Level.DRILLED,
            id="1",
            failover_ref=TO_BUSAN,
            kind="active",
            realism="real-switch",
            started=ended,
            ended=ended,
            expires=ended + timedelta(days=183),
            outage=timedelta(minutes=minutes),
            trouble=trouble,
        )
    }


def _told(days: int) -> dict[str, Facts]:
    last = Switch(at=AT - timedelta(days=days), source="Patroni /history")
    return {TO_BUSAN: FailoverState(members=(Member(name="n1", role="primary", usable=True),), last_switch=last)}


@check(
    "failover.drill",
    control="DRF-05",
    method="D",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-4", "NIST SP 800-53r5 CP-10(4)", "ISO 22301 8.5", "DORA 24", "ISMS-P 2.12.2"),
    least="attested",
    limits={"age": ("183d", "365d", "730d", "-"), "times": ("1", "1", "1", "-")},
    examples=(
        Example(Verdict.PASS, failover("to: busan, mode: hot"), TO_BUSAN, others=_measured(90), at=AT),
        Example(Verdict.FAIL, failover("to: busan, mode: hot"), TO_BUSAN, others=_measured(400), at=AT),
        Example(Verdict.FAIL, failover("to: busan, mode: hot"), TO_BUSAN, others=_measured(9, 900), at=AT),
        Example(Verdict.FAIL, failover("to: busan, mode: hot"), TO_BUSAN, others=_told(400), at=AT),
        Example(Verdict.UNKNOWN, failover("to: busan, mode: hot"), TO_BUSAN, others=_told(9), at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, failover(f"to: busan, mode: hot, {_ENTRY}"), TO_BUSAN, at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, failover(f"to: busan, mode: hot, {_ENTRY}"), TO_BUSAN, others=_told(400), at=AT,
                reason=Reason.CONTRADICTED),
        Example(Verdict.UNKNOWN, failover(f"to: busan, mode: hot, {_ENTRY}"), TO_BUSAN, others={TO_BUSAN: _GROUP},
                at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, failover(f"to: busan, mode: hot, {_ENTRY}"), TO_BUSAN, at=AT,
                others={TO_BUSAN: _GROUP.model_copy(update={"switches": 0})}, reason=Reason.CONTRADICTED),
        Example(Verdict.PASS, failover(f"to: busan, mode: hot, {_ENTRY}") + stated("failover.drill"), TO_BUSAN, at=AT,
                others=_SIGNED),
        Example(Verdict.UNKNOWN, failover("to: busan, mode: hot, tested: 2026-06-01"), TO_BUSAN, at=AT,
                reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def switch_was_drilled(switch: Subject[Failover], looks: Looks, claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """A real switch to the other place was made lately, and was over within the promised recovery time.

    Why: a takeover that nobody has made is a hope; what goes wrong in it shows only in it.

    Fix: switch over for real on a quiet day, or record start, end and what was checked under
    `drills:` and let somebody sign it; repeat it before the age that the finding names.
    """
    oldest, most = limits.duration("age"), switch.rto * limits.number("times")
    required = f"<= {plain(oldest)}, <= {plain(most)}"
    known = [one for one in made(switch, looks, claims) if one.ranks("partial")]
    if not known:
        raise CannotSee(Reason.INCOMPLETE, _nothing(switch, looks))
    # What gives a time goes before a newer one that tells the date alone.
    one = next((one for one in known if one.took is not None and _age(one, switch, at) <= oldest), known[0])
    rest_on(one, switch, claims)
    age = _age(one, switch, at)
    _not_ahead(switch, age)
    figures = {"failover": switch.ref, "days": str(age.days), "took": plain(one.took or "-"), "most": plain(most)}
    if age > oldest:
        says = say("{failover} was last switched {days} days ago", **figures)
        return ruling(False, measured=plain(age), required=required, says=says, key="drills")
    if one.took is None:
        says = say(
            "{failover} was switched {days} days ago, as {source} tells; nobody recorded how long it took",
            source=one.source or "the inventory", **figures,
        )  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    if one.took > most:
        says = say("{failover} took {took} in its last switch; only {most} are promised", **figures)
    else:
        says = say("{failover} was switched {days} days ago, in {took}; {most} are promised", **figures)
    measured = f"{plain(age)}, {plain(one.took)}"
    return ruling(one.took <= most, measured=measured, required=required, says=says, key="drills")


def _nothing(switch: Subject[Failover], looks: Looks) -> Message:
    state = looks.switched(switch.ref)
    if state is not None and not state.proven:
        return say("the last drill of {failover} failed: {why}", failover=switch.ref, why=state.trouble or "-")
    if switch.item.tested is None:
        return say("no switch of {failover} is recorded; add the last one under `drills:`", failover=switch.ref)
    return say(
        "the inventory says that {failover} was tested on {date}; no record of a drill proves it, add it under "
        "`drills:`",
        failover=switch.ref, date=switch.item.tested,
    )  # fmt: skip


def _age(one: Made, switch: Subject[Failover], at: datetime) -> timedelta:
    return switch.today(at) - one.on


def _not_ahead(switch: Subject[Failover], age: timedelta) -> None:
    if age < timedelta(0):
        says = say("the record of {failover} is dated in the future", failover=switch.ref)
        raise CannotSee(Reason.CONTRADICTED, says)


@check(
    "failover.realism",
    control="DRF-06",
    method="D",
    severity="high",
    answers=("NIST SP 800-53r5 CP-4(1)", "NIST SP 800-53r5 CP-4(3)", "ISO 22301 8.5", "ISMS-P 2.12.2"),
    least="attested",
    limits={
        "realism": ("total-site-loss", "real-switch", "partial", "tabletop"),
        "age": ("730d", "730d", "730d", "730d"),
    },
    examples=(
        Example(Verdict.PASS, failover("to: busan, mode: hot", grade=2), TO_BUSAN, others=_measured(90), at=AT),
        Example(Verdict.PASS, failover("to: busan, mode: hot", grade=2), TO_BUSAN, others=_told(90), at=AT),
        Example(Verdict.FAIL, failover("to: busan, mode: hot"), TO_BUSAN, others=_measured(90), at=AT),
        Example(Verdict.FAIL, failover("to: busan, mode: hot", grade=2), TO_BUSAN, others=_measured(800), at=AT),
        Example(Verdict.UNKNOWN, failover("to: busan, mode: hot"), TO_BUSAN, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def drill_was_like_the_loss(
    switch: Subject[Failover], looks: Looks, claims: Claims, at: datetime, limits: Limits
) -> Ruling:
    """A drill of the last two years came as near to a real loss as the grade asks.

    Why: drills had been held at the desk; on the day the tools that start the other place were lost with the first one.

    Fix: drill the loss of the whole site, its tools, its people included; record it under `drills:` with its
    `realism:`, let somebody sign it.
    """
    word, oldest = limits.word("realism"), limits.duration("age")
    least: Realism = next((known for known in get_args(Realism) if known == word), "real-switch")
    required = f"{least}, <= {plain(oldest)}"
    known = made(switch, looks, claims)
    if not known:
        raise CannotSee(Reason.INCOMPLETE, _nothing(switch, looks))
    _not_ahead(switch, _age(known[0], switch, at))
    best = next((one for one in known if one.ranks(least) and _age(one, switch, at) <= oldest), None)
    if best is None:
        one = known[0]
        rest_on(one, switch, claims)
        says = say(
            "the last drill of {failover}, {days} days ago, was: {realism}; its grade asks for: {least}",
            failover=switch.ref, days=str(_age(one, switch, at).days), realism=one.realism, least=least,
        )  # fmt: skip
        return ruling(False, measured=one.realism, required=required, says=says, key="drills")
    rest_on(best, switch, claims)
    says = say(
        "{failover} was drilled {days} days ago: {realism}",
        failover=switch.ref, days=str(_age(best, switch, at).days), realism=best.realism,
    )  # fmt: skip
    return ruling(True, measured=best.realism, required=required, says=says, key="drills")


@check(
    "failover.fail-back",
    control="DRF-10",
    method="D",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-10", "NIST SP 800-53r5 CP-4(4)", "CSF RC.RP-05", "CSF RC.RP-06"),
    least="attested",
    limits={"age": ("365d", "730d", "-", "-")},
    examples=(
        Example(Verdict.PASS, failover(f"to: busan, mode: hot, {_BACK}") + stated("failover.fail-back"), TO_BUSAN,
                at=AT, others=_SIGNED),
        Example(Verdict.FAIL, failover(f"to: busan, mode: hot, {_BACK.replace('true', 'false')}")
                + stated("failover.fail-back"), TO_BUSAN, at=AT, others=_SIGNED),
        Example(Verdict.FAIL, failover(f"to: busan, mode: hot, {_BACK}")
                + stated("failover.fail-back").replace("2027-06-01", "2028-06-01"), TO_BUSAN,
                at=AT + timedelta(days=340), others=_SIGNED),
        Example(Verdict.UNKNOWN, failover(f"to: busan, mode: hot, {_BACK}"), TO_BUSAN, at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, failover(f"to: busan, mode: hot, {_ONE_WAY}"), TO_BUSAN, at=AT,
                reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def way_back_was_rehearsed(
    switch: Subject[Failover], looks: Looks, claims: Claims, at: datetime, limits: Limits
) -> Ruling:
    """The system was switched back to its first place lately, and the data of both places agreed afterwards.

    Why: what was written at the other place has to come home; who has never done it loses it on the way back.

    Fix: end the next drill with the way back, compare the data of both places, record `returned:` and `reconciled:`,
    let somebody sign it.
    """
    oldest = limits.duration("age")
    required = f"<= {plain(oldest)}"
    back = [one for one in made(switch, looks, claims) if one.returned is not None]
    if not back:
        says = say("no way back of {failover} is recorded; add `returned:` to a drill under `drills:`",
                   failover=switch.ref)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    one = max(back, key=lambda one: (one.proven, one.returned or one.on))
    rest_on(one, switch, claims)
    age = switch.today(at) - (one.returned or one.on)
    _not_ahead(switch, age)
    figures = {"failover": switch.ref, "days": str(age.days)}
    if one.reconciled is None:
        says = say("nobody recorded whether the data agreed after {failover} was switched back", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    if not one.reconciled:
        says = say("{failover} was switched back {days} days ago, but the data of both places did not agree", **figures)
    elif age > oldest:
        says = say("{failover} was last switched back {days} days ago", **figures)
    else:
        says = say("{failover} was switched back {days} days ago, and the data of both places agreed", **figures)
    return ruling(one.reconciled and age <= oldest, measured=plain(age), required=required, says=says, key="drills")
