"""Where the inventory is kept becomes a ruling on whether it outlives the loss of any one site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
from audit.model.earlier import InventoryCopy
from audit.model.estate import Estate
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
_SYSTEM: Final = "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, at: [daejeon/room-1]}]}]\n"
_SITES: Final = "sites: [{id: daejeon, rooms: [{id: room-1}]}, {id: busan, rooms: [{id: room-1}]}, {id: seoul}]\n"


def _kept(*copies: str) -> str:
    written = ", ".join(f"{{at: {at}, taken: {taken}}}" for at, taken in (one.split() for one in copies))
    return f"estate: {{id: estate, copies: [{written}]}}\n" + _SITES + _SYSTEM


@check(
    "operations.inventory-copy",
    control="OPS-04",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CM-8", "NIST SP 800-53r5 CP-9", "CSF ID.AM-01", "CSF ID.AM-05"),
    least="declared",
    limits={"age": ("1d", "7d", "30d", "90d")},
    examples=(
        Example(Verdict.PASS, _kept("busan 2026-09-01", "seoul 2026-08-31"), "estate", at=AT),
        Example(Verdict.FAIL, _kept("daejeon/room-1 2026-09-01"), "estate", at=AT),
        Example(Verdict.FAIL, _kept("daejeon 2026-09-01", "busan 2024-08-31"), "estate", at=AT),
        Example(Verdict.FAIL, _kept("busan 2024-08-31", "seoul 2024-08-31"), "estate", at=AT),
        Example(Verdict.UNKNOWN, _kept(), "estate", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _kept("busan 2026-09-09", "seoul 2026-09-09"), "estate", at=AT,
                reason=Reason.CONTRADICTED),
        Example(Verdict.NOT_APPLICABLE, _SITES, "estate", at=AT),
    ),
)  # fmt: skip
def inventory_outlives_any_site(estate: Subject[Estate], at: datetime, limits: Limits) -> Ruling:
    """A copy of this inventory that is young enough is left, whichever single site is lost.

    Why: the list of all systems burnt with the systems, so that for days nobody could say which of them were gone.

    Fix: write the inventory to two sites that fall with nothing common, such as a region of a cloud and another
    office, after each change; add them under `copies:` of the estate.
    """
    if not any(estate.estate.systems()):
        raise NotApplicable(say("the inventory names no system"))
    oldest, today = limits.duration("age"), estate.today(at)
    copies = estate.item.about.copies
    required = say("a copy elsewhere, at most {most} old", most=plain(oldest))
    if not copies:
        says = say("the inventory does not say where copies of it are kept; add `copies:` under `estate:`")
        raise CannotSee(Reason.INCOMPLETE, says)
    fresh = [one for one in copies if timedelta(0) <= today - one.taken <= oldest]
    ahead = [one for one in copies if one.taken > today]
    hit = _takes_all(estate, [*fresh, *ahead])
    figures = {"count": str(len(copies)), "most": plain(oldest), "site": hit or "-"}
    newest = max((one.taken for one in copies if one.taken <= today), default=None)
    figures["date"] = plain(newest) if newest is not None else "-"
    measured = ", ".join(f"{one.at} {plain(one.taken)}" for one in copies[:8])
    if not fresh and not ahead:
        says = say("the newest copy of the inventory was taken on {date}; {most} are allowed", **figures)
        return ruling(False, measured=measured, required=required, says=says)
    if hit is not None:
        says = say("every copy of the inventory that is young enough is lost with {site}", **figures)
        return ruling(False, measured=measured, required=required, says=says)
    if ahead and (not fresh or _takes_all(estate, fresh) is not None):
        says = say("a copy of the inventory is dated {date}, which has not come", date=plain(ahead[0].taken))
        raise CannotSee(Reason.CONTRADICTED, says)
    says = say("whichever site is lost, a copy of the inventory from {date} or {most} before is left", **figures)
    return ruling(True, measured=measured, required=required, says=says)


def _takes_all(estate: Subject[Estate], copies: list[InventoryCopy]) -> str | None:
    """The first site whose loss leaves none of these; None where each leaves one."""
    for site in estate.estate.sites:
        lost = estate.graph.lost_with(site.ref)
        if all(one.at in lost for one in copies):
            return site.ref
    return None
