"""A graph to what it does not tell of copies, money, times: what no loss shows, but what its end depends on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from audit.model.concentration import Stakes
from audit.model.estate import Data, System
from audit.model.graph import Graph
from audit.model.meaning import Unknown
from audit.model.message import say
from audit.model.net import net
from audit.model.numbered import Net, falls
from audit.model.paying import Funding
from audit.model.standbys import AT_ONCE

Kind = Literal["place", "needs", "failover", "copy", "money", "time"]
KINDS: Final[tuple[Kind, ...]] = ("place", "needs", "failover", "copy", "money", "time")


@dataclass(frozen=True, slots=True)
class Row:
    """One unknown."""

    kind: Kind
    unknown: Unknown
    loss: str = ""
    """The loss whose interval it moves most; empty where it bears on every loss alike."""
    system: str = ""
    """The system that it is about; empty where it is about none alone."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much is known of one kind."""

    kind: Kind
    known: int
    all: int


def quiet(graph: Graph, stakes: Stakes) -> Iterator[Row]:
    """Copies without a place, money without a signature, times that nobody wrote."""
    yield from _copies(graph, stakes)
    yield from _money(graph, stakes)
    yield from _times(graph, stakes)


def _copies(graph: Graph, stakes: Stakes) -> Iterator[Row]:
    """A copy of which nobody knows where it lies decides whether a system ever comes back, if no other copy does."""
    for _, system in graph.estate.systems():
        for data in system.data:
            lost = [copy for copy in data.copies if not graph.final_places(copy.at)]
            if not lost:
                continue
            away = _elsewhere(graph, system, data)
            for copy in lost:
                says = say("the inventory does not say where {copy} lies in the end", copy=copy.ref)
                resolve = say("write `at:` of what {copy} lies on: {place}", copy=copy.ref, place=copy.at)
                moves = 0.0 if away else stakes.weights.get(system.ref, 0.0)
                yield Row("copy", Unknown(copy.ref, says, moves, resolve), "", system.ref)


def _elsewhere(graph: Graph, system: System, data: Data) -> bool:
    """Whether some copy lies for certain in a site in which the data itself does not."""
    home = frozenset[str]().union(*(graph.sites(at) for at in ((data.at,) if data.at else system.at)))
    return bool(home) and any((sites := graph.sites(copy.at)) and not sites & home for copy in data.copies)


def _money(graph: Graph, stakes: Stakes) -> Iterator[Row]:
    for programme in graph.estate.programmes:
        funding = Funding(graph, programme)
        loose = funding.uncommitted()
        if len(funding.currencies) > 1 or not funding.holds() or funding.holds(loose):
            continue
        weight = sum(stakes.weights.get(ref, 0.0) for ref in dict.fromkeys(programme.served_by))
        for ref in sorted(loose):
            decides = not funding.holds((ref,)) or funding.holds(loose - {ref})
            says = say("{contributor} has signed nothing, and {programme} does not hold on what is signed",
                       contributor=ref, programme=programme.ref)  # fmt: skip
            resolve = say("have {contributor} sign", contributor=ref)
            yield Row("money", Unknown(ref, says, weight if decides else 0.0, resolve), programme.ref)


def _times(graph: Graph, stakes: Stakes) -> Iterator[Row]:
    """What bounds no time makes each hour open: so much more is lost in every further hour."""
    for _, system in graph.estate.systems():
        keys = [f"`{name}:`" for name in ("restart", "rebuild") if getattr(system, name) is None]
        if keys:
            says = say("nobody knows how long {system} takes to come back", system=system.ref)
            resolve = say("write {keys} of {system}", keys=", ".join(keys), system=system.ref)
            moves = stakes.weights.get(system.ref, 0.0)
            yield Row("time", Unknown(system.ref, says, moves, resolve), "", system.ref)
    view = net(graph, "pessimistic")
    for supplier in graph.estate.suppliers:
        weight = _takes(view, supplier.ref, stakes)
        if supplier.rto is None and weight and supplier.ref not in graph.same:
            says = say("nobody knows how long {supplier} may be away", supplier=supplier.ref)
            resolve = say("write `rto:` of {supplier}, as its contract says it", supplier=supplier.ref)
            yield Row("time", Unknown(supplier.ref, says, weight, resolve), supplier.ref)
    for site in graph.estate.sites:
        weight = _takes(view, site.ref, stakes)
        if site.rebuild is None and weight:
            says = say("nobody knows how long it takes to replace {site}", site=site.ref)
            resolve = say("write `rebuild:` of {site}", site=site.ref)
            yield Row("time", Unknown(site.ref, says, weight, resolve), site.ref)


def _takes(view: Net, ref: str, stakes: Stakes) -> float:
    if ref not in view.number:
        return 0.0
    return sum(stakes.weights.get(name, 0.0) for name in view.named(falls(view, (view.number[ref],))))


def coverage(systems: Sequence[System], rows: Sequence[Row]) -> tuple[Coverage, ...]:
    """Of each kind how many there are, of how many all is known."""
    open_ones = {kind: sum(row.kind == kind for row in rows) for kind in KINDS}
    at_once = sum(switch.mode in AT_ONCE for one in systems if one.at for switch in one.failover)
    copies = sum(len(data.copies) for one in systems for data in one.data)
    without = sum(not one.needs and one.confirmed is None for one in systems)
    timeless = sum(one.restart is None or one.rebuild is None for one in systems)
    return (
        Coverage("place", len(systems) - sum(not one.at for one in systems), len(systems)),
        Coverage("needs", len(systems) - without, len(systems)),
        Coverage("failover", at_once - open_ones["failover"], at_once),
        Coverage("copy", copies - open_ones["copy"], copies),
        Coverage("time", len(systems) - timeless, len(systems)),
    )
