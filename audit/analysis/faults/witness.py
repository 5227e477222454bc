"""Losses with a system to the path on which they stop it: each node that falls, and because of what."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audit.model.graph import Graph
from audit.model.hazards import Happening
from audit.model.net import Net, net
from audit.model.place import NOWHERE, Place
from audit.model.standbys import View


@dataclass(frozen=True, slots=True)
class Step:
    """One node that falls."""

    ref: str
    because: tuple[str, ...]
    """What it leans on, all of which had to fall; empty for what was lost itself."""
    place: Place
    """Where the inventory says that it leans on them; NOWHERE for what is only named."""
    evidence: tuple[str, ...]
    """The ids of the evidence about it."""
    confirmed: str = ""
    """Who went through everything that the inventory says it needs, and when."""


def witness(
    graph: Graph, ref: str, losses: Sequence[str], view: View, happening: Sequence[Happening] = ()
) -> tuple[Step, ...]:
    """From the losses to a system, each step after those that it names; empty where it does not stop by them."""
    numbered = net(graph, view, happening)
    causes = _causes(numbered, [numbered.number[name] for name in losses])
    target = numbered.number[ref]
    if target not in causes:
        return ()
    wanted = {target}
    queue = deque([target])
    while queue:
        for node in causes[queue.popleft()]:
            if node not in wanted:
                wanted.add(node)
                queue.append(node)
    papers: dict[str, list[str]] = {}
    for one in graph.estate.evidence:
        papers.setdefault(one.on, []).append(one.id)
    said = {numbered.number[name]: name for name in (*losses, ref)}
    names = {node: said.get(node, numbered.names[node]) for node in causes}
    # The order in which they fell: what takes something stands before it.
    return tuple(
        _step(graph, names[node], tuple(names[one] for one in _named(numbered, causes, node)), papers)
        for node in causes
        if node in wanted and names[node]
    )


def _step(graph: Graph, ref: str, because: tuple[str, ...], papers: Mapping[str, Sequence[str]]) -> Step:
    item = graph.estate.index.get(ref)
    place = item.place if item is not None else NOWHERE
    confirmed = getattr(item, "confirmed", None)
    if because:
        written = _key(item, because)
        place = place.of(written) if written else place
    return Step(
        ref,
        because,
        place,
        tuple(papers.get(ref, ())),
        f"{confirmed.by}, {confirmed.on}" if confirmed is not None and because else "",
    )


def _key(item: object, because: Iterable[str]) -> str:
    """The key of an item under which it says that it leans on these."""
    some = set(because)
    for key in ("at", "room", "feed", "power", "feeds", "operator"):
        value = getattr(item, key, None)
        held = {value} if isinstance(value, str) else set(value) if isinstance(value, tuple) else set()
        if some & {one for one in held if isinstance(one, str)}:
            return key
    return "needs"


def _causes(numbered: Net, hits: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Each node that falls, in this order, to those that took it."""
    found: dict[int, tuple[int, ...]] = dict.fromkeys(hits, ())
    queue = deque(found)
    fallen: dict[int, list[int]] = {}
    left: dict[int, float] = {}
    while queue:
        node = queue.popleft()
        for above in numbered.hard[node]:
            if above not in found:
                found[above] = (node,)
                queue.append(above)
        for group, weight in numbered.soft[node]:
            fallen.setdefault(group, []).append(node)
            left[group] = left.get(group, numbered.spare[group]) - weight
            above = numbered.owner[group]
            if left[group] < 0 and above not in found:
                found[above] = tuple(fallen[group])
                queue.append(above)
    return found


def _named(numbered: Net, causes: Mapping[int, tuple[int, ...]], node: int) -> tuple[int, ...]:
    """What took a node, groups without a name seen through."""
    found: dict[int, None] = {}
    stack = list(reversed(causes[node]))
    while stack:
        one = stack.pop()
        if numbered.names[one]:
            found[one] = None
        else:
            stack.extend(reversed(causes[one]))
    return tuple(found)
