"""What is written about the way back, what has to be bought for it, become rulings on whether it can be walked."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.equipment import Equipment
from audit.model.estate import System
from audit.model.needs import members
from audit.model.units import plain
from checks.operations.samples import AT, GUARANTEE, office

_BOOK: Final = "grade: 1, runbook: {updated: 2026-07-01, by: Lee Jun, kept: [busan/room-1], offline: true}"
_INSIDE: Final = _BOOK.replace("busan", "daejeon")
_ONLINE: Final = _BOOK.replace("offline: true", "offline: false")
_OLD: Final = _BOOK.replace("2026-07", "2025-07")
_KEPT: Final = "operations.replacement"


@check(
    "operations.runbook",
    control="OPS-03",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2", "NIST SP 800-53r5 CP-10", "ISMS-P 2.12.1"),
    least="declared",
    limits={"age": ("183d", "365d", "365d", "730d"), "offline": ("true", "false", "false", "false")},
    examples=(
        Example(Verdict.PASS, office("", _BOOK), GUARANTEE, at=AT),
        Example(Verdict.FAIL, office("", _OLD), GUARANTEE, at=AT),
        Example(Verdict.FAIL, office("", _INSIDE), GUARANTEE, at=AT),
        Example(Verdict.FAIL, office("", _ONLINE), GUARANTEE, at=AT),
        Example(Verdict.UNKNOWN, office(), GUARANTEE, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def runbook_can_be_read(system: Subject[System], at: datetime, limits: Limits) -> Ruling:
    """The written way back was gone through lately, and a copy of it can be read when the site is gone.

    Why: the way back was described on a page of the system that burned, and in the head of somebody on holiday.

    Fix: go through the steps, write down what changed, keep a copy on paper or a stick at another site, write
    `runbook:`.
    """
    book, oldest, graph = system.item.runbook, limits.duration("age"), system.graph
    home = {site for at_place in system.item.at for site in graph.sites(at_place)}
    if not home:
        says = say("the inventory does not say where {system} runs; add `at:`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if book is None:
        says = say("the inventory does not say how {system} is brought back; add `runbook:`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    figures = {"system": system.ref, "date": plain(book.updated), "most": str(oldest.days)}
    required = say("gone through {most} days ago at most, a copy at another site", **figures)
    measured = say("gone through on {date}", **figures)
    away = [place for place in book.kept if graph.sites(place) - home]
    if system.today(at) - book.updated > oldest:
        says = say("the runbook of {system} was last gone through on {date}; that may be {most} days ago", **figures)
    elif not away:
        says = say("every copy of the runbook of {system} lies where the system runs", **figures)
    elif limits.flag("offline") and not book.offline:
        says = say("the runbook of {system} can only be read over a network", **figures)
    else:
        says = say("the runbook of {system} was gone through on {date}, and a copy lies at {place}", place=away[0],
                   **figures)  # fmt: skip
        if book.updated > system.today(at):
            raise CannotSee(Reason.CONTRADICTED, say("{date} is still to come", **figures))
        return ruling(True, measured=measured, required=required, says=says, key="runbook")
    return ruling(False, measured=measured, required=required, says=says, key="runbook")


@check(
    "operations.replacement",
    control="OPS-12",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2", "NIST SP 800-53r5 CP-7(3)", "NIST SP 800-53r5 SI-13"),
    least="declared",
    limits={"machines": ("0", "0", "-", "-")},
    examples=(
        Example(Verdict.PASS, office("", "grade: 1, needs: [{any: [router, spare]}]"), GUARANTEE),
        Example(Verdict.FAIL, office("", "grade: 1, needs: [router]"), GUARANTEE),
        Example(Verdict.UNKNOWN, office("", "grade: 1, needs: [spare]"), GUARANTEE, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, office(), GUARANTEE, reason=Reason.INCOMPLETE),
    ),
)
def machines_can_be_replaced_in_time(system: Subject[System], limits: Limits) -> Ruling:
    """Every machine without which the system stops can be replaced within its recovery time.

    Why: four weeks were reckoned after the fire, ninety-five days it took; other machines had to be found first.

    Fix: keep a spare of the machine that the finding names, agree on a loan with its maker, or double it.
    """
    allowed, graph = int(limits.number("machines")), system.graph
    single = [
        item for ref in sorted(graph.single_points(system.item))
        if isinstance(item := graph.estate.index.get(ref), Equipment)
    ]  # fmt: skip
    late = [item for item in single if item.lead_time is not None and item.lead_time > system.rto]
    required = say("at most {most} machines that take longer than {rto}", most=allowed, rto=plain(system.rto))
    if len(late) > allowed:
        slow = max(late, key=lambda item: (item.lead_time, item.ref))
        says = say("{machine}, without which {system} stops, takes {lead} to replace; promised are {rto}",
                   machine=slow.ref, system=system.ref, lead=plain(slow.lead_time), rto=plain(system.rto))  # fmt: skip
        return ruling(False, measured=slow.lead_time, required=required, says=says, key="needs")
    silent = [item.ref for item in single if item.lead_time is None]
    machines = [ref for ref in _named(system) if isinstance(graph.estate.index.get(ref), Equipment)]
    if silent:
        says = say("the inventory does not say how soon another one of these is there; add `lead-time:` to them: "
                   "{machines}", machines=", ".join(silent))  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    if not machines:
        says = say("the inventory does not say which machines {system} needs; add them under `equipment:` of their "
                   "site, with `lead-time:`, then under `needs:` of the system", system=system.ref)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("every machine without which {system} stops can be replaced within {rto}", system=system.ref,
               rto=plain(system.rto))  # fmt: skip
    return ruling(True, measured=", ".join(machines), required=required, says=says, key="needs")


def _named(system: Subject[System]) -> tuple[str, ...]:
    """Everything that the system needs, at any depth of what it needs, as far as that leads to a machine."""
    needs, leading = system.graph.needs, _leading_to_machines(system)
    seen: dict[str, None] = {}
    waiting = [system.ref] if system.ref in leading else []
    while waiting:
        for need in needs.get(waiting.pop(), ()):
            for ref in members(need):
                if ref in leading and ref not in seen:
                    seen[ref] = None
                    waiting.append(ref)
    return tuple(seen)


def _leading_to_machines(system: Subject[System]) -> frozenset[str]:
    """The machines with all that names one of them at any depth, reckoned once for all systems of a run."""
    kept, graph = system.around.kept, system.graph
    found = kept.get(_KEPT)
    if not isinstance(found, frozenset):
        some = dict.fromkeys(ref for ref, item in graph.estate.index.items() if isinstance(item, Equipment))
        waiting = list(some)
        while waiting:
            above = [ref for ref in graph.dependants.get(waiting.pop(), ()) if ref not in some]
            some |= dict.fromkeys(above)
            waiting += above
        found = kept[_KEPT] = frozenset(some)
    return found
