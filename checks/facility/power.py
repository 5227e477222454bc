"""Power supplies, feeds, rooms become rulings on whether power holds, whether one room carries too much."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
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
from audit.model.facility import Room, Site
from audit.model.facts import PowerState
from audit.model.message import Message
from audit.model.technology import PowerProtection
from checks.facility.samples import centre

UPS: Final = (
    "sites: [{id: daejeon, rooms: [{id: power-1, kind: ups}], power-protection: "
    "[{id: ups-1, kind: nut, host: 127.0.0.1, port: 3493, ups: ups1, room: power-1}]}]\n"
)
_FAILED: Final = re.compile(r"fail|error|bad|replace", re.IGNORECASE)
"""In what devices say of the last test of their battery, e.g. `Done and error`."""
_BAD: Final = frozenset({"OB", "LB", "RB", "BYPASS", "OVER", "OFF", "FSD", "ALARM", "COMMBAD", "NOCOMM"})


def _spread(rooms: tuple[int, ...]) -> str:
    """An estate with as many systems of grade 1 in each room as the numbers say."""
    places = ", ".join(f"{{id: room-{number}, kind: it}}" for number in range(len(rooms)))
    systems = ", ".join(
        f"{{id: system-{number}-{index}, grade: 1, at: [daejeon/room-{number}]}}"
        for number, count in enumerate(rooms)
        for index in range(count)
    )
    return f"sites: [{{id: daejeon, rooms: [{places}]}}]\ninstitutions: [{{id: kibo, systems: [{systems}]}}]\n"


def _fed(substations: str, feeds: str) -> str:
    """A site with feeds, each from a substation, some of which reach the racks of its machine room."""
    pairs = [pair.split(": ") for pair in substations.split(", ")]
    listed = ", ".join(f"{{feed: {feed}, name: {name}}}" for feed, name in pairs)
    power = ", ".join(feed for feed, _ in pairs)
    return centre(
        site=f"power: [{power}], substations: [{listed}], ",
        rooms=f"{{id: room-7-1, kind: it, feeds: [{feeds}]}}, {{id: battery-5, kind: battery}}",
    )


@check(
    "facility.battery-monitoring",
    control="FAC-06",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 PE-14(2)", "NIST SP 800-53r5 SI-4", "KR-IDC"),
    examples=(
        Example(
            Verdict.PASS,
            UPS,
            "daejeon/ups-1",
            seen=PowerState(flags=("OL", "CHRG"), charge=97.0, runtime=timedelta(minutes=21)),
        ),
        Example(
            Verdict.FAIL,
            UPS,
            "daejeon/ups-1",
            seen=PowerState(flags=("OL", "RB"), alarms=("the battery has to be replaced",)),
        ),
        Example(Verdict.FAIL, UPS, "daejeon/ups-1", seen=PowerState(flags=("OL",), test_result="Done and error")),
        Example(Verdict.UNKNOWN, UPS, "daejeon/ups-1", seen=PowerState(flags=()), reason=Reason.INCOMPLETE),
    ),
)
def power_supply_is_quiet(supply: Subject[PowerProtection], seen: PowerState) -> Ruling:
    """The power supply answers, runs on the mains and reports neither an alarm nor a failed test.

    Why: a battery tells days before that it must be replaced, to whoever asks; an alarm that nobody reads warns nobody.

    Fix: go to the device that the finding names, clear the cause of the alarm, replace the battery if it asks for it.
    """
    if not seen.flags:
        raise CannotSee(Reason.INCOMPLETE, say("{supply} reports no status", supply=supply.ref))
    named = {alarm.partition(":")[0] for alarm in seen.alarms}
    bad = sorted(set(seen.flags) & _BAD - named)
    if seen.has("test_result") and _FAILED.search(seen.test_result):
        bad.append(f"ups.test.result: {seen.test_result}")
    flags = " ".join(seen.flags)
    if seen.alarms or bad:
        trouble = "; ".join(dict.fromkeys((*bad, *seen.alarms)))
        says = say("{supply} reports trouble: {trouble}", supply=supply.ref, trouble=trouble)
        return ruling(False, measured=trouble, required=say("on the mains (OL), no alarm"), says=says)
    if "OL" not in seen.flags:
        says = say("{supply} does not say that it runs on the mains: {flags}", supply=supply.ref, flags=flags)
        return ruling(False, measured=flags, required=say("on the mains (OL), no alarm"), says=says)
    says = say("{supply} runs on the mains without an alarm: {flags}", supply=supply.ref, flags=flags)
    return ruling(True, measured=flags, required=say("on the mains (OL), no alarm"), says=says)


@check(
    "facility.feeds",
    control="FAC-10",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 PE-9(1)", "NIST SP 800-53r5 PE-11", "TIA-942", "KR-IDC"),
    least="declared",
    limits={"feeds": ("2", "2", "1", "-"), "substations": ("2", "1", "1", "-"), "paths": ("2", "1", "2", "-")},
    examples=(
        Example(Verdict.PASS, _fed("a: west, b: east", "a, b"), "daejeon"),
        Example(Verdict.FAIL, _fed("a: west, b: west", "a, b"), "daejeon"),
        Example(Verdict.FAIL, _fed("a: west, b: east", "a"), "daejeon"),
        Example(Verdict.FAIL, centre(site="power: [substation-a], "), "daejeon"),
        Example(
            Verdict.UNKNOWN,
            centre(site="power: [substation-a, substation-b], "),
            "daejeon",
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, centre(), "daejeon", reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, centre(site="kind: cloud-region, "), "daejeon"),
    ),
)
def site_has_two_feeds(site: Subject[Site], limits: Limits) -> Ruling:
    """The site where systems run is fed by separate feeds, from separate substations, up to the racks.

    Why: with one feed every fault between the substation and the rack is a fault of all systems.

    Fix: order a second feed from another substation, let both reach every rack, then write `power:` and `substations:`
    of the site with `feeds:` of its rooms.
    """
    least = int(limits.number("feeds"))
    item = site.item
    if item.kind == "cloud-region":
        raise NotApplicable(say("the feeds of {site} are the matter of its operator", site=site.ref))
    if not any(site.graph.occupants.get(place) for place in (site.ref, *(room.ref for room in item.rooms))):
        raise NotApplicable(say("no system runs in {site}", site=site.ref))
    if not item.power:
        raise CannotSee(
            Reason.INCOMPLETE, say("the inventory does not say what feeds {site}; add `power:`", site=site.ref)
        )
    feeds = sorted(set(item.power))
    required = say("at least {least} feeds", least=least)
    measured = ", ".join(feeds)
    figures = {"site": site.ref, "feeds": measured, "least": str(least)}
    if len(feeds) < least:
        says = say("{site} is fed by {feeds} only; its grade needs {least} feeds", **figures)
        return ruling(False, measured=measured, required=required, says=says, key="power")
    wanted, paths = int(limits.number("substations")), int(limits.number("paths"))
    where = {one.feed: one.name.strip().casefold() for one in item.substations}
    occupied = [room for room in item.rooms if site.graph.occupants.get(room.ref)]
    poor = [room.ref for room in occupied if room.feeds and len(set(room.feeds)) < paths]
    if poor:
        figures |= {"rooms": ", ".join(poor), "paths": str(paths)}
        says = say("fewer than {paths} feeds reach the racks in {rooms}", **figures)
        return ruling(False, measured=measured, required=required, says=says, key="rooms")
    silent = [feed for feed in feeds if feed not in where]
    if not silent and len({where[feed] for feed in feeds}) < wanted:
        says = say("the feeds of {site} come from one substation: {name}", name=where[feeds[0]], **figures)
        return ruling(False, measured=measured, required=required, says=says, key="substations")
    if silent and wanted > 1:
        says = say("the inventory does not say where {feeds} come from; add `substations:`", feeds=", ".join(silent))
        raise CannotSee(Reason.INCOMPLETE, says)
    mute = [room.ref for room in occupied if not room.feeds] if paths > 1 else []
    if mute:
        says = say(
            "the inventory does not say which feeds reach the racks; add `feeds:` to {rooms}", rooms=", ".join(mute)
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("{site} is fed by {feeds}", **figures)
    return ruling(True, measured=measured, required=required, says=says, key="power")


@check(
    "facility.concentration",
    control="FAC-18",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 SC-36", "NIST SP 800-53r5 PE-23", "NIST SP 800-53r5 CP-2(8)"),
    least="declared",
    limits={"share": ("25 %", "25 %", "-", "-")},
    examples=(
        Example(Verdict.PASS, _spread((1, 1, 1, 1)), "daejeon/room-0"),
        Example(Verdict.FAIL, _spread((3, 1, 1)), "daejeon/room-0"),
        Example(
            Verdict.UNKNOWN,
            _spread((1, 1, 1, 1)).replace("[daejeon/room-1]", "[daejeon]"),
            "daejeon/room-0",
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.NOT_APPLICABLE, _spread((1, 1)), "daejeon/room-0"),
    ),
)
def no_room_carries_too_much(room: Subject[Room], limits: Limits) -> Ruling:
    """No single room holds more than its share of all systems of grade 1 and 2.

    Why: half of 647 systems stood in three rooms of one floor, and a battery stood there too.

    Fix: move systems from the room to another site; begin with those that already have a second place.
    """
    share = limits.number("share") / 100
    graph = room.graph
    high = graph.foremost
    here = {system.ref for system in graph.occupants.get(room.ref, ())} & high
    if not here:
        raise NotApplicable(say("no system of grade 1 or 2 runs in {room}", room=room.ref))
    if len(high) * share < 1:
        says = say("there are only {count} systems of grade 1 and 2, too few to spread", count=len(high))
        raise NotApplicable(says)
    vague = {system.ref for system in graph.occupants.get(room.site.ref, ())} & high
    placeless = graph.placeless & high
    figures = {
        "room": room.ref,
        "here": str(len(here)),
        "all": str(len(high)),
        "share": f"{len(here) / len(high):.0%}",
        "most": f"{share:.0%}",
    }
    if len(here) / len(high) > share:
        says = say("{here} of {all} systems of grade 1 and 2 run in {room}, {share}; {most} are allowed", **figures)
        return ruling(False, measured=_shares(room, high), required=f"<= {share:.0%}", says=says)
    if len(here | vague | placeless) / len(high) > share:
        says = say(
            "too many systems may run in {room}, because the inventory does not say in which room they run: {systems}",
            room=room.ref,
            systems=", ".join(sorted((vague | placeless) - here)[:5]),
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("{here} of {all} systems of grade 1 and 2 run in {room}, {share}", **figures)
    return ruling(True, measured=_shares(room, high), required=f"<= {share:.0%}", says=says)


def _shares(room: Subject[Room], high: frozenset[str]) -> Message:
    """The share in the room, beside those on its floor, in its building, for which no limit is set."""
    graph, rooms = room.graph, room.site.rooms

    def share(places: Iterable[str]) -> str:
        inside = {system.ref for place in places for system in graph.occupants.get(place, ())} & high
        return f"{len(inside) / len(high):.0%}"

    found = {"room": share([room.ref]), "building": share([room.site.ref, *(one.ref for one in rooms)])}
    # Whoever stands on a floor that nobody names may stand on this one.
    if any(one.floor is None for one in rooms if graph.occupants.get(one.ref)) or graph.occupants.get(room.site.ref):
        return say("{room} in the room, {building} in the building; which floor is not told", **found)
    beside = share(one.ref for one in rooms if one.floor == room.item.floor)
    return say("{room} in the room, {floor} on the floor, {building} in the building", floor=beside, **found)
