"""What the inventory says of a battery, what devices say of it, become a ruling on whether both agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from audit.contract import (
    CannotSee,
    Claims,
    Example,
    Limits,
    Looks,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.facility import Battery
from audit.model.facts import PowerState
from audit.model.message import Message
from audit.model.signed_paper import stated
from audit.model.technology import PowerProtection
from audit.model.units import plain
from checks.facility.samples import AT, SIGNED, UPS_B, centre, paper

_UPS: Final = "daejeon/ups-1"


def _asked(battery: str, evidence: str = "") -> str:
    site = "power-protection: [{id: ups-1, kind: nut, host: 127.0.0.1, ups: one, battery: ups-b}], "
    return centre(battery, site=site, evidence=evidence)


_SOUND: Final = PowerState(flags=("OL",), battery_date=date(2020, 6, 1))
_OLD: Final = PowerState(flags=("OL",), battery_date=date(2014, 9, 14))
_TIRED: Final = PowerState(flags=("OL", "RB"), battery_date=date(2020, 6, 1))
_YOUNG: Final = "installed: 2020-08-01, life: 10y"


@check(
    "facility.battery-record",
    control="FAC-01",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 CM-8(4)", "NIST SP 800-53r5 MA-6", "NIST SP 800-53r5 PE-11"),
    least="declared",
    limits={"before": ("1y", "1y", "1y", "1y"), "after": ("31d", "31d", "31d", "31d")},
    examples=(
        Example(Verdict.PASS, _asked(_YOUNG), UPS_B, others={_UPS: _SOUND}, at=AT),
        Example(Verdict.FAIL, _asked(_YOUNG), UPS_B, others={_UPS: _OLD}, at=AT),
        Example(Verdict.FAIL, _asked(_YOUNG), UPS_B, others={_UPS: _TIRED}, at=AT),
        Example(
            Verdict.PASS,
            _asked(_YOUNG, paper("facility.battery-record", UPS_B)),
            UPS_B,
            others={_UPS: _OLD, **SIGNED},
            at=AT,
        ),
        Example(
            Verdict.UNKNOWN,
            _asked(_YOUNG),
            UPS_B,
            others={_UPS: PowerState(flags=("OL",))},
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, centre(_YOUNG), UPS_B, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def device_bears_the_record_out(
    battery: Subject[Battery], looks: Looks, claims: Claims, at: datetime, limits: Limits
) -> Ruling:
    """What the inventory says of the battery is borne out by the device that charges it.

    Why: of two papers about one battery one said "normal" and the other "replace"; while nobody decides, the worse one
    has to count.

    Fix: look at the battery itself, then correct the inventory or the device; or let a named person who is not its
    operator decide, and add that under `evidence:`, signed.
    """
    devices = [one for site in battery.estate.sites for one in site.power_protection if one.battery == battery.ref]
    if not devices:
        says = say("no device says anything of {battery}; add `battery:` to the power protection", battery=battery.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    required = say("the inventory and the device say the same")
    against = list(_against(battery, devices, looks, at, limits))
    measured = plain(battery.item.installed or "-")
    if not against:
        says = say("the device bears out what is written of {battery}", battery=battery.ref)
        return ruling(True, measured=measured, required=required, says=says, key="installed")
    first = against[0]
    decided = stated(claims)
    if decided is not None:
        claims.rest_on(decided)
        by = decided.evidence.by or decided.signer
        says = say(
            "{by} decided on {date} in spite of this: {what}", by=by, date=decided.evidence.collected, what=first
        )
        return ruling(True, measured=measured, required=required, says=says, key="installed")
    says = say("{what}; the worse counts until a named person decides", what=first)
    return ruling(False, measured=first, required=required, says=says, key="installed")


def _inside(battery: Subject[Battery], at: datetime) -> bool:
    installed, life = battery.item.installed, battery.item.life
    return installed is not None and life is not None and battery.today(at) - installed < life


def _against(
    battery: Subject[Battery], devices: list[PowerProtection], looks: Looks, at: datetime, limits: Limits
) -> Iterator[Message]:
    """What the devices say that speaks against the inventory; CannotSee where nothing could be held against it."""
    item, compared = battery.item, False
    for device in devices:
        seen = looks.of(device.ref, PowerState)
        figures = {"device": device.ref, "battery": battery.ref}
        if "RB" in seen.flags and _inside(battery, at):
            yield say("{device} asks for another battery, although {battery} is inside its life", **figures)
            compared = True
        if seen.has("battery_date") and item.installed is not None:
            compared = True
            told = seen.battery_date
            figures |= {"told": plain(told), "written": plain(item.installed)}
            if item.installed - told > limits.duration("before"):
                yield say("{device} dates its battery {told}, {written} is written of {battery}", **figures)
            elif told - item.installed > limits.duration("after"):
                yield say("{device} dates its battery {told}, later than the {written} that is written", **figures)
    if not compared:
        says = say("neither {device} nor the inventory dates {battery}", device=devices[0].ref, battery=battery.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
