"""The steps of a switch, measured or declared, become the ruling on whether the promised recovery time can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
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
from audit.model.failover import FailoverState, Patience
from audit.model.switching import SwitchState, switched
from audit.model.technology import Failover
from audit.model.units import plain
from checks.failover.drilled import AT
from checks.failover.patience import detection, forgetting
from checks.failover.proof import counted, group
from checks.failover.samples import TO_BUSAN, failover, guarantee
from checks.failover.waited import Losses, losses, waits

_STEPS: Final = "steps: {detect: 5m, decide: 10m, switch: 30m, verify: 5m}"
_NO_SWITCH: Final = "steps: {detect: 5m, decide: 10m, verify: 5m}"
_GUARANTEE: Final = "kibo/guarantee"
_MEASURED: Final = SwitchState(
    level=Level.DRILLED, id="1", failover_ref=TO_BUSAN, kind="active", realism="real-switch", started=AT, ended=AT,
    expires=AT, outage=timedelta(seconds=6), rto=timedelta(seconds=8),
)  # fmt: skip


_A_DAY: Final = Patience(time=timedelta(days=1), by="down-after-milliseconds")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a recovery with what it takes; None where nobody knows."""

    name: str
    took: timedelta | None
    measured: bool = False


@check(
    "failover.recovery-time",
    control="DRF-08",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-2(3)", "NIST SP 800-53r5 CP-10(4)", "ISO 22301 8.2.2", "ISMS-P 2.12.1"),
    least="declared",
    limits={"times": ("1", "1", "1", "1")},
    examples=(
        Example(
            Verdict.PASS, failover(f"to: busan, mode: hot, {_NO_SWITCH}"), _GUARANTEE,
            others={switched(TO_BUSAN): _MEASURED},
        ),
        Example(Verdict.PASS, failover(f"to: busan, mode: hot, {_STEPS}"), _GUARANTEE),
        Example(Verdict.FAIL, failover(f"to: busan, mode: hot, {_STEPS.replace('10m', '9h')}"), _GUARANTEE),
        Example(
            Verdict.FAIL,
            guarantee(
                "grade: 1, at: [daejeon/room-1], recovers-with: [vault], failover: [{id: to-busan, kind: declared, "
                f"to: busan, mode: hot, {_STEPS}}}]",
                others=", {id: vault, grade: 3}",
            ),
            _GUARANTEE,
        ),
        Example(
            Verdict.FAIL, failover(f"to: busan, mode: hot, automatic: true, {_STEPS.replace('10m', '9h')}"), _GUARANTEE,
            others={TO_BUSAN: FailoverState(members=(), automatic=False)},
        ),
        Example(
            Verdict.FAIL, failover(f"to: busan, mode: hot, {_STEPS}"), _GUARANTEE,
            others={TO_BUSAN: FailoverState(members=(), automatic=True, patience=_A_DAY)},
        ),
        Example(
            Verdict.UNKNOWN, failover(f"to: busan, mode: hot, {_NO_SWITCH}"), _GUARANTEE,
            others={switched(TO_BUSAN): _MEASURED.model_copy(update={"kind": "isolated"})}, reason=Reason.INCOMPLETE,
        ),
        Example(
            Verdict.FAIL,
            guarantee(
                "grade: 1, at: [daejeon/room-1], needs: [login], failover: [{id: to-busan, kind: declared, "
                f"to: busan, mode: hot, {_STEPS}}}]",
                others=", {id: login, grade: 2, at: [daejeon/room-1]}",
            ),
            _GUARANTEE,
        ),
        Example(
            Verdict.PASS,
            guarantee(
                "grade: 1, at: [daejeon/room-1], recovers-with: [vault], failover: [{id: to-busan, kind: declared, "
                f"to: busan, mode: hot, {_STEPS}}}]",
                others=", {id: vault, grade: 3, at: [busan/room-1]}",
            ),
            _GUARANTEE,
        ),
        Example(Verdict.FAIL, guarantee("grade: 1, at: [daejeon/room-1], rebuild: 5d"), _GUARANTEE),
        Example(
            Verdict.UNKNOWN, guarantee("grade: 3, at: [daejeon/room-1], rebuild: 5h"), _GUARANTEE,
            reason=Reason.INCOMPLETE,
        ),
        Example(
            Verdict.PASS,
            guarantee("grade: 3, at: [daejeon/room-1], rebuild: 5h").replace(
                "{id: room-1}", "{id: room-1, rebuild: 2h}"
            ).replace("{id: daejeon, operator: nirs", "{id: daejeon, rebuild: 9h, operator: nirs"),
            _GUARANTEE,
        ),
        Example(Verdict.UNKNOWN, failover("to: busan, mode: hot"), _GUARANTEE, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, guarantee("grade: 1"), _GUARANTEE, reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def promise_can_be_kept(system: Subject[System], looks: Looks, at: datetime, limits: Limits) -> Ruling:
    """Detecting, deciding, what must come back first, switching and verifying together stay within the promise.

    Why: the switch took minutes; that nobody dared to order it, and that the login came back a day later, took longer.

    Fix: shorten the step that the finding names; measure the others in a drill, write them under `steps:`.
    """
    most = system.rto * limits.number("times")
    known = losses(system, looks, at)
    if not system.item.failover:
        return _without(system, most, known)
    paths = [(switch, _path(switch, system, looks, known)) for switch in system.item.failover]
    switch, steps = min(paths, key=lambda pair: (sum(step.took is None for step in pair[1]), _total(pair[1])))
    total, unknown = _total(steps), [step.name for step in steps if step.took is None]
    longest = max((step for step in steps if step.took is not None), key=lambda step: step.took or _NONE, default=None)
    figures = {
        "system": system.ref,
        "failover": switch.ref,
        "total": plain(total),
        "most": plain(most),
        "step": longest.name if longest is not None else "-",
        "took": plain(longest.took) if longest is not None else "-",
    }
    if total > most:
        says = say("{failover} takes {total}, promised are {most}; {step} takes {took} of it", **figures)
        return ruling(False, measured=total, required=f"<= {plain(most)}", says=says, key="failover")
    if unknown:
        says = say(
            "nobody knows how long {failover} takes to {steps}; add them under `steps:`, or measure them",
            failover=switch.ref, steps=", ".join(unknown),
        )  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("{failover} takes {total}, promised are {most}; the longest step, {step}, takes {took}", **figures)
    return ruling(True, measured=total, required=f"<= {plain(most)}", says=says, key="failover")


_NONE: Final = timedelta(0)


def _total(steps: list[Step]) -> timedelta:
    return sum((step.took for step in steps if step.took is not None), _NONE)


def _path(switch: Failover, system: Subject[System], looks: Looks, known: Losses) -> list[Step]:
    """Every step from the loss to the service, in order."""
    declared, seen, measured = switch.steps, group(switch, looks), counted(switch, looks)
    # What the group itself tells goes before what was declared of it.
    automatic = seen.automatic if seen is not None and seen.has("automatic") else switch.automatic
    found = [
        Step(*detection(declared.detect if declared else None, seen, automatic=bool(automatic))),
        Step("decide", _NONE if automatic else declared.decide if declared else None),
    ]
    awaited = waits(system, known)
    for one in awaited:
        # Whoever decides does not wait for it.
        if one.tool and one.took > _total(found):
            found.append(Step(f"wait for {one.ref}", one.took - _total(found)))
    took = None
    if measured is not None:
        took = measured.rto if measured.has("rto") else measured.outage if measured.has("outage") else None
    found.append(Step("switch", took or (declared.switch if declared else None), measured=took is not None))
    forgotten = forgetting(system.item, looks)
    if forgotten is not None:
        found.append(Step(*forgotten))
    found.append(Step("verify", declared.verify if declared else None))
    for one in awaited:
        if one.took > _total(found):
            found.append(Step(f"wait for {one.ref}", one.took - _total(found)))
    return found


def _without(system: Subject[System], most: timedelta, known: Losses) -> Ruling:
    """Without a failover: what was lost is built anew, what it needs is waited for."""
    if system.item.rebuild is None:
        says = say("{system} has no failover whose steps could be added up, nor `rebuild:`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    worst = known.events(system)
    if not worst:
        says = say("the inventory does not say where {system} runs; add `at:`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    ends = [
        (
            known.after(one, "optimistic", bare=True).get(system.ref, 0.0),
            known.after(one, "pessimistic", bare=True).get(system.ref, 0.0),
        )
        for one in worst
    ]
    (least, _), where = max(zip(ends, (one.ref for one in worst), strict=True), key=lambda pair: pair[0])
    longest = max(end for _, end in ends)
    figures = {"system": system.ref, "place": where, "most": plain(most)}
    required = f"<= {plain(most)}"
    if least > most.total_seconds() / 3600:
        took = plain(timedelta(hours=least)) if least < inf else "never"
        says = say("after the loss of {place} it takes {total} until {system} is back, promised are {most}",
                   total=took, **figures)  # fmt: skip
        return ruling(False, measured=took, required=required, says=says, key="rebuild")
    if longest > most.total_seconds() / 3600:
        untold = sorted({ref for one in worst for ref in known.bounds(one, system.ref)})
        says = say(
            "nobody can tell when {system} is back after the loss of {place}; write how long these take: {untold}",
            untold=", ".join(untold[:5]) or system.ref, **figures,
        )  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    took = plain(timedelta(hours=longest))
    says = say("after the worst loss of a place it takes {total} until {system} is back, promised are {most}",
               total=took, **figures)  # fmt: skip
    return ruling(True, measured=took, required=required, says=says, key="rebuild")
