"""What stands ready at the other place becomes rulings on whether it is complete, whether it can carry the load."""

from __future__ import annotations

from collections.abc import Callable

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import System
from audit.model.technology import Failover
from checks.failover.samples import failover, guarantee

_ALL = "covers: [server, storage, network, security, authentication]"
_GUARANTEE = "kibo/guarantee"


@check(
    "failover.layers",
    control="DRF-02",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-7", "NIST SP 800-53r5 CP-7(4)"),
    least="declared",
    limits={"layers": ("5", "5", "3", "-")},
    examples=(
        Example(Verdict.PASS, failover(f"to: busan, mode: hot, {_ALL}"), _GUARANTEE),
        Example(Verdict.FAIL, failover("to: busan, mode: hot, covers: [storage]"), _GUARANTEE),
        Example(Verdict.FAIL, guarantee("grade: 1, at: [daejeon/room-1]"), _GUARANTEE),
        Example(Verdict.UNKNOWN, failover("to: busan, mode: hot"), _GUARANTEE, reason=Reason.INCOMPLETE),
    ),
)
def other_place_is_complete(system: Subject[System], limits: Limits) -> Ruling:
    """Servers, storage, network, security and the sign-on of the system all stand at the other place.

    Why: of the systems that one fire stopped, some had their data elsewhere and not one machine to run it on.

    Fix: build what the finding names at the other place, then write all of it under `covers:`.
    """
    needed = int(limits.number("layers"))
    required = say("layers at the other place: {count} of 5", count=needed)
    best = _best(system, lambda switch: None if switch.covers is None else float(len(set(switch.covers))))
    if best is None:
        says = say("nothing takes over for {system}", system=system.ref)
        return ruling(False, measured="none", required=required, says=says, key="failover")
    switch, count = best
    if count is None or (count < needed and any(other.covers is None for other in system.item.failover)):
        switch = next(other for other in system.item.failover if other.covers is None)
        says = say("the inventory does not say what {failover} covers; add `covers:`", failover=switch.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    covered = sorted(set(switch.covers or ()))
    missing = [one for one in ("server", "storage", "network", "security", "authentication") if one not in covered]
    figures = {"failover": switch.ref, "missing": ", ".join(missing)}
    if missing:
        says = say("at the other place of {failover} these are missing: {missing}", **figures)
    else:
        says = say("everything that {failover} needs stands at the other place", **figures)
    if len(covered) >= needed and missing:
        says = say("{failover} has enough at the other place for its grade; still missing: {missing}", **figures)
    return ruling(
        len(covered) >= needed, measured=", ".join(covered) or "none", required=required, says=says, key="failover"
    )


@check(
    "failover.capacity",
    control="DRF-03",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2(2)", "NIST SP 800-53r5 CP-7"),
    least="declared",
    limits={"share": ("1.0", "0.7", "0.5", "-")},
    examples=(
        Example(Verdict.PASS, failover("to: busan, mode: hot, capacity: 1.2"), _GUARANTEE),
        Example(Verdict.FAIL, failover("to: busan, mode: hot, capacity: 0.4"), _GUARANTEE),
        Example(Verdict.FAIL, guarantee("grade: 1, at: [daejeon/room-1]"), _GUARANTEE),
        Example(Verdict.UNKNOWN, failover("to: busan, mode: hot"), _GUARANTEE, reason=Reason.INCOMPLETE),
    ),
)
def other_place_carries_the_load(system: Subject[System], limits: Limits) -> Ruling:
    """The other place carries as much of the load at the peak as the grade asks.

    Why: a second place of half the size falls over on the very day on which everybody comes to it.

    Fix: enlarge the other place, or agree on what is left out there first; write its share of the peak as `capacity:`.
    """
    needed = limits.number("share")
    required = f">= {needed:.0%}"
    best = _best(system, lambda switch: switch.capacity)
    if best is None:
        says = say("nothing takes over for {system}", system=system.ref)
        return ruling(False, measured="none", required=required, says=says, key="failover")
    switch, share = best
    if share is None or (share < needed and any(other.capacity is None for other in system.item.failover)):
        switch = next(other for other in system.item.failover if other.capacity is None)
        says = say("the inventory does not say how much {failover} can carry; add `capacity:`", failover=switch.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    figures = {"failover": switch.ref, "share": f"{share:.0%}", "needed": f"{needed:.0%}"}
    if share >= needed:
        says = say("{failover} carries {share} of the load at the peak", **figures)
    else:
        says = say("{failover} carries {share} of the load at the peak; {needed} are needed", **figures)
    return ruling(share >= needed, measured=figures["share"], required=required, says=says, key="failover")


def _best(system: Subject[System], figure: Callable[[Failover], float | None]) -> tuple[Failover, float | None] | None:
    """The failover with the largest figure; one without a figure counts least."""
    found = [(switch, figure(switch)) for switch in system.item.failover]
    return max(found, key=lambda pair: -1.0 if pair[1] is None else pair[1], default=None)
