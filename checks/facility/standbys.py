"""A system in danger, what was seen of its standbys, to what speaks against relying on them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Looks, Reason, Subject, say
from audit.model.estate import System
from audit.model.failover import FailoverState, Member
from audit.model.message import Message
from audit.model.permit import Permit
from audit.model.quorum import place_of, without
from audit.model.technology import Failover
from audit.model.units import plain

STANDING: Final = ("active-active", "hot", "warm")
"""The modes in which something stands ready."""


def lacking(
    permit: Subject[Permit], system: System, lost: frozenset[str], looks: Looks, at: datetime, fresh: timedelta
) -> tuple[list[Message], list[CannotSee]]:
    """What speaks against the standbys of a system, what nobody could see of them.

    Each kind has to hold by itself: a sound load balancer stands in for no database.
    """
    against: list[Message] = []
    unseen: list[CannotSee] = []
    for group in _kinds(system):
        troubles: list[Message] = []
        gaps: list[CannotSee] = []
        for switch in group:
            try:
                trouble = _trouble(permit, switch, lost, looks, at, fresh)
            except CannotSee as gap:
                gaps.append(gap)
                continue
            if trouble is None:
                break
            troubles.append(trouble)
        else:
            unseen += gaps[:1]
            against += [] if gaps else troubles[-1:]
    return against, unseen


def undeclared(system: System, looks: Looks) -> list[CannotSee]:
    """Why nobody knows whether data is safe that a system holds and the inventory does not name."""
    for switch in system.failover:
        try:
            seen = looks.of(switch.ref, FailoverState)
        except CannotSee:
            continue
        if seen.replicates:
            says = say("{failover} replicates data, but the inventory names none of {system}; add `data:`",
                       failover=switch.ref, system=system.ref)  # fmt: skip
            return [CannotSee(Reason.INCOMPLETE, says)]
    return []


def _kinds(system: System) -> list[list[Failover]]:
    """The standbys by kind; one that no probe can look at only where there is no other."""
    ready = [one for one in system.failover if one.mode in STANDING]
    probed = [one for one in ready if one.kind != "declared"] or ready
    return [[one for one in probed if one.kind == kind] for kind in dict.fromkeys(one.kind for one in probed)]


def _trouble(
    permit: Subject[Permit], switch: Failover, lost: frozenset[str], looks: Looks, at: datetime, fresh: timedelta
) -> Message | None:
    if switch.to in lost:
        return say("{failover} leads into the danger itself", failover=switch.ref)
    seen = looks.of(switch.ref, FailoverState)
    recent(looks, switch.ref, at, fresh)
    lame = next((one for one in seen.members if not one.usable and one.role != "witness"), None)
    if not seen.ready and not seen.trouble and lame is not None:
        return say("nothing would take over in {failover}: {member} cannot be used: {why}",
                   failover=switch.ref, member=lame.name, why=lame.detail[:200] or "-")  # fmt: skip
    if not seen.ready or (seen.has("quorum") and not seen.quorum) or seen.trouble:
        return say("nothing would take over in {failover}: {why}",
                   failover=switch.ref, why=seen.trouble[0][:200] if seen.trouble else "-")  # fmt: skip
    left = without(lost, seen, switch, permit.graph)
    site = ", ".join(sorted({permit.graph.site_of[ref].ref for ref in lost if ref in permit.graph.site_of}))
    if left.quorum is False:
        return say("after the loss of {site} nobody could decide to switch {failover}", site=site, failover=switch.ref)
    if any(_leads_on(one, switch, lost, permit) for one in seen.members):
        return None
    silent = [name for name in left.unknown if name in {one.name for one in seen.members}]
    if not left.takers and not silent:
        return say("after the loss of {site} nothing of {failover} is left that could take over",
                   site=site, failover=switch.ref)  # fmt: skip
    if not left.takers or (left.quorum is None and left.unknown and seen.has("voters") and seen.voters):
        says = say(
            "the inventory does not say where {members} of {failover} stand; add `members:`, or `networks:` of sites",
            members=", ".join(left.unknown[:5]), failover=switch.ref,
        )  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    return None


def _leads_on(one: Member, switch: Failover, lost: frozenset[str], permit: Subject[Permit]) -> bool:
    """Whether a member that serves now stands outside the danger: then nothing has to take over."""
    place = place_of(one, switch, permit.graph)
    return one.usable and one.role in ("primary", "serving") and bool(place) and not permit.graph.domains(place) & lost


def recent(looks: Looks, ref: str, at: datetime, fresh: timedelta) -> None:
    seen = looks.seen[ref].at
    if at - seen > fresh:
        says = say("{subject} was last looked at on {date}, too long ago for this work", subject=ref, date=plain(seen))
        raise CannotSee(Reason.STALE, says)
