"""Whether a group switches by itself becomes the ruling on whether somebody has stopped it from doing so."""

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
from audit.model.failover import FailoverState, Member
from audit.model.technology import Failover
from checks.failover.samples import TO_BUSAN, guarantee

_GROUP: Final = guarantee(
    "grade: 1, at: [daejeon/room-1], failover: [{id: to-busan, kind: sentinel, to: busan, mode: hot, "
    "host: 127.0.0.1, group: kodit}]"
)
_PAIR: Final = (Member(name="n1", role="primary", usable=True), Member(name="n2", role="standby", usable=True))


@check(
    "failover.not-paused",
    control="DRF-01",
    method="A",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-7", "NIST SP 800-53r5 CP-10", "ISMS-P 2.12.1"),
    limits={"paused": ("0", "0", "0", "0")},
    examples=(
        Example(Verdict.PASS, _GROUP, TO_BUSAN, seen=FailoverState(members=_PAIR, automatic=True, paused=False)),
        Example(Verdict.FAIL, _GROUP, TO_BUSAN, seen=FailoverState(members=_PAIR, automatic=True, paused=True)),
        Example(Verdict.NOT_APPLICABLE, _GROUP, TO_BUSAN, seen=FailoverState(members=_PAIR, automatic=False)),
        Example(Verdict.UNKNOWN, _GROUP, TO_BUSAN, seen=FailoverState(members=_PAIR), reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN, _GROUP.replace("mode: hot", "mode: hot, automatic: true"), TO_BUSAN,
            seen=FailoverState(members=_PAIR, automatic=False), reason=Reason.CONTRADICTED,
        ),
    ),
)  # fmt: skip
def switch_is_not_paused(switch: Subject[Failover], seen: FailoverState, limits: Limits) -> Ruling:
    """What is meant to switch by itself may do so now: nobody has paused it.

    Why: a cluster that was paused for maintenance looks healthy in every list, and stays where it is when the site
    burns.

    Fix: end the pause; let a pause end by itself, and let somebody be told while one lasts.
    """
    allowed = int(limits.number("paused"))
    if not seen.automatic and switch.item.automatic:
        says = say(
            "the inventory says that {failover} switches by itself, {tool} does not; only a drill proves it",
            failover=switch.ref, tool=seen.tool or "-",
        )  # fmt: skip
        raise CannotSee(Reason.CONTRADICTED, says)
    if not seen.automatic:
        raise NotApplicable(say("people switch {failover}, no program does", failover=switch.ref))
    required, paused = say("not paused"), int(seen.paused)
    if paused > allowed:
        says = say("{failover} is paused: it would not switch by itself", failover=switch.ref)
        return ruling(False, measured=say("paused"), required=required, says=says)
    says = say("{failover} would switch by itself", failover=switch.ref)
    return ruling(True, measured=say("switches by itself"), required=required, says=says)
