"""The tools of a recovery become the ruling on whether they are there when they are needed."""

from __future__ import annotations

from audit.contract import (
    CannotSee,
    Example,
    Limits,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.estate import System
from checks.failover.samples import guarantee


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
    if not item.at:
        says = say("the inventory does not say where {system} runs; add `at:`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if not item.recovers_with:
        says = say("the inventory does not say what brings {system} back; add `recovers-with:`", system=system.ref)
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
