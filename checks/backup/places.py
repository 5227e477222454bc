"""The places of a data set and its copies to how far apart they stand."""

from __future__ import annotations

from dataclasses import dataclass

from audit.contract import CannotSee, Reason, Subject, say
from audit.model.distance import kilometres
from audit.model.estate import Data
from audit.model.graph import Graph
from audit.model.message import Message
from audit.model.technology import Copy


def home(subject: Subject[Data] | Subject[Copy]) -> tuple[str, ...]:
    """Where the data itself lies: its own place, else the places of its system; CannotSee where neither is said."""
    places = (subject.data.at,) if subject.data.at is not None else subject.system.at
    known = tuple(place for place in places if subject.graph.final_places(place))
    if not known:
        raise CannotSee(
            Reason.INCOMPLETE, say("the inventory does not say where {data} lies; add `at:`", data=subject.data.ref)
        )
    return known


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between the data and one copy: `apart` is None where the inventory does not tell."""

    copy: Copy
    apart: bool | None
    why: Message
    shared: tuple[str, ...] = ()
    km: float | None = None

    @property
    def short(self) -> str:
        """The copy with what it shares, without a word of any language."""
        outer = [
            one for one in self.shared if not any(one.startswith((f"{site}/", f"{site}#")) for site in self.shared)
        ]
        what = ", ".join(outer) or ("?" if self.km is None else f"{self.km:.0f} km")
        return f"{self.copy.id} ({self.copy.at}: {what})"


def gap(graph: Graph, place: str, copy: Copy, *, separate: str, distance: float) -> Gap:
    """Whether a copy stands outside what a loss takes: `separate` is `site` or `compartment`, `distance` in metres."""
    if not graph.final_places(copy.at):
        why = say("the inventory does not say where {copy} stands; add `at:` to {place}", copy=copy.ref, place=copy.at)
        return Gap(copy, None, why)
    km = kilometres(graph, place, copy.at)
    common = graph.domains(place) & graph.domains(copy.at)
    if separate == "compartment":
        if common & graph.sites(place):
            return _inside_one_site(graph, place, copy, common)
    else:
        shared = tuple(sorted(common | (graph.power(place) & graph.power(copy.at))))
        if shared:
            why = say("{copy} shares {shared} with {place}", copy=copy.ref, shared=", ".join(shared), place=place)
            return Gap(copy, False, why, shared)
    if distance and km is None:
        why = say(
            "the distance from {place} to {copy} at {there} is not known; add `location:` to both sites",
            place=place,
            copy=copy.ref,
            there=copy.at,
        )
        return Gap(copy, None, why)
    if km is not None and km * 1000 < distance:
        why = say("{copy} stands only {km} km from {place}", copy=copy.ref, km=f"{km:.0f}", place=place)
        return Gap(copy, False, why, km=km)
    why = say("{copy} at {there} shares nothing with {place}", copy=copy.ref, there=copy.at, place=place)
    return Gap(copy, True, why, km=km)


def _inside_one_site(graph: Graph, place: str, copy: Copy, common: frozenset[str]) -> Gap:
    shared = tuple(sorted(common - graph.sites(place)))
    if shared:
        why = say("{copy} shares {shared} with {place}", copy=copy.ref, shared=", ".join(shared), place=place)
        return Gap(copy, False, why, shared)
    if all(any("#" in name for name in graph.domains(one)) for one in (place, copy.at)):
        why = say("{copy} at {there} lies in another fire compartment", copy=copy.ref, there=copy.at)
        return Gap(copy, True, why)
    why = say(
        "{place} and {there} of {copy} may burn together; add `compartment:` to both rooms",
        place=place,
        there=copy.at,
        copy=copy.ref,
    )
    return Gap(copy, None, why)


def elsewhere(graph: Graph, places: tuple[str, ...], copies: tuple[Copy, ...]) -> int:
    """How many copies stand in another site, counted from the place of the data where that is fewest."""
    return min(
        sum(bool(graph.sites(copy.at)) and graph.sites(copy.at).isdisjoint(graph.sites(place)) for copy in copies)
        for place in places
    )
