"""The path of an estate with names in it to the graph, with the nodes that are meant."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from audit.app.stored import whole
from audit.catalogue import discover
from audit.inventory.load import load
from audit.model.estate import Estate, System
from audit.model.exit import Exit, Stop
from audit.model.graph import Graph
from audit.model.hazards import Happening, happening, hazards
from audit.model.message import say
from audit.model.needs import members


def graph_of(path: Path) -> Graph:
    """The graph of an estate; Stop(INVALID) with every problem of the inventory."""
    return Graph(kept(whole(load(path, discover()))))


def kept(estate: Estate) -> Estate:
    """The same, never searched for garbage again: for a command that needs it to its end."""
    # All of it is looked through else, a second each time, whenever a little more was made.
    gc.freeze()
    return estate


def system_of(graph: Graph, written: str) -> str:
    """The system that is meant by a reference, or by the end of one; Stop(USAGE) where none is, or several are."""
    return _meant(written, [system.ref for _, system in graph.estate.systems()])


def nodes_of(graph: Graph, written: Sequence[str]) -> tuple[str, ...]:
    """What can be lost: sites, rooms, compartments (`site#compartment`), batteries, feeds, suppliers, systems, ..."""
    known = _nodes(graph)
    return tuple(dict.fromkeys(_meant(one, known) for one in written))


def _nodes(graph: Graph) -> tuple[str, ...]:
    compartments = (
        f"{site.ref}#{room.compartment}" for site in graph.estate.sites for room in site.rooms if room.compartment
    )
    named = (name for needs in graph.needs.values() for need in needs for name in members(need))
    suppliers = (supplier.ref for supplier in graph.estate.suppliers)
    return tuple(dict.fromkeys((*graph.needs, *compartments, *named, *suppliers)))


def happenings_of(graph: Graph, written: Sequence[str]) -> tuple[Happening, ...]:
    """What happens, by the names of nodes, of declared hazards, of `contractor:...`, `maker:...`; see `nodes_of`."""
    events = tuple(dict.fromkeys(one.ref for one in hazards(graph)))
    known = tuple(dict.fromkeys((*events, *_nodes(graph))))
    return tuple(happening(graph, name) for name in dict.fromkeys(_meant(one, known) for one in written))


def _meant(written: str, known: Iterable[str]) -> str:
    names = list(known)
    ends = [name for name in names if name == written] or [name for name in names if name.endswith(f"/{written}")]
    if len(ends) == 1:
        return ends[0]
    if ends:
        says = say("{written} may mean several things", written=repr(written[:80]))
        raise Stop(Exit.USAGE, says, say("write one of {refs}", refs=", ".join(ends[:5])))
    close = get_close_matches(written, names, 1) or get_close_matches(
        written, [one.rpartition("/")[2] for one in names], 1
    )
    hint = say("did you mean {close}?", close=repr(close[0])) if close else say("there is none")
    raise Stop(Exit.USAGE, say("nothing is called {written}", written=repr(written[:80])), hint)


def foremost(graph: Graph, refs: Iterable[str]) -> bool:
    """Whether one of the systems is of grade 1 or 2."""
    return any(isinstance(one := graph.estate.index.get(ref), System) and one.grade <= 2 for ref in refs)
