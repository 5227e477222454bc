"""Permits for dangerous work become rulings on whether each step is done, whether what may burn is safe elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from audit.contract import (
    CannotSee,
    Claims,
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
from audit.model.backup import BackupState, RestorePoint
from audit.model.endangered import burnt, endangered, systems_in_danger
from audit.model.estate import Data, System
from audit.model.failover import FailoverState, Member
from audit.model.message import Message
from audit.model.permit import PHOTOGRAPHED, STEPS, Permit, missing
from audit.model.signed_paper import attested
from audit.model.technology import Copy
from audit.model.units import plain
from checks.facility.samples import AT, SIGNED, paper
from checks.facility.standbys import STANDING, lacking, recent, undeclared

_SKEW: Final = timedelta(seconds=2)
_MOVE: Final = "move-battery"
_NIGHTLY: Final = "kibo/guarantee/ledger/nightly"
_SWITCH: Final = "kibo/guarantee/to-busan"
_READY: Final = FailoverState(
    members=(Member(name="a", role="primary", usable=True), Member(name="b", role="standby", usable=True))
)
_ALONE: Final = FailoverState(members=(Member(name="a", role="primary", usable=True),))


def _steps(*left_out: str) -> str:
    photo = ", photo: photos/one.jpg, sha256: " + "ab" * 32
    return ", ".join(
        f"{{step: {step}, done: '2026-08-31T23:10:00+00:00', by: Kim{photo if step in PHOTOGRAPHED else ''}}}"
        for step in STEPS["battery"]
        if step not in left_out
    )


def _work(charge: int = 25, steps: str = "", day: str = "2026-08-31", evidence: str = "", at: str = "busan") -> str:
    """An estate in which the batteries below a system of grade 1 are moved."""
    return (
        "sites: [{id: daejeon, rooms: [{id: hall, kind: it, compartment: c5}, {id: battery-5, compartment: c5}], "
        "batteries: [{id: ups-b, room: battery-5}]}, {id: busan, rooms: [{id: hall}]}]\n"
        "suppliers: [{id: movers}]\n"
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, at: [daejeon/hall], "
        "failover: [{id: to-busan, kind: sentinel, to: busan, mode: hot, host: 127.0.0.1, group: kodit, "
        "members: [{name: a, at: daejeon/hall}, {name: b, at: busan}]}], "
        f"data: [{{id: ledger, at: daejeon/hall, copies: [{{id: nightly, kind: restic, at: {at}, repository: /srv, "
        "password: {env: P}}]}]}]}]\n"
        f"permits: [{{id: {_MOVE}, kind: battery, on: [ups-b], from: '{day}T23:30:00+00:00', "
        f"to: '{day}T23:59:00+00:00', contractor: movers, licence: L-1, supervisor: {{name: Choi}}, charge: {charge}, "
        f"approved-by: Lee, steps: [{steps or _steps()}]}}]\n" + evidence
    )


def _paper(day: str) -> str:
    return paper("facility.permit", _MOVE, day)


def _backed(hours: float) -> BackupState:
    return BackupState(points=(RestorePoint(id="1", start=AT - timedelta(hours=hours)),), clock=AT)


@check(
    "facility.permit",
    control="FAC-16",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 MA-2", "NIST SP 800-53r5 MA-5", "NIST SP 800-53r5 PE-9", "ISMS-P 2.4.5"),
    least="declared",
    limits={"charge": ("30", "30", "30", "30")},
    examples=(
        Example(Verdict.PASS, _work(evidence=_paper("2026-09-01")), _MOVE, others=SIGNED, at=AT),
        Example(
            Verdict.UNKNOWN,
            _work(evidence=_paper("2026-08-30")),
            _MOVE,
            others=SIGNED,
            at=AT,
            reason=Reason.CONTRADICTED,
        ),
        Example(Verdict.FAIL, _work(charge=80), _MOVE, at=AT),
        Example(Verdict.FAIL, _work(steps=_steps("tag-out")), _MOVE, at=AT),
        Example(Verdict.UNKNOWN, _work(), _MOVE, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _work(charge=80, day="2026-12-01"), _MOVE, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def work_was_permitted(permit: Subject[Permit], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """Before the work began each step of its permit was done, somebody stood for it, and the permit was signed.

    Why: in Daejeon a charged battery was taken apart while its racks were live, by people whom the contractor had
    hired from others.

    Fix: do what the finding names before anybody touches a cable, write it under `steps:`, let the permit be signed
    under `evidence:`, then check it once more.
    """
    item, charge = permit.item, limits.number("charge")
    lacks = list(missing(item, charge, at))
    required = say("every step done, batteries charged to {most} % at most", most=f"{charge:g}")
    measured = say("missing: {count}", count=len(lacks))
    figures = {"permit": permit.ref, "start": plain(item.start)}
    if item.end < item.start:
        raise CannotSee(Reason.CONTRADICTED, say("the work of {permit} ends before it begins", **figures))
    if lacks and at < item.start:
        says = say("the work of {permit} begins at {start}; until then: {what}", what=lacks[0], **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    if lacks:
        says = say("{permit} lacks something ({count}): {what}", what=lacks[0], count=len(lacks), **figures)
        return ruling(False, measured=measured, required=required, says=says, key="steps")
    sheet = attested(claims, permit.ref)
    later = next((one for one in item.steps if one.done and permit.today(one.done) > sheet.evidence.collected), None)
    if later is not None:
        says = say("{permit} was signed on {date}, before {step} was done", step=later.step,
                   date=sheet.evidence.collected, **figures)  # fmt: skip
        raise CannotSee(Reason.CONTRADICTED, says)
    says = say("every step of {permit} is done and signed", **figures)
    return ruling(True, measured=measured, required=required, says=says, key="steps")


@dataclass(frozen=True, slots=True)
class _Gaps:
    """What speaks against the work, what could not be seen."""

    against: list[Message]
    unseen: list[CannotSee]


@check(
    "facility.permit-backups",
    control="FAC-17",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CM-3", "NIST SP 800-53r5 CM-4", "NIST SP 800-53r5 CP-9", "ISMS-P 2.9.1"),
    least="declared",
    limits={"fresh": ("24h", "24h", "24h", "-"), "standby": ("true", "true", "false", "-")},
    examples=(
        Example(Verdict.PASS, _work(day="2026-09-02"), _MOVE, others={_NIGHTLY: _backed(0.2), _SWITCH: _READY}, at=AT),
        Example(Verdict.FAIL, _work(day="2026-09-02"), _MOVE, others={_NIGHTLY: _backed(30), _SWITCH: _READY}, at=AT),
        Example(Verdict.FAIL, _work(day="2026-09-02"), _MOVE, others={_NIGHTLY: _backed(0.2), _SWITCH: _ALONE}, at=AT),
        Example(
            Verdict.FAIL,
            _work(day="2026-09-02", at="daejeon/hall"),
            _MOVE,
            others={_NIGHTLY: _backed(0.2), _SWITCH: _READY},
            at=AT,
        ),
        Example(
            Verdict.UNKNOWN,
            _work(day="2026-09-02"),
            _MOVE,
            others={_NIGHTLY: _backed(0.2)},
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.NOT_APPLICABLE, _work(), _MOVE, at=AT),
    ),
)
def all_in_danger_is_safe_elsewhere(permit: Subject[Permit], looks: Looks, at: datetime, limits: Limits) -> Ruling:
    """Everything that an accident in the work could take has a fresh backup and a ready standby elsewhere.

    Why: work on a battery began above 647 systems; for many of them the newest copy was a month old or burnt too.

    Fix: let the backups run now, bring the standby up, then check the permit once more; or move the work.
    """
    item, fresh = permit.item, limits.duration("fresh")
    if item.end < at:
        raise NotApplicable(say("the work of {permit} is over", permit=permit.ref))
    lost, burns = endangered(item, permit.graph), burnt(item, permit.graph)
    systems = systems_in_danger(item, permit.graph)
    gaps = _Gaps([], [])
    for system in systems:
        if not system.data and not system.failover:
            says = say("the inventory names neither data nor a failover of {system}", system=system.ref)
            gaps.unseen.append(CannotSee(Reason.INCOMPLETE, says))
        elif not system.data:
            gaps.unseen.extend(undeclared(system, looks))
        for data in system.data:
            _backed_up(permit, system, data, burns, looks, at, fresh, gaps)
        if system.ref in lost:
            against, unseen = lacking(permit, system, lost, looks, at, fresh)
            needed = limits.flag("standby") and system.grade <= 2
            if needed and not any(one.mode in STANDING for one in system.failover):
                against.append(say("nothing takes over for {system}", system=system.ref))
            gaps.against.extend(against)
            gaps.unseen.extend(unseen)
    count = len(systems)
    required = say("fresh backups and a ready standby of each")
    measured = say("systems in danger: {count}, against: {number}", count=count, number=len(gaps.against))
    if gaps.against:
        says = say("{permit} endangers what is not safe elsewhere: {what}", permit=permit.ref, what=gaps.against[0])
        return ruling(False, measured=measured, required=required, says=says, key="on")
    if gaps.unseen:
        raise gaps.unseen[0]
    if permit.graph.placeless:
        names = ", ".join(sorted(permit.graph.placeless)[:5])
        says = say("the inventory does not say where {systems} run; add `at:`", systems=names)
        raise CannotSee(Reason.INCOMPLETE, says)
    if not systems:
        raise NotApplicable(say("nothing that the inventory knows stands on what {permit} works on", permit=permit.ref))
    says = say("all that {permit} endangers is safe elsewhere ({count} systems)", permit=permit.ref, count=count)
    return ruling(True, measured=measured, required=required, says=says, key="on")


def _outside(permit: Subject[Permit], data: Data, lost: frozenset[str]) -> Iterator[Copy]:
    """The copies that no accident of the work takes; one of which only the struck site is known may stand in it."""
    graph = permit.graph
    struck = {graph.site_of[ref].ref for ref in lost if ref in graph.site_of}
    for copy in data.copies:
        places = graph.final_places(copy.at)
        if not type(copy).replica and copy.ref not in lost and not places & (lost | struck):
            yield copy


def _backed_up(
    permit: Subject[Permit],
    system: System,
    data: Data,
    lost: frozenset[str],
    looks: Looks,
    at: datetime,
    fresh: timedelta,
    gaps: _Gaps,
) -> None:
    promised = system.rpo if system.rpo is not None else permit.around.policy.targets[system.grade].rpo
    against: Message = say("no copy of {data} is kept out of the danger", data=data.ref)
    unseen: CannotSee | None = None
    for copy in _outside(permit, data, lost):
        try:
            state = looks.of(copy.ref, BackupState)
            recent(looks, copy.ref, at, fresh)
        except CannotSee as gap:
            unseen = unseen or gap
            continue
        age = state.age
        if age is not None and age < -_SKEW:
            says = say("the newest backup in {copy} is dated ahead of the clock", copy=copy.ref)
            unseen = unseen or CannotSee(Reason.CONTRADICTED, says)
            continue
        broken = state.has("errors") and bool(state.errors)
        if age is not None and age <= promised and not broken:
            return
        old = say("nothing whole") if age is None or broken else plain(age)
        against = say("the newest backup in {copy} is {age} old; {promised} are promised",
                      copy=copy.ref, age=old, promised=plain(promised))  # fmt: skip
    if unseen is not None:
        gaps.unseen.append(unseen)
    else:
        gaps.against.append(against)
