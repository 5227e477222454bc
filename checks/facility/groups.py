"""What the inventory says of the energy of batteries becomes a ruling on whether a fire goes from group to group."""

from __future__ import annotations

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
from audit.model.facility import Battery
from audit.model.signed_paper import stated
from checks.facility.fire import without_lithium
from checks.facility.samples import AT, SIGNED, UPS_B, centre, paper


@check(
    "facility.battery-groups",
    control="FAC-05",
    method="F",
    severity="high",
    answers=("NFPA 855", "KR-IDC"),
    least="declared",
    limits={
        "energy": ("50", "50", "50", "50"),
        "spacing": ("0.9 m", "0.9 m", "0.9 m", "0.9 m"),
        "compartment": ("5000", "5000", "5000", "5000"),
    },
    examples=(
        Example(Verdict.PASS, centre("energy: 400, group-energy: 48, group-spacing: 1 m"), UPS_B),
        Example(
            Verdict.PASS,
            centre("energy: 400", evidence=paper("facility.battery-groups", UPS_B)),
            UPS_B,
            others=SIGNED,
            at=AT,
        ),
        Example(Verdict.FAIL, centre("energy: 400"), UPS_B),
        Example(Verdict.FAIL, centre("energy: 400, group-energy: 48, group-spacing: 0.4 m"), UPS_B),
        Example(Verdict.FAIL, centre("energy: 6000, group-energy: 48, group-spacing: 1 m"), UPS_B),
        Example(Verdict.UNKNOWN, centre(), UPS_B, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, centre("energy: 400, chemistry: lead-acid"), UPS_B),
    ),
)
def groups_stand_apart(battery: Subject[Battery], claims: Claims, limits: Limits) -> Ruling:
    """The cells stand in groups that are small enough and far enough apart, or a signed test shows that fire stops.

    Why: 384 packs in one row gave the fire a way from the first to the last; each group that stands apart stops it.

    Fix: divide the battery into groups with a free distance between them, then write `group-energy:` in kWh with
    `group-spacing:`; or add the sheet of a test by UL 9540A under `evidence:`, signed.
    """
    item = battery.item
    if without_lithium(item):
        raise NotApplicable(say("{battery} holds no lithium", battery=battery.ref))
    most, least, whole = limits.number("energy"), limits.length("spacing"), limits.number("compartment")
    largest = item.group_energy if item.group_energy is not None else item.energy
    required = say("<= {most} kWh a group, >= {least} m apart", most=f"{most:g}", least=f"{least:g}")
    figures = {"battery": battery.ref, "most": f"{most:g}", "least": f"{least:g}"}
    if largest is None:
        says = say("the inventory does not say how much energy {battery} holds; add `energy:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    figures["energy"] = f"{largest:g}"
    together = battery.graph.burns(item.room)
    total = sum(one.energy or 0 for site in battery.estate.sites for one in site.batteries if one.room in together)
    if total > whole:
        says = say(
            "{total} kWh burn together with {battery}; {whole} kWh are allowed in one compartment",
            battery=battery.ref,
            total=f"{total:g}",
            whole=f"{whole:g}",
        )
        return ruling(False, measured=f"{total:g} kWh", required=f"<= {whole:g} kWh", says=says, key="energy")
    apart = item.group_energy is None or item.group_spacing is not None
    spaced = item.group_energy is None or (item.group_spacing is not None and item.group_spacing >= least)
    measured = f"{largest:g} kWh" if item.group_spacing is None else f"{largest:g} kWh, {item.group_spacing:g} m"
    if largest <= most and not apart:
        says = say(
            "the inventory does not say how far the groups of {battery} are apart; add `group-spacing:`", **figures
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if largest <= most and spaced:
        says = say("no group of {battery} holds more than {energy} kWh", **figures)
        return ruling(True, measured=measured, required=required, says=says, key="energy")
    test = stated(claims)
    if test is not None:
        claims.rest_on(test)
        says = say(
            "a signed test of {date} shows where a fire of {battery} stops", date=test.evidence.collected, **figures
        )
        return ruling(True, measured=measured, required=required, says=says, key="energy")
    doubt = next((claim.doubt for claim in claims.all if claim.doubt is not None), None)
    if doubt is not None:
        raise CannotSee(doubt.reason, doubt.says)
    if largest > most:
        says = say(
            "a group of {battery} holds {energy} kWh; {most} kWh are allowed without a test of its fire", **figures
        )
    else:
        spacing = f"{item.group_spacing or 0:g}"
        says = say("the groups of {battery} stand {spacing} m apart; {least} m are needed", spacing=spacing, **figures)
    return ruling(False, measured=measured, required=required, says=says, key="energy")
