"""Rooms, walls, detectors around batteries become rulings on whether a battery fire takes the machines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from audit.contract import (
    CannotSee,
    Claim,
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
from audit.model.facility import Battery, Room
from audit.model.signed_paper import attested
from audit.model.units import plain
from checks.facility.samples import AT, SIGNED, UPS_B, centre, paper

_NO_LITHIUM: Final = ("lead", "vrla", "agm", "nickel", "ni-cd", "nicd", "nimh", "납")


def _tested(collected: str) -> str:
    return centre(evidence=paper("facility.fire-detection", UPS_B, collected))


def _unseen(estate: str) -> str:
    """The same with nobody who sees the room of the battery."""
    return estate.replace("kind: battery", "kind: battery, cctv: false")


def without_lithium(battery: Battery) -> bool:
    """Whether what is written of its chemistry names one without lithium."""
    return battery.chemistry is not None and any(word in battery.chemistry.casefold() for word in _NO_LITHIUM)


def _room(battery: Subject[Battery]) -> Room:
    """The room of a battery, which an inventory may put into another site than the battery's own."""
    room = battery.estate.index[battery.item.room]
    if not isinstance(room, Room):
        raise CannotSee(Reason.INCOMPLETE, say("{battery} stands in no room", battery=battery.ref))
    return room


@check(
    "facility.battery-compartment",
    control="FAC-03",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 PE-13", "NIST SP 800-53r5 PE-18", "NFPA 855", "NFPA 75", "KR-FAC"),
    least="declared",
    limits={"rating": ("120m", "60m", "0m", "0m")},
    examples=(
        Example(Verdict.PASS, centre(), UPS_B),
        Example(
            Verdict.FAIL,
            centre(rooms="{id: room-7-1, kind: it, compartment: c5}, {id: battery-5, kind: battery, compartment: c5}"),
            UPS_B,
        ),
        Example(
            Verdict.FAIL,
            centre(
                rooms="{id: room-7-1, kind: it, compartment: c7}, "
                "{id: battery-5, kind: battery, compartment: c5, fire-rating: 60m}"
            ),
            UPS_B,
        ),
        Example(
            Verdict.UNKNOWN,
            centre(rooms="{id: room-7-1, kind: it}, {id: battery-5, kind: battery}"),
            UPS_B,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def battery_burns_alone(battery: Subject[Battery], limits: Limits) -> Ruling:
    """The battery stands in a fire compartment of its own, behind walls that hold as long as the grade needs.

    Why: a lithium-ion battery burns for hours and cannot be put out; in one room with the servers it takes all of them.

    Fix: move the battery to a room without machines, close every opening in the wall between, write `compartment:` and
    `fire-rating:` of both rooms.
    """
    rating = limits.duration("rating")
    required = say("a compartment without machines, {rating} walls", rating=plain(rating))
    own = _room(battery)
    site = battery.graph.site_of[own.ref]
    machines = [
        room
        for room in site.rooms
        if battery.graph.occupants.get(room.ref) or (room.kind == "it" and "kind" in room.model_fields_set)
    ]
    beside = sorted(room.ref for room in machines if room.ref in battery.graph.burns(own.ref))
    if beside:
        says = say("{battery} burns together with machines in {rooms}", battery=battery.ref, rooms=", ".join(beside))
        return ruling(False, measured=", ".join(beside), required=required, says=says, key="room")
    if not machines:
        says = say("the inventory names no room of {site} with machines; add `kind: it`", site=site.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    silent = sorted(room.ref for room in (own, *machines) if room.compartment is None)
    if silent:
        says = say(
            "the inventory does not say what burns together: add `compartment:` to {rooms}", rooms=", ".join(silent)
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    figures = {"battery": battery.ref, "room": own.ref, "least": plain(rating), "rating": plain(own.fire_rating or "-")}
    if rating and own.fire_rating is None:
        raise CannotSee(
            Reason.INCOMPLETE,
            say("the inventory does not say how long the walls hold; add `fire-rating:` to {room}", **figures),
        )
    if own.fire_rating is not None and own.fire_rating < rating:
        says = say("the walls of {room} around {battery} hold {rating}; {least} are needed", **figures)
        return ruling(False, measured=own.fire_rating, required=required, says=says, key="room")
    says = say("{battery} stands apart from the machines, in {room}", **figures)
    measured = "-" if own.fire_rating is None else plain(own.fire_rating)
    return ruling(True, measured=f"{own.ref}, {measured}", required=required, says=says, key="room")


@check(
    "facility.suppression",
    control="FAC-08",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 PE-13(2)", "NFPA 855", "KR-IDC"),
    least="declared",
    limits={
        "agents": (
            "water-mist, sprinkler",
            "water-mist, sprinkler",
            "water-mist, sprinkler, inert-gas, dry-chemical",
            "water-mist, sprinkler, inert-gas, dry-chemical",
        ),
        "exhaust": ("true", "false", "false", "false"),
    },
    examples=(
        Example(
            Verdict.PASS,
            centre("chemistry: lithium-ion", evidence=paper("facility.suppression", UPS_B)),
            UPS_B,
            others=SIGNED,
            at=AT,
        ),
        Example(Verdict.UNKNOWN, centre("chemistry: lithium-ion"), UPS_B, at=AT, reason=Reason.INCOMPLETE),
        Example(
            Verdict.FAIL,
            centre(
                "chemistry: lithium-ion",
                rooms="{id: room-7-1, kind: it}, {id: battery-5, kind: battery, suppression: halogen}",
            ),
            UPS_B,
        ),
        Example(Verdict.UNKNOWN, centre(), UPS_B, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, centre("chemistry: lead-acid"), UPS_B),
    ),
)
def extinguisher_suits_lithium(battery: Subject[Battery], claims: Claims, limits: Limits) -> Ruling:
    """The room of a lithium-ion battery has an extinguisher that works on lithium, and an exhaust where the grade asks.

    Why: gas that takes the air away does not stop a cell that makes its own oxygen; it must be cooled with water.

    Fix: add water mist with its own supply and a fast exhaust to the room, or move the battery to a room that has both;
    add the signed design sheet under `evidence:`.
    """
    chemistry = battery.item.chemistry
    if chemistry is None:
        says = say("the inventory does not say what {battery} is made of; add `chemistry:`", battery=battery.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if without_lithium(battery.item):
        raise NotApplicable(say("{battery} holds no lithium", battery=battery.ref))
    agents, exhaust = limits.words("agents"), limits.flag("exhaust")
    room = _room(battery)
    required = ", ".join(agents) + (" + exhaust" if exhaust else "")
    if room.suppression is None:
        says = say("the inventory does not say what puts out a fire in {room}; add `suppression:`", room=room.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    measured = room.suppression + (" + exhaust" if room.exhaust else "")
    if room.suppression not in agents:
        says = say(
            "{room} with {battery} has {agent}, which does not stop a lithium fire",
            room=room.ref,
            battery=battery.ref,
            agent=room.suppression,
        )
        return ruling(False, measured=measured, required=required, says=says, key="room")
    if exhaust and room.exhaust is None:
        says = say("the inventory does not say whether {room} has a fast exhaust; add `exhaust:`", room=room.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if exhaust and not room.exhaust:
        says = say("{room} with {battery} has no fast exhaust", room=room.ref, battery=battery.ref)
        return ruling(False, measured=measured, required=required, says=says, key="room")
    attested(claims, battery.ref)
    says = say("{room} has {agent}, which cools a lithium fire", room=room.ref, agent=room.suppression)
    return ruling(True, measured=measured, required=required, says=says, key="room")


@check(
    "facility.fire-detection",
    control="FAC-07",
    method="H",
    severity="high",
    answers=("NIST SP 800-53r5 PE-13(1)", "NFPA 855", "KR-IDC"),
    least="attested",
    limits={"age": ("365d", "365d", "-", "-")},
    examples=(
        Example(Verdict.PASS, _tested("2026-06-01"), UPS_B, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _tested("2024-06-01"), UPS_B, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _unseen(_tested("2026-06-01")), UPS_B, others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, _tested("2026-06-01"), UPS_B, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, centre(), UPS_B, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def fire_is_seen_twice(battery: Subject[Battery], claim: Claim, at: datetime, limits: Limits) -> Ruling:
    """Somebody stands for it that a second detection of fire, beside the battery's own monitoring, was tested lately.

    Why: the monitoring of the battery showed nothing before the fire of Pangyo; a sensor for gas, heat or smoke of its
    own would have.

    Fix: have the second detection tested, then add the test sheet under `evidence:` with who stands for it.
    """
    room = _room(battery)
    if room.cctv is False:
        says = say("nobody sees {room} with {battery} at every hour", room=room.ref, battery=battery.ref)
        return ruling(False, measured="cctv: false", required="cctv: true", says=says, key="room")
    oldest = limits.duration("age")
    age = max(claim.age(battery.today(at)), timedelta(0))
    figures = {
        "battery": battery.ref,
        "date": plain(claim.evidence.collected),
        "by": claim.evidence.by or "-",
        "most": str(oldest.days),
    }
    if age <= oldest:
        says = say("{by} states that the second fire detection of {battery} was tested on {date}", **figures)
    else:
        says = say(
            "the second fire detection of {battery} was tested on {date}; that may be {most} days ago", **figures
        )
    return ruling(age <= oldest, measured=f"{age.days}d", required=f"<= {oldest.days}d", says=says)
