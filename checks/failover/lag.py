"""How far the standbys of a group are behind becomes the ruling on what a switch would lose now."""

from __future__ import annotations

from datetime import timedelta
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
from audit.model.failover import FailoverState, Member
from audit.model.quorum import site_of
from audit.model.technology import Failover
from audit.model.units import plain
from checks.failover.samples import TO_BUSAN, guarantee

_GROUP: Final = guarantee(
    "grade: 1, rpo: 5m, at: [daejeon/room-1], failover: [{id: to-busan, kind: sentinel, to: busan, mode: hot, "
    "host: 127.0.0.1, group: kodit}]"
)
_PLACED: Final = _GROUP.replace("kodit", "kodit, members: [{name: n2, at: daejeon/room-1}, {name: n3, at: busan}]")
_FIRST: Final = Member(name="n1", role="primary", usable=True)
_LATE: Final = timedelta(hours=2)


def _behind(seconds: float | None = None, size: int | None = None, *, usable: bool = True) -> FailoverState:
    standby = Member(
        name="n2", role="standby", usable=usable, lag_seconds=seconds, lag_bytes=size, lag_by="age of the canary"
    )
    return FailoverState(members=(_FIRST, standby))


def _both(here: float | None, there: float | None) -> FailoverState:
    named = (("n2", here), ("n3", there))
    standbys = (Member(name=name, role="standby", usable=True, lag_seconds=lag) for name, lag in named)
    return FailoverState(members=(_FIRST, *standbys))


@check(
    "failover.lag",
    control="DRF-09",
    method="A",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-6(2)", "NIST SP 800-53r5 CP-9", "ISMS-P 2.12.1"),
    limits={"times": ("1", "1", "1", "1")},
    examples=(
        Example(Verdict.PASS, _GROUP, TO_BUSAN, seen=_behind(seconds=2.0, size=100)),
        Example(Verdict.PASS, _GROUP, TO_BUSAN, seen=_behind(size=0)),
        Example(Verdict.FAIL, _GROUP, TO_BUSAN, seen=_behind(seconds=_LATE.total_seconds())),
        Example(Verdict.PASS, _PLACED, TO_BUSAN, seen=_both(here=7200, there=2)),
        Example(Verdict.FAIL, _PLACED, TO_BUSAN, seen=_both(here=0, there=7200)),
        Example(Verdict.UNKNOWN, _PLACED, TO_BUSAN, seen=_both(here=0, there=None), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _GROUP, TO_BUSAN, seen=_behind(), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _GROUP, TO_BUSAN, seen=_behind(size=5000), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _GROUP, TO_BUSAN, seen=_behind(2.0, usable=False), reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _GROUP, TO_BUSAN,
                seen=FailoverState(members=(Member(name="w1", role="serving", usable=True),))),
    ),
)  # fmt: skip
def switch_would_lose_little(switch: Subject[Failover], seen: FailoverState, limits: Limits) -> Ruling:
    """The standby that would take over is no further behind than the promised recovery point.

    Why: a standby of another city that lags by hours brings the service back with the work of those hours gone.

    Fix: find what holds the standby back (line, disk, a paused replay, one long transaction), or promise less.
    """
    most = switch.rpo * limits.number("times")
    standbys = [one for one in seen.members if one.role == "standby"]
    if not seen.replicates:
        raise NotApplicable(say("the members of {failover} hold no data", failover=switch.ref))
    if not standbys and any(one.role == "serving" for one in seen.members):
        raise NotApplicable(say("the members of {failover} serve together", failover=switch.ref))
    sites = switch.graph.sites(switch.item.to)
    there = [one for one in standbys if site_of(one, switch.item, switch.graph) in sites]
    ready = [one for one in there or standbys if one.usable]
    if not ready:
        raise CannotSee(Reason.INCOMPLETE, say("{failover} has no usable standby to measure", failover=switch.ref))
    known = [(seconds, one) for one in ready if (seconds := _seconds(one)) is not None]
    if not known:
        one = min(ready, key=lambda one: one.lag_bytes if one.lag_bytes is not None else 1 << 62)
        if one.lag_bytes is None:
            says = say("nobody can tell how far {member} is behind", member=one.name)
        else:
            says = say(
                "{member} is {size} bytes behind; nothing tells for how long", member=one.name, size=str(one.lag_bytes)
            )
        raise CannotSee(Reason.INCOMPLETE, says)
    seconds, one = min(known, key=lambda pair: pair[0])
    behind = timedelta(seconds=seconds)
    figures = {"member": one.name, "behind": plain(behind), "how": one.lag_by or "-", "most": plain(most)}
    if behind <= most:
        says = say("{member} is {behind} behind ({how}); {most} are promised", **figures)
    else:
        says = say("{member} is {behind} behind ({how}); only {most} are promised", **figures)
    return ruling(behind <= most, measured=behind, required=f"<= {plain(most)}", says=says)


def _seconds(one: Member) -> float | None:
    if one.lag_seconds is not None:
        return max(0.0, one.lag_seconds)
    return 0.0 if one.lag_bytes == 0 else None
