"""A node with what happened to it to the steps of work that bring it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Final, Literal

from audit.model.drilling import RestoreState
from audit.model.equipment import Cooling, Equipment, Generator
from audit.model.estate import Data, System
from audit.model.facility import Room, Site
from audit.model.graph import Graph
from audit.model.message import Message, say
from audit.model.restoring import RestoreTime, restoring
from audit.model.standbys import View
from audit.model.struck import Struck
from audit.model.technology import Copy

StepBasis = Literal["drilled", "estimated", "switched", "recorded", "declared"]
"""Measured by a restore, reckoned up from one, measured by a switch, as a record of the inventory says, never made."""
RANK: Final[tuple[StepBasis, ...]] = ("drilled", "estimated", "switched", "recorded", "declared")
Drills = Callable[[str], RestoreState | None]
"""The newest restore drill of a copy, by its full reference."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of work; `hours` is None where nobody says how long it takes."""

    says: Message
    hours: float | None
    add: Message
    """What has to be written, or done, so that the hours are known."""
    basis: StepBasis = "declared"
    on: datetime | None = None
    """When it was measured; of several, the oldest."""


def nothing(ref: str) -> None:
    """No drill of any copy."""


def steps(graph: Graph, ref: str, event: Struck, view: View, drills: Drills = nothing) -> tuple[Step, ...]:
    """What has to be done to a node itself, in order; restores of several data sets are one step.

    What starts again by itself has no step. A room of a site that is lost as a whole is found and fitted with it.
    """
    item = graph.estate.index.get(ref)
    if ref in event.out:
        return (Step(say("{what} is back", what=ref), event.out[ref], _told(ref, "lasts")),)
    if isinstance(item, System):
        return tuple(_system(graph, item, event, view, drills))
    gone = ref in event.destroyed
    if isinstance(item, Site) and gone:
        return (
            Step(
                say("find and fit another place for {what}", what=ref), _hours(item, "rebuild"), _told(ref, "rebuild")
            ),
        )
    if isinstance(item, Room):
        site = graph.site_of[ref]
        key = "rebuild" if gone else "restart"
        if gone and site.ref in event.destroyed:
            return ()
        says = say("make {what} fit for machines again", what=ref) if gone else say("switch {what} on again", what=ref)
        return (Step(says, _hours(item, key), _told(ref, key)),)
    if isinstance(item, (Cooling, Equipment, Generator)) and gone:
        if graph.site_of[ref].ref in event.destroyed:
            return ()
        return (Step(say("get another {what}", what=ref), _hours(item, "lead_time"), _told(ref, "lead-time")),)
    return ()


def hours_of(graph: Graph, ref: str, event: Struck, view: View, drills: Drills = nothing) -> tuple[float | None, ...]:
    """The hours of what `steps` tells, without the words: a large estate has a million of them."""
    item = graph.estate.index.get(ref)
    if ref in event.out:
        return (event.out[ref],)
    gone = ref in event.destroyed
    if not isinstance(item, System) or not gone:
        return (_hours(item, "restart"),) if isinstance(item, System) else _hours_there(graph, item, event)
    each = [_restored(left, data, view, drills) for data in item.data if data.ref in event.destroyed
            and (left := surviving(graph, data, event, view))]  # fmt: skip
    told = [hours for hours in each if hours is not None]
    if len(told) < len(each):
        return (_hours(item, "rebuild"), None)
    whole = max if view == "optimistic" else sum
    return (_hours(item, "rebuild"), whole(told)) if told else (_hours(item, "rebuild"),)


def _hours_there(graph: Graph, item: object, event: Struck) -> tuple[float | None, ...]:
    """The same for a site, for what stands in one."""
    if not isinstance(item, (Site, Room, Cooling, Equipment, Generator)):
        return ()
    gone = item.ref in event.destroyed
    if isinstance(item, Site):
        return (_hours(item, "rebuild"),) if gone else ()
    if gone and graph.site_of[item.ref].ref in event.destroyed:
        return ()
    if isinstance(item, Room):
        return (_hours(item, "rebuild" if gone else "restart"),)
    return (_hours(item, "lead_time"),) if gone else ()


def _restored(left: Sequence[Copy], data: Data, view: View, drills: Drills) -> float | None:
    """Hours of the restore from the copy that is back soonest."""
    times = (_time(copy, data, view, drills) for copy in left)
    soonest = min((time.took for time in times if time is not None), default=None)
    return soonest.total_seconds() / 3600 if soonest is not None else None


def _hours(item: object, key: str) -> float | None:
    value = getattr(item, key)
    return value.total_seconds() / 3600 if value is not None else None


def _told(ref: str, key: str) -> Message:
    return say("`{key}:` of {what}", key=key, what=ref)


def _system(graph: Graph, system: System, event: Struck, view: View, drills: Drills) -> Iterator[Step]:
    ref = system.ref
    if ref not in event.destroyed:
        yield Step(say("start {what} again", what=ref), _hours(system, "restart"), _told(ref, "restart"))
        return
    yield Step(say("set up {what} anew", what=ref), _hours(system, "rebuild"), _told(ref, "rebuild"))
    found = [
        one for data in system.data if data.ref in event.destroyed for one in restore(graph, data, event, view, drills)
    ]
    unknown = [one for one in found if one.hours is None]
    if unknown:
        yield unknown[0]
    elif found and view == "optimistic":
        yield max(found, key=lambda one: one.hours or 0.0)
    elif found:
        # Nobody says that they can be restored side by side.
        longest = max(found, key=lambda one: one.hours or 0.0)
        weakest = max(found, key=lambda one: RANK.index(one.basis))
        on = min((one.on for one in found if one.on is not None), default=None)
        hours = sum(one.hours or 0.0 for one in found)
        yield Step(longest.says, hours, longest.add, weakest.basis, on if weakest.basis != "declared" else None)


def surviving(graph: Graph, data: Data, event: Struck, view: View) -> Sequence[Copy]:
    """The copies from which a data set can be restored; of one whose place is not told, the optimist thinks well."""
    return tuple(
        copy
        for copy in data.copies
        if copy.ref not in event.destroyed and (view == "optimistic" or graph.final_places(copy.at))
    )


def restore(graph: Graph, data: Data, event: Struck, view: View, drills: Drills) -> Iterator[Step]:
    """The restore of a data set from the copy that is back soonest; nothing where none is left."""
    left = surviving(graph, data, event, view)
    if not left:
        return
    timed = [(copy, time) for copy in left if (time := _time(copy, data, view, drills)) is not None]
    if not timed:
        says = say("restore {data} from {copy}", data=data.ref, copy=left[0].ref)
        add = say("`size:` of {data}, `restore-rate:` of {copy}", data=data.ref, copy=left[0].ref)
        yield Step(says, None, add)
        return
    copy, time = min(timed, key=lambda pair: pair[1].took)
    drill = drills(copy.ref) if time.basis != "declared" else None
    says = say("restore {data} from {copy}", data=data.ref, copy=copy.ref)
    add = say("a restore drill of {copy}", copy=copy.ref)
    yield Step(says, time.took.total_seconds() / 3600, add, time.basis, drill.ended if drill is not None else None)


def _time(copy: Copy, data: Data, view: View, drills: Drills) -> RestoreTime | None:
    return restoring(copy, data, drills(copy.ref), 1.0 if view == "optimistic" else 0.5)


def total(found: Sequence[Step], view: View) -> float:
    """Hours of all steps; what is not told is nothing to the optimist, never over to the pessimist."""
    return summed([one.hours for one in found], view)


def summed(hours: Sequence[float | None], view: View) -> float:
    """The same of hours alone."""
    unknown = 0.0 if view == "optimistic" else inf
    return sum(unknown if one is None else one for one in hours)
