"""The path of an estate with names in it to the graph, the policy, the events, the observations that are meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from audit.app import instant
from audit.app.drilling_record import drills_seen
from audit.app.falling import happenings_of, kept, system_of
from audit.app.seen import looks_of
from audit.app.stored import whole
from audit.app.switching_record import switches_seen
from audit.catalogue import discover
from audit.inventory.collecting import collecting_later
from audit.inventory.load import load
from audit.model.estate import Estate
from audit.model.exit import Exit, Stop
from audit.model.graph import Graph
from audit.model.hazards import Happening
from audit.model.message import say
from audit.model.policy import Policy
from audit.model.proven import Proven, proven
from audit.model.subject import Looks
from audit.store.history import open_history


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command was asked."""

    graph: Graph
    policy: Policy
    lost: tuple[Happening, ...]
    only: tuple[str, ...]
    looks: Looks | None = None
    proven: Proven = field(default_factory=Proven)
    """What drills and switches measured, as far as it was asked for."""


def asked(path: Path, lost: Sequence[str] = (), system: str = "", run: str = "", store: str = "") -> Asked:
    """Stop(INVALID) with every problem of the inventory; Stop(USAGE) for a name that nothing has.

    `run` names a stored run of the same estate, whose observations then count.
    """
    known = discover()
    estate = kept(whole(load(path, known)))
    graph = Graph(estate)
    found = happenings_of(graph, lost)
    only = (system_of(graph, system),) if system else ()
    return Asked(graph, known.policy(estate), found, only, _looks(run, store, estate.ref) if run else None)


def timed(path: Path, lost: Sequence[str], system: str, run: str, store: str, at: str | None = None) -> Asked:
    """The same with what was measured: as that run saw it, else by the newest records of the store, if there is one.

    What is past its date at that instant, else now, does not count.
    """
    found = asked(path, lost, system)
    estate = found.graph.estate
    now = instant(at, estate) or datetime.now(UTC)
    looks = _looks(run, store, estate.ref) if run else _recorded(estate, store)
    return replace(found, proven=proven(estate, looks, now))


def _recorded(estate: Estate, store: str) -> Looks:
    try:
        with open_history(store, watching=False) as history:
            found = (*drills_seen(estate, history), *switches_seen(estate, history))
            return Looks(MappingProxyType({one.subject: one for one in found}))
    except Stop as stop:
        if stop.code is not Exit.USAGE:
            raise
        return Looks()


def _looks(run: str, store: str, estate: str) -> Looks:
    with collecting_later():
        found, seen = looks_of(run, store, discover(), estate)
    if found.estate_id != estate:
        says = say("the run {run} is of another estate, {estate}", run=found.id, estate=found.estate_id)
        raise Stop(Exit.USAGE, says)
    return Looks(seen)
