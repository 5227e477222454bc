"""What a look found in a copy becomes rulings on its age, its clock, its soundness, its lag."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.backup import BackupState, ReplicaState, RestorePoint
from audit.model.technology import Copy
from audit.model.units import plain
from checks.backup.samples import NIGHTLY, STANDBY, STREAMING, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE: Final = ledger(restic("nightly"))
REPLICA: Final = ledger(STREAMING)


def _aged(minutes: int, *, complete: bool = True) -> BackupState:
    point = RestorePoint(id="5517", start=AT - timedelta(minutes=minutes), complete=complete)
    return BackupState(points=(point,), clock=AT)


@check(
    "backup.age",
    control="BKP-04",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 CP-6(2)", "CIS 11.2", "CSF PR.DS-11", "ISMS-P 2.9.3"),
    limits={"skew": ("2s", "2s", "2s", "2s")},
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_aged(10), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_aged(310), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_aged(10, complete=False), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=BackupState(points=(), clock=AT), at=AT),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, seen=_aged(-60), at=AT, reason=Reason.CONTRADICTED),
        Example(
            Verdict.UNKNOWN,
            ESTATE,
            NIGHTLY,
            seen=_aged(10).model_copy(update={"errors": ("pack 5517 is damaged",)}),
            at=AT,
            reason=Reason.CONTRADICTED,
        ),
    ),
)
def newest_copy_is_younger_than_rpo(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """The newest complete copy began no longer ago than the promised recovery point.

    Why: the time between the newest copy and the fire is work that nobody gets back; it counts from the moment at which
    that backup began.

    Fix: repair the backup job or run it more often, then run `haechi run ESTATE --check backup.age --on {ref}`.
    """
    promised = copy.rpo
    newest = seen.newest
    doubted = max((point for point in seen.points if not point.complete), key=lambda point: point.start, default=None)
    if newest is None:
        if doubted is not None:
            says = say(
                "{copy} holds no complete backup among {count}; the newest, {id}, does not count: {doubt}",
                count=len(seen.points),
                copy=copy.ref,
                id=doubted.id[:60],
                doubt=doubted.doubt or "-",
            )
        else:
            says = say("{copy} holds no backup", copy=copy.ref)
        return ruling(False, measured=say("no complete backup"), required=promised, says=says)
    age = seen.clock - newest.start
    if age < -limits.duration("skew"):
        says = say("the newest backup in {copy} is dated {ahead} ahead of the clock", copy=copy.ref, ahead=plain(-age))
        raise CannotSee(Reason.CONTRADICTED, says)
    age = max(age, timedelta(0))
    # What the verification found may lie in this very point, unless a newer one was left out for it.
    if age <= promised and seen.has("errors") and seen.errors and (doubted is None or doubted.start <= newest.start):
        raise CannotSee(
            Reason.CONTRADICTED,
            say(
                "the newest backup in {copy} is {age} old, but the verification found errors: {errors}",
                copy=copy.ref,
                age=plain(age),
                errors="; ".join(seen.errors)[:200],
            ),
        )
    if age <= promised:
        says = say(
            "the newest backup in {copy} is {age} old; {promised} are promised",
            copy=copy.ref,
            age=plain(age),
            promised=plain(promised),
        )
    elif doubted is not None and doubted.start > newest.start:
        says = say(
            "the newest complete backup in {copy} is {age} old, but only {promised} may be lost; {id} is newer and "
            "does not count: {doubt}",
            copy=copy.ref,
            age=plain(age),
            promised=plain(promised),
            id=doubted.id[:60],
            doubt=doubted.doubt or "-",
        )
    else:
        says = say(
            "the newest backup in {copy} is {age} old, but only {promised} may be lost",
            copy=copy.ref,
            age=plain(age),
            promised=plain(promised),
        )
    return ruling(age <= promised, measured=age, required=promised, says=says)


@check(
    "backup.clock",
    control="BKP-04",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 AU-8", "NIST SP 800-53r5 CP-9"),
    limits={"skew": ("2s", "2s", "2s", "2s")},
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_aged(10), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_aged(-60), at=AT),
        Example(
            Verdict.UNKNOWN,
            ESTATE,
            NIGHTLY,
            seen=BackupState(points=(), clock=AT),
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def no_copy_comes_from_the_future(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """No backup is dated later than the clock of the machine that holds it.

    Why: a wrong clock makes an old backup look new, and a rule that forgets by date then deletes the wrong ones.

    Fix: set the clocks of both machines by NTP, then look for the job that wrote the date.
    """
    starts = [point.start for point in seen.points]
    if not starts:
        raise CannotSee(Reason.INCOMPLETE, say("{copy} holds no backup whose date could be compared", copy=copy.ref))
    ahead = max(starts) - seen.clock
    met = ahead <= limits.duration("skew")
    if met:
        says = say("no backup in {copy} is dated later than the clock there", copy=copy.ref)
    else:
        says = say(
            "a backup in {copy} is dated {date}, {ahead} ahead of the clock there",
            copy=copy.ref,
            date=plain(max(starts)),
            ahead=plain(ahead),
        )
    return ruling(met, measured=plain(max(starts)), required=f"<= {plain(seen.clock)}", says=says)


@check(
    "backup.verified",
    control="BKP-03",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9(1)", "CIS 11.5", "ISO/IEC 27002 8.13"),
    limits={"integrity": ("2", "2", "1", "1")},
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=BackupState(points=(), clock=AT, errors=(), integrity=2), at=AT),
        Example(
            Verdict.FAIL,
            ESTATE,
            NIGHTLY,
            seen=BackupState(points=(), clock=AT, errors=("pack 3a1f: hash does not match",), integrity=2),
            at=AT,
        ),
        Example(
            Verdict.UNKNOWN,
            ESTATE,
            NIGHTLY,
            seen=BackupState(points=(), clock=AT, errors=(), integrity=1),
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, seen=_aged(10), at=AT, reason=Reason.INCOMPLETE),
    ),
)
def verification_finds_no_error(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """A verification of the copy, as deep as the grade needs, found no error.

    Why: a backup tool says that all is well while a byte of the stored data has turned; only reading the data shows it.

    Fix: take a new full backup to sound storage first, then repair or replace the damaged one; where nothing was
    verified, set the `verify:` or `manifest:` key of the copy.
    """
    errors = seen.errors
    needed = int(limits.number("integrity"))
    required = say("no error at level {level} of 6", level=needed)
    if errors:
        says = say(
            "the verification of {copy} found errors ({count}), the first is: {error}",
            copy=copy.ref,
            count=len(errors),
            error=errors[0],
        )
        return ruling(False, measured=say("errors: {count}", count=len(errors)), required=required, says=says)
    if seen.integrity < needed:
        says = say(
            "{copy} was verified to level {level} only; its grade needs level {needed} of 6",
            copy=copy.ref,
            level=seen.integrity,
            needed=needed,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("the verification of {copy} to level {level} of 6 found no error", copy=copy.ref, level=seen.integrity)
    measured = say("no error at level {level} of 6", level=seen.integrity)
    return ruling(True, measured=measured, required=required, says=says)


@check(
    "backup.replication-lag",
    control="BKP-15",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9(6)", "NIST SP 800-53r5 CP-6(2)", "ISO/IEC 27031"),
    limits={"times": ("1", "1", "1", "-")},
    examples=(
        Example(
            Verdict.PASS,
            REPLICA,
            STANDBY,
            seen=ReplicaState(
                attached=True, paused=False, bytes_behind=4096, replay_age=timedelta(seconds=2), same_cluster=True
            ),
        ),
        Example(
            Verdict.FAIL,
            REPLICA,
            STANDBY,
            seen=ReplicaState(attached=False, bytes_behind=0, same_cluster=True, detail="no receiver"),
        ),
        Example(
            Verdict.FAIL,
            REPLICA,
            STANDBY,
            seen=ReplicaState(
                attached=True, paused=False, bytes_behind=9**9, replay_age=timedelta(hours=3), same_cluster=True
            ),
        ),
        Example(Verdict.UNKNOWN, REPLICA, STANDBY, seen=ReplicaState(attached=True), reason=Reason.INCOMPLETE),
    ),
)
def replica_keeps_up(copy: Subject[Copy], seen: ReplicaState, limits: Limits) -> Ruling:
    """The replica is attached to its original and behind it by no more than the promised recovery point.

    Why: a replica that was cut off still answers that it lags by nothing, because it compares itself with itself.

    Fix: let the receiver connect again (network, slot, password), resume a paused replay, or build the replica anew.
    """
    most = copy.rpo * limits.number("times")
    if seen.has("same_cluster") and not seen.same_cluster:
        says = say("{copy} follows another database than the one that it is declared to follow", copy=copy.ref)
        return ruling(False, measured=say("another database"), required=most, says=says)
    if not seen.attached:
        why = seen.detail or "-"
        says = say("{copy} is cut off from its original: {why}", copy=copy.ref, why=why)
        return ruling(False, measured=why, required=most, says=says)
    if seen.paused:
        says = say("{copy} receives but does not replay: the replay is paused", copy=copy.ref)
        return ruling(False, measured=say("replay paused"), required=most, says=says)
    behind = seen.bytes_behind
    lag = seen.replay_age if behind > 0 else timedelta(0)
    figures = {"copy": copy.ref, "lag": plain(lag), "most": plain(most)}
    if lag > most:
        says = say("{copy} is {lag} behind, but only {most} may be lost", **figures)
    elif seen.same_cluster:  # touched last: what was not established must not pass
        says = say("{copy} is attached and {lag} behind; {most} are allowed", **figures)
    return ruling(lag <= most, measured=lag, required=most, says=says)
