"""What the inventory says of batteries becomes rulings on their age, the advice about them, their distance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Claims, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.facility import Battery
from audit.model.signed_paper import attested
from audit.model.units import plain
from checks.facility.samples import SIGNED, UPS_B, centre, paper

BEFORE: Final = datetime(2025, 9, 25, tzinfo=UTC)
"""The day before the fire of Daejeon."""
_CLOSED: Final = "advice: [{says: replace 5 units, opened: 2024-06-27, closed: 2024-07-20}]"
_NORMAL: Final = "inspections: [{on: 2025-06-27, result: normal}]"
_SHEET: Final = paper("facility.vendor-advice", UPS_B, "2025-07-01")
AGED: Final = centre("installed: 2014-08-01, life: 10y")


@check(
    "facility.battery-life",
    control="FAC-01",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 PE-11", "NIST SP 800-53r5 SI-13", "NIST SP 800-53r5 MA-6", "NFPA 855", "ISMS-P 2.4.4"),
    least="declared",
    limits={"margin": ("1y", "0d", "0d", "0d")},
    examples=(
        Example(Verdict.PASS, centre("installed: 2020-08-01, life: 10y"), UPS_B, at=BEFORE),
        Example(Verdict.FAIL, AGED, UPS_B, at=BEFORE),
        Example(Verdict.FAIL, centre("installed: 2016-03-01, life: 10y"), UPS_B, at=BEFORE),
        Example(Verdict.PASS, centre("installed: 2016-03-01, life: 10y, ordered: 2025-08-01"), UPS_B, at=BEFORE),
        Example(Verdict.UNKNOWN, centre(), UPS_B, at=BEFORE, reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN, centre("installed: 2027-01-01, life: 10y"), UPS_B, at=BEFORE, reason=Reason.CONTRADICTED
        ),
    ),
)
def battery_is_inside_its_life(battery: Subject[Battery], at: datetime, limits: Limits) -> Ruling:
    """The battery is inside the life that its maker gives it, with the next one ordered in good time.

    Why: the batteries that burnt in Daejeon were eleven years old with a life of ten; the inspections said "normal".

    Fix: replace the battery; until then reduce its charge, watch its temperature, keep it away from the machines.
    """
    item = battery.item
    if item.installed is None or item.life is None:
        says = say(
            "the inventory does not say how old {battery} is or may become; add `installed:` and `life:`",
            battery=battery.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    today = battery.today(at)
    if item.installed > today:
        says = say(
            "{battery} is said to be installed on {date}, in the future", battery=battery.ref, date=item.installed
        )
        raise CannotSee(Reason.CONTRADICTED, says)
    age, margin = today - item.installed, limits.duration("margin")
    left = item.life - age
    figures = {"battery": battery.ref, "age": plain(age), "life": plain(item.life), "left": plain(left)}
    if left < timedelta(0):
        says = say("{battery} is {age} old; its life of {life} is over", **figures)
    elif left < margin and item.ordered is not None and item.ordered <= today:
        says = say("{battery} is {age} old; {left} are left of its life of {life}, the next one is ordered", **figures)
        return ruling(True, measured=age, required=f"<= {plain(item.life)}", says=says, key="ordered")
    elif left < margin:
        says = say("{battery} is {age} old; {left} are left of its life of {life}, too little to replace it", **figures)
    else:
        says = say("{battery} is {age} old; {left} are left of its life of {life}", **figures)
    return ruling(left >= margin, measured=age, required=f"<= {plain(item.life - margin)}", says=says, key="installed")


@check(
    "facility.vendor-advice",
    control="FAC-02",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 MA-2", "NIST SP 800-53r5 CA-5", "NIST SP 800-53r5 RA-7", "ISMS-P 2.4.4"),
    least="declared",
    limits={"open": ("30d", "30d", "90d", "180d")},
    examples=(
        Example(Verdict.PASS, centre(_CLOSED, evidence=_SHEET), UPS_B, others=SIGNED, at=BEFORE),
        Example(Verdict.PASS, centre(_NORMAL, evidence=_SHEET), UPS_B, others=SIGNED, at=BEFORE),
        Example(Verdict.UNKNOWN, centre(_NORMAL, evidence=_SHEET), UPS_B, at=BEFORE, reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN,
            centre(_NORMAL.replace("06-27", "08-27"), evidence=_SHEET),
            UPS_B,
            others=SIGNED,
            at=BEFORE,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, centre(_CLOSED), UPS_B, at=BEFORE, reason=Reason.INCOMPLETE),
        Example(Verdict.FAIL, centre("advice: [{says: replace 5 units, opened: 2024-06-27}]"), UPS_B, at=BEFORE),
        Example(
            Verdict.FAIL,
            centre(
                "advice: [{says: replace 5 units, opened: 2024-06-27}], inspections: [{on: 2025-06-27, result: normal}]"
            ),
            UPS_B,
            at=BEFORE,
        ),
        Example(Verdict.UNKNOWN, centre(), UPS_B, at=BEFORE, reason=Reason.INCOMPLETE),
    ),
)
def advice_is_closed(battery: Subject[Battery], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """No advice of the maker or an inspector about the battery stays open longer than the grade allows.

    Why: fifteen months before the fire the supplier advised a replacement; the paper lay there, because another paper
    said "normal". Of two papers the worse one holds until a named person decides.

    Fix: do what was advised, or let a named person decide against it in writing; then write the day as `closed:`, add
    the signed report of the inspection under `evidence:`.
    """
    longest = limits.duration("open")
    today = battery.today(at)
    advice = battery.item.advice
    looked = [one for one in battery.item.inspections if one.on <= today]
    bad = [one for one in looked if one.result != "normal"]
    if not advice and looked and not bad:
        attested(claims, battery.ref, max(one.on for one in looked))
        says = say("{battery} was inspected on {date}; nothing was advised", battery=battery.ref, date=looked[-1].on)
        return ruling(True, measured=say("nothing open"), required=f"<= {longest.days}d", says=says, key="inspections")
    if not advice:
        says = say("no inspection of {battery} is recorded; add `advice:` with what it said", battery=battery.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if any(one.opened > today or (one.closed is not None and not one.opened <= one.closed <= today) for one in advice):
        says = say("the dates of an advice about {battery} contradict each other", battery=battery.ref)
        raise CannotSee(Reason.CONTRADICTED, says)
    opened = sorted((one.opened, one.says) for one in advice if one.closed is None)
    if not opened:
        attested(claims, battery.ref, max(one.closed for one in advice if one.closed is not None))
        says = say(
            "every advice that is recorded about {battery} is closed ({count})", count=len(advice), battery=battery.ref
        )
        return ruling(True, measured=say("nothing open"), required=f"<= {longest.days}d", says=says, key="advice")
    day, text = opened[0]
    age = today - day
    figures = {"advice": text, "battery": battery.ref, "days": str(age.days), "most": str(longest.days)}
    if age > longest:
        says = say("advice about {battery} has been open for {days} days ({most} are allowed): {advice}", **figures)
        after = max((one.on for one in looked if one.result == "normal" and one.on > day), default=None)
        if after is not None:
            says = say("{says}; that an inspection of {date} calls it normal closes nothing", says=says, date=after)
    else:
        attested(claims, battery.ref, day)
        says = say("advice about {battery} has been open for {days} of {most} days: {advice}", **figures)
    return ruling(age <= longest, measured=f"{age.days}d", required=f"<= {longest.days}d", says=says, key="advice")


@check(
    "facility.battery-spacing",
    control="FAC-05",
    method="F",
    severity="high",
    answers=("NFPA 855", "KR-IDC"),
    least="declared",
    limits={"spacing": ("0.9 m", "0.9 m", "0.9 m", "0.9 m")},
    examples=(
        Example(Verdict.PASS, centre("spacing: 1.2 m"), UPS_B),
        Example(Verdict.FAIL, centre("spacing: 60 cm"), UPS_B),
        Example(Verdict.UNKNOWN, centre(), UPS_B, reason=Reason.INCOMPLETE),
    ),
)
def battery_stands_away_from_racks(battery: Subject[Battery], limits: Limits) -> Ruling:
    """Between the battery and the nearest rack is the free distance that the policy asks for.

    Why: 384 battery packs stood 60 cm from the servers that burnt with them.

    Fix: move the battery or the racks; best is another room.
    """
    least, spacing = limits.length("spacing"), battery.item.spacing
    if spacing is None:
        says = say("the inventory does not say how far {battery} is from a rack; add `spacing:`", battery=battery.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    figures = {"battery": battery.ref, "spacing": f"{spacing:g}", "least": f"{least:g}"}
    if spacing >= least:
        says = say("{battery} stands {spacing} m from the nearest rack", **figures)
    else:
        says = say("{battery} stands only {spacing} m from the nearest rack; {least} m are needed", **figures)
    return ruling(spacing >= least, measured=f"{spacing:g} m", required=f">= {least:g} m", says=says, key="spacing")
