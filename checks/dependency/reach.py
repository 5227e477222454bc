"""One loss anywhere becomes rulings on how many systems it reaches."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.contract import (
    CannotSee,
    Claim,
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
    signed,
)
from audit.model.estate import Estate, Supplier, System
from audit.model.facility import Room
from audit.model.graph import Graph
from audit.model.standbys import counted
from audit.model.units import plain
from checks.dependency.samples import alone, systems

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
APART: Final = (
    "{id: a, grade: 1, at: [daejeon/room-1]}",
    "{id: b, grade: 1, at: [daejeon/room-2], needs: [gov24]}",
)


SIGNED: Final = MappingProxyType({"evidence:sheet": signed("Lee Intake")})


def _fallback(collected: str, by: str) -> str:
    return systems(
        "{id: a, grade: 1, needs: [gov24]}",
        evidence="evidence: [{id: sheet, check: dependency.outside-fallback, on: gov24, collected: "
        + collected
        + f", expires: 2027-06-01, by: {by}, says: paper forms rehearsed}}]\n",
    )


@check(
    "dependency.blast-radius",
    control="DEP-11",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 RA-9", "NIST SP 800-53r5 SC-36", "NIST SP 800-53r5 CP-2(8)"),
    least="declared",
    limits={"share": ("20 %", "33 %", "-", "-")},
    examples=(
        Example(
            Verdict.PASS,
            systems(*alone(6, "grade: 1, at: [daejeon/room-1, busan/room-1], needs: [{any: [gov24, busan]}]")),
            "estate",
        ),
        Example(Verdict.FAIL, systems(*alone(6, "grade: 1, at: [daejeon/room-1]")), "estate"),
        Example(Verdict.UNKNOWN, systems(*alone(6, "grade: 1")), "estate", reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, systems(*alone(2, "grade: 1, at: [daejeon/room-1]")), "estate"),
    ),
)
def one_loss_takes_few(estate: Subject[Estate], limits: Limits) -> Ruling:
    """No single room, site, feed, supplier or system takes more than its share of the most important systems.

    Why: one room stopped 647 systems, because 551 of them lost their cooling, network or login with it.

    Fix: split what the finding names, or give the systems that lean on it a second one; begin with grade 1.
    """
    share = limits.number("share") / 100
    weighed = [system for _, system in estate.estate.systems() if system.grade <= estate.grade]
    if len(weighed) * share < 1:
        raise NotApplicable(say("there are only {count} most important systems, too few to spread", count=len(weighed)))
    hits = Counter(hit for system in weighed for hit in estate.graph.single_points(system))
    worst, count = min(hits.items(), key=lambda hit: (-hit[1], hit[0]), default=("-", 0))
    figures = {
        "worst": worst,
        "count": str(count),
        "all": str(len(weighed)),
        "share": f"{count / len(weighed):.0%}",
        "most": f"{share:.0%}",
    }
    if count / len(weighed) > share:
        says = say(
            "losing {worst} stops {count} of {all} systems of the highest grade, {share}; {most} are allowed", **figures
        )
        return ruling(False, measured=figures["share"], required=f"<= {share:.0%}", says=says)
    silent = sorted(system.ref for system in weighed if not system.at)
    if silent:
        says = say(
            "the inventory does not say where {count} important systems run, such as {system}; add `at:`",
            count=len(silent),
            system=silent[0],
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say(
        "the worst single loss, {worst}, stops {count} of {all} systems of the highest grade, {share}", **figures
    )
    return ruling(True, measured=figures["share"], required=f"<= {share:.0%}", says=says)


def _left_down(graph: Graph, burnt: frozenset[str], down: frozenset[str]) -> frozenset[str]:
    """What of all that is down stays so once the standbys have taken over that have really switched."""
    proven, index = counted("pessimistic"), graph.estate.index
    left = set(down)

    def carried(ref: str) -> bool:
        needs = graph.needs.get(ref, ())
        if needs and all(graph.met(need, left) for need in needs):
            return True
        item = index.get(ref)
        if not isinstance(item, System) or not any(proven(one) and one.to not in left for one in item.failover):
            return False
        return all(graph.met(need, left - {ref}) for need in item.needs)

    while back := {ref for ref in left - burnt if carried(ref)}:
        left -= back
    return frozenset(left)


@check(
    "dependency.fire-reach",
    control="DEP-03",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-2(8)", "NIST SP 800-53r5 SC-36"),
    least="declared",
    limits={"systems": ("0", "1", "-", "-")},
    examples=(
        Example(Verdict.PASS, systems(*APART), "daejeon/room-1"),
        Example(
            Verdict.FAIL,
            systems("{id: a, grade: 1, at: [daejeon/room-1]}", "{id: b, grade: 1, at: [busan/room-1], needs: [a]}"),
            "daejeon/room-1",
        ),
        Example(
            Verdict.UNKNOWN,
            systems("{id: a, grade: 1, at: [daejeon/room-1]}", "{id: b, grade: 1, at: [busan/room-1]}"),
            "daejeon/room-1",
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.NOT_APPLICABLE, systems("{id: b, grade: 1, at: [busan/room-1]}"), "daejeon/room-2"),
        Example(Verdict.NOT_APPLICABLE, systems("{id: b, grade: 1, at: [busan/room-1]}"), "busan/room-1"),
    ),
)
def survivors_do_not_need_the_room(room: Subject[Room], limits: Limits) -> Ruling:
    """A fire in the room stops no system that stands elsewhere.

    Why: six rooms that the fire never touched could not start again, because they needed two that had burnt.

    Fix: move the system in the room that the others lean on, or give it an instance elsewhere.
    """
    allowed = int(limits.number("systems"))
    graph = room.graph
    burnt = graph.burns(room.ref)
    if not any(graph.occupants.get(place) for place in burnt):
        raise NotApplicable(say("no system runs in {room}", room=room.ref))
    down = _left_down(graph, burnt, graph.lost_with(room.ref))
    fallen = (item for ref in down if isinstance(item := graph.estate.index.get(ref), System))
    required = say("at most {most}", most=allowed) if allowed else say("no system elsewhere")
    stopped = sorted(
        system.ref
        for system in fallen
        if (places := graph.final_places(system.ref)) and not places & burnt and not graph.stands_by(system, down)
    )
    names = ", ".join(stopped[:5]) + (", ..." if len(stopped) > 5 else "") or "none"
    if len(stopped) > allowed:
        says = say(
            "a fire in {room} also stops systems that stand elsewhere ({count}): {systems}",
            room=room.ref,
            count=len(stopped),
            systems=names,
        )
        return ruling(False, measured=names, required=required, says=says)
    outside = [system for _, system in room.estate.systems() if not graph.final_places(system.ref) & burnt]
    if not outside:
        raise NotApplicable(say("no system runs wholly outside {room}", room=room.ref))
    if not any(system.needs for system in outside):
        says = say("the inventory does not say what the systems outside {room} need; add `needs:`", room=room.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if stopped:
        says = say("a fire in {room} stops only {systems} elsewhere", room=room.ref, systems=names)
    else:
        says = say("a fire in {room} stops no system that stands elsewhere", room=room.ref)
    return ruling(True, measured=names, required=required, says=says)


@check(
    "dependency.outside-fallback",
    control="DEP-04",
    method="H",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-2(5)", "NIST SP 800-53r5 SA-9(3)", "CSF GV.SC-08", "ISMS-P 2.12.1"),
    least="attested",
    limits={"age": ("365d", "730d", "730d", "-")},
    examples=(
        Example(Verdict.PASS, _fallback("2026-06-01", "Lee Intake"), "gov24", others=SIGNED, at=AT),
        Example(Verdict.FAIL, _fallback("2024-06-01", "Lee Intake"), "gov24", others=SIGNED, at=AT),
        Example(Verdict.FAIL, _fallback("2026-06-01", "gov24"), "gov24", others=SIGNED, at=AT),
        Example(
            Verdict.UNKNOWN, systems("{id: a, grade: 1, needs: [gov24]}"), "gov24", at=AT, reason=Reason.INCOMPLETE
        ),
        Example(
            Verdict.UNKNOWN,
            _fallback("2026-06-01", "Lee Intake"),
            "gov24",
            others={"evidence:sheet": signed("gov24")},
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def supplier_has_a_fallback(supplier: Subject[Supplier], claim: Claim, at: datetime, limits: Limits) -> Ruling:
    """Somebody of the own house states that work goes on without the supplier, and that this was rehearsed lately.

    Why: loans for small firms waited for days, not for a bank, but for a document service of the government that had
    burnt.

    Fix: write down for each journey what replaces the supplier (paper, another register, a later proof), rehearse it,
    add the record under `evidence:`, have it signed by somebody of the own house.
    """
    oldest = limits.duration("age")
    age = max(claim.age(supplier.today(at)), timedelta(0))
    by = claim.evidence.by or "-"
    names = {supplier.ref, *((supplier.item.name.en, supplier.item.name.ko) if supplier.item.name else ())}
    figures = {"supplier": supplier.ref, "by": by, "date": plain(claim.evidence.collected), "most": str(oldest.days)}
    own = by.strip().casefold() not in {name.casefold() for name in names}
    if not own:
        says = say("only {by} itself states that there is a fallback for {supplier}", **figures)
    elif age > oldest:
        says = say("the fallback for {supplier} was rehearsed on {date}; that may be {most} days ago", **figures)
    else:
        says = say("{by} states that the fallback for {supplier} was rehearsed on {date}", **figures)
    measured = f"{age.days}d" if own else say("stated by {by} only", by=by)
    return ruling(own and age <= oldest, measured=measured, required=f"<= {oldest.days}d", says=says)
