"""A group with where its members stand to what is left of it after the loss of each site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

from audit.model.failover import FailoverState, Member, Voter
from audit.model.graph import Graph
from audit.model.technology import Failover


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a group after the loss of one site. `None` where it hangs on something of unknown place."""

    site: str
    voters: int | None
    """How many of the voters that are up now are left; None where the group has none, or a place is unknown."""
    quorum: bool | None
    """Whether those that are left can decide who leads."""
    takers: tuple[str, ...]
    """Members elsewhere that are usable now."""
    unknown: tuple[str, ...]
    """Members and voters of which nobody knows where they stand."""
    stuck: str = ""
    """The member that would lead, and take no writes, as too few are left to follow it; empty where one would."""


def _names(one: Member | Voter) -> tuple[str, ...]:
    """What the inventory may call a member or voter: its name, its address, either of them without the port."""
    # An address of IPv6 holds colons of its own: a port stands behind the only colon, or behind a bracket.
    door = re.fullmatch(r"([^:]+|\[.*\]):\d+", one.address)
    return (one.name, one.address, one.name.rpartition(":")[0], *((door[1],) if door else ()))


def site_of(one: Member | Voter, switch: Failover, graph: Graph) -> str:
    """The site of a member or voter: as the inventory places its name or address, or by `networks:`; else empty."""
    names = _names(one)
    for stand in switch.members:
        if stand.name in names:
            return graph.site_of[stand.at].ref
    for written in names:
        try:
            address = ip_address(written.strip("[]"))
        except ValueError:
            continue
        for site in graph.estate.sites:
            if any(address in network for network in site.networks):
                return site.ref
    # A cloud names its zones itself; a site of the inventory may bear that name.
    return next((site.ref for site in graph.estate.sites if one.zone and one.zone in (site.id, site.region)), "")


def place_of(one: Member | Voter, switch: Failover, graph: Graph) -> str:
    """The room of a member or voter where the inventory names one, else its site; empty where nobody knows."""
    names = _names(one)
    return next((stand.at for stand in switch.members if stand.name in names), site_of(one, switch, graph))


def without(lost: frozenset[str], state: FailoverState, switch: Failover, graph: Graph) -> Left:
    """What is left of a group once everything in `lost` is gone, sites and rooms alike."""
    voters = state.voters if state.has("voters") else ()
    group: tuple[Member | Voter, ...] = (*state.members, *voters)
    placed: list[tuple[Member | Voter, str]] = []
    for one in group:
        place = place_of(one, switch, graph)
        placed.append((one, "gone" if place and graph.domains(place) & lost else place))
    return _left("gone", state, placed)


def losses(state: FailoverState, switch: Failover, graph: Graph) -> tuple[Left, ...]:
    """One answer for each site in which a member or voter stands, by reference."""
    voters = state.voters if state.has("voters") else ()
    group: tuple[Member | Voter, ...] = (*state.members, *voters)
    placed = [(one, site_of(one, switch, graph)) for one in group]
    sites = sorted({site for _, site in placed if site})
    return tuple(_left(site, state, placed) for site in sites)


def _left(site: str, state: FailoverState, placed: list[tuple[Member | Voter, str]]) -> Left:
    unknown = tuple(one.name for one, where in placed if not where)
    takers = tuple(
        one.name
        for one, where in placed
        if isinstance(one, Member) and one.usable and one.role in ("standby", "serving") and where and where != site
    )
    # One of unknown place may be left.
    left = [one for one, where in placed if isinstance(one, Member) and one.usable and where != site]
    heads = [one for one in left if one.role == "primary"] or [one for one in left if one.role == "standby"]
    stuck = heads[0].name if heads and all(one.needs >= len(left) for one in heads) else ""
    voters = [(one, where) for one, where in placed if isinstance(one, Voter)]
    if not voters:
        return Left(site, None, None, takers, unknown, stuck)
    needed = state.needed if state.has("needed") else len(voters) // 2 + 1
    sure = sum(one.up is True for one, where in voters if where and where != site)
    hoped = sum(one.up is not False for one, where in voters if where != site)
    quorum = True if sure >= needed else False if hoped < needed else None
    return Left(site, sure if sure == hoped else None, quorum, takers, unknown, stuck)
