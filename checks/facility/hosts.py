"""Inspections of whole sites become rulings on whether their own check was made, whether the host shows his papers."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from audit.contract import (
    CannotSee,
    Claims,
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
from audit.model.facility import Site
from audit.model.signed_paper import aged, attested, who
from audit.model.units import plain
from checks.facility.samples import AT, SIGNED, centre, paper
from checks.facility.standby_power import occupied

_RANK: Final = ("low", "mid", "high")
_OWN: Final = "facility.self-inspection"
_HOST: Final = "facility.host-evidence"


def _checked(rest: str, evidence: str = "") -> str:
    return centre(site=f"self-inspection: {{{rest}}}, ", evidence=evidence)


def _hosted(evidence: str = "") -> str:
    return "suppliers: [{id: nirs}]\n" + centre(site="operator: nirs, ", evidence=evidence)


@check(
    _OWN,
    control="FAC-19",
    method="F",
    severity="high",
    answers=("KR-FAC", "ISMS-P 2.4.4"),
    least="declared",
    limits={"age": ("365d", "365d", "365d", "365d"), "level": ("high", "high", "mid", "low")},
    examples=(
        Example(
            Verdict.PASS,
            _checked("on: 2026-05-01, level: high, open: 0, number: EA-12", paper(_OWN, "daejeon")),
            "daejeon",
            others=SIGNED,
            at=AT,
        ),
        Example(Verdict.FAIL, _checked("on: 2026-05-01, level: mid, open: 3"), "daejeon", at=AT),
        Example(Verdict.FAIL, _checked("on: 2024-05-01, level: high"), "daejeon", at=AT),
        Example(Verdict.UNKNOWN, _checked("on: 2027-05-01, level: high"), "daejeon", at=AT, reason=Reason.CONTRADICTED),
        Example(Verdict.UNKNOWN, _checked("on: 2026-05-01"), "daejeon", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _checked("on: 2026-05-01, level: high"), "daejeon", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, centre(), "daejeon", at=AT, reason=Reason.INCOMPLETE),
    ),
)
def site_checked_itself(site: Subject[Site], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """The site was held against the government's facility standard lately and reached the level of its grade.

    Why: the standard was there before the fire; nobody had asked the hosting centre which level it reached.

    Fix: answer the points of the standard, close what is open, register the result, write `self-inspection:` of the
    site, add the signed file under `evidence:`.
    """
    occupied(site)
    oldest, least, record = limits.duration("age"), limits.word("level"), site.item.self_inspection
    required = say("level {least}, {days} days ago at most", least=least, days=oldest.days)
    if record is None or record.level is None or least not in _RANK:
        says = say("the inventory does not say which level {site} reached; add `self-inspection:`", site=site.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    today = site.today(at)
    figures = {
        "site": site.ref,
        "level": record.level,
        "least": least,
        "date": plain(record.on),
        "days": str(oldest.days),
        "open": "-" if record.open is None else str(record.open),
    }
    measured = say("level {level} on {date}, open points: {open}", **figures)
    if record.on > today:
        raise CannotSee(Reason.CONTRADICTED, say("the self-inspection of {site} lies in the future", **figures))
    if _RANK.index(record.level) < _RANK.index(least):
        says = say("{site} reached the level {level}; its grade needs {least} (open points: {open})", **figures)
        return ruling(False, measured=measured, required=required, says=says, key="self-inspection")
    if today - record.on > oldest:
        says = say("the self-inspection of {site} was on {date}; that may be {days} days ago", **figures)
        return ruling(False, measured=measured, required=required, says=says, key="self-inspection")
    if record.number is None:
        says = say("the self-inspection of {site} has no registration; add `number:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    attested(claims, site.ref)
    says = say("{site} reached the level {level} on {date}, open points: {open}", **figures)
    return ruling(True, measured=measured, required=required, says=says, key="self-inspection")


@check(
    _HOST,
    control="FAC-21",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 SA-9", "NIST SP 800-53r5 SR-6", "CSF GV.SC-07", "ISMS-P 2.4.4", "ISMS-P 2.3.2"),
    least="declared",
    limits={"age": ("365d", "365d", "730d", "-")},
    examples=(
        Example(Verdict.PASS, _hosted(paper(_HOST, "daejeon")), "daejeon", others=SIGNED, at=AT),
        Example(Verdict.FAIL, _hosted(paper(_HOST, "daejeon", "2025-02-01")), "daejeon", others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, _hosted(paper(_HOST, "daejeon")), "daejeon", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _hosted(), "daejeon", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, centre(), "daejeon", at=AT),
    ),
)
def host_shows_the_facility(site: Subject[Site], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """The operator of the site has shown lately how old its batteries are, what was drilled, what was inspected.

    Why: hundreds of systems stood in a building whose tenants never saw a paper about the battery below them.

    Fix: put the right to see batteries, drills, inspections into the contract, ask for them once a year, add what you
    were shown under `evidence:`, signed.
    """
    oldest, operator = limits.duration("age"), site.item.operator
    if operator is None:
        raise NotApplicable(say("nobody else is named who operates {site}", site=site.ref))
    occupied_by_tenants = any(
        site.graph.occupants.get(place) for place in (site.ref, *(room.ref for room in site.item.rooms))
    )
    if not occupied_by_tenants:
        raise NotApplicable(say("no system runs in {site}", site=site.ref))
    required = say("shown {days} days ago at most", days=oldest.days)
    sheet = attested(claims, site.ref, written=False)
    figures = {"site": site.ref, "operator": operator, "days": str(oldest.days), **who(sheet)}
    met = aged(sheet, site, at) <= oldest
    if met:
        says = say("{operator} showed the papers of {site} on {date}", **figures)
    else:
        says = say("{operator} last showed the papers of {site} on {date}; that may be {days} days ago", **figures)
    return ruling(met, measured=say("shown on {date}", **figures), required=required, says=says, key="operator")
