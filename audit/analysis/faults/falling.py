"""An estate as a graph to the few losses that stop most, one alone or several together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from audit.analysis.faults.answer import deep
from audit.analysis.faults.ways import Ways, largest
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import Happening, hazards
from audit.model.net import net
from audit.model.policy import GRADE_WEIGHT
from audit.model.standbys import View
from audit.model.turns import losses_in_turn

VIEWS: Final[tuple[View, View]] = ("optimistic", "pessimistic")
Sets = tuple[str, ...]
By = Literal["component", "hazard", "site", "supplier"]
"""What is lost: anything that has a name, anything that can happen, a whole site, a supplier or contractor."""
KINDS: Final[Mapping[By, tuple[str, ...]]] = {"site": ("site",), "supplier": ("supplier", "contractor")}
_MOST_SETS: Final = 200_000
"""Of one system, beyond which the likeliest would no longer be told from the rest by reading them."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """A set of losses with the systems that stop by all of them together, and by no fewer of them."""

    losses: Sets
    surely: tuple[str, ...]
    """The systems that stop in any case."""
    maybe: tuple[str, ...]
    """Those that stop unless a failover works that has never really switched."""
    applicants: float
    """How many people an hour find all of these closed."""


def weaknesses(graph: Graph, order: int, ref: str = "", by: By = "component") -> tuple[tuple[Weakness, ...], int]:
    """The minimal sets of at most `order` losses that stop a system, or any; worst first, with the order reached.

    Worst is what stops the most by weight of the grades, then the most applicants. The loss of a system itself stops
    that one too, which is not told.
    """
    events = _events(graph, by)
    by_ref = {system.ref: system for _, system in graph.estate.systems() if ref in ("", system.ref)}
    if order == 1:
        sure, unsure = (_alone(graph, view, events, tuple(by_ref)) for view in VIEWS)
        reached = 1
    else:
        sure, unsure, reached = _together(graph, order, events, tuple(by_ref))
    found = [_weakness(losses, sure.get(losses, ()), unsure.get(losses, ()), by_ref) for losses in {**sure, **unsure}]
    return tuple(sorted(found, key=lambda one: _order(one, by_ref))), reached


def _events(graph: Graph, by: By) -> tuple[Happening, ...] | None:
    """What can happen; None where every node is lost by itself."""
    if by == "component":
        return None
    return tuple(one for one in hazards(graph) if by == "hazard" or one.kind in KINDS[by])


def _alone(graph: Graph, view: View, events: Sequence[Happening] | None, refs: Sequence[str]) -> dict[Sets, Sets]:
    """Each single loss that stops some of the systems, with those."""
    numbered = net(graph, view, events or ())
    systems = {numbered.number[ref]: ref for ref in refs}
    hits = dict.fromkeys(numbered.number.values())
    if events is not None:
        hits = dict.fromkeys(numbered.number[one.ref] for one in events)
    found: dict[Sets, Sets] = {}
    for hit, down in losses_in_turn(numbered, hits):
        if len(down) > 1:
            stopped = tuple(systems[node] for node in sorted(down) if node in systems and node != hit)
            if stopped:
                found[numbered.names[hit],] = stopped
    return found


def _together(
    graph: Graph, order: int, events: Sequence[Happening] | None, refs: Sequence[str]
) -> tuple[dict[Sets, Sets], dict[Sets, Sets], int]:
    """Both views of the largest order that can be held."""
    names = None if events is None else tuple(one.ref for one in events)
    sure, unsure = (net(graph, view, events or ()) for view in VIEWS)
    with deep(50 * len(graph.needs) + 1000):
        first, reached = largest(sure, order, refs, events=names)
        second, lower = largest(unsure, reached, refs, events=names)
        if lower < reached:
            first, lower = largest(sure, lower, refs, events=names)
        return _by_sets(first, refs), _by_sets(second, refs), lower


def _by_sets(ways: Ways, refs: Sequence[str]) -> dict[Sets, Sets]:
    found: dict[Sets, dict[str, None]] = {}
    for ref in refs:
        for one in ways.sets(ref, _MOST_SETS):
            found.setdefault(one, {})[ref] = None
    return {losses: tuple(stopped) for losses, stopped in found.items()}


def _weakness(losses: Sets, surely: Sets, perhaps: Sets, by_ref: Mapping[str, System]) -> Weakness:
    certain = frozenset(surely)
    maybe = tuple(ref for ref in perhaps if ref not in certain)
    flows = (by_ref[ref].applicants for ref in (*surely, *maybe))
    return Weakness(losses, surely, maybe, sum(flow.per_hour for flow in flows if flow is not None))


def _order(one: Weakness, by_ref: Mapping[str, System]) -> tuple[float, float, int, Sets]:
    weight = sum(GRADE_WEIGHT[by_ref[ref].grade] for ref in (*one.surely, *one.maybe))
    return -weight, -one.applicants, len(one.losses), one.losses
