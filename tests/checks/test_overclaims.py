"""What a look did not establish, or what it refutes, in; a finding that says no more than is so out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audit.model.backup import BackupState, RestorePoint
from audit.model.drilling import drilled
from audit.model.evidence import Finding
from audit.model.facts import Facts, Unseen
from audit.model.verdict import Reason, Verdict
from checks.backup.samples import LEDGER, NIGHTLY, ledger, restic, restored
from tests.checks.judging import catalogue, scene

AT = datetime(2026, 9, 1, tzinfo=UTC)
MANDATED = "at: daejeon/room-1, mandatory: true"


def made(*hours: float, **more: Any) -> BackupState:
    points = tuple(RestorePoint(id=f"p{hour:g}", start=AT - timedelta(hours=hour)) for hour in hours)
    return BackupState.model_validate({"points": points, "clock": AT, **more})


def found(check: str, text: str, on: str = NIGHTLY, at: datetime = AT, **seen: Facts | Unseen) -> Finding:
    """The finding where `nightly` was seen so, and `drill` is the record of its restore."""
    names = {"nightly": NIGHTLY, "drill": drilled(NIGHTLY)}
    facts = {names.get(name, name): state for name, state in seen.items()}
    return scene(text).judge(catalogue().checks[check], on, facts, at)


@pytest.mark.parametrize("grade", [1, 2, 3, 4])
def test_no_grade_may_lose_more_than_it_promised(grade: int) -> None:
    text = ledger(restic("nightly")).replace("grade: 1", f"grade: {grade}, rpo: 12h")
    assert found("backup.worst-age", text, nightly=made(33, 17, 1)).verdict is not Verdict.PASS


def test_a_claim_about_the_past_begins_with_the_first_point() -> None:
    text = ledger(restic("nightly")).replace("grade: 1", "grade: 1, rpo: 1h")
    says = found("backup.worst-age", text, nightly=made(0.5, 0.2)).says
    assert "2026-08-31T23:30:00" in str(says)
    assert "30 days" not in str(says)


@pytest.mark.parametrize(
    ("grade", "days", "verdict"), [(1, 91, "fail"), (1, 89, "pass"), (2, 181, "fail"), (3, 181, "pass")]
)
def test_a_mandated_store_owes_what_every_restore_owes(grade: int, days: int, verdict: str) -> None:
    """The control asks for all that is asked of a restore test, of the same grade."""
    text = ledger(restic("nightly"), rest=MANDATED, grade=grade)
    drill = restored(AT - timedelta(days=days))
    assert found("backup.mandated-store", text, LEDGER, drill=drill).verdict == verdict


def test_a_mandated_store_owes_the_distance_of_its_grade() -> None:
    text = ledger(restic("nightly", "at: sejong"), rest=MANDATED)
    assert found("backup.mandated-store", text, LEDGER, drill=restored(AT)).verdict is Verdict.FAIL


def test_a_restore_that_brings_back_old_content_is_none() -> None:
    """The job runs, the source behind it stands still: what was restored is younger by its date alone."""
    drill = restored(AT, rpo=timedelta(days=10))
    assert found("backup.restore-tested", ledger(restic("nightly")), drill=drill).verdict is Verdict.FAIL


def test_an_older_point_may_be_drilled() -> None:
    drill = restored(AT, minutes=20, rpo=timedelta(days=10), point_start=AT - timedelta(days=10, minutes=20))
    assert found("backup.restore-tested", ledger(restic("nightly")), drill=drill).verdict is Verdict.PASS


def test_an_expired_drill_measures_nothing() -> None:
    late = AT + timedelta(days=400)
    finding = found("backup.restore-time", ledger(restic("nightly")), LEDGER, late, drill=restored(AT))
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, Reason.STALE)


def test_an_expired_drill_verifies_nothing() -> None:
    late = AT + timedelta(days=400)
    finding = found("backup.verified", ledger(restic("nightly")), at=late, nightly=made(1), drill=restored(AT))
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, Reason.STALE)


def test_one_point_may_be_written_over_with_the_mistake() -> None:
    """As a mirror is by its next run, and the dump of last night by that of this one."""
    text = ledger(restic("nightly"))
    assert found("backup.operator-error", text, LEDGER, nightly=made(0.2)).verdict is Verdict.UNKNOWN
    assert found("backup.operator-error", text, LEDGER, nightly=made(0.5, 0.2)).verdict is Verdict.PASS
    logged = made(0.2, reach=AT, gaps=())
    assert found("backup.operator-error", text, LEDGER, nightly=logged).verdict is Verdict.PASS


def test_a_key_that_the_store_itself_keeps_is_nobodys_to_escrow() -> None:
    seen = made(0.5, 0.2, encrypted=True, key="store")
    assert found("backup.keys", ledger(restic("nightly")), nightly=seen).verdict is Verdict.NOT_APPLICABLE
    assert found("backup.site-loss", ledger(restic("nightly")), LEDGER, nightly=seen).verdict is Verdict.PASS


def test_whoever_holds_every_password_deletes_the_key_too() -> None:
    until = AT + timedelta(days=30)
    locked = {"lock": "compliance", "immutable_until": until, "encrypted": True}
    text = ledger(restic("nightly"))
    assert found("backup.ransomware", text, LEDGER, nightly=made(0.2, key="store", **locked)).verdict is Verdict.PASS
    assert (
        found("backup.ransomware", text, LEDGER, nightly=made(0.2, key="outside", **locked)).verdict is Verdict.UNKNOWN
    )


def test_seen_locks_count_among_the_copies() -> None:
    text = ledger(restic("nightly"), restic("vault", "at: sejong, media: tape"))
    locked = made(0.2, lock="compliance", immutable_until=AT + timedelta(days=30))
    assert found("backup.three-two-one", text, LEDGER, nightly=locked).verdict is Verdict.PASS


def test_declared_locks_that_a_look_refutes_do_not_count() -> None:
    text = ledger(restic("nightly", "at: busan, immutable: 30d"), restic("vault", "at: sejong, media: tape"))
    seen: dict[str, Facts | Unseen] = {name: made(0.2, lock="none") for name in ("nightly", f"{LEDGER}/vault")}
    assert found("backup.three-two-one", text, LEDGER, AT, **seen).verdict is Verdict.FAIL


@pytest.mark.parametrize("touched", [{"round_trip": timedelta(milliseconds=4)}, {"integrity": 2}])
@pytest.mark.parametrize("check", ["backup.immutable", "backup.three-two-one", "backup.ransomware"])
def test_a_copy_whose_bytes_were_just_read_is_not_offline(check: str, touched: dict[str, Any]) -> None:
    text = ledger(restic("nightly", "at: busan, media: tape, offline: true"), restic("other", "at: sejong"))
    assert found(check, text, LEDGER, nightly=made(0.2, **touched)).verdict is not Verdict.PASS


@pytest.mark.parametrize(("hours", "verdict"), [(2, "fail"), (23, "pass")])
def test_a_short_retention_is_kept_too(hours: int, verdict: str) -> None:
    text = ledger(restic("nightly", "at: busan, retention: 1d")).replace("grade: 1", "grade: 4")
    assert found("backup.retention", text, nightly=made(hours, 1)).verdict == verdict


def test_a_declared_word_stands_where_no_look_tells_of_encryption() -> None:
    plain = ledger(restic("nightly", "at: busan, encrypted: false"))
    kept = ledger(restic("nightly", "at: busan, encrypted: true, keys-at: sejong"))
    assert found("backup.keys", ledger(restic("nightly")), nightly=made(1)).verdict is Verdict.UNKNOWN
    assert found("backup.keys", plain, nightly=made(1)).verdict is Verdict.NOT_APPLICABLE
    assert found("backup.keys", kept, nightly=made(1)).verdict is Verdict.PASS
    assert found("backup.keys", plain, nightly=made(1, encrypted=True, key="client")).verdict is Verdict.FAIL


def test_a_job_without_records_asks_for_its_interval() -> None:
    gone = {"attempts": {"reason": "incomplete", "template": "the tool keeps no record"}}
    says = found("backup.success-rate", ledger(restic("nightly")), nightly=made(1, absent=gone)).says
    assert "every:" in str(says)
