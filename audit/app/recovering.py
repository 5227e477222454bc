"""The path of an estate with names in it to the graph, the policy, the events, the observations that are meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.app.falling import nodes_of, system_of
from audit.app.seen import looks_of
from audit.app.stored import whole
from audit.catalogue import discover
from audit.inventory.collecting import collecting_later
from audit.inventory.load import load
from audit.model.exit import Exit, Stop
from audit.model.graph import Graph
from audit.model.hazards import Happening, happening
from audit.model.message import say
from audit.model.policy import Policy
from audit.model.subject import Looks


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command was asked."""

    graph: Graph
    policy: Policy
    lost: tuple[Happening, ...]
    only: tuple[str, ...]
    looks: Looks | None = None


def asked(path: Path, lost: Sequence[str] = (), system: str = "", run: str = "", store: str = "") -> Asked:
    """Stop(INVALID) with every problem of the inventory; Stop(USAGE) for a name that nothing has.

    `run` names a stored run of the same estate, whose observations then count.
    """
    known = discover()
    estate = whole(load(path, known))
    graph = Graph(estate)
    found = tuple(dict.fromkeys(one for name in lost for one in _meant(graph, name)))
    only = (system_of(graph, system),) if system else ()
    return Asked(graph, known.policy(estate), found, only, _looks(run, store, estate.ref) if run else None)


def _meant(graph: Graph, name: str) -> tuple[Happening, ...]:
    try:
        return (happening(graph, name),)
    except LookupError:
        return tuple(happening(graph, one) for one in nodes_of(graph, (name,)))


def _looks(run: str, store: str, estate: str) -> Looks:
    with collecting_later():
        found, seen = looks_of(run, store, discover(), estate)
    if found.estate_id != estate:
        says = say("the run {run} is of another estate, {estate}", run=found.id, estate=found.estate_id)
        raise Stop(Exit.USAGE, says)
    return Looks(seen)
