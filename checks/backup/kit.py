"""What an institution needs to build its systems anew becomes a ruling on whether all of it is kept elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Example, Limits, Looks, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.estate import Data, Institution, System
from audit.model.graph import Graph
from audit.model.message import Message
from audit.model.technology import Copy
from audit.model.units import plain
from checks.backup.samples import NIGHTLY, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
KIT: Final = (
    "os-images", "infrastructure-code", "configuration", "dns-zones", "certificates", "licences", "installers",
)  # fmt: skip
"""Everything but the work itself."""
WHOLE: Final = ledger(restic("nightly"), rest="at: daejeon, holds: [" + ", ".join(KIT) + "]")
PART: Final = ledger(restic("nightly"), rest="at: daejeon, holds: [configuration, certificates]")
NEAR: Final = ledger(restic("nightly", "at: daejeon"), rest="at: daejeon, holds: [" + ", ".join(KIT) + "]")


def _aged(days: int) -> BackupState:
    return BackupState(points=(RestorePoint(id="5517", start=AT - timedelta(days=days)),), clock=AT)


@check(
    "backup.rebuild-kit",
    control="BKP-13",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 CP-10", "NIST SP 800-53r5 CM-2", "CSF RC.RP-01"),
    least="declared",
    limits={"age": ("7d", "30d", "90d", "-")},
    examples=(
        Example(Verdict.PASS, WHOLE, "kibo", others={NIGHTLY: _aged(6)}, at=AT),
        Example(Verdict.FAIL, WHOLE, "kibo", others={NIGHTLY: _aged(8)}, at=AT),
        Example(Verdict.FAIL, PART, "kibo", others={NIGHTLY: _aged(6)}, at=AT),
        Example(Verdict.FAIL, NEAR, "kibo", others={NIGHTLY: _aged(6)}, at=AT),
        Example(Verdict.UNKNOWN, WHOLE, "kibo", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, ledger(restic("nightly")), "kibo", at=AT, reason=Reason.INCOMPLETE),
    ),
)
def kit_for_building_anew_is_elsewhere(institution: Subject[Institution], looks: Looks, limits: Limits) -> Ruling:
    """Images, code, configuration, zones, certificates, licences, installers have young copies in another site.

    Why: the data came back within days; the servers, the settings and the licence keys that it needs to run had to be
    found again one by one.

    Fix: write what the finding names as data of a system with `holds:`, back it up to another site, and keep that
    younger than the finding asks.
    """
    oldest = limits.duration("age")
    required = say("each kind in another site, at most {age} old", age=plain(oldest))
    held = {kind: [pair for pair in _stores(institution.item) if kind in pair[1].holds] for kind in KIT}
    if not any(held.values()):
        says = say(
            "the inventory does not say where {body} keeps what it needs to build anew; add `holds:` to the data of a "
            "system that holds any of these: {kinds}",
            body=institution.ref,
            kinds=", ".join(KIT),
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    unlisted = [kind for kind, pairs in held.items() if not pairs]
    if unlisted:
        names = ", ".join(unlisted)
        says = say("nothing in the inventory of {body} holds these: {kinds}", body=institution.ref, kinds=names)
        return ruling(False, measured=say("without a copy: {kinds}", kinds=names), required=required, says=says)
    gaps: list[CannotSee] = []
    worst = timedelta(0)
    for kind, pairs in held.items():
        found = [_kept(institution.graph, system, data, looks) for system, data in pairs]
        ages = [one for one in found if isinstance(one, timedelta)]
        blind = [one for one in found if isinstance(one, CannotSee)]
        if (not ages or min(ages) > oldest) and not blind:
            says = _missing(institution.ref, kind, min(ages, default=None))
            measured = say("without a copy: {kinds}", kinds=kind) if not ages else plain(min(ages))
            return ruling(False, measured=measured, required=required, says=says)
        gaps += blind if not ages or min(ages) > oldest else []
        worst = max(worst, min(ages, default=timedelta(0)))
    if gaps:
        raise gaps[0]
    says = say(
        "{body} keeps all that it needs to build anew in another site, at most {age} old",
        body=institution.ref,
        age=plain(worst),
    )
    return ruling(True, measured=say("each kind, at most {age} old", age=plain(worst)), required=required, says=says)


def _missing(body: str, kind: str, age: timedelta | None) -> Message:
    if age is None:
        return say("{body} has no backup of {kind} in another site", body=body, kind=kind)
    return say(
        "the newest backup of {kind} of {body} in another site is {age} old", body=body, kind=kind, age=plain(age)
    )


def _stores(institution: Institution) -> list[tuple[System, Data]]:
    return [(system, data) for system in institution.systems for data in system.data]


def _kept(graph: Graph, system: System, data: Data, looks: Looks) -> timedelta | CannotSee | None:
    """The age of the youngest backup in another site; None where there is none."""
    home = {site for place in ((data.at,) if data.at is not None else system.at) for site in graph.sites(place)}
    if not home:
        return CannotSee(
            Reason.INCOMPLETE, say("the inventory does not say where {data} lies; add `at:`", data=data.ref)
        )
    apart = [copy for copy in data.copies if not copy.replica and graph.sites(copy.at) - home]
    ages: list[timedelta] = []
    blind: CannotSee | None = None
    for copy in apart:
        try:
            age = _age(copy, looks)
        except CannotSee as gap:
            blind = gap
        else:
            ages += [] if age is None else [age]
    return min(ages, default=blind)


def _age(copy: Copy, looks: Looks) -> timedelta | None:
    seen = looks.of(copy.ref, BackupState)
    if seen.latest is None:
        return None
    if seen.latest - seen.clock > timedelta(seconds=2):
        raise CannotSee(
            Reason.CONTRADICTED, say("the newest backup in {copy} is dated ahead of the clock", copy=copy.ref)
        )
    return max(seen.clock - seen.latest, timedelta(0))
