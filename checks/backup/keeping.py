"""How copies are kept becomes rulings on whether they can be deleted, forgotten, forbidden or left without a key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
from audit.model.backup import BackupState, RestorePoint
from audit.model.estate import Data
from audit.model.technology import Copy
from audit.model.units import plain
from checks.backup.places import gap, home
from checks.backup.samples import LEDGER, NIGHTLY, ledger, restic

AT = datetime(2026, 9, 1, tzinfo=UTC)


def _state(days: int, *, encrypted: bool = True) -> BackupState:
    """A repository with a point each day back to `days` ago."""
    points = tuple(RestorePoint(id=f"p{day}", start=AT - timedelta(days=day)) for day in range(days, -1, -1))
    return BackupState(points=points, clock=AT, encrypted=encrypted)


@check(
    "backup.immutable",
    control="BKP-08",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9(3)", "NIST SP 800-53r5 CP-9(8)", "CIS 11.3", "CIS 11.4", "CSF PR.DS-11"),
    least="declared",
    limits={"lock": ("30d", "14d", "7d", "-")},
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly", "at: busan, immutable: 30d")), LEDGER),
        Example(Verdict.PASS, ledger(restic("vault", "at: busan, media: tape, offline: true")), LEDGER),
        Example(Verdict.FAIL, ledger(restic("nightly", "at: busan, immutable: 7d")), LEDGER),
        Example(Verdict.UNKNOWN, ledger(restic("nightly")), LEDGER, reason=Reason.INCOMPLETE),
    ),
)
def a_copy_cannot_be_changed(data: Subject[Data], limits: Limits) -> Ruling:
    """One copy is offline, or nobody can change or delete it for as many days as the grade needs.

    Why: whoever breaks into a system deletes its backups first; what cannot be deleted, or is not connected, stays.

    Fix: turn on the lock of the object store or the append-only mode of the backup server, or bring a tape to a vault,
    then write `immutable:` or `offline: true` at the copy.
    """
    lock = limits.duration("lock")
    required = f">= {plain(lock)}"
    copies = data.item.copies
    offline = [copy.id for copy in copies if copy.offline]
    locks = [(copy.immutable, copy.id) for copy in copies if copy.immutable is not None]
    if offline:
        says = say("{copy} of {data} is offline between backups", copy=offline[0], data=data.ref)
        return ruling(True, measured=say("offline"), required=required, says=says, key="copies")
    if copies and not locks:
        says = say(
            "the inventory does not say whether a copy of {data} is locked or offline; add `immutable:` or `offline:`",
            data=data.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    longest, copy = max(locks, default=(timedelta(0), ""))
    if longest >= lock:
        says = say("{copy} of {data} is locked for {days} days", copy=copy, data=data.ref, days=longest.days)
    elif not longest:
        says = say("no copy of {data} is locked or offline", data=data.ref)
    else:
        says = say(
            "no copy of {data} is locked for {wanted} days; the longest lock is {days} days",
            data=data.ref,
            wanted=lock.days,
            days=longest.days,
        )
    return ruling(longest >= lock, measured=longest or "none", required=required, says=says, key="copies")


@check(
    "backup.retention",
    control="BKP-11",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 SI-12", "ISMS-P 2.9.3"),
    limits={"slack": ("1d", "1d", "1d", "1d")},
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly", "at: busan, retention: 30d")), NIGHTLY, seen=_state(30), at=AT),
        Example(Verdict.FAIL, ledger(restic("nightly", "at: busan, retention: 90d")), NIGHTLY, seen=_state(30), at=AT),
        Example(Verdict.UNKNOWN, ledger(restic("nightly")), NIGHTLY, seen=_state(30), at=AT, reason=Reason.INCOMPLETE),
    ),
)
def copy_reaches_far_enough_back(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """The oldest point that can be restored is as old as the promised retention.

    Why: an intruder is found after weeks, a wrong calculation after a quarter; by then every younger copy holds it too.

    Fix: lengthen the rule that forgets old backups, and give the repository the room that this takes.
    """
    promised = copy.item.retention
    if promised is None:
        raise CannotSee(
            Reason.INCOMPLETE, say("the inventory does not say how far {copy} reaches; add `retention:`", copy=copy.ref)
        )
    if not seen.usable:
        says = say("{copy} holds no complete backup, so it reaches back to nothing", copy=copy.ref)
        return ruling(
            False, measured=say("no complete backup"), required=f">= {plain(promised)}", says=says, key="retention"
        )
    reach = seen.clock - seen.usable[0].start
    met = reach + limits.duration("slack") >= promised
    if met:
        says = say("{copy} reaches {days} days back", copy=copy.ref, days=reach.days)
    else:
        says = say(
            "{copy} reaches only {days} days back; {wanted} days are promised",
            copy=copy.ref,
            days=reach.days,
            wanted=promised.days,
        )
    return ruling(met, measured=reach, required=f">= {plain(promised)}", says=says, key="retention")


@check(
    "backup.mandated-store",
    control="BKP-14",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 PL-2", "CSF GV.OC-04"),
    least="declared",
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly"), rest="at: daejeon/room-1, mandatory: true"), LEDGER),
        Example(Verdict.FAIL, ledger(rest="at: daejeon/room-1, mandatory: true"), LEDGER),
        Example(
            Verdict.FAIL,
            ledger(restic("nightly", "at: daejeon/room-2"), rest="at: daejeon/room-1, mandatory: true"),
            LEDGER,
        ),
        Example(Verdict.UNKNOWN, ledger(restic("nightly"), rest="mandatory: true"), LEDGER, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, ledger(restic("nightly")), LEDGER),
    ),
)
def no_rule_forces_data_into_danger(data: Subject[Data]) -> Ruling:
    """A store that people must use, and beside which they may keep nothing, has a backup in another site.

    Why: a rule of 2018 made officials keep work files in one drive only, and the drive had no copy elsewhere. Whoever
    forbids other copies owes one.

    Fix: set up a backup in another site, or lift the rule until there is one.
    """
    item = data.item
    if not item.mandatory:
        raise NotApplicable(say("no rule forbids other copies of {data}", data=data.ref))
    kept = tuple(copy for copy in item.copies if not copy.replica)
    required = say("a backup in another site")
    if not kept:
        says = say("people must keep their files in {data} only, and it has no backup", data=data.ref)
        return ruling(False, measured="none", required=required, says=says, key="mandatory")
    for place in home(data):
        gaps = [gap(data.graph, place, copy, separate="site", distance=0.0) for copy in kept]
        if any(one.apart for one in gaps):
            continue
        doubt = next((one for one in gaps if one.apart is None), None)
        if doubt is not None:
            raise CannotSee(Reason.INCOMPLETE, doubt.why)
        near = "; ".join(one.short for one in gaps[:5])
        says = say(
            "people must keep their files in {data} only, and no backup is safe from its loss; what both share: {near}",
            data=data.ref,
            near=near,
        )
        return ruling(False, measured=near, required=required, says=says, key="mandatory")
    says = say("{data} must be used, and has a backup that stands apart from it", data=data.ref)
    names = ", ".join(copy.id for copy in kept)
    return ruling(True, measured=names, required=required, says=says, key="mandatory")


@check(
    "backup.keys",
    control="BKP-10",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-9(8)", "NIST SP 800-53r5 SC-12(1)", "ISMS-P 2.7.2"),
    limits={"separate": ("site", "site", "site", "-")},
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly", "at: busan, keys-at: sejong")), NIGHTLY, seen=_state(1), at=AT),
        Example(Verdict.FAIL, ledger(restic("nightly", "at: busan, keys-at: daejeon")), NIGHTLY, seen=_state(1), at=AT),
        Example(Verdict.UNKNOWN, ledger(restic("nightly")), NIGHTLY, seen=_state(1), at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, ledger(restic("nightly")), NIGHTLY, seen=_state(1, encrypted=False), at=AT),
    ),
)
def keys_survive_the_place(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """A second copy of the key that opens an encrypted backup is kept in another site than the data.

    Why: a backup whose only key burnt with the servers is noise.

    Fix: put a second copy of the key into a safe or key store of another site, then write that place as `keys-at:`.
    """
    if not seen.encrypted:
        raise NotApplicable(say("{copy} is not encrypted, so it needs no key", copy=copy.ref))
    separate = limits.word("separate")
    place = copy.item.keys_at
    if place is None or not copy.graph.final_places(place):
        says = say("the inventory does not say where else the key of {copy} is kept; add `keys-at:`", copy=copy.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    near = sorted(one for one in home(copy) if copy.graph.sites(one) & copy.graph.sites(place))
    if near:
        says = say("the second key of {copy} is kept at {place}, in the site of the data", copy=copy.ref, place=place)
    else:
        says = say("a second key of {copy} is kept at {place}, in another site", copy=copy.ref, place=place)
    required = say("a place in another site") if separate == "site" else separate
    return ruling(not near, measured=place, required=required, says=says, key="keys-at")
