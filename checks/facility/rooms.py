"""Rooms as they were inspected become rulings on whether fire, smoke, water stay out of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from audit.contract import (
    CannotSee,
    Claims,
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
from audit.model.facility import Room
from audit.model.signed_paper import aged, attested, stated, who
from audit.model.units import plain
from checks.facility.samples import AT, SIGNED, centre, paper

_HALL: Final = "daejeon/room-7-1"
_TIGHT: Final = "compartment: c7, sealed: true"
_DRY: Final = "below-ground: true, barrier: true, leak-sensors: true"


def _hall(rest: str, evidence: str = "", beside: str = "c5") -> str:
    rooms = f"{{id: room-7-1, kind: it, {rest}}}, {{id: room-7-2, kind: it, compartment: {beside}}}, {{id: battery-5}}"
    return centre(rooms=rooms, evidence=evidence)


def _holds_systems(room: Subject[Room]) -> None:
    if room.site.kind == "cloud-region":
        raise NotApplicable(say("the rooms of {site} are the matter of its operator", site=room.site.ref))
    if not room.graph.occupants.get(room.ref):
        raise NotApplicable(say("no system runs in {room}", room=room.ref))


@check(
    "facility.compartmented-rooms",
    control="FAC-14",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 PE-13", "NIST SP 800-53r5 PE-18", "KR-FAC"),
    least="declared",
    limits={"age": ("365d", "365d", "-", "-")},
    examples=(
        Example(Verdict.PASS, _hall(_TIGHT, paper("facility.compartmented-rooms", _HALL)), _HALL, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _hall("compartment: c7, sealed: false"), _HALL, at=AT),
        Example(Verdict.FAIL, _hall(_TIGHT, beside="c7"), _HALL, at=AT),
        Example(
            Verdict.FAIL,
            _hall(_TIGHT, paper("facility.compartmented-rooms", _HALL, "2025-02-01")),
            _HALL,
            others=SIGNED,
            at=AT,
        ),
        Example(Verdict.UNKNOWN, _hall(_TIGHT), _HALL, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _hall("compartment: c7"), _HALL, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _hall(_TIGHT), "daejeon/battery-5", at=AT),
    ),
)
def room_is_a_compartment(room: Subject[Room], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """Neither fire nor smoke comes into the room with systems from the next machine room, as a signed sheet shows.

    Why: in Daejeon dust and smoke went through cable openings into rooms that never burnt, and stopped those too.

    Fix: close every opening for cables and air, let it be inspected, write `compartment:` with `sealed:` of the room,
    add the signed sheet under `evidence:`.
    """
    _holds_systems(room)
    item, oldest = room.item, limits.duration("age")
    required = say("sealed, inspected {days} days ago at most", days=oldest.days)
    figures = {"room": room.ref, "days": str(oldest.days)}
    if item.sealed is False:
        says = say("openings in the walls of {room} are not closed", **figures)
        return ruling(False, measured=say("not sealed"), required=required, says=says, key="sealed")
    together = sorted(
        one.ref
        for one in room.site.rooms
        if one.ref != room.ref and one.ref in room.graph.burns(room.ref)
        and (one.kind == "it" or room.graph.occupants.get(one.ref))
    )  # fmt: skip
    if together:
        says = say("{room} burns together with {others}", others=", ".join(together), **figures)
        return ruling(False, measured=", ".join(together), required=required, says=says, key="compartment")
    if item.sealed is None or item.compartment is None:
        says = say("the inventory does not say how {room} is closed; add `compartment:` and `sealed:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    sheet = attested(claims, room.ref)
    age, figures = aged(sheet, room, at), figures | who(sheet)
    if age <= oldest:
        says = say("{by} inspected the openings of {room} on {date}", **figures)
    else:
        says = say("the openings of {room} were last inspected on {date}; that may be {days} days ago", **figures)
    measured = say("inspected on {date}", **figures)
    return ruling(age <= oldest, measured=measured, required=required, says=says, key="sealed")


@check(
    "facility.fire-inspection",
    control="FAC-15",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 PE-13(4)", "ISMS-P 2.4.4"),
    least="declared",
    limits={"age": ("365d", "365d", "730d", "730d")},
    examples=(
        Example(Verdict.PASS, _hall(_TIGHT, paper("facility.fire-inspection", _HALL)), _HALL, others=SIGNED, at=AT),
        Example(
            Verdict.FAIL,
            _hall("fire-inspection: {on: 2026-06-20, result: refused}", paper("facility.fire-inspection", _HALL)),
            _HALL,
            others=SIGNED,
            at=AT,
        ),
        Example(Verdict.FAIL, _hall("fire-inspection: {on: 2026-06-20, result: faults}"), _HALL, at=AT),
        Example(
            Verdict.UNKNOWN,
            _hall("fire-inspection: {on: 2027-06-20, result: normal}", paper("facility.fire-inspection", _HALL)),
            _HALL,
            others=SIGNED,
            at=AT,
            reason=Reason.CONTRADICTED,
        ),
        Example(Verdict.FAIL, _hall("fire-inspection: {on: 2024-06-20, result: normal}"), _HALL, at=AT),
        Example(
            Verdict.UNKNOWN,
            _hall("fire-inspection: {on: 2026-06-20, result: normal}"),
            _HALL,
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, _hall(_TIGHT), _HALL, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def fire_authority_was_let_in(room: Subject[Room], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """The fire authority inspected the room with systems lately, was let in, found nothing wrong.

    Why: inspectors were kept out of the secured rooms; what nobody may look at nobody can find fault with.

    Fix: let the inspectors in with an escort, mend what they find, write `fire-inspection:` of the room, add the signed
    certificate under `evidence:` for this very room.
    """
    _holds_systems(room)
    oldest, record = limits.duration("age"), room.item.fire_inspection
    required = say("normal, {days} days ago at most", days=oldest.days)
    sheet, today = stated(claims), room.today(at)
    figures = {"room": room.ref, "days": str(oldest.days)}
    if record is not None and record.on > today:
        raise CannotSee(Reason.CONTRADICTED, say("the inspection of {room} lies in the future", **figures))
    newer = sheet is not None and (record is None or sheet.evidence.collected > record.on)
    if record is not None and not (newer and record.result == "normal"):
        figures |= {"day": plain(record.on), "by": record.by or "-"}
        if record.result == "refused":
            says = say("the fire inspection of {room} was refused on {day}", **figures)
        elif record.result == "faults":
            says = say("the fire inspection of {room} on {day} found faults", **figures)
        elif today - record.on > oldest:
            says = say("the last fire inspection of {room} was on {day}; that may be {days} days ago", **figures)
        else:
            says = None
        if says is not None:
            measured = say("{result} on {day}", result=record.result, **figures)
            return ruling(False, measured=measured, required=required, says=says, key="fire-inspection")
    paper_ = attested(claims, room.ref, written=record is not None)
    age, figures = aged(paper_, room, at), figures | who(paper_)
    if age <= oldest:
        says = say("{by} inspected {room} against fire on {date}", **figures)
    else:
        says = say("{room} was last inspected against fire on {date}; that may be {days} days ago", **figures)
    measured = say("inspected on {date}", **figures)
    return ruling(age <= oldest, measured=measured, required=required, says=says, key="fire-inspection")


@check(
    "facility.flood",
    control="FAC-20",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 PE-15", "KR-IDC"),
    least="declared",
    limits={"age": ("730d", "730d", "730d", "-")},
    examples=(
        Example(Verdict.PASS, _hall(_DRY, paper("facility.flood", _HALL)), _HALL, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _hall("below-ground: true, barrier: false, leak-sensors: true"), _HALL, at=AT),
        Example(Verdict.FAIL, _hall("below-ground: false, leak-sensors: false"), _HALL, at=AT),
        Example(
            Verdict.UNKNOWN, _hall("below-ground: true, leak-sensors: true"), _HALL, at=AT, reason=Reason.INCOMPLETE
        ),
        Example(Verdict.UNKNOWN, _hall(_DRY), _HALL, at=AT, reason=Reason.INCOMPLETE),
        Example(
            Verdict.NOT_APPLICABLE, centre(rooms="{id: room-7-1}, {id: battery-5, kind: office}"), "daejeon/battery-5"
        ),
    ),
)
def water_stays_out(room: Subject[Room], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """The room with machines, power or batteries tells of water, and one below the ground keeps it out.

    Why: power rooms stand in basements, where water goes first; without a sensor the first sign is the short circuit.

    Fix: fit leak sensors, put a barrier before rooms below the ground, write `below-ground:`, `barrier:`,
    `leak-sensors:` of the room, add the signed sheet under `evidence:`.
    """
    item, oldest = room.item, limits.duration("age")
    if room.site.kind == "cloud-region":
        raise NotApplicable(say("the rooms of {site} are the matter of its operator", site=room.site.ref))
    if item.kind in ("office", "vault", "other") and not room.graph.occupants.get(room.ref):
        raise NotApplicable(say("neither machines nor power stand in {room}", room=room.ref))
    required = say("leak sensors, below the ground a barrier")
    if item.leak_sensors is False:
        says = say("nothing in {room} tells of water", room=room.ref)
        return ruling(False, measured=say("no leak sensors"), required=required, says=says, key="leak-sensors")
    if item.below_ground and item.barrier is False:
        says = say("nothing keeps water out of {room}, which lies below the ground", room=room.ref)
        return ruling(False, measured=say("no barrier"), required=required, says=says, key="barrier")
    if None in (item.leak_sensors, item.below_ground) or (item.below_ground and item.barrier is None):
        says = say(
            "the inventory does not say how {room} is kept dry; add `below-ground:`, `barrier:`, `leak-sensors:`",
            room=room.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    sheet = attested(claims, room.ref)
    age = aged(sheet, room, at)
    if age <= oldest:
        says = say("{by} states that {room} tells of water and is kept dry", room=room.ref, **who(sheet))
    else:
        says = say("how {room} is kept dry was last stated on {date}", room=room.ref, **who(sheet))
    measured = say("stated on {date}", **who(sheet))
    return ruling(age <= max(oldest, timedelta(0)), measured=measured, required=required, says=says, key="leak-sensors")
