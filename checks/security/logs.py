"""Where logs are copied to becomes a ruling on whether they outlive the place that they tell of."""

from __future__ import annotations

from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import System
from audit.model.units import plain
from checks.security.samples import institution

_SYSTEM: Final = "kibo/guarantee"


@check(
    "security.logs-elsewhere",
    control="SEC-07",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 AU-9(2)", "NIST SP 800-53r5 AU-4(1)", "ISMS-P 2.9.4"),
    least="declared",
    limits={"delay": ("15m", "1h", "24h", "-")},
    examples=(
        Example(Verdict.PASS, institution("", "grade: 1, logs: [{at: busan, every: 5m}]"), _SYSTEM),
        Example(Verdict.FAIL, institution("", "grade: 1, logs: [{at: busan, every: 2h}]"), _SYSTEM),
        Example(Verdict.FAIL, institution("", "grade: 1, logs: [{at: daejeon/room-1, every: 1m}]"), _SYSTEM),
        Example(Verdict.UNKNOWN, institution("", "grade: 1"), _SYSTEM, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, institution("", "grade: 4"), _SYSTEM),
    ),
)
def logs_leave_the_place(system: Subject[System], limits: Limits) -> Ruling:
    """What people did in the system is written down at another site within minutes.

    Why: who breaks in deletes the logs next, and a fire takes them without asking; then nobody learns what happened.

    Fix: send the logs to a server at another site as they are written, then write it under `logs:`.
    """
    longest, item, graph = limits.duration("delay"), system.item, system.graph
    required = say("at another site within {most}", most=plain(longest))
    home = {site for at in item.at for site in graph.sites(at)}
    if not home:
        says = say("the inventory does not say where {system} runs; add `at:`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if not item.logs:
        says = say("the inventory does not say where the logs of {system} are copied to; add `logs:`",
                   system=system.ref)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    away = [one for one in item.logs if not graph.sites(one.at) & home]
    if not away:
        says = say("the logs of {system} stay at the site where it runs", system=system.ref)
        return ruling(False, measured=", ".join(one.at for one in item.logs), required=required, says=says, key="logs")
    best = min(away, key=lambda one: one.every)
    figures = {"system": system.ref, "place": best.at, "every": plain(best.every)}
    if best.every <= longest:
        says = say("the logs of {system} are at {place} within {every}", **figures)
    else:
        says = say("the logs of {system} are at {place} only after {every}", **figures)
    return ruling(best.every <= longest, measured=best.every, required=required, says=says, key="logs")
