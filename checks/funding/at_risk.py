"""An estate with the loss of each of its sites becomes a ruling on the applicant-hours that are at risk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
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
from audit.model.estate import Estate, System
from audit.model.hazards import hazards
from audit.model.timeline import Clockwork, Timeline
from checks.funding.samples import AT

_CHECK: Final = "funding.applicant-hours"
_BUDGET: Final = "budget: [{id: recovery, of: [kibo], needed: 9e9 KRW, funded: 1e9 KRW}]\n"
_TOLD: Final = ", applicants: 100/h, rto: 2h, restart: 1h"


def _hall(system: str = _TOLD, rebuild: str = ", rebuild: 10h", more: str = "", grade: int = 1) -> str:
    return (
        f"sites: [{{id: daejeon{rebuild}, rooms: [{{id: hall{rebuild}}}]}}]\n"
        f"institutions: [{{id: kibo, systems: [{{id: loans, grade: {grade}, at: [daejeon/hall]{system}{rebuild}}}]}}]\n"
        f"{more}"
    )


@check(
    _CHECK,
    control="FND-02",
    method="G",
    severity="high",
    answers=("ISO 22301 8.2.2", "NIST SP 800-53r5 RA-9"),
    least="declared",
    limits={"budget": ("true", "false", "false", "-")},
    examples=(
        Example(Verdict.PASS, _hall(more=_BUDGET), "estate", at=AT),
        Example(Verdict.PASS, _hall(grade=2), "estate", at=AT),
        Example(Verdict.PASS, _hall(system=_TOLD.replace("rto: 2h", "rto: 90d")), "estate", at=AT),
        Example(Verdict.FAIL, _hall(), "estate", at=AT),
        Example(Verdict.UNKNOWN, _hall(rebuild="", more=_BUDGET), "estate", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _hall(", applicants: 9/h").replace(", at: [daejeon/hall]", ""), "estate", at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _hall(""), "estate", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, "suppliers: []\n", "estate", at=AT),
    ),
)  # fmt: skip
def hours_at_risk_are_known(estate: Subject[Estate], limits: Limits) -> Ruling:
    """It is known how many applicant-hours the loss of a site costs beyond what was promised, and money is planned.

    Why: an hour of standstill cost more than a million hours of applicants; nobody had reckoned that before the fire,
    so nothing was weighed against the price of a second place.

    Fix: write `applicants:`, `restart:`, `rebuild:` of the systems, then a line under `budget:` for those of grade 1
    that come back later than promised.
    """
    systems = [system for _, system in estate.estate.systems() if system.grade < 4]
    if not systems:
        raise NotApplicable(say("the inventory names no system of grade 1, 2 or 3"))
    counted = [system for system in systems if system.applicants is not None]
    if not counted:
        raise CannotSee(Reason.INCOMPLETE, say("no system says how many people apply; add `applicants:`"))
    away = _longest(estate)
    late = {system.ref: _late(estate, system, away) for system in counted}
    least = sum(_people(system) * late[system.ref][0] for system in counted)
    required = say("told, with a line of the budget for grade 1") if limits.flag("budget") else say("told")
    bare = [system for system in counted if late[system.ref][0] > 0 and not _planned(estate, system)]
    if bare:
        worst = max(bare, key=lambda system: _people(system) * late[system.ref][0])
        figures = {"system": worst.ref, "hours": f"{late[worst.ref][0]:,.1f}", "place": away[worst.ref][2],
                   "least": f"{least:,.0f}", "count": str(len(bare))}  # fmt: skip
        says = say("after the loss of {place} {system} is back {hours} hours later than promised, and no line of the "
                   "budget is for it; {least} applicant-hours are at risk in all", **figures)  # fmt: skip
        return ruling(False, measured=say("{least} applicant-hours at risk", **figures), required=required, says=says)
    placeless = next((system for system in counted if system.ref not in away), None)
    if placeless is not None:
        says = say("the inventory does not say where {system} runs; add `at:`", system=placeless.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    endless = next((system for system in counted if _people(system) and late[system.ref][1] == inf), None)
    if endless is not None:
        figures = {"system": endless.ref, "place": away[endless.ref][2]}
        says = say("nothing says how long {system} takes to be back after the loss of {place}; add `rebuild:` and "
                   "`restart:` of it and of what it waits for", **figures)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    most = sum(_people(system) * late[system.ref][1] for system in counted if _people(system))
    figures = {"least": f"{least:,.0f}", "most": f"{most:,.0f}", "count": str(len(counted))}
    says = say(
        "{least} to {most} applicant-hours are at risk beyond what was promised, over {count} systems", **figures
    )
    measured = say("{least} to {most} applicant-hours at risk", **figures)
    return ruling(True, measured=measured, required=required, says=says)


_Away = Mapping[str, tuple[float, float, str]]
"""Each system that the loss of a site stops: hours at least, hours at most, the site of the worst."""


def _longest(estate: Subject[Estate]) -> _Away:
    """The longest that each system is away after the loss of one site: a fire in a room of it takes no more."""
    graph, found = estate.graph, dict[str, tuple[float, float, str]]()
    clockwork = Clockwork(graph)
    for one in hazards(graph):
        if one.kind != "site":
            continue
        both = clockwork.after(one)
        certain = dict(_stopped(both.least))
        for ref, hours in _stopped(both.most):
            least, most, place = found.get(ref, (0.0, 0.0, one.ref))
            longer = max(most, hours)
            found[ref] = (max(least, certain.get(ref, 0.0)), longer, one.ref if longer > most else place)
    # What stands somewhere and is stopped by no single loss is never away.
    for _, system in estate.estate.systems():
        if graph.final_places(system.ref):
            found.setdefault(system.ref, (0.0, 0.0, ""))
    return found


def _stopped(view: Timeline) -> Iterator[tuple[str, float]]:
    for ref in view.stopped():
        if isinstance(view.graph.estate.index.get(ref), System):
            yield ref, view.back(ref) - view.falls(ref)


def _late(estate: Subject[Estate], system: System, away: _Away) -> tuple[float, float]:
    """By how many hours the promise is broken, at least and at most."""
    promised = system.rto if system.rto is not None else estate.around.policy.targets[system.grade].rto
    least, most, _ = away.get(system.ref, (0.0, 0.0, ""))
    hours = promised.total_seconds() / 3600
    return max(least - hours, 0.0), max(most - hours, 0.0)


def _people(system: System) -> float:
    """How many apply in an hour."""
    return system.applicants.per_hour if system.applicants is not None else 0.0


def _planned(estate: Subject[Estate], system: System) -> bool:
    """Whether a line of the budget is for it, or none has to be."""
    if estate.around.policy.of(_CHECK, system.grade).values.get("budget") != "true":
        return True
    return any(
        not line.of or any(estate.estate.covers(on, system.ref) for on in line.of) for line in estate.estate.budget
    )
