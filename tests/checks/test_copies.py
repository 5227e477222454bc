"""What looks at copies saw, at the edges of the rules about them, in; the verdict that is right there out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit.model.backup import Attempt, BackupState, Gap, Proof, ReplicaState, RestorePoint
from audit.model.drilling import drilled
from audit.model.evidence import Finding
from audit.model.facts import Facts, Unseen
from audit.model.verdict import Reason
from checks.backup.samples import LEDGER, NIGHTLY, STANDBY, STREAMING, ledger, restic, restored
from tests.checks.judging import AT, catalogue, scene

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ESTATE = ledger(restic("nightly"), grade=3)
HOLE = (Gap(after="3", before="5", missing=1),)


def judged(check: str, on: str, text: str = ESTATE, **seen: Facts | Unseen) -> Finding:
    named = {"nightly": NIGHTLY, "standby": STANDBY, "drill": drilled(NIGHTLY)}
    return scene(text).judge(catalogue().checks[check], on, {named[name]: facts for name, facts in seen.items()}, AT)


def held(*ages: timedelta, **more: Any) -> BackupState:
    points = tuple(RestorePoint(id=str(age), start=AT - age) for age in ages)
    return BackupState.model_validate({"points": points, "clock": AT, **more})


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (held(DAY, reach=AT - HOUR), "pass"),
        (held(3 * DAY, reach=AT - 2 * DAY), "fail"),
        (held(3 * DAY, reach=AT - 2 * DAY, gaps=(), pending=0), "pass"),  # nothing has been written since
        (held(3 * DAY, reach=AT - 2 * DAY, gaps=(), pending=1), "fail"),
        (held(3 * DAY, reach=AT - 2 * DAY, gaps=HOLE, pending=0), "fail"),
        (held(3 * DAY, pending=0), "fail"),  # no log
        (held(HOUR, reach=AT + HOUR), "unknown"),  # a log from the future
        (held(DAY), "pass"),
        (held(DAY + timedelta(microseconds=1)), "fail"),
    ],
)
def test_the_log_counts_for_the_age(state: BackupState, verdict: str) -> None:
    assert judged("backup.age", NIGHTLY, nightly=state).verdict == verdict


@pytest.mark.parametrize(
    ("points", "verdict"),
    [
        ([RestorePoint(id="a", start=AT - DAY), RestorePoint(id="b", start=AT - HOUR, complete=False)], "fail"),
        ([RestorePoint(id="a", start=AT - DAY, complete=False), RestorePoint(id="b", start=AT - HOUR)], "pass"),
        ([RestorePoint(id="a", start=AT - HOUR, complete=False), RestorePoint(id="b", start=AT - DAY)], "fail"),
        ([RestorePoint(id="a", start=AT, size=0)], "fail"),
        ([RestorePoint(id="a", start=AT, files=0)], "fail"),
        ([RestorePoint(id="a", start=AT, size=1, files=1)], "pass"),
    ],
)
def test_the_newest_point_by_time_has_to_be_whole(points: list[RestorePoint], verdict: str) -> None:
    state = BackupState(points=tuple(points), clock=AT)
    assert judged("backup.newest-complete", NIGHTLY, nightly=state).verdict == verdict


def runs(*hours: float, failed: tuple[float, ...] = ()) -> tuple[Attempt, ...]:
    return tuple(Attempt(start=AT - timedelta(hours=hour), ok=hour not in failed) for hour in hours)


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (held(2 * DAY, DAY), "pass"),
        (held(3 * DAY, DAY), "unknown"),  # one was left out, or forgotten by a rule
        (held(4 * DAY, 3 * DAY, DAY), "fail"),  # closer before the hole than in it
        (held(3 * DAY), "fail"),  # the hole is now
        (held(3 * DAY, DAY, attempts=runs(72, 48, 24)), "pass"),
        (held(3 * DAY, DAY, attempts=runs(72, 48, 24, failed=(48,))), "fail"),
        (held(60 * DAY, 40 * DAY, DAY), "unknown"),
        (held(60 * DAY, 33 * DAY, 32 * DAY, 0 * DAY), "fail"),
        (held(3 * DAY, reach=AT, gaps=()), "pass"),
        (held(3 * DAY, reach=AT, gaps=(), paced=HOUR), "pass"),
        (held(3 * DAY, reach=AT, gaps=(), paced=2 * DAY), "fail"),
        (held(3 * DAY, reach=AT, gaps=(), paced=None), "fail"),
        (held(), "fail"),
    ],
)
def test_holes_in_the_past(state: BackupState, verdict: str) -> None:
    assert judged("backup.worst-age", NIGHTLY, nightly=state).verdict == verdict


@pytest.mark.parametrize(
    ("rest", "state", "verdict"),
    [
        ("", held(HOUR, attempts=runs(*range(100, 0, -1))), "pass"),
        ("", held(HOUR, attempts=runs(*range(100, 0, -1), failed=(5, 7, 9, 11, 13))), "pass"),  # 95 of 100
        ("", held(HOUR, attempts=runs(*range(100, 0, -1), failed=(5, 7, 9, 11, 13, 15))), "fail"),
        ("", held(HOUR, attempts=()), "unknown"),
        (", every: 1h", held(HOUR, attempts=runs(100, 50, 1)), "fail"),  # runs that never began
        (", every: 1h", held(*(hour * HOUR for hour in range(50, 0, -1))), "pass"),
        (", every: 1h", held(50 * HOUR, 20 * HOUR, HOUR), "unknown"),
        (", every: 1h", held(50 * HOUR, 20 * HOUR, 3 * HOUR), "fail"),  # the last two did not come
        ("", held(HOUR), "unknown"),
    ],
)
def test_how_many_runs_succeed(rest: str, state: BackupState, verdict: str) -> None:
    text = ledger(restic("nightly", "at: busan" + rest), grade=3)
    assert judged("backup.success-rate", NIGHTLY, text, nightly=state).verdict == verdict


def test_two_failures_in_a_row_are_too_many_for_grade_1() -> None:
    many = tuple(range(400, 0, -1))
    apart, together = runs(*many, failed=(5, 9)), runs(*many, failed=(5, 6))
    text = ledger(restic("nightly"))
    assert judged("backup.success-rate", NIGHTLY, text, nightly=held(HOUR, attempts=apart)).verdict == "pass"
    assert judged("backup.success-rate", NIGHTLY, text, nightly=held(HOUR, attempts=together)).verdict == "fail"


def proof(level: int, age: timedelta, share: float = 1.0) -> Proof:
    return Proof(level=level, at=AT - age, share=share)


@pytest.mark.parametrize(
    ("more", "drill", "verdict"),
    [
        ({"errors": (), "integrity": 1}, None, "pass"),
        ({"proofs": (proof(1, 180 * DAY),)}, None, "pass"),
        ({"proofs": (proof(1, 181 * DAY),)}, None, "unknown"),
        ({"proofs": (proof(1, 181 * DAY), proof(0, DAY))}, None, "unknown"),
        ({"proofs": (proof(1, DAY, 0.1),)}, None, "pass"),
        ({"proofs": (proof(1, DAY, 0.09),)}, None, "unknown"),
        ({"proofs": (proof(1, -DAY),)}, None, "unknown"),  # from the future
        ({}, restored(AT - DAY), "pass"),
        ({}, restored(AT - DAY, trouble="no"), "unknown"),
        ({"errors": ("bad",)}, restored(AT - DAY), "fail"),
        ({"errors": ("bad",), "proofs": (proof(6, DAY),)}, None, "fail"),
        ({"integrity": 6}, None, "unknown"),  # of which nobody says that it found no error
    ],
)
def test_what_counts_as_verified(more: dict[str, Any], drill: Facts | None, verdict: str) -> None:
    seen: dict[str, Facts | Unseen] = {"nightly": held(HOUR, **more)}
    if drill is not None:
        seen["drill"] = drill
    assert judged("backup.verified", NIGHTLY, ESTATE, **seen).verdict == verdict


REPLICA = ledger(STREAMING)
FOLLOWS = {"attached": True, "paused": False, "same_cluster": True}


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({**FOLLOWS, "bytes_behind": 9, "replay_age": 15 * timedelta(minutes=1)}, "pass"),
        ({**FOLLOWS, "bytes_behind": 9, "replay_age": 16 * timedelta(minutes=1)}, "fail"),
        ({**FOLLOWS, "heartbeat_age": timedelta(seconds=1)}, "pass"),
        ({**FOLLOWS, "bytes_behind": 0, "heartbeat_age": HOUR}, "fail"),  # the original is frozen
        ({"attached": True, "paused": False, "heartbeat_age": timedelta(seconds=1)}, "unknown"),
    ],
)
def test_marks_of_the_original_go_before_the_word_of_the_replica(facts: dict[str, Any], verdict: str) -> None:
    seen = ReplicaState.model_validate(facts)
    assert judged("backup.replication-lag", STANDBY, REPLICA, standby=seen).verdict == verdict


@pytest.mark.parametrize(
    ("rest", "facts", "verdict"),
    [
        ("", {"lock": "compliance", "immutable_until": AT + 7 * DAY - HOUR}, "pass"),  # counts from the point on
        ("", {"lock": "compliance", "immutable_until": AT + 5 * DAY}, "fail"),
        ("", {"lock": "compliance"}, "unknown"),
        ("", {"append_only": True}, "pass"),
        ("", {"append_only": True, "lock": "none"}, "pass"),
        (", writer: a, deleters: [a]", {"append_only": True, "lock": "none"}, "fail"),
        (", immutable: 7d", {"lock": "governance"}, "fail"),
        (", immutable: 7d", {}, "pass"),
        (", immutable: 6d", {}, "fail"),
    ],
)
def test_locks(rest: str, facts: dict[str, Any], verdict: str) -> None:
    text = ledger(restic("nightly", "at: busan" + rest), grade=3)
    assert judged("backup.immutable", LEDGER, text, nightly=held(HOUR, **facts)).verdict == verdict


@pytest.mark.parametrize(
    ("age", "more", "verdict", "reason"),
    [
        (365 * DAY, {}, "pass", None),
        (366 * DAY, {}, "fail", None),
        (DAY, {"integrity": 2}, "unknown", Reason.INCOMPLETE),
        (DAY, {"share": 0.999}, "unknown", Reason.INCOMPLETE),
        (-DAY, {}, "unknown", Reason.CONTRADICTED),
        (366 * DAY, {"trouble": "no space"}, "fail", None),
    ],
)
def test_restores(age: timedelta, more: dict[str, Any], verdict: str, reason: Reason | None) -> None:
    finding = judged("backup.restore-tested", NIGHTLY, drill=restored(AT - age, **more))
    assert (finding.verdict, finding.reason) == (verdict, reason)


@pytest.mark.parametrize(("milliseconds", "verdict"), [(0.9, "fail"), (2.0, "pass"), (500.0, "pass")])
def test_light_goes_just_so_fast(milliseconds: float, verdict: str) -> None:
    """Busan lies some 202 km from Daejeon: two milliseconds there and back."""
    text = ESTATE + "watch: {at: daejeon}\n"
    seen = held(HOUR, round_trip=timedelta(milliseconds=milliseconds))
    assert judged("backup.distance", NIGHTLY, text, nightly=seen).verdict == verdict
