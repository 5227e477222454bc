"""Answers of object stores to what the probe makes of them, without a store; tests/real has one that runs."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import anyio
import pytest

from audit.contract import CannotSee, Reason, S3Answer
from audit.model.backup import BackupState
from audit.model.message import say
from audit.world.scene import scene
from checks.backup.s3 import S3Objects, objects
from checks.backup.s3_bucket import Piece, by_folder, chosen, empties_after, opened_by_list, opened_by_policy, pieces

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WRITTEN = {"id": "nightly", "kind": "s3", "at": "busan", "bucket": "kosme", "prefix": "db/", "verify": "none"}
HEAD = S3Answer({"ContentLength": 5})
NONE: Mapping[str, str] = MappingProxyType(
    {
        "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
        "get_bucket_replication": "ReplicationConfigurationNotFoundError",
        "get_bucket_policy": "NoSuchBucketPolicy",
        "get_bucket_policy_status": "NoSuchBucketPolicy",
        "get_object_lock_configuration": "ObjectLockConfigurationNotFoundError",
    }
)


def entry(key: str, hours: float = 1, size: int = 5) -> dict[str, Any]:
    return {"Key": key, "Size": size, "LastModified": NOW - timedelta(hours=hours), "ETag": f'"{key}"'}


def store(*entries: Any, **answers: S3Answer | CannotSee) -> dict[str, S3Answer | CannotSee]:
    """A store that is well; `answers` by operation."""
    usual: dict[str, S3Answer | CannotSee] = {operation: S3Answer({}, code) for operation, code in NONE.items()}
    usual |= {
        "list_objects_v2": S3Answer({"Contents": list(entries), "IsTruncated": False}),
        "get_bucket_versioning": S3Answer({"Status": "Enabled"}),
        "get_bucket_acl": S3Answer({"Grants": []}),
        "head_object": HEAD,
    }
    return {**usual, **answers}


def look(answers: Mapping[str, S3Answer | CannotSee], **more: Any) -> BackupState:
    copy = S3Objects.model_validate({**WRITTEN, **more})
    found = anyio.run(objects.look, copy, scene(now=NOW, s3=answers))
    assert isinstance(found, BackupState)
    return found


def why(seen: BackupState, fact: str) -> CannotSee:
    with pytest.raises(CannotSee) as gap:
        getattr(seen, fact)
    return gap.value


def test_objects_are_points_and_the_empty_one_is_none() -> None:
    seen = look(store(entry("db/a.dump", 3), entry("db/b.dump", 1, 0), entry("db/c.dump.part", 0), entry("db/", 0)))
    assert [(point.id, point.complete) for point in seen.points] == [("a.dump", True), ("b.dump", False)]
    assert seen.newest is not None
    assert seen.newest.start == NOW - timedelta(hours=3)
    assert seen.empties_after is None


def test_a_store_that_refuses_is_no_empty_store() -> None:
    for code, reason in (
        ("AccessDenied", Reason.DENIED),
        ("NoSuchBucket", Reason.UNREACHABLE),
        ("Odd", Reason.INCOMPLETE),
    ):
        with pytest.raises(CannotSee) as gap:
            look(store(list_objects_v2=S3Answer({}, code)))
        assert gap.value.reason is reason


@pytest.mark.parametrize(
    ("operation", "fact"),
    [("get_bucket_lifecycle_configuration", "empties_after"), ("head_object", "lock"), ("head_object", "encrypted"),
     ("get_bucket_policy", "excess"), ("get_bucket_versioning", "append_only"),
     ("get_bucket_replication", "replicated")],
)  # fmt: skip
def test_what_is_refused_is_unknown_and_the_rest_stands(operation: str, fact: str) -> None:
    seen = look(store(entry("db/a.dump"), **{operation: S3Answer({}, "AccessDenied")}))
    assert why(seen, fact).reason is Reason.DENIED
    assert seen.newest is not None


def test_a_lock_counts_while_it_lasts() -> None:
    def locked(until: datetime, mode: str = "COMPLIANCE") -> BackupState:
        told = S3Answer({**HEAD.data, "ObjectLockMode": mode, "ObjectLockRetainUntilDate": until})
        return look(store(entry("db/a.dump"), head_object=told))

    assert (locked(NOW + DAY).lock, locked(NOW + DAY).immutable_until) == ("compliance", NOW + DAY)
    assert locked(NOW + DAY).append_only is True
    assert locked(NOW + DAY, "GOVERNANCE").lock == "governance"
    assert locked(NOW - DAY).lock == "none"
    assert locked(NOW + DAY, "SOMETHING NEW").lock == "none"
    assert not locked(NOW - DAY).has("immutable_until")


@pytest.mark.parametrize(
    ("bucket", "retention", "lock"),
    [("", "NoSuchObjectLockConfiguration", "none"), ("", "AccessDenied", None), ("AccessDenied", "", None),
     ("ObjectLockConfigurationNotFoundError", "AccessDenied", "none"), ("NotImplemented", "NotImplemented", "none")],
)  # fmt: skip
def test_a_key_that_may_not_see_locks_is_told_of_none(bucket: str, retention: str, lock: str | None) -> None:
    answers = {"get_object_lock_configuration": S3Answer({}, bucket), "get_object_retention": S3Answer({}, retention)}
    seen = look(store(entry("db/a.dump"), **answers))
    if lock is None:
        assert [why(seen, fact).reason for fact in ("lock", "append_only", "immutable_until")] == [Reason.DENIED] * 3
    else:
        assert seen.lock == lock


def test_a_folder_is_as_locked_as_its_weakest_object() -> None:
    locked = S3Answer({**HEAD.data, "ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": NOW + DAY})
    answers = store(entry("db/x/a"), entry("db/x/b"), **{"head_object kosme db/x/a": locked})
    seen = look(answers, point="folder")
    assert (seen.lock, seen.newest and seen.newest.files) == ("none", 2)


@pytest.mark.parametrize(("age", "verdict"), [(1, False), (0.1, None)])
def test_a_replication_that_is_pending_for_long_is_none(age: float, verdict: bool | None) -> None:  # noqa: FBT001
    told = S3Answer({**HEAD.data, "ReplicationStatus": "PENDING"})
    seen = look(store(entry("db/a.dump", age), head_object=told, get_bucket_replication=S3Answer({})))
    assert (seen.replicated if seen.has("replicated") else None) is verdict


def test_completed_is_the_word_of_the_source_alone() -> None:
    told = S3Answer({**HEAD.data, "ReplicationStatus": "COMPLETED"})
    seen = look(store(entry("db/a.dump"), head_object=told, get_bucket_replication=S3Answer({})))
    assert "replica" in str(why(seen, "replicated"))


@pytest.mark.parametrize(
    ("there", "verdict"),
    [(S3Answer({}, "404"), False), (S3Answer({"ContentLength": 5, "ETag": '"db/a.dump"'}), True),
     (S3Answer({"ContentLength": 4, "ETag": '"db/a.dump"'}), False),
     (S3Answer({"ContentLength": 5, "ETag": '"other"'}), False), (S3Answer({}, "AccessDenied"), None)],
)  # fmt: skip
def test_the_other_store_decides(there: S3Answer, verdict: bool | None) -> None:  # noqa: FBT001
    answers = store(entry("db/a.dump"), **{"head_object other db/a.dump": there})
    seen = look(answers, replica={"bucket": "other"})
    assert (seen.replicated if seen.has("replicated") else None) is verdict


def test_half_a_dump_is_no_backup() -> None:
    half = b"-- PostgreSQL database dump\n\nCREATE"
    answers = store(entry("db/a.sql", 2, 5), entry("db/b.sql", 1, len(half)), get_object=S3Answer({"Body": half}))
    seen = look(answers, verify="ends")
    assert [point.complete for point in seen.points] == [True, False]
    assert "ends before" in seen.errors[0]


def test_a_page_that_is_cut_short_gives_no_points() -> None:
    listing = S3Answer({"Contents": [entry("db/a")], "IsTruncated": True, "NextContinuationToken": "more"})
    with pytest.raises(CannotSee, match="more than"):
        look(store(list_objects_v2=listing))
    with pytest.raises(CannotSee):
        look(store(list_objects_v2=S3Answer({"Contents": [entry("db/a")], "IsTruncated": True})))


@pytest.mark.parametrize("listed", [[3], "x", [{"Key": 1}], [{"Key": "a", "Size": 1, "LastModified": "x"}]])
def test_a_listing_of_another_form_is_none(listed: Any) -> None:
    with pytest.raises(CannotSee):
        pieces(S3Answer({"Contents": listed}), "Contents")


def test_a_store_that_is_away() -> None:
    gap = CannotSee(Reason.TIMEOUT, say("no answer"))
    with pytest.raises(CannotSee, match="no answer"):
        look(store(list_objects_v2=gap))
    seen = look(store(entry("db/a.dump"), get_bucket_acl=gap))
    assert why(seen, "excess").reason is Reason.TIMEOUT


def test_a_packed_object_is_read_to_its_end() -> None:
    packed = gzip.compress(b"-- PostgreSQL database dump\n\n-- PostgreSQL database dump complete\n")
    listing = {**entry("db/a.sql.gz", 1, len(packed)), "ETag": '"notanmd5"'}
    head = S3Answer({"ContentLength": len(packed)})
    seen = look(store(listing, head_object=head, get_object=S3Answer({"Body": packed})), verify="content")
    assert (seen.integrity, seen.size) == (1, 66)
    assert "no checksum" in str(why(seen, "errors"))
    wrong = S3Answer({"ContentLength": len(packed), "ChecksumSHA256": "AAAA"})
    seen = look(store(listing, head_object=wrong, get_object=S3Answer({"Body": packed})), verify="content")
    assert seen.newest is None
    assert "SHA256" in seen.errors[0]


OBJECT = Piece("db/a", 5, NOW - DAY, "")


def rule(**more: Any) -> dict[str, Any]:
    return {"Status": "Enabled", "Filter": {"Prefix": "db/"}, "Expiration": {"Days": 7}, **more}


@pytest.mark.parametrize(
    ("rules", "versioned", "after"),
    [([rule()], False, 7 * DAY), ([rule(Status="Disabled")], False, None), (
        [rule(Filter={"Prefix": "x/"})], False, None),
     ([rule()], True, None), ([rule(NoncurrentVersionExpiration={"NoncurrentDays": 3})], True, 10 * DAY),
     ([rule(NoncurrentVersionExpiration={"NoncurrentDays": 3, "NewerNoncurrentVersions": 2})], True, None),
     ([rule(), {"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}], True, 8 * DAY),
     ([rule(Expiration={"Date": NOW - 9 * DAY})], False, DAY), ([], False, None), ([3], False, None)],
)  # fmt: skip
def test_when_the_rules_leave_nothing(rules: Any, versioned: bool, after: timedelta | None) -> None:  # noqa: FBT001
    assert empties_after(rules, [OBJECT], OBJECT.modified, NOW, versioned=versioned) == after


@pytest.mark.parametrize("odd", [[rule(Filter={"Tag": {"Key": "a"}})], "x", [rule(Expiration={"Days": "many"})]])
def test_rules_that_cannot_be_told_are_unknown(odd: Any) -> None:
    with pytest.raises(CannotSee):
        empties_after(odd, [OBJECT], OBJECT.modified, NOW, versioned=False)


def test_folders_need_their_marker() -> None:
    held = chosen([Piece(f"db/{name}", 5, NOW, "") for name in ("x/1", "x/done", "y/1", "loose")], "db/", None)
    found = {point.id: point.complete for point, _ in by_folder(held, "db/", "done")}
    assert found == {"x": True, "y": False}


@pytest.mark.parametrize(
    ("policy", "found"),
    [('{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:DeleteObject"}}', 1),
     ('{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:*", "s3:GetObject"]}]}', 1),
     ('{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]}', 0),
     ('{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}]}', 0), ("[]", 0), ("{}", 0)],
)  # fmt: skip
def test_what_a_policy_lets_everybody_do(policy: str, found: int) -> None:
    assert len(opened_by_policy(policy)) == found


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_a_policy_that_cannot_be_read_is_unknown(text: str) -> None:
    with pytest.raises(CannotSee):
        opened_by_policy(text)


def test_what_an_access_list_lets_everybody_do() -> None:
    everybody = {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
    grants = [{"Grantee": everybody, "Permission": word} for word in ("READ", "WRITE")] + [{"Grantee": {"ID": "a"}}, 3]
    assert opened_by_list(grants) == (("everybody may READ",), ("everybody may WRITE",))
