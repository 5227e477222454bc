"""The order in which an institution brings its systems back becomes the ruling on whether it can be followed."""

from __future__ import annotations

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Institution, System
from audit.model.mandatory import mandatory_systems


def _two(order: str) -> str:
    return (
        "institutions: [{id: kibo, " + order + "systems: [{id: guarantee, grade: 1, recovers-with: [vault]}, "
        "{id: vault, grade: 2}, {id: board, grade: 4}]}]\n"
    )


def _leaning(need: str) -> str:
    """The same two, the first of which leans on the other in daily work."""
    return _two("recovery-order: [guarantee, vault], ").replace("recovers-with: [vault]", f"needs: [{need}]")


@check(
    "failover.recovery-order",
    control="DRF-14",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2", "NIST SP 800-53r5 CP-10", "CSF RC.RP-02", "CSF RC.RP-04"),
    least="declared",
    limits={"violations": ("0", "0", "0", "-")},
    examples=(
        Example(Verdict.PASS, _two("recovery-order: [vault, guarantee], "), "kibo"),
        Example(Verdict.FAIL, _two("recovery-order: [guarantee, vault], "), "kibo"),
        Example(Verdict.FAIL, _two("recovery-order: [vault], "), "kibo"),
        Example(Verdict.FAIL, _leaning("vault"), "kibo"),
        Example(Verdict.FAIL, _leaning("{all: [vault, board]}"), "kibo"),
        Example(Verdict.FAIL, _leaning("{on: vault, grace: 4h}"), "kibo"),
        Example(Verdict.FAIL, _leaning("{k: 2, of: [vault, board]}"), "kibo"),
        Example(Verdict.FAIL, _leaning("board").replace("id: board,", "id: board, needs: [vault],"), "kibo"),
        Example(Verdict.PASS, _leaning("{any: [vault, board]}"), "kibo"),
        Example(Verdict.UNKNOWN, _two(""), "kibo", reason=Reason.INCOMPLETE),
    ),
)
def order_can_be_followed(institution: Subject[Institution], limits: Limits) -> Ruling:
    """The published order of recovery names every system of grade 1 and 2, each after what it needs to come back.

    Why: after the fire the order was argued about for days, and what was started first waited for what came last.

    Fix: publish one order as `recovery-order:` in which nothing stands before what it needs or recovers with.
    """
    allowed, item = int(limits.number("violations")), institution.item
    required = say("every system of grade 1 and 2, after what it needs")
    if not item.recovery_order:
        says = say(
            "the inventory names no order in which {who} brings its systems back; add `recovery-order:`",
            who=institution.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    position = {ref: number for number, ref in reversed(list(enumerate(item.recovery_order)))}
    missing = sorted(system.ref for system in item.systems if system.grade <= 2 and system.ref not in position)
    early = [
        (ref, need)
        for ref in item.recovery_order
        for need in sorted(_needed(institution, ref))
        if need in position and position[need] > position[ref]
    ]
    figures = {"who": institution.ref, "count": str(len(item.recovery_order))}
    if len(early) > allowed:
        ref, need = early[0]
        says = say("{system} is to come back before {need}, which it needs", system=ref, need=need)
        measured = say("{system} before {need}", system=ref, need=need)
        return ruling(False, measured=measured, required=required, says=says, key="recovery-order")
    if missing:
        names = ", ".join(missing[:5])
        says = say("the order of recovery of {who} leaves out {systems}", who=institution.ref, systems=names)
        measured = say("left out: {systems}", systems=names)
        return ruling(False, measured=measured, required=required, says=says, key="recovery-order")
    says = say("the order of recovery of {who} can be followed: {count} systems", **figures)
    measured = say("{count} systems in order", **figures)
    return ruling(True, measured=measured, required=required, says=says, key="recovery-order")


def _needed(institution: Subject[Institution], ref: str) -> set[str]:
    """The systems without which a system is not back, at any distance; of a choice, nothing."""
    known = institution.estate.index
    found: set[str] = set()
    queue = [ref]
    for one in queue:
        item = known.get(one)
        fresh = mandatory_systems(institution.graph, item) if isinstance(item, System) else ()
        queue += [other.ref for other in fresh if other.ref not in found]
        found.update(other.ref for other in fresh)
    return found - {ref}
