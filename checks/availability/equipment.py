"""What the inventory says of machines becomes rulings on their age, on whether somebody answers for shared ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
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
from audit.model.equipment import Equipment
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
_ON: Final = "daejeon/l4"


def _stood(rest: str, grade: int = 1, others: int = 0) -> str:
    """A machine on which two systems lean, beside others that are young."""
    young = "".join(f", {{id: y{number}, installed: 2025-01-01, life: 10y}}" for number in range(others))
    systems = ", ".join(f"{{id: s{number}, grade: {grade}, needs: [{_ON}]}}" for number in range(2))
    return (
        f"sites: [{{id: daejeon, equipment: [{{id: l4, {rest}}}{young}]}}]\n"
        f"institutions: [{{id: kibo, systems: [{systems}]}}]\n"
    )


def _over(item: Equipment, today: date) -> bool:
    """Whether its life or the support of its maker is over."""
    lived = item.installed is not None and item.life is not None and today - item.installed > item.life
    return lived or (item.support_ends is not None and item.support_ends < today)


@check(
    "availability.equipment-life",
    control="AVL-08",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 SI-13", "NIST SP 800-53r5 MA-6", "NIST SP 800-53r5 SA-22", "CIS 2.2", "ISMS-P 2.4.4"),
    least="declared",
    limits={"share": ("0 %", "0 %", "5 %", "15 %"), "ahead": ("365d", "0d", "0d", "0d")},
    examples=(
        Example(Verdict.PASS, _stood("installed: 2022-01-01, life: 8y"), _ON, at=AT),
        Example(Verdict.PASS, _stood("installed: 2019-01-01, life: 8y, replace-by: 2026-12-01"), _ON, at=AT),
        Example(Verdict.PASS, _stood("installed: 2012-01-01, life: 8y", 3, others=24), _ON, at=AT),
        Example(Verdict.FAIL, _stood("installed: 2012-01-01, life: 8y", 3, others=2), _ON, at=AT),
        Example(Verdict.FAIL, _stood("installed: 2019-01-01, life: 8y"), _ON, at=AT),
        Example(Verdict.FAIL, _stood("installed: 2022-01-01, life: 8y, support-ends: 2026-01-01"), _ON, at=AT),
        Example(Verdict.UNKNOWN, _stood("kind: network"), _ON, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _stood("installed: 2027-01-01, life: 8y"), _ON, at=AT, reason=Reason.CONTRADICTED),
    ),
)
def machine_is_inside_its_life(machine: Subject[Equipment], at: datetime, limits: Limits) -> Ruling:
    """The machine is inside the life and the support that its maker gives, with its replacement planned ahead.

    Why: an old switch that nobody had replaced stopped 189 systems of the administration for two days.

    Fix: replace the machine; until then keep a second one ready and write the day as `replace-by:`.
    """
    item, today, ahead = machine.item, machine.today(at), limits.duration("ahead")
    ends = [day for day in (item.support_ends, _life_ends(item)) if day is not None]
    figures = {"machine": machine.ref, "ahead": plain(ahead)}
    if not ends:
        says = say(
            "the inventory does not say how old {machine} may be; add `installed:` with `life:`, or `support-ends:`",
            **figures,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if item.installed is not None and item.installed > today:
        raise CannotSee(Reason.CONTRADICTED, say("{machine} is said to be installed in the future", **figures))
    end = min(ends)
    figures |= {"end": plain(end), "date": plain(item.replace_by or "-")}
    required = say("in use until {end} at most, replacement planned {ahead} before", **figures)
    if _over(item, today):
        beside = machine.site.equipment
        share, most = sum(_over(one, today) for one in beside) / len(beside), limits.number("share") / 100
        figures |= {"share": f"{share:.0%}", "most": f"{most:.0%}"}
        met = 0 < share <= most
        if met:
            says = say("{machine} was due on {end}; {share} of the machines there are, {most} may be", **figures)
        else:
            says = say("the life or support of {machine} ended on {end}", **figures)
        return ruling(met, measured=say("ended on {end}", **figures), required=required, says=says, key="installed")
    planned = item.replace_by is not None and item.replace_by <= end
    if end - today >= ahead or planned:
        says = say("the life and support of {machine} last until {end}", **figures)
        return ruling(True, measured=say("until {end}", **figures), required=required, says=says, key="installed")
    says = say(
        "{machine} is due on {end}, less than {ahead} ahead, and no replacement before that is planned", **figures
    )
    return ruling(False, measured=say("due on {end}", **figures), required=required, says=says, key="replace-by")


def _life_ends(item: Equipment) -> date | None:
    if item.installed is None or item.life is None:
        return None
    try:
        return item.installed + item.life
    except OverflowError:
        return date.max - timedelta(days=1)


@check(
    "availability.equipment-owner",
    control="AVL-09",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CM-8(4)", "NIST SP 800-53r5 PM-3", "ISO 22301 5.3", "CSF ID.AM-05"),
    least="declared",
    limits={"share": ("100 %", "100 %", "90 %", "-")},
    examples=(
        Example(Verdict.PASS, _stood("owner: {name: Kim}, budget: line 4, replace-by: 2029-01-01"), _ON),
        Example(Verdict.FAIL, _stood("owner: {name: Kim}, replace-by: 2029-01-01"), _ON),
        Example(Verdict.FAIL, _stood("kind: network"), _ON),
        Example(Verdict.NOT_APPLICABLE, _stood("kind: network", others=1), "daejeon/y0"),
    ),
)
def shared_machine_belongs_to_somebody(machine: Subject[Equipment], limits: Limits) -> Ruling:
    """The machine that several systems lean on has an owner, a line in a budget, a day for its replacement.

    Why: the equipment that stopped 189 systems was shared, so it stood in nobody's budget and grew old.

    Fix: agree on who owns it, then write `owner:`, `budget:`, `replace-by:`.
    """
    least, graph = limits.number("share") / 100, machine.graph
    shared = [one for one in machine.site.equipment if len(graph.dependants.get(one.ref, ())) > 1]
    if machine.item not in shared:
        raise NotApplicable(say("fewer than two things lean on {machine}", machine=machine.ref))
    lacks = _lacks(machine.item)
    required = say("owner, budget, day of replacement")
    if not lacks:
        name = machine.item.owner.name if machine.item.owner is not None else "-"
        says = say("{name} answers for {machine}, which is in a budget", name=name, machine=machine.ref)
        return ruling(True, measured=name, required=required, says=says, key="owner")
    owned = sum(not _lacks(one) for one in shared) / len(shared)
    figures = {"machine": machine.ref, "what": ", ".join(lacks), "share": f"{owned:.0%}"}
    measured = say("missing: {what}", **figures)
    if owned >= least:
        says = say("{machine} lacks {what}, while {share} of what is shared there lack nothing", **figures)
        return ruling(True, measured=measured, required=required, says=says, key="owner")
    says = say("several systems lean on {machine}, of which the inventory does not name: {what}", **figures)
    return ruling(False, measured=measured, required=required, says=says, key="owner")


def _lacks(item: Equipment) -> list[str]:
    written = {"owner": item.owner, "budget": item.budget, "replace-by": item.replace_by}
    return [key for key, value in written.items() if value is None]
