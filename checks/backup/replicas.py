"""What a look found in a replica, or of a copy's own replication, becomes rulings on how far it is behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.contract import Example, Limits, NotApplicable, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.backup import BackupState, ReplicaState, RestorePoint
from audit.model.technology import Copy
from audit.model.units import plain
from checks.backup.samples import NIGHTLY, STANDBY, STREAMING, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE: Final = ledger(restic("nightly"))
REPLICA: Final = ledger(STREAMING)


def _sent(**more: Any) -> BackupState:
    point = RestorePoint(id="5517", start=AT - timedelta(minutes=10))
    return BackupState.model_validate({"points": (point,), "clock": AT, **more})


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
        Example(
            Verdict.FAIL,
            REPLICA,
            STANDBY,
            seen=ReplicaState(attached=True, paused=False, heartbeat_age=timedelta(hours=3)),
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
    lag = seen.lag
    figures = {"copy": copy.ref, "lag": plain(lag), "most": plain(most)}
    if lag > most:
        says = say("{copy} is {lag} behind, but only {most} may be lost", **figures)
    elif seen.same_cluster:  # touched last: what was not established must not pass
        says = say("{copy} is attached and {lag} behind; {most} are allowed", **figures)
    return ruling(lag <= most, measured=lag, required=most, says=says)


@check(
    "backup.replicated",
    control="BKP-15",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9(5)", "NIST SP 800-53r5 CP-9(6)", "CSF PR.DS-11"),
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_sent(replicated=True), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_sent(replicated=False), at=AT),
        Example(Verdict.NOT_APPLICABLE, ESTATE, NIGHTLY, seen=_sent(), at=AT),
        Example(
            Verdict.UNKNOWN,
            ESTATE,
            NIGHTLY,
            seen=_sent(absent={"replicated": {"reason": "denied", "template": "the other store may not be read"}}),
            at=AT,
            reason=Reason.DENIED,
        ),
    ),
)
def newest_point_is_in_the_other_store(copy: Subject[Copy], seen: BackupState) -> Ruling:
    """Where the copy's own store replicates itself, the newest complete point lies in the other store too.

    Why: a replication that was switched on is not one that works; what waits in its queue when the region fails is
    lost, and no status ever says failed.

    Fix: read the status of the replication of the newest objects, mend its role or its rule, then send what is missing.
    """
    if not seen.has("replicated") and "replicated" not in seen.absent:
        raise NotApplicable(say("{copy} does not replicate itself to another store", copy=copy.ref))
    required = say("the newest complete point in the other store")
    if seen.replicated:
        says = say("the newest complete point of {copy} lies in the other store too", copy=copy.ref)
        return ruling(True, measured=say("in both stores"), required=required, says=says)
    says = say("the newest complete point of {copy} does not lie in the other store", copy=copy.ref)
    return ruling(False, measured=say("in one store only"), required=required, says=says)
