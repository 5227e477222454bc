"""Recovery tools, records of drills become rulings on whether a recovery can be made, whether it has been made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Level,
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
from audit.model.estate import System
from audit.model.facts import DrillState
from audit.model.technology import Failover
from audit.model.units import plain
from checks.failover.samples import TO_BUSAN, failover, guarantee

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)


@check(
    "failover.control-plane",
    control="DRF-07",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-2(3)", "NIST SP 800-53r5 CP-10", "NIST SP 800-53r5 CP-7", "CSF RC.RP-01"),
    least="declared",
    limits={"inside": ("0", "0", "0", "-")},
    examples=(
        Example(
            Verdict.PASS,
            guarantee(
                "grade: 1, at: [daejeon/room-1], recovers-with: [deploy]",
                others=", {id: deploy, grade: 1, at: [busan/room-1]}",
            ),
            "kibo/guarantee",
        ),
        Example(
            Verdict.FAIL,
            guarantee(
                "grade: 1, at: [daejeon/room-1], recovers-with: [deploy]",
                others=", {id: deploy, grade: 1, at: [daejeon/room-1]}",
            ),
            "kibo/guarantee",
        ),
        Example(
            Verdict.UNKNOWN, guarantee("grade: 1, at: [daejeon/room-1]"), "kibo/guarantee", reason=Reason.INCOMPLETE
        ),
    ),
)
def recovery_tools_survive(system: Subject[System], limits: Limits) -> Ruling:
    """What is needed to bring the system back does not fall with any place where the system runs.

    Why: the tool that makes the standby active stood only in the burning building, and a service for tens of millions
    stayed away for 127 hours.

    Fix: run the tool that the finding names in the other site too, or find a way of recovery that does without it.
    """
    allowed = int(limits.number("inside"))
    required = say("at most {most}", most=allowed) if allowed else say("nothing that is lost together")
    item, graph = system.item, system.graph
    if not item.recovers_with or not item.at:
        says = say(
            "the inventory does not say where {system} runs or what brings it back; add `at:` and `recovers-with:`",
            system=system.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    hits = sorted(
        {hit for at in item.at for place in graph.final_places(at) for hit in (place, graph.site_of[place].ref)}
    )
    lost = sorted({(tool, hit) for tool in item.recovers_with for hit in hits if tool in graph.lost_with(hit)})
    tools = sorted({tool for tool, _ in lost})
    if len(tools) > allowed:
        # The room says more than its site.
        rooms = [hit for _, hit in lost if graph.site_of[hit].ref != hit]
        says = say(
            "what brings {system} back is lost together with {place}: {tools}",
            tools=", ".join(tools),
            place=next(iter(rooms), lost[0][1]),
            system=system.ref,
        )
        return ruling(False, measured=", ".join(tools) or "none", required=required, says=says, key="recovers-with")
    placeless = [
        tool
        for tool in item.recovers_with
        if isinstance(graph.estate.index.get(tool), System) and not graph.final_places(tool)
    ]
    if placeless or not hits:
        says = say(
            "the inventory does not say where {tools} run; add `at:`", tools=", ".join(placeless) or ", ".join(item.at)
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say(
        "what brings {system} back stands outside every place where it runs: {tools}",
        tools=", ".join(item.recovers_with),
        system=system.ref,
    )
    return ruling(True, measured=", ".join(tools) or "none", required=required, says=says, key="recovers-with")


@check(
    "failover.drill",
    control="DRF-05",
    method="D",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-4", "NIST SP 800-53r5 CP-10(4)", "ISO 22301 8.5", "DORA 24", "ISMS-P 2.12.2"),
    least="drilled",
    limits={"age": ("183d", "365d", "730d", "-"), "times": ("1", "1", "1", "-")},
    examples=(
        Example(
            Verdict.PASS,
            failover("to: busan, mode: hot"),
            TO_BUSAN,
            seen=DrillState(level=Level.DRILLED, ended=AT - timedelta(days=90), took=timedelta(minutes=40)),
            at=AT,
        ),
        Example(
            Verdict.FAIL,
            failover("to: busan, mode: hot"),
            TO_BUSAN,
            seen=DrillState(level=Level.DRILLED, ended=AT - timedelta(days=400), took=timedelta(minutes=40)),
            at=AT,
        ),
        Example(
            Verdict.UNKNOWN,
            failover("to: busan, mode: hot, tested: 2026-06-01"),
            TO_BUSAN,
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def switch_was_drilled(switch: Subject[Failover], looks: Looks, at: datetime, limits: Limits) -> Ruling:
    """A real switch to the other place was made lately, and was over within the promised recovery time.

    Why: a takeover that nobody has made is a hope; what goes wrong in it shows only in it.

    Fix: switch over for real on a quiet day, record start, end and what was checked, repeat it before the age that the
    finding names.
    """
    oldest, most = limits.duration("age"), switch.rto * limits.number("times")
    if switch.ref not in looks.seen:
        tested = switch.item.tested
        if tested is None:
            says = say("no switch of {failover} is recorded", failover=switch.ref)
        else:
            says = say(
                "the inventory says that {failover} was tested on {date}; no record of a drill proves it",
                failover=switch.ref,
                date=tested,
            )
        raise CannotSee(Reason.INCOMPLETE, says)
    drill = looks.of(switch.ref, DrillState)
    age = at - drill.ended
    if age < timedelta(0):
        says = say("the record of {failover} is dated in the future", failover=switch.ref)
        raise CannotSee(Reason.CONTRADICTED, says)
    figures = {"failover": switch.ref, "days": str(age.days), "took": plain(drill.took), "most": plain(most)}
    if age > oldest:
        says = say("{failover} was last switched {days} days ago", **figures)
    elif drill.took > most:
        says = say("{failover} took {took} in its last switch; only {most} are promised", **figures)
    else:
        says = say("{failover} was switched {days} days ago, in {took}; {most} are promised", **figures)
    required = f"<= {plain(oldest)}, <= {plain(most)}"
    return ruling(
        age <= oldest and drill.took <= most,
        measured=f"{plain(age)}, {plain(drill.took)}",
        required=required,
        says=says,
    )
