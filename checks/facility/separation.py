"""Rooms of power protections become a ruling on whether one fire takes the battery, the supply, its twin together."""

from __future__ import annotations

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.facility import Room
from audit.model.technology import PowerProtection

_UPS = "daejeon/ups-1"


def _twins(first: str, second: str, rest: str = "battery: ups-b, twin: ups-2") -> str:
    """Two power protections, each in a room, beside a battery in a room of its own."""
    host = "kind: nut, host: 127.0.0.1, ups: one"
    return (
        "sites: [{id: daejeon, rooms: [{id: power-1, kind: ups, compartment: c1}, "
        "{id: power-2, kind: ups, compartment: c2}, {id: power-3, kind: ups, compartment: c1}, "
        "{id: power-4, kind: ups}, {id: battery-5, kind: battery, compartment: c5}], "
        "batteries: [{id: ups-b, room: battery-5}], "
        f"power-protection: [{{id: ups-1, {host}, room: {first}{', ' + rest if rest else ''}}}, "
        f"{{id: ups-2, {host}, room: {second}, battery: ups-b, twin: ups-1}}]}}]\n"
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, at: [daejeon]}]}]\n"
    )


@check(
    "facility.power-separation",
    control="FAC-04",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 PE-9(1)", "NIST SP 800-53r5 PE-11", "TIA-942", "KR-FAC"),
    least="declared",
    limits={"apart": ("compartment", "compartment", "room", "room")},
    examples=(
        Example(Verdict.PASS, _twins("power-1", "power-2"), _UPS),
        Example(Verdict.FAIL, _twins("power-1", "power-3"), _UPS),
        Example(Verdict.FAIL, _twins("battery-5", "power-2"), _UPS),
        Example(Verdict.FAIL, _twins("power-1", "power-2", "battery: ups-b, twin: ups-1"), _UPS),
        Example(Verdict.UNKNOWN, _twins("power-1", "power-4"), _UPS, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _twins("power-4", "power-2"), _UPS, reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN,
            _twins("power-1", "power-2").replace(", compartment: c5", ""),
            _UPS,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, _twins("power-1", "power-2", "battery: ups-b"), _UPS, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _twins("power-1", "power-2", "twin: ups-2"), _UPS, reason=Reason.INCOMPLETE),
    ),
)
def supply_stands_apart(supply: Subject[PowerProtection], limits: Limits) -> Ruling:
    """The power protection burns neither with its battery nor with the twin that carries the load without it.

    Why: in Pangyo one battery fire took the supplies beside it; both lines of power ended in the same minute.

    Fix: put the twin into another fire compartment and the battery into a room of its own, then write `room:`,
    `battery:` and `twin:`.
    """
    item = supply.item
    apart = limits.word("apart")
    required = say("battery and twin in another {what}", what=apart)
    own = _room(supply, item.room)
    rooms = [own]
    beside = [one.ref for one in supply.site.batteries if one.room == own.ref]
    if item.battery is not None:
        charged = _room(supply, getattr(supply.estate.index[item.battery], "room", None))
        rooms.append(charged)
        beside += [item.battery] if charged.ref in _reach(supply, own, apart) else []
    if beside:
        names = ", ".join(dict.fromkeys(beside))
        says = say("{supply} burns together with the battery {battery}", supply=supply.ref, battery=names)
        return ruling(False, measured=names, required=required, says=says, key="room")
    others = {one.id: one for one in supply.site.power_protection}
    if item.twin is not None and (item.twin == item.id or item.twin not in others):
        says = say("{supply} has no twin of that name: {twin}", supply=supply.ref, twin=item.twin)
        return ruling(False, measured=item.twin, required=required, says=says, key="twin")
    if item.twin is not None:
        twin = _room(supply, others[item.twin].room)
        rooms.append(twin)
        if twin.ref in _reach(supply, own, apart):
            says = say("{supply} burns together with its twin {twin}", supply=supply.ref, twin=item.twin)
            return ruling(False, measured=twin.ref, required=required, says=says, key="twin")
    for key, value in (("battery", item.battery), ("twin", item.twin)):
        if value is None:
            says = say("the inventory does not name the {what} of {supply}; add `{what}:`", what=key, supply=supply.ref)
            raise CannotSee(Reason.INCOMPLETE, says)
    silent = [room.ref for room in rooms if room.compartment is None] if apart == "compartment" else []
    if silent:
        says = say(
            "the inventory does not say what burns together: add `compartment:` to {rooms}", rooms=", ".join(silent)
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("{supply} stands apart from its battery and its twin {twin}", supply=supply.ref, twin=item.twin)
    return ruling(True, measured=own.ref, required=required, says=says, key="room")


def _room(supply: Subject[PowerProtection], ref: str | None) -> Room:
    room = supply.estate.index.get(ref or "")
    if not isinstance(room, Room):
        says = say(
            "the inventory does not say in which room {supply} and its twin stand; add `room:`", supply=supply.ref
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    return room


def _reach(supply: Subject[PowerProtection], room: Room, apart: str) -> frozenset[str]:
    """The rooms that a fire in a room takes for certain, as far as the grade asks."""
    return supply.graph.burns(room.ref) if apart == "compartment" else frozenset({room.ref})
