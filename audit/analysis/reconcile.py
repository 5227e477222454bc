"""A graph with lists that others keep to what the inventory lacks, tells otherwise, leans on without saying so."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hostname import host_key, word_key
from audit.model.listed import ListState
from audit.model.needs import members
from audit.model.reconciling import Declared, Reconciled, reconciled

_LIKE: Final = 0.7
_COMMON: Final = 2000
_COMPARED: Final = 40


@dataclass(frozen=True, slots=True)
class Undeclared:
    """A conversation between two systems of which the inventory says nothing."""

    source: str
    target: str
    ports: tuple[str, ...]
    count: int
    where: str
    """`file:line` of the first."""


@dataclass(frozen=True, slots=True)
class Stray:
    """An address that speaks with a declared system, and is not declared."""

    address: str
    speaks_with: str
    count: int
    where: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All that differs."""

    lists: tuple[ListState, ...]
    names: Reconciled
    undeclared: tuple[Undeclared, ...]
    strays: tuple[Stray, ...]
    quiet: tuple[tuple[str, str], ...]
    """Declared needs of which a firewall saw nothing, although it saw both ends."""
    known: Declared

    @property
    def differs(self) -> bool:
        """Whether the inventory lacks something or says it otherwise."""
        return bool(self.names.missing or self.names.contradicted or self.undeclared)


def reconcile(graph: Graph, lists: Sequence[ListState]) -> Reconciliation:
    """The inventory held against everything that others saw."""
    known = Declared.of(graph.estate)
    names = reconciled(graph.estate, [one for one in lists if one.form != "firewall"], known)
    undeclared, strays, quiet = _spoken(graph, [one for one in lists if one.form == "firewall"], known)
    return Reconciliation(tuple(lists), names, undeclared, strays, quiet, known)


def _spoken(
    graph: Graph, logs: Iterable[ListState], known: Declared
) -> tuple[tuple[Undeclared, ...], tuple[Stray, ...], tuple[tuple[str, str], ...]]:
    ports: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    strays: dict[str, Stray] = {}
    spoke: set[tuple[str, str]] = set()
    heard: set[str] = set()
    leans = _Leaning(graph)
    for log in logs:
        for edge in log.edges:
            where = f"{log.file}:{edge.line}"
            source, target = _at(edge.source, known), _at(edge.target, known)
            heard |= source | target
            if not source or not target:
                _stray(edge.source if not source else edge.target, source or target, edge.count, where, strays)
                continue
            pairs = {(one, other) for one in source for other in target}
            spoke |= pairs
            # Where several share an address, one of them that may speak explains it.
            if source & target or any(leans.on(*pair) for pair in pairs):
                continue
            pair = min(pairs)
            counts[pair] += edge.count
            first.setdefault(pair, where)
            if edge.port:
                ports[pair][edge.port] = None
    undeclared = tuple(
        Undeclared(source, target, tuple(ports[source, target]), counts[source, target], where)
        for (source, target), where in sorted(first.items())
    )
    quiet = tuple(
        pair for pair in leans.declared() if heard and pair[0] in heard and pair[1] in heard and pair not in spoke
    )
    ordered = sorted(strays.values(), key=lambda one: (-one.count, one.address))
    return undeclared, tuple(ordered), quiet


def _stray(address: str, others: set[str], count: int, where: str, found: dict[str, Stray]) -> None:
    """Only what speaks with something declared is worth telling: the rest of the world speaks too."""
    if others:
        before = found.get(address)
        so_far = before.count if before is not None else 0
        first = before.where if before is not None else where
        found[address] = Stray(address, min(others), so_far + count, first)


def _at(host: str, known: Declared) -> set[str]:
    """The systems at an address or name."""
    refs = known.addresses.get(host) or known.names.get(host_key(host), set())
    return {ref for ref in refs if ref in known.systems}


class _Leaning:
    """Which system says that it needs which."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[str, frozenset[str]] = {}

    def on(self, source: str, target: str) -> bool:
        """Whether one of two names the other, or runs on it."""
        return target in self._of(source) or source in self._of(target)

    def declared(self) -> Iterable[tuple[str, str]]:
        """Every pair of systems of which the first needs the second."""
        systems = {system.ref for _, system in self._graph.estate.systems()}
        return ((one, other) for one in systems for other in self._of(one) if other in systems)

    def _of(self, ref: str) -> frozenset[str]:
        found = self._known.get(ref)
        if found is None:
            item = self._graph.estate.index.get(ref)
            names = {name for need in self._graph.needs.get(ref, ()) for name in members(need)}
            if isinstance(item, System):
                names |= {*item.recovers_with, *item.at}
                names |= {name for one in item.degraded_without for name in members(one.on)}
                names |= {copy.via for data in item.data for copy in data.copies if copy.via is not None}
            found = self._known[ref] = frozenset(names)
        return found


class Likeness:
    """Every declared name, to be asked for the one that was probably meant."""

    def __init__(self, known: Declared) -> None:
        self._names: list[tuple[str, str]] = []
        postings: dict[str, list[int]] = defaultdict(list)
        for table in (known.names, known.words):
            for name, refs in table.items():
                for piece in _pieces(name):
                    postings[piece].append(len(self._names))
                self._names.append((name, min(refs)))
        self._postings: Mapping[str, list[int]] = postings

    def near(self, written: str) -> str:
        """The reference whose name looks most like it; empty where none does."""
        word = (host_key(written) if "." in written else word_key(written))[:80]
        shared: Counter[int] = Counter()
        for piece in _pieces(word):
            found = self._postings.get(piece, ())
            if len(found) <= _COMMON:
                shared.update(found)
        best, like = "", _LIKE
        for number, _ in shared.most_common(_COMPARED):
            name, ref = self._names[number]
            ratio = max(SequenceMatcher(None, one, other).ratio() for one, other in _sides(word, name))
            if ratio > like:
                best, like = ref, ratio
        return best


def _sides(one: str, other: str) -> tuple[tuple[str, str], ...]:
    """Two names whole; their first labels alone where one of them has no more."""
    if ("." in one) == ("." in other):
        return ((one, other),)
    return ((one, other), (one.partition(".")[0], other.partition(".")[0]))


def _pieces(name: str) -> set[str]:
    first = f"^{name.partition('.')[0]}$"
    return {first[at : at + 3] for at in range(max(1, len(first) - 2))}
