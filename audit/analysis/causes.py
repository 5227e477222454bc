"""The subjects that are down, with the graph of the estate, to the few causes that explain them all."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from audit.analysis.circles import sinks
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.needs import All, AnyOf, KOf, Need, SumOf, members, parts
from audit.model.technology import Endpoint


@dataclass(frozen=True, slots=True)
class Cause:
    """What explains that some subjects are down: one of them, a system, or what several of them share."""

    root: str
    """Reference of an endpoint, or of a system of which several endpoints are down; where it is `shared`, of a place,
    a supplier, a power feed or a system that nobody watches."""
    fallen: tuple[str, ...]
    """The other subjects that are down by it, those of the most important systems first."""
    shared: bool = False
    """Nobody saw the root itself: everything watched that stands or falls with it is down at once."""

    @property
    def subjects(self) -> frozenset[str]:
        """The subjects that it explains; a root that is no subject may be among them."""
        return frozenset((self.root, *self.fallen))


def causes(down: Collection[str], graph: Graph, watched: Collection[str] | None = None) -> tuple[Cause, ...]:
    """Each subject that is down in exactly one cause, the most important ones first.

    A system of which a watched endpoint is down explains those that need it, through systems that nobody watches too,
    but never through one that is seen to be up. Of systems that need each other in a circle the most important one is
    the root. Where at least two roots remain and all that is watched at one place, or with one supplier, is down, that
    is the cause. `watched` are all subjects that the watch looks at: every endpoint where it is not given.
    """
    return _Case(graph, down, watched).causes()


class _Case:
    """One moment: what is down, what stands."""

    def __init__(self, graph: Graph, down: Collection[str], watched: Collection[str] | None) -> None:
        self.graph = graph
        self.endpoints: dict[str, list[Endpoint]] = {}
        self.down: dict[str, list[str]] = {}
        known: set[str] = set()
        for _, system in graph.estate.systems():
            looked_at = [one for one in system.endpoints if watched is None or one.ref in watched or one.ref in down]
            if looked_at:
                self.endpoints[system.ref] = looked_at
                known.update(one.ref for one in looked_at)
        for ref in sorted(set(down)):
            owner = ref.rpartition("/")[0] if ref in known else ref
            self.down.setdefault(owner, []).append(ref)
        self.standing = frozenset(self.endpoints) - self.down.keys()

    def causes(self) -> tuple[Cause, ...]:
        roots = self._rooted()
        shared = self._shared(frozenset(roots.values()))
        found: dict[str, list[str]] = {}
        for system, refs in self.down.items():
            root = roots[system]
            found.setdefault(shared.get(root, root), []).extend(refs)
        places = frozenset(shared.values())
        made = [self._cause(root, refs, shared=root in places) for root, refs in found.items()]
        return tuple(sorted(made, key=lambda cause: min(map(self._rank, cause.subjects))))

    def _cause(self, root: str, refs: list[str], *, shared: bool) -> Cause:
        own = [] if shared else self.down[root]
        name = own[0] if len(own) == 1 else root
        return Cause(name, tuple(sorted((ref for ref in refs if ref != name), key=self._rank)), shared)

    def _rank(self, ref: str) -> tuple[int, str]:
        for name in (ref, ref.rpartition("/")[0]):
            item = self.graph.estate.index.get(name)
            if isinstance(item, System):
                return item.grade, ref
        return 5, ref

    def _rooted(self) -> Mapping[str, str]:
        """Each system that is down to the one that explains it, itself where nothing does."""
        fallen = self._falling(self.down)
        edges = {node: tuple(self._blamed(node, fallen)) for node in fallen}
        return {node: root for node, root in sinks(edges, self._best).items() if node in self.down}

    def _best(self, nodes: Collection[str]) -> str:
        """Of some nodes that explain each other, or that explain something together, the one that is named."""
        return min(nodes, key=lambda node: (node not in self.down, *self._rank(node)))

    def _blamed(self, node: str, fallen: frozenset[str]) -> Iterator[str]:
        for need in self.graph.needs.get(node, ()):
            if not self.graph.met(need, fallen) and self.graph.met(need, frozenset()):
                yield from (ref for ref in self._missing(need, fallen) if ref != node)

    def _missing(self, need: Need, fallen: frozenset[str]) -> Iterator[str]:
        """The members whose loss leaves a need unmet; not those of a group inside it that is still met."""
        if isinstance(need, str):
            if need in fallen:
                yield need
        elif isinstance(need, SumOf):
            yield from (ref for ref in members(need) if ref in fallen)
        elif isinstance(need, All | AnyOf | KOf):
            for one in parts(need):
                if not self.graph.met(one, fallen):
                    yield from self._missing(one, fallen)

    def _falling(self, hit: Collection[str]) -> frozenset[str]:
        """What falls with `hit`, as far as nothing in between is seen to be up."""
        fallen: set[str] = set()
        queue = deque(hit)
        while queue:
            ref = queue.popleft()
            if ref in fallen:
                continue
            fallen.add(ref)
            queue.extend(
                name
                for name in self.graph.dependants.get(ref, ())
                if name not in fallen and name not in self.standing and self._stopped(name, fallen)
            )
        return frozenset(fallen)

    def _stopped(self, ref: str, fallen: set[str] | frozenset[str]) -> bool:
        needs = self.graph.needs[ref]
        return any(not self.graph.met(need, fallen) and self.graph.met(need, frozenset()) for need in needs)

    def _shared(self, roots: frozenset[str]) -> Mapping[str, str]:
        """Each root that is explained by a place, supplier, feed or unwatched system to that."""
        known = {root for root in roots if root in self.endpoints}
        found: dict[str, str] = {}
        taken = {node: hit for node in self._above(known) if len((hit := self._struck(node)) & known) > 1}
        sizes = {node: len(self.graph.falls((node,))) for node in taken}
        while taken:
            node = min(taken, key=lambda one: (-len(taken[one] & known), sizes[one], one))
            covered = taken.pop(node) & known
            if len(covered) < 2:
                break
            found |= dict.fromkeys(covered, node)
            known -= covered
        return found

    def _above(self, roots: Collection[str]) -> tuple[str, ...]:
        """What the roots need or stand on and nobody watches, at any depth."""
        seen: dict[str, None] = {}
        queue = deque(roots)
        for root in roots:
            for endpoint in self.endpoints[root]:
                queue.extend((endpoint.at,) if endpoint.at else ())
        while queue:
            ref = queue.popleft()
            if ref not in seen:
                seen[ref] = None
                queue.extend(name for need in self.graph.needs.get(ref, ()) for name in members(need))
        return tuple(ref for ref in seen if ref not in self.endpoints and ref not in self.down)

    def _struck(self, node: str) -> frozenset[str]:
        """The watched systems that would have answered no more with `node`; none where one of them still answers."""
        fallen = self.graph.falls((node,))
        found: set[str] = set()
        for system, endpoints in self.endpoints.items():
            for endpoint in endpoints:
                if not self._takes(fallen, system, endpoint):
                    continue
                if endpoint.ref in self.down.get(system, ()):
                    found.add(system)
                elif not self._spared(system, fallen):
                    return frozenset()
        return frozenset(found)

    def _takes(self, fallen: frozenset[str], system: str, endpoint: Endpoint) -> bool:
        if system in fallen:
            return True
        places = self.graph.final_places(endpoint.at) if endpoint.at is not None else frozenset()
        return bool(places) and places <= fallen

    def _spared(self, ref: str, fallen: frozenset[str]) -> bool:
        """Whether something took over at once, so that an answer proves nothing about the place."""
        system = self.graph.estate.index.get(ref)
        return isinstance(system, System) and self.graph.stands_by(system, fallen)
