"""The estate to the list of everything that can be judged, each with what surrounds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from audit.model.drilling import RestoreState, drilled
from audit.model.endangered import grade_of
from audit.model.estate import Data, Estate, Institution, System
from audit.model.evidence import Observation
from audit.model.facility import Site
from audit.model.facts import Facts
from audit.model.graph import Graph
from audit.model.item import Item
from audit.model.message import say
from audit.model.policy import Limits, Policy
from audit.model.switching import SwitchState, switched
from audit.model.verdict import CannotSee, Reason

T = TypeVar("T", bound=Item, covariant=True)
F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule may know beside its subject."""

    estate: Estate
    graph: Graph
    policy: Policy
    kept: dict[str, object] = field(default_factory=dict, compare=False, repr=False)
    """What rules reckoned once for all subjects, by a name of theirs."""


@dataclass(frozen=True, slots=True)
class Subject(Generic[T]):
    """One thing that is judged: the inventory item, the system and institution around it, the grade that counts.

    The grade of something shared (a site, a room, a supplier) is the highest grade (lowest number) among the systems
    that stand on it; 4 where none does.
    """

    item: T
    grade: int
    around: Surroundings
    institution: Institution | None = None
    within: System | None = None
    dataset: Data | None = None
    site_around: Site | None = None

    @property
    def ref(self) -> str:
        return self.item.ref

    @property
    def estate(self) -> Estate:
        return self.around.estate

    @property
    def graph(self) -> Graph:
        return self.around.graph

    @property
    def system(self) -> System:
        """The system around (or being) the subject."""
        if self.within is None:
            raise LookupError(f"{self.ref} is not part of a system")
        return self.within

    @property
    def data(self) -> Data:
        """The data set around (or being) the subject."""
        if self.dataset is None:
            raise LookupError(f"{self.ref} is not part of a data set")
        return self.dataset

    @property
    def site(self) -> Site:
        """The site around (or being) the subject."""
        if self.site_around is None:
            raise LookupError(f"{self.ref} is not part of a site")
        return self.site_around

    @property
    def rpo(self) -> timedelta:
        """The promised recovery point: the system's own, else its grade's."""
        own = self.system.rpo
        return own if own is not None else self.around.policy.targets[self.grade].rpo

    @property
    def rto(self) -> timedelta:
        """The promised recovery time: the system's own, else its grade's."""
        own = self.system.rto
        return own if own is not None else self.around.policy.targets[self.grade].rto

    @property
    def unit(self) -> str:
        """Where the readiness counts findings about it: its system, else its site, else itself."""
        for holder in (self.within, self.site_around):
            if holder is not None:
                return holder.ref
        return self.ref

    def today(self, at: datetime) -> date:
        """The calendar day of an instant in the estate's time zone."""
        return at.astimezone(ZoneInfo(self.estate.about.timezone)).date()

    def limits(self, check: str) -> Limits:
        """The limits of one check for this subject's grade."""
        return self.around.policy.of(check, self.grade)


@dataclass(frozen=True, slots=True)
class Looks:
    """The observations of a run by subject, for rules that need what was seen of several subjects."""

    seen: Mapping[str, Observation] = field(default_factory=lambda: MappingProxyType({}))
    aside: Mapping[str, Observation] | None = None
    """The same for what a rule reckons once for all subjects: asking here, no ruling rests on it."""

    @property
    def all(self) -> Looks:
        """Everything that was seen, without a trace of who asked; a rule says by `seen` what its ruling rests on."""
        return Looks(self.aside) if self.aside is not None else self

    def of(self, ref: str, kind: type[F]) -> F:
        """The facts seen of one subject; CannotSee with the look's own reason where it saw none."""
        found = self.seen.get(ref)
        if found is None:
            raise CannotSee(Reason.INCOMPLETE, say("{subject} was not looked at", subject=ref))
        if found.unseen is not None:
            raise CannotSee(found.unseen.reason, say(found.unseen.template, **found.unseen.values))
        if not isinstance(found.seen, kind):
            raise CannotSee(
                Reason.INCOMPLETE, say("{subject} was looked at, but not in a way that tells this", subject=ref)
            )
        return found.seen

    def restored(self, ref: str) -> RestoreState | None:
        """The newest restore drill of a copy; None where none was ever made."""
        found = self.seen.get(drilled(ref))
        return found.seen if found is not None and isinstance(found.seen, RestoreState) else None

    def switched(self, ref: str) -> SwitchState | None:
        """The newest measured switch of a failover; None where none was ever made."""
        found = self.seen.get(switched(ref))
        return found.seen if found is not None and isinstance(found.seen, SwitchState) else None


def subjects(estate: Estate, graph: Graph, policy: Policy) -> Iterator[Subject[Item]]:
    """Everything that can be judged, in the order of the inventory."""
    around = Surroundings(estate, graph, policy)
    grades = graph.grades()
    foremost = min((system.grade for _, system in estate.systems()), default=4)
    for whole in (estate, *estate.about.lists):
        yield Subject(whole, foremost, around)
    for site in estate.sites:
        inside: tuple[Item, ...] = (*site.rooms, *site.batteries, *site.power_protection, *site.monitoring)
        for each in (site, *inside, *site.machines):
            yield Subject(each, grades.get(each.ref, grades.get(site.ref, 4)), around, site_around=site)
    for supplier in estate.suppliers:
        yield Subject(supplier, grades.get(supplier.ref, 4), around)
    for institution in estate.institutions:
        best = min((system.grade for system in institution.systems), default=4)
        for item in (institution, *institution.roles):
            yield Subject(item, best, around, institution)
        for system in institution.systems:
            for item in (system, *system.endpoints, *system.failover):
                yield Subject(item, system.grade, around, institution, system)
            for data in system.data:
                for item in (data, *data.copies):
                    yield Subject(item, system.grade, around, institution, system, data)
    for programme in estate.programmes:
        yield Subject(programme, grades.get(programme.ref, 4), around)
    for contributor in estate.contributors:
        yield Subject(contributor, 4, around)
    for permit in estate.permits:
        yield Subject(permit, grade_of(permit, graph, estate), around)
