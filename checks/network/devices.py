"""The switches that network devices made become the ruling on whether they were tested lately, fast enough."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from audit.contract import (
    CannotSee,
    Claims,
    Example,
    Level,
    Limits,
    Looks,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.facts import Facts
from audit.model.policy import NONE
from audit.model.switching import RANK, SwitchState, switched
from audit.model.technology import Failover
from audit.model.units import plain
from checks.network.samples import HERE, portal

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
_PAIR: Final = "kibo/guarantee/pair"
_LAYERS: Final = frozenset(("network", "security"))


def _pair(drills: str = "", covers: str = "network", grade: int = 1) -> str:
    switch = f"{{id: pair, kind: declared, to: busan, mode: hot, covers: [{covers}], drills: [{drills}]}}"
    return portal(HERE, switch=switch, grade=grade)


_TESTED: Final = "{on: 2026-06-01, realism: real-switch, took: 12s}"


def _measured(seconds: int | None, days: int = 9) -> dict[str, Facts]:
    ended = AT - timedelta(days=days)
    known = {"outage": timedelta(seconds=seconds)} if seconds is not None else {}
    return {
        switched(_PAIR): SwitchState.model_validate({
            "level": Level.DRILLED, "id": "1", "failover_ref": _PAIR, "kind": "active", "realism": "real-switch",
            "started": ended, "ended": ended, "expires": ended + timedelta(days=365), **known,
        })
    }  # fmt: skip


@check(
    "network.device-switch-tested",
    control="NET-05",
    method="D",
    severity="high",
    answers=("NIST SP 800-53r5 CP-8(5)", "NIST SP 800-53r5 SI-13", "ISMS-P 2.9.2"),
    least="attested",
    limits={"age": ("365d", "365d", "730d", "-"), "took": ("60s", "-", "-", "-")},
    examples=(
        Example(Verdict.PASS, _pair(), _PAIR, others=_measured(9), at=AT),
        Example(Verdict.PASS, _pair(grade=2), _PAIR, others=_measured(None), at=AT),
        Example(Verdict.FAIL, _pair(), _PAIR, others=_measured(90), at=AT),
        Example(Verdict.FAIL, _pair(), _PAIR, others=_measured(9, days=400), at=AT),
        Example(Verdict.UNKNOWN, _pair(), _PAIR, others=_measured(None), at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _pair(_TESTED.replace("real-switch", "tabletop")), _PAIR, at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _pair(_TESTED), _PAIR, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _pair(_TESTED), _PAIR, others=_measured(9, days=400), at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _pair(_TESTED, covers="server"), _PAIR, at=AT),
    ),
)  # fmt: skip
def devices_were_switched(
    switch: Subject[Failover], looks: Looks, claims: Claims, at: datetime, limits: Limits
) -> Ruling:
    """The second router, load balancer or firewall has really taken over lately, within the seconds that are allowed.

    Why: the pair of security devices had never been switched for real; on the day one broke, the other did not take
    over, and a whole administration stood still.

    Fix: switch the devices over in a quiet hour, record date and seconds of outage under `drills:` of a failover with
    `covers: [network]`, let somebody sign it.
    """
    if not _LAYERS & set(switch.item.covers or ()):
        raise NotApplicable(say("{failover} covers no network device", failover=switch.ref))
    oldest = limits.duration("age")
    most = limits.duration("took") if limits.values["took"] != NONE else None
    required = f"<= {plain(oldest)}" + (f", <= {plain(most)}" if most is not None else "")
    known = [*_seen(switch, looks), *_recorded(switch)]
    if not known:
        raise CannotSee(Reason.INCOMPLETE, say("no real switch of {failover} is recorded", failover=switch.ref))
    # The newest counts: a fast one of last year does not speak for what was changed since.
    on, took, recorded = max(known, key=lambda one: (one[0], not one[2]))
    if recorded:
        statement = next((one for one in claims.all if one.evidence.collected >= on), None)
        if statement is None:  # a measured switch of another day does not speak for it
            says = say(
                "the inventory says so of {ref}, but nobody has signed it; add it under `evidence:`", ref=switch.ref
            )
            raise CannotSee(Reason.INCOMPLETE, says)
        claims.rest_on(statement)
    age = switch.today(at) - on
    if age < timedelta(0):
        says = say("the record of {failover} is dated in the future", failover=switch.ref)
        raise CannotSee(Reason.CONTRADICTED, says)
    figures = {"failover": switch.ref, "days": str(age.days), "took": plain(took or "-"), "most": plain(most or "-")}
    measured = f"{plain(age)}, {figures['took']}"
    if age > oldest:
        says = say("the devices of {failover} were last switched {days} days ago", **figures)
        return ruling(False, measured=measured, required=required, says=says, key="drills")
    if most is not None and took is None:
        says = say("nobody recorded how long the switch of {failover} took, {days} days ago", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    if most is not None and took is not None and took > most:
        says = say("the devices of {failover} took {took} to switch; {most} are allowed", **figures)
        return ruling(False, measured=measured, required=required, says=says, key="drills")
    says = say("the devices of {failover} were switched {days} days ago; it took {took}", **figures)
    return ruling(True, measured=measured, required=required, says=says, key="drills")


_Made = tuple[date, timedelta | None, bool]
"""The day, how long it took, whether it is an entry of the inventory."""


def _seen(switch: Subject[Failover], looks: Looks) -> list[_Made]:
    state = looks.switched(switch.ref)
    if state is None or not state.proven or state.kind != "active":
        return []
    return [(switch.today(state.ended), state.outage if state.has("outage") else None, False)]


def _recorded(switch: Subject[Failover]) -> list[_Made]:
    real = RANK.index("real-switch")
    return [(one.on, one.took, True) for one in switch.item.drills if RANK.index(one.realism) >= real]
