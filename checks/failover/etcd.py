"""An etcd as the inventory words it becomes who leads it, who could, how many have to agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import Field

from audit.contract import CannotSee, Reason, Verbs, World, probe, say
from audit.model.address import Url
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member
from audit.model.item import Text
from audit.model.technology import Failover
from audit.model.units import Duration
from checks.failover.etcd_members import POSTS, Asking, Peer, quorum

_ALONE: Final = "without {leader} too few would be left to decide"


class EtcdGroup(Failover, kind="etcd"):
    """The members of an etcd (3.4 or newer), which decide by majority; `urls` are the client URLs of some or all.

    Each member is asked at the URL given here, or at the one that it advertises, as far as the estate allows it, by its
    JSON gateway: `member/list`, `maintenance/status`, `/health`. None of them needs a user.
    Ran with etcd 3.4.23.
    """

    urls: Annotated[tuple[Url, ...], Field(min_length=1, max_length=9)]
    authority: Text | None = None
    timeout: Duration = timedelta(seconds=3)

    @property
    def host(self) -> str:
        return urlsplit(self.urls[0]).hostname or self.ref


@probe(deadline=60, verbs=Verbs(posts=POSTS))
async def members(switch: EtcdGroup, world: World) -> FailoverState:
    asking = Asking(switch.urls, switch.timeout, switch.authority)
    return state(await asking.members(world))


def state(peers: Sequence[Peer]) -> FailoverState:
    """What every member says to facts; CannotSee where too few could be asked to know whether it would go on."""
    voting = [peer for peer in peers if not peer.learner]
    needed = len(voting) // 2 + 1
    facts: dict[str, Any] = {"voters": tuple(peer.voter for peer in voting), "needed": needed, "automatic": True}
    absent: dict[str, Unseen] = {}
    decides = quorum(voting)
    gaps = [peer.gap for peer in voting if peer.up is None and peer.gap is not None]
    if decides is None:
        if gaps and not any(peer.up for peer in voting):
            raise gaps[0]
        gap = CannotSee(Reason.INCOMPLETE, say("the members do not tell whether they see each other"))
        absent["quorum"] = Unseen.of(gap)
    else:
        facts["quorum"] = decides
    facts["paused"] = False
    for name in ("switches", "last_switch"):
        absent[name] = Unseen.of(CannotSee(Reason.INCOMPLETE, say("etcd keeps no record of who led before")))
    leader = _leader(voting)
    found = tuple(_member(peer, leader, voting, needed) for peer in peers)
    sure = sum(peer.up is True for peer in voting)
    hoped = sum(peer.up is not False for peer in voting)
    if decides is not False and sure - 1 < needed <= hoped - 1 and gaps:
        # Whether those that could not be asked would still decide with the others is what all hangs on.
        raise gaps[0]
    return FailoverState(members=found, trouble=_trouble(voting), absent=absent, tool="etcd", **facts)


def _leader(voting: Sequence[Peer]) -> str:
    """The id on which all that know one agree; empty where there is none, or they differ."""
    healthy = {peer.leader for peer in voting if peer.leader and peer.healthy}
    named = healthy or {peer.leader for peer in voting if peer.leader}
    return next(iter(named)) if len(named) == 1 else ""


def _member(peer: Peer, leader: str, voting: Sequence[Peer], needed: int) -> Member:
    first = next((one.name for one in voting if one.id == leader), "")
    why = ""
    if peer.gap is not None:
        why = f"it cannot be asked: {peer.gap}"
    elif peer.blocked:
        why = peer.complaints[0]
    elif not peer.healthy:
        why = "it reaches no majority"
    elif peer.learner:
        why = "it still learns, and has no vote"
    elif peer.id != leader and sum(one.up is True for one in voting) - 1 < needed:
        why = _ALONE.format(leader=first or "the leader")
    lag: dict[str, Any] = {}
    if not why and peer.id != leader:
        # Nobody is elected who lacks what a majority has; before that nothing is acknowledged.
        lag = {"lag_bytes": 0, "lag_seconds": 0.0, "lag_by": "a write is acknowledged once a majority has it"}
    return Member(
        name=peer.name, role="primary" if peer.id == leader else "standby", usable=not why, detail=why[:200],
        address=peer.address, version=f"etcd {peer.version}" if peer.version else "", **lag,
    )  # fmt: skip


def _trouble(voting: Sequence[Peer]) -> tuple[str, ...]:
    found = [f"{peer.name} says {text}" for peer in voting for text in peer.complaints]
    terms = {peer.term for peer in voting if peer.healthy and peer.term}
    leaders = {peer.leader for peer in voting if peer.healthy and peer.leader}
    if len(terms) > 1 and len(leaders) > 1:
        found.append("the members do not agree who leads")
    return tuple(text[:200] for text in dict.fromkeys(found))[:10]
