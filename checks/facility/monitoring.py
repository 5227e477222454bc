"""What devices in rooms tell becomes rulings on whether all is quiet, whether their figures are alive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.facts import Reading, SensorState
from audit.model.technology import Monitor
from audit.model.units import plain

_ROOM: Final = (
    "sites: [{id: daejeon, rooms: [{id: battery-5, kind: battery}], monitoring: [{id: bms, kind: entity-sensor, "
    "host: 127.0.0.1, community: {env: C}, room: battery-5}]}]\n"
    "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, at: [daejeon]}]}]\n"
)
_BMS: Final = "daejeon/bms"
_WARM: Final = Reading(name="cell 1", quantity="temperature", value=24.5, unit="C")
_HOT: Final = Reading(name="cell 9", quantity="temperature", value=61.0, unit="C")
_WET: Final = Reading(name="floor", quantity="leak", value=1, sound=False)
_BLIND: Final = Reading(name="cell 3", quantity="temperature", value=None)


def _seen(*readings: Reading, **more: Any) -> SensorState:
    return SensorState.model_validate({"readings": readings, **more})


def _told(readings: tuple[Reading, ...], hottest: float) -> tuple[list[str], list[str]]:
    """What is wrong among the readings; what gives no figure."""
    wrong = []
    blind = []
    for one in readings:
        contact = one.quantity in ("leak", "smoke", "gas", "contact")
        if one.sound is False or (contact and one.value is not None and one.value >= 1 and one.sound is not True):
            wrong.append(one.name if one.value is None else f"{one.name}: {one.value:g} {one.unit}".strip())
        elif one.value is None:
            blind.append(one.name)
        elif one.quantity == "temperature" and one.unit in ("C", "°C", "Cel") and one.value > hottest:
            wrong.append(f"{one.name}: {one.value:g} C")
    return wrong, blind


@check(
    "facility.monitoring",
    control="FAC-06",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 PE-14(2)", "NIST SP 800-53r5 SI-4", "KR-IDC"),
    limits={"temperature": ("45", "45", "45", "45")},
    examples=(
        Example(Verdict.PASS, _ROOM, _BMS, seen=_seen(_WARM)),
        Example(Verdict.FAIL, _ROOM, _BMS, seen=_seen(_WARM, alarms=("cell 4 voltage deviates",))),
        Example(Verdict.FAIL, _ROOM, _BMS, seen=_seen(_WARM, _HOT)),
        Example(Verdict.FAIL, _ROOM, _BMS, seen=_seen(_WARM, _WET)),
        Example(Verdict.PASS, _ROOM, _BMS, seen=_seen(_WARM, _WET.model_copy(update={"sound": True}))),
        Example(Verdict.FAIL, _ROOM, _BMS, seen=_seen(_WARM, _WET.model_copy(update={"sound": None}))),
        Example(Verdict.UNKNOWN, _ROOM, _BMS, seen=_seen(_WARM, _BLIND), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _ROOM, _BMS, seen=_seen(), reason=Reason.INCOMPLETE),
    ),
)
def device_is_quiet(monitor: Subject[Monitor], seen: SensorState, limits: Limits) -> Ruling:
    """The device that watches the room or battery answers, with all its figures, without an alarm.

    Why: cells grow warm and drift apart before they burn; an alarm that nobody reads warns nobody.

    Fix: go to what the finding names, clear the cause of the alarm, mend the sensor that gives no figure.
    """
    hottest = limits.number("temperature")
    wrong, blind = _told(seen.readings, hottest)
    trouble = "; ".join(dict.fromkeys((*seen.alarms, *wrong)))
    required = say("no alarm, at most {hottest} C", hottest=f"{hottest:g}")
    if trouble:
        says = say("{monitor} reports trouble: {trouble}", monitor=monitor.ref, trouble=trouble[:500])
        return ruling(False, measured=trouble[:500], required=required, says=says)
    if not seen.readings:
        raise CannotSee(Reason.INCOMPLETE, say("{monitor} gives no figure at all", monitor=monitor.ref))
    if blind:
        says = say("{monitor} gives no figure of {names}", monitor=monitor.ref, names=", ".join(blind)[:200])
        raise CannotSee(Reason.INCOMPLETE, says)
    count = len(seen.readings)
    says = say("{monitor} gives {count} figures, none of them an alarm", monitor=monitor.ref, count=count)
    return ruling(True, measured=say("{count} figures, no alarm", count=count), required=required, says=says)


@check(
    "facility.sampling",
    control="FAC-06",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 PE-14(2)", "NIST SP 800-53r5 SI-4", "KR-IDC"),
    limits={"interval": ("10s", "10s", "60s", "600s")},
    examples=(
        Example(
            Verdict.PASS,
            _ROOM,
            _BMS,
            seen=_seen(_WARM, refresh=timedelta(seconds=2), watched=timedelta(seconds=30), flat=False),
        ),
        Example(
            Verdict.FAIL,
            _ROOM,
            _BMS,
            seen=_seen(_WARM, refresh=timedelta(minutes=11), watched=timedelta(hours=1), flat=False),
        ),
        Example(
            Verdict.FAIL,
            _ROOM.replace("grade: 1", "grade: 4"),
            _BMS,
            seen=_seen(_WARM, flat=True, watched=timedelta(minutes=11)),
        ),
        Example(
            Verdict.UNKNOWN,
            _ROOM,
            _BMS,
            seen=_seen(_WARM, flat=True, watched=timedelta(seconds=5)),
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, _ROOM, _BMS, seen=_seen(_WARM), reason=Reason.INCOMPLETE),
    ),
)
def figures_are_alive(monitor: Subject[Monitor], seen: SensorState, limits: Limits) -> Ruling:
    """The figures of the device really change as often as the grade asks for.

    Why: a gateway answers every second and may repeat the same old figures; on the day of the fire the graphs of a
    battery showed a flat line until the first flame.

    Fix: set the interval at the sensor itself, not at the gateway; mend a line that has gone flat; let the look watch
    for longer than the interval that is asked for.
    """
    most = limits.duration("interval")
    required = f"<= {plain(most)}"
    figures = {"monitor": monitor.ref, "most": plain(most)}
    if seen.has("refresh"):
        interval = seen.refresh
        if interval <= most:
            says = say("the figures of {monitor} change every {interval}", interval=plain(interval), **figures)
        else:
            says = say(
                "the figures of {monitor} change only every {interval}; {most} are allowed",
                interval=plain(interval),
                **figures,
            )
        return ruling(interval <= most, measured=interval, required=required, says=says)
    if seen.has("flat") and seen.flat:
        figures["watched"] = plain(seen.watched)
        if seen.watched >= most:
            says = say("no figure of {monitor} changed in {watched}: a flat line", **figures)
            return ruling(False, measured=say("nothing changed in {watched}", **figures), required=required, says=says)
        says = say(
            "no figure of {monitor} changed in {watched}, which is shorter than the {most} that are allowed", **figures
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    interval = seen.refresh
    return ruling(interval <= most, measured=interval, required=required)
