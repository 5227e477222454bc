"""A made-up group whose inventory says how it stands."""

from __future__ import annotations

from typing import Any

from audit.contract import CannotSee, Reason, World, probe, say
from audit.model.address import Url
from audit.model.failover import FailoverState, Member
from audit.model.item import Text
from audit.model.technology import Failover


class Pretended(Failover, kind="patroni"):
    """A group that stands as its inventory says."""

    url: Url
    stands: Text = "well"


@probe()
async def standing(switch: Pretended, world: World) -> FailoverState:
    how = switch.stands
    if how == "away":
        raise CannotSee(Reason.UNREACHABLE, say("nothing there"))
    leads, follows = ("node2", "node1") if how == "moved" else ("node1", "node2")
    lag = {"lagging": 5_000_000, "unmeasured": None}.get(how, 0)
    members = [
        Member(name=leads, role="primary", usable=how != "ill", detail="it takes no writes" if how == "ill" else ""),
        Member(name=follows, role="standby", usable=how != "broken", lag_bytes=lag),
    ]
    if how == "split":
        members.append(Member(name="node3", role="primary", usable=True))
    known: dict[str, Any] = {"quorum": how != "voteless", "paused": how == "paused"}
    known = {} if how == "silent" else known
    return FailoverState(members=tuple(members), trouble=("it is ill",) if how == "troubled" else (), **known)
