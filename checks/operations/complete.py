"""Lists that others keep of the same systems become a ruling on whether the inventory knows all that they hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
    Looks,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.estate import Estate
from audit.model.listed import Entry, ListState
from audit.model.reconciling import Missing, reconciled
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
_SHOWN: Final = 5
_PORTAL: Final = "portal.kibo.example"


def _estate(lists: str = "{id: register, kind: assets, file: assets.csv}") -> str:
    return (
        f"estate: {{id: estate, lists: [{lists}]}}\n"
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, hosts: [portal.kibo.example]}]}]\n"
    )


def _seen(*names: str, taken: datetime = AT) -> MappingProxyType[str, ListState]:
    entries = tuple(Entry(line=number, name=name) for number, name in enumerate(names, 2))
    return MappingProxyType(
        {"lists:register": ListState(form="assets", file="assets.csv", entries=entries, taken=taken)}
    )


@check(
    "operations.complete",
    control="OPS-05",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CM-8", "NIST SP 800-53r5 PM-5", "CIS 1.1", "ISMS-P 1.2.1", "ISMS-P 2.1.3"),
    least="declared",
    limits={"unknown": ("0 %", "0 %", "2 %", "5 %"), "age": ("30d", "90d", "180d", "365d")},
    examples=(
        Example(Verdict.PASS, _estate(), "estate", others=_seen("Portal.KIBO.example."), at=AT),
        Example(Verdict.FAIL, _estate(), "estate", others=_seen(_PORTAL, "forgotten.kibo.example"), at=AT),
        Example(Verdict.UNKNOWN, _estate(), "estate", others=_seen(_PORTAL, taken=AT - timedelta(days=60)), at=AT,
                reason=Reason.STALE),
        Example(Verdict.UNKNOWN, _estate(), "estate", others=_seen(), at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _estate(), "estate", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _estate(""), "estate", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, "{}", "estate", at=AT),
    ),
)  # fmt: skip
def inventory_is_complete(estate: Subject[Estate], looks: Looks, at: datetime, limits: Limits) -> Ruling:
    """Everything that the zones, the monitoring, the register of assets hold is in the inventory.

    Why: 647 systems were counted on the first days; the true number was 709, and staff listed the rest from memory.

    Fix: `haechi reconcile ESTATE` names all that is missing; add each as a system or under `hosts:` of its system.
    """
    if not any(estate.estate.systems()):
        raise NotApplicable(say("the inventory names no system"))
    lists = [one for one in estate.estate.about.lists if one.kind != "firewall"]
    if not lists:
        says = say("no other list is named against which the inventory could be held; add `lists:` under `estate:`")
        raise CannotSee(Reason.INCOMPLETE, says)
    states: list[ListState] = []
    gaps: list[CannotSee] = []
    for one in lists:
        try:
            states.append(_read(looks, one.ref, estate, at, limits, one.taken))
        except CannotSee as gap:
            gaps.append(gap)
    if not states:
        raise gaps[0]
    share = limits.number("unknown") / 100
    found = reconciled(estate.estate, states)
    figures = {
        "count": f"{len(found.missing):,}",
        "all": f"{found.entries:,}",
        "names": _names(found.missing),
        "lists": ", ".join(state.file for state in states),
        "unseen": f"{len(found.unseen):,}",
    }
    measured = say("{count} of {all} missing", **figures)
    required = say("at most {share} missing", share=f"{share:.0%}")
    if len(found.missing) > share * found.entries:
        says = say("{count} of {all} things in other lists are missing in the inventory: {names}", **figures)
        return ruling(False, measured=measured, required=required, says=says)
    if gaps:
        raise gaps[0]
    says = say(
        "of {all} things in {lists} {count} are missing in the inventory; no list holds {unseen} systems", **figures
    )
    return ruling(True, measured=measured, required=required, says=says)


def _read(looks: Looks, ref: str, estate: Subject[Estate], at: datetime, limits: Limits, day: date | None) -> ListState:
    """What a list holds, where it is young enough to tell anything."""
    state, oldest, today = looks.of(ref, ListState), limits.duration("age"), estate.today(at)
    if not state.entries:
        raise CannotSee(Reason.INCOMPLETE, say("{file} holds nothing", file=state.file))
    written = day if day is not None else estate.today(state.taken)
    age = today - written
    if age < timedelta(0):
        says = say("{file} is dated {date}, which has not come", file=state.file, date=plain(written))
        raise CannotSee(Reason.CONTRADICTED, says)
    if age > oldest:
        says = say(
            "{file} is from {date}; {most} are allowed", file=state.file, date=plain(written), most=plain(oldest)
        )
        raise CannotSee(Reason.STALE, says)
    return state


def _names(missing: Sequence[Missing]) -> str:
    named = [one.name or ", ".join(one.addresses) for one in missing[:_SHOWN]]
    return ", ".join(named) + (", ..." if len(missing) > _SHOWN else "")
