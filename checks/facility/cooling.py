"""Cooling units, with all that they lean on, become a ruling on whether a room stays cool when one thing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.equipment import Cooling
from audit.model.estate import System
from audit.model.facility import Room
from audit.model.needs import Cooled, members
from audit.model.signed_paper import demanded
from audit.model.units import plain
from checks.facility.samples import AT, centre

_HALL: Final = "daejeon/room-7-1"
_TWO: Final = (
    "{id: c1, serves: [room-7-1], feed: a, tested: 2026-05-01}, "
    "{id: c2, serves: [room-7-1], feed: b, tested: 2026-05-01}"
)


def _cooled(units: str, hall: str = ", overheats: 12m", others: str = "") -> str:
    rooms = (
        f"{{id: room-7-1, kind: it{hall}}}, {{id: battery-5, kind: battery, compartment: below}}, "
        "{id: plant, kind: cooling, compartment: below}"
    )
    return centre(site=f"power: [a, b], cooling: [{units}], ", rooms=rooms) + others


def _standing(first: str, second: str) -> str:
    return _cooled(_TWO.replace("{id: c1", f"{{id: c1, room: {first}").replace("{id: c2", f"{{id: c2, room: {second}"))


@check(
    "facility.cooling",
    control="FAC-13",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 PE-14", "TIA-942"),
    least="declared",
    limits={"units": ("2", "2", "1", "-"), "feeds": ("2", "2", "1", "-"), "test": ("365d", "-", "-", "-")},
    examples=(
        Example(Verdict.PASS, _cooled(_TWO), _HALL, at=AT),
        Example(Verdict.FAIL, _cooled(_TWO.replace("feed: b", "feed: a")), _HALL, at=AT),
        Example(Verdict.FAIL, _cooled("{id: c1, serves: [room-7-1], feed: a, tested: 2026-05-01}"), _HALL, at=AT),
        Example(Verdict.FAIL, _cooled(_TWO.replace("2026-05", "2024-05")), _HALL, at=AT),
        Example(Verdict.FAIL, _standing("plant", "plant"), _HALL, at=AT),
        Example(Verdict.FAIL, _standing("plant", "battery-5"), _HALL, at=AT),
        Example(Verdict.PASS, _standing("plant", "room-7-1"), _HALL, at=AT),
        Example(Verdict.UNKNOWN, _cooled(_TWO, ""), _HALL, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, centre(), _HALL, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, centre(), "daejeon/battery-5", at=AT),
    ),
)
def room_stays_cool(room: Subject[Room], at: datetime, limits: Limits) -> Ruling:
    """The room with systems has one cooling unit more than it needs, nothing takes all of them, its loss is planned.

    Why: when the cooling stopped in Daejeon the machines that did not burn were switched off for fear of the heat.

    Fix: add a unit on the other feed, in a room that does not burn with the first, try out the loss of one, measure
    the minutes until machines switch themselves off, then write `cooling:` of the site and `overheats:` of the room.
    """
    if not room.graph.occupants.get(room.ref):
        raise NotApplicable(say("no system runs in {room}", room=room.ref))
    if room.site.kind == "cloud-region":
        raise NotApplicable(say("the cooling of {room} is the matter of its operator", room=room.ref))
    units, least = [one for one in room.site.cooling if room.ref in one.serves], int(limits.number("units"))
    separate = int(limits.number("feeds"))
    required = say("at least {least} units on {feeds} feeds", least=least, feeds=separate)
    figures = {"room": room.ref, "units": ", ".join(one.ref for one in units), "least": str(least)}
    if not units:
        says = say("the inventory names nothing that cools {room}; add `cooling:` with `serves:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    measured = figures["units"]
    if len(units) < least:
        says = say("{room} is cooled by {units} alone; {least} units are needed", **figures)
        return ruling(False, measured=measured, required=required, says=says)
    feeds = {one.feed for one in units if one.feed is not None}
    mute = [one.ref for one in units if one.feed is None] if len(feeds) < separate > 1 else []
    if len(feeds) < separate > 1 and not mute:
        says = say("all that cools {room} hangs on the feed {feed}", feed=", ".join(sorted(feeds)), **figures)
        return ruling(False, measured=measured, required=required, says=says)
    if least > 1 and (taking := _taking_all(room, units)) is not None:
        says = say("the loss of {what} takes all that cools {room}: {units}", what=taking, **figures)
        return ruling(False, measured=measured, required=required, says=says)
    if demanded(limits, "test"):
        oldest, today = limits.duration("test"), room.today(at)
        stale = [one for one in units if one.tested is not None and today - one.tested > oldest]
        if stale:
            day, days = plain(stale[0].tested), str(oldest.days)
            says = say("the loss of {unit} was last tried out on {date}; that may be {days} days ago",
                       unit=stale[0].ref, date=day, days=days)  # fmt: skip
            return ruling(False, measured=say("tried out on {date}", date=day), required=required, says=says)
        mute += [one.ref for one in units if one.tested is None or one.tested > today]
    if mute or room.item.overheats is None:
        missing = ", ".join(dict.fromkeys(mute)) or room.ref
        says = say(
            "the inventory does not say everything of the cooling; write `feed:`, `tested:`, `overheats:` of {missing}",
            missing=missing,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    stop = _stopping(room)
    says = say("{room} is cooled by {units}; without any of them it lasts {lasts}, then {count} systems stop, the most "
               "important first: {systems}", lasts=plain(room.item.overheats), count=len(stop),
               systems=", ".join(stop[:5]), **figures)  # fmt: skip
    return ruling(True, measured=measured, required=required, says=says)


def _taking_all(room: Subject[Room], units: Sequence[Cooling]) -> str | None:
    """What alone takes every unit, though it leaves the room itself whatever else that needs; the first by name."""
    graph, refs = room.graph, {one.ref for one in units}
    own = graph.burns(room.ref) | {room.site.ref}
    other_needs = [need for need in graph.needs[room.ref] if not isinstance(need, Cooled)]
    leaned_on, waiting = set[str](), list(refs)
    while waiting:
        for need in graph.needs.get(waiting.pop(), ()):
            found = set(members(need)) - leaned_on - own
            leaned_on |= found
            waiting += found
    for name in sorted(leaned_on):
        down = graph.lost_with(name)
        if refs <= down and not own & down - {room.ref} and all(graph.met(need, down) for need in other_needs):
            return name
    return None


def _stopping(room: Subject[Room]) -> list[str]:
    """The systems that stop with the room, the most important first."""
    systems = (room.estate.index.get(ref) for ref in room.graph.falls((room.ref,)))
    return [one.ref for one in sorted((one for one in systems if isinstance(one, System)),
                                      key=lambda one: (one.grade, one.ref))]  # fmt: skip
