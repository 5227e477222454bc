"""A permit for dangerous work in, what is missing from it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field

from audit.model.item import Id, Item, NameText, NodeRef, SupplierRef, Text
from audit.model.message import Message, say
from audit.model.person import Person
from audit.model.units import Instant, plain

StepName = Literal[
    "lock-out", "tag-out", "insulation", "discharge", "supervisor", "licence", "subcontract-verified", "extinguisher"
]


class Step(Item):
    """One step of a permit that has to be done before work begins."""

    step: StepName
    done: Instant | None = None
    by: Text | None = None
    photo: Text | None = None
    """File of a photograph of it."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")] | None = None
    """Of the photograph."""


class Subcontractor(Item):
    """Somebody who does a part of the work for the contractor."""

    name: Text
    licence: Text | None = None


class Permit(Item):
    """A permit for work that may stop or burn what it is done on."""

    id: Id
    name: NameText | None = None
    kind: Literal["battery", "power", "hot-work", "fire-system", "cooling", "network", "other"]
    on: Annotated[tuple[NodeRef, ...], Field(min_length=1)]
    """What is worked on: rooms, batteries, power feeds, machines."""
    start: Instant = Field(alias="from")
    end: Instant = Field(alias="to")
    contractor: SupplierRef | None = None
    licence: Text | None = None
    """Of the contractor for this kind of work."""
    subcontractors: tuple[Subcontractor, ...] = ()
    supervisor: Person | None = None
    """Who stands beside it all the time."""
    charge: Annotated[float, Field(ge=0, le=100)] | None = None
    """To how many per cent the batteries are charged when work begins."""
    steps: tuple[Step, ...] = ()
    approved_by: Text | None = None


_PEOPLE: Final[tuple[StepName, ...]] = ("supervisor", "licence", "subcontract-verified")
_CUT: Final[tuple[StepName, ...]] = ("lock-out", "tag-out", "insulation")
STEPS: Final[Mapping[str, tuple[StepName, ...]]] = MappingProxyType(
    {
        "battery": (*_CUT, "discharge", *_PEOPLE, "extinguisher"),
        "power": (*_CUT, *_PEOPLE, "extinguisher"),
        "hot-work": (*_PEOPLE, "extinguisher"),
        "fire-system": (*_PEOPLE, "extinguisher"),
        "cooling": _PEOPLE,
        "network": _PEOPLE,
        "other": _PEOPLE,
    }
)
"""What has to be done before work of each kind."""
PHOTOGRAPHED: Final = frozenset((*_CUT, "discharge"))
"""The steps that leave something to be seen."""


def missing(permit: Permit, charge: float, at: datetime) -> Iterator[Message]:
    """Everything that a permit lacks at an instant; `charge` is the most per cent that batteries may hold."""
    if permit.contractor is None:
        yield say("no contractor is named")
    if permit.licence is None:
        yield say("the contractor's licence is not written")
    for other in permit.subcontractors:
        if other.licence is None:
            yield say("the licence of the subcontractor {name} is not written", name=other.name)
    if permit.supervisor is None:
        yield say("no supervisor is named")
    if permit.approved_by is None:
        yield say("nobody has approved it")
    if permit.kind == "battery":
        if permit.charge is None:
            yield say("the charge of the batteries is not written")
        elif permit.charge > charge:
            most, charged = f"{charge:g}", f"{permit.charge:g}"
            yield say("the batteries are charged to {charged} %; {most} % are allowed", charged=charged, most=most)
    written = {step.step: step for step in permit.steps}
    for name in STEPS[permit.kind]:
        step = written.get(name)
        if step is None or step.done is None:
            yield say("{step} is not done", step=name)
        elif step.done > at:
            yield say("{step} is said to be done on {date}, in the future", step=name, date=plain(step.done))
        elif step.by is None:
            yield say("nobody stands for {step}", step=name)
        elif name in PHOTOGRAPHED and (step.photo is None or step.sha256 is None):
            yield say("there is no photograph of {step} with its checksum", step=name)
