"""The estate as one graph to how much leans on each site, feed, supplier, maker, network, contributor, operator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from audit.model.concentration_members import LAYERS as LAYERS
from audit.model.concentration_members import Layer as Layer
from audit.model.concentration_members import Member, members_of, unplaced
from audit.model.estate import Programme, System
from audit.model.graph import Graph
from audit.model.meaning import Shares
from audit.model.net import net
from audit.model.numbered import Net, falls
from audit.model.paying import Funding
from audit.model.policy import GRADE_WEIGHT

Basis = Literal["users", "applicants", "grade", "guarantees", "programmes"]


@dataclass(frozen=True, slots=True)
class Stakes:
    """What is at stake with each system, or with each programme."""

    basis: Basis
    """In what it is counted: `grade` is the weight of the grade, where not every system declares its people."""
    weights: Mapping[str, float]
    silent: tuple[str, ...] = ()
    """Those that declare nothing of the kind."""

    @property
    def total(self) -> float:
        return sum(self.weights.values())

    def of(self, refs: Iterable[str]) -> float:
        """The share of all that is at stake with these, 0..1."""
        total = self.total
        return sum(self.weights.get(ref, 0.0) for ref in refs) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Concentration:
    """One layer."""

    layer: Layer
    stakes: Stakes
    shares: Shares
    """For the pessimist: failovers that have never really switched do not help."""
    optimistic: tuple[tuple[str, float], ...]
    """Member to the share that stops with it even if every failover works, largest first."""
    optimistic_index: float
    """Herfindahl-Hirschman index over these, normalised, 0..1."""

    def top(self, count: int) -> tuple[float, float]:
        """The share that the largest so many take: by name, by what stops; they may take the same things twice."""
        direct, hidden = self.shares.direct[:count], self.shares.hidden[:count]
        return sum(share for _, share in direct), sum(share for _, share in hidden)


def effective(index: float) -> float:
    """How many members of equal weight would give this index: 1 / index; 0 where nothing leans on anything."""
    return 1 / index if index else 0.0


def stakes(systems: Sequence[System], basis: Basis | None = None) -> Stakes:
    """What is at stake with each system: its registered users; if not all tell them its applicants an hour; its grade.

    One measure serves for all of them, as people and weights cannot be added. With a basis that is asked for, a system
    that declares nothing of it counts as nothing and is listed.
    """
    users = {one.ref: float(one.users) for one in systems if one.users is not None}
    applicants = {one.ref: one.applicants.per_hour for one in systems if one.applicants is not None}
    chosen = basis
    if chosen is None:
        chosen = "grade"
        if systems and len(users) == len(systems) and any(users.values()):
            chosen = "users"
        elif systems and len(applicants) == len(systems) and any(applicants.values()):
            chosen = "applicants"
    if chosen == "users":
        return Stakes("users", users, tuple(one.ref for one in systems if one.ref not in users))
    if chosen == "applicants":
        return Stakes("applicants", applicants, tuple(one.ref for one in systems if one.ref not in applicants))
    return Stakes("grade", {one.ref: float(GRADE_WEIGHT[one.grade]) for one in systems})


def programme_stakes(graph: Graph) -> Stakes:
    """What is at stake with each programme: what it guarantees, or each counts as one where not all say that alike."""
    found = graph.estate.programmes
    promised = {one.ref: one.guarantees for one in found if one.guarantees is not None}
    if len(promised) == len(found) and len({one.currency for one in promised.values()}) == 1:
        return Stakes("guarantees", {ref: float(one.amount) for ref, one in promised.items()})
    silent = tuple(one.ref for one in found if one.ref not in promised)
    return Stakes("programmes", {one.ref: 1.0 for one in found}, silent)


def concentrations(
    graph: Graph, layers: Iterable[Layer] = LAYERS, basis: Basis | None = None
) -> tuple[Concentration, ...]:
    """Each layer of which the inventory names a member, in the order that was asked for."""
    views = (net(graph, "optimistic"), net(graph, "pessimistic"))
    found = ((layer, members_of(graph, layer)) for layer in layers)
    return tuple(_layer(graph, views, layer, some, basis) for layer, some in found if some)


def _layer(
    graph: Graph, views: tuple[Net, Net], layer: Layer, found: tuple[Member, ...], basis: Basis | None
) -> Concentration:
    if layer == "contributor":
        at_stake = programme_stakes(graph)
        out = {ref for ref in at_stake.weights if not any(ref in one.named_by for one in found)}
        taken = [{ref for ref in one.named_by if _falls_without(graph, ref, one.name)} for one in found]
        optimistic, hidden = ([(one.name, at_stake.of(refs)) for one, refs in zip(found, taken, strict=True)],) * 2
    else:
        at_stake = stakes([system for _, system in graph.estate.systems()], basis)
        out = set(unplaced(graph, found))
        optimistic, hidden = ([(one.name, at_stake.of(_taken(view, one))) for one in found] for view in views)
    direct = [(one.name, at_stake.of(one.named_by)) for one in found]
    shares = Shares(
        layer=layer,
        direct=_ranked(direct),
        hidden=_ranked(hidden),
        direct_index=index(direct),
        hidden_index=index(hidden),
        unplaced=at_stake.of(out),
    )
    return Concentration(layer, at_stake, shares, _ranked(optimistic), index(optimistic))


def _taken(view: Net, member: Member) -> tuple[str, ...]:
    """What falls with it; what is of a layer and nothing leans on is not in the net."""
    return view.named(falls(view, (view.number[ref] for ref in member.hits if ref in view.number)))


def _falls_without(graph: Graph, programme: str, contributor: str) -> bool:
    item = graph.estate.index[programme]
    if not isinstance(item, Programme):
        return False
    funding = Funding(graph, item)
    return funding.holds() and not funding.holds((contributor,))


def _ranked(shares: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(shares, key=lambda one: (-one[1], one[0])))


def index(shares: Sequence[tuple[str, float]]) -> float:
    """The Herfindahl-Hirschman index over normalised shares: 1 where all lean on one; 0 where nothing leans."""
    total = sum(share for _, share in shares)
    return sum((share / total) ** 2 for _, share in shares) if total else 0.0
