"""Everything that exists, with what was promised of it: the typed inventory of all institutions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from audit.model.address import Host, Network
from audit.model.demand import Deadline, LoadTest, Manual
from audit.model.drilling import Canary, Drills
from audit.model.earlier import EarlierFinding, InventoryCopy
from audit.model.facility import Site
from audit.model.hazard import Hazard
from audit.model.item import Id, Item, NameText, NodeRef, SupplierRef, SystemRef, Text, WhereRef
from audit.model.keeping_on import CallTree, Console, LogCopy, Runbook, Shift
from audit.model.listed import Lists
from audit.model.message import say
from audit.model.money import BudgetLine, Measure
from audit.model.needs import Degraded, Need
from audit.model.permit import Permit
from audit.model.person import Person as Person
from audit.model.policy import PolicyChanges
from audit.model.programme import Contributor as Contributor
from audit.model.programme import Programme as Programme
from audit.model.proof import Evidence as Evidence
from audit.model.proof import Waiver as Waiver
from audit.model.roster import Role
from audit.model.technology import Copies, Endpoints, Failovers
from audit.model.unfit import Unexpected
from audit.model.units import Day, Duration, Flag, Flow, MoneyRate, Size
from audit.model.watching import Maintenance, Watch

Grade = Annotated[
    Literal[1, 2, 3, 4], BeforeValidator(lambda text: int(text) if str(text) in ("1", "2", "3", "4") else text)
]


def parse_timezone(text: object) -> str:
    """The name of a time zone that this machine knows, e.g. Asia/Seoul."""
    try:
        return ZoneInfo(str(text)).key
    except (ValueError, KeyError, OSError) as broken:
        raise Unexpected(say("a time zone such as Asia/Seoul"), repr(str(text))) from broken


class About(Item):
    """The estate itself."""

    id: Id = "estate"
    name: NameText | None = None
    timezone: Annotated[str, BeforeValidator(parse_timezone)] = "Asia/Seoul"
    allow: tuple[Network, ...] = ()
    """The only addresses that a probe may connect to."""
    notice: NameText | None = None
    """A sentence printed on every report, e.g. that all data is synthetic."""
    signers: Text | None = None
    """File in this folder with the allowed signers of evidence, as `man ssh-keygen` describes it."""
    copies: tuple[InventoryCopy, ...] = ()
    """Where else this inventory is kept."""
    lists: Lists
    """What others keep of the same systems, against which this inventory is held."""


class Supplier(Item):
    """Somebody outside whom systems lean on."""

    id: Id
    name: NameText | None = None
    kind: Text | None = None
    aliases: tuple[Text, ...] = ()
    """Other names of it in this inventory or in papers; a supplier that another one names here is that one."""
    rto: Duration | None = None
    """Within which it promises by contract to be back."""
    contract_ends: Day | None = None


class Funds(Item):
    """Money that moves through a system."""

    flow: MoneyRate
    lost: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The share of what did not flow in time that will never flow."""
    penalty: MoneyRate | None = None
    """What each stretch of time costs beside that."""


class Confirmation(Item):
    """Somebody who knows the system went through everything that the inventory says it needs."""

    on: Day
    by: Text


Holding = Literal[
    "business", "os-images", "infrastructure-code", "configuration", "dns-zones", "certificates", "licences",
    "installers",
]  # fmt: skip


class Data(Item):
    """A data set with its copies."""

    id: Id
    name: NameText | None = None
    holds: tuple[Holding, ...] = ("business",)
    """What it is: work of the institution, or a part of the kit from which systems are built anew."""
    canary: Canary | None = None
    """What a restore drill must find in it."""
    size: Size | None = None
    at: WhereRef | None = None
    mandatory: Flag = False
    """A rule forbids people to keep other copies."""
    copies: Copies


class System(Item):
    """A system of one institution."""

    id: Id
    name: NameText | None = None
    grade: Grade
    rto: Duration | None = None
    rpo: Duration | None = None
    applicants: Flow | None = None
    users: Annotated[int, Field(ge=0, lt=10**12)] | None = None
    """How many people are registered."""
    in_flight: Annotated[int, Field(ge=0, lt=10**12)] | None = None
    """How many applications are under way at any time."""
    deadlines: tuple[Deadline, ...] = ()
    manual: Manual | None = None
    """How work goes on without it."""
    funds: Funds | None = None
    capacity: Annotated[float, Field(ge=0)] | None = None
    restart: Duration | None = None
    """From all that it needs being there until it runs again, where nothing of it is broken."""
    rebuild: Duration | None = None
    """How long it takes to set it up anew on other machines; what its data takes comes on top."""
    maintained_by: SupplierRef | None = None
    at: tuple[WhereRef, ...] = ()
    owner: Person | None = None
    hosts: tuple[Host, ...] = ()
    """Names and addresses of its machines that no endpoint names."""
    endpoints: Endpoints
    data: tuple[Data, ...] = ()
    failover: Failovers
    needs: tuple[Need, ...] = ()
    degraded_without: tuple[Degraded, ...] = ()
    """What it can do without, at less than its usual capacity."""
    confirmed: Confirmation | None = None
    """Of everything that stands under `needs:` and `recovers-with:`."""
    recovers_with: tuple[NodeRef, ...] = ()
    load_tests: tuple[LoadTest, ...] = ()
    runbook: Runbook | None = None
    logs: tuple[LogCopy, ...] = ()
    """Where the logs of what people did in it are copied to."""


class Institution(Item):
    """A body that answers for its systems."""

    id: Id
    name: NameText | None = None
    accountable: Person | None = None
    systems: tuple[System, ...] = ()
    roles: tuple[Role, ...] = ()
    recovery_order: tuple[SystemRef, ...] = ()
    """In which order its systems are brought back, as published."""
    on_call: tuple[Shift, ...] = ()
    call_tree: CallTree | None = None
    consoles: tuple[Console, ...] = ()


class Season(Item):
    """A stretch of the calendar in which demand is higher."""

    id: Id
    name: NameText | None = None
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    demand: Annotated[float, Field(gt=0)] = 1.0


class Listed(Item):
    """What may stand in several files, each adding to the lists of the others."""

    sites: tuple[Site, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    institutions: tuple[Institution, ...] = ()
    programmes: tuple[Programme, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    calendar: tuple[Season, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    permits: tuple[Permit, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    measures: tuple[Measure, ...] = ()
    budget: tuple[BudgetLine, ...] = ()
    earlier_findings: tuple[EarlierFinding, ...] = ()


class Sheet(Listed):
    """The content of one inventory file; any file may hold any of the keys."""

    estate: About | None = None
    policy: PolicyChanges | None = None
    watch: Watch | None = None
    drills: Drills | None = None


class Estate(Listed):
    """All sheets of a folder together; `root` is the folder, `sha256` covers every file's text."""

    about: About = About()
    policy: PolicyChanges = PolicyChanges()
    watch: Watch = Watch()
    drills: Drills = Drills()
    root: str = ""
    sha256: str = ""

    @property
    def ref(self) -> str:
        return self.about.id

    def systems(self) -> Iterator[tuple[Institution, System]]:
        """Each system with the institution that answers for it."""
        for institution in self.institutions:
            for system in institution.systems:
                yield institution, system

    @cached_property
    def index(self) -> Mapping[str, Item]:
        """Each item that has a full reference, by that reference."""
        return MappingProxyType({item.ref: item for item in _walk(self) if item.ref})

    def covers(self, on: str, ref: str) -> bool:
        """Whether a reference is the named one or stands below it; everything stands below the estate."""
        return ref == on or ref.startswith(on + "/") or on == self.ref

    def named(self, ref: str, language: str = "en") -> str:
        """The name of an item for people; its reference where it has no name."""
        name = getattr(self.index.get(ref), "name", None)
        return name.text(language) if name is not None and not isinstance(name, str) else ref


def _walk(estate: Estate) -> Iterator[Item]:
    yield estate
    yield from estate.about.lists
    for site in estate.sites:
        yield site
        yield from site.rooms
        yield from site.batteries
        yield from site.power_protection
        yield from site.monitoring
        yield from site.machines
    yield from estate.suppliers
    for institution in estate.institutions:
        yield institution
        yield from institution.roles
        for system in institution.systems:
            yield system
            yield from system.endpoints
            yield from system.failover
            for data in system.data:
                yield data
                yield from data.copies
    for programme in estate.programmes:
        yield programme
        yield from programme.rails
    yield from estate.contributors
    yield from estate.evidence
    yield from estate.calendar
    yield from estate.maintenance
    yield from estate.permits
    yield from estate.hazards
    yield from estate.measures
    yield from estate.budget
    yield from estate.earlier_findings


def day_ends(day: date, zone: str) -> datetime:
    """The instant at which a day is over in the estate's time zone."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999999, tzinfo=ZoneInfo(zone))
