"""The newest point in a bucket to how well it stands: locked, encrypted, replicated, out of other people's reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from audit.contract import CannotSee, Reason, S3Door, say
from audit.model.backup import RestorePoint
from audit.model.facts import Unseen
from checks.backup.s3_bucket import Piece, opened_by_list, opened_by_policy, refusal
from checks.backup.s3_look import Look
from checks.backup.s3_objects import Seen, head

_ASKED: Final = 100
"""Objects of the newest point that are asked one by one."""
_FRESH: Final = timedelta(minutes=15)
"""In which a store may not have replicated yet."""


async def heads(held: Sequence[Piece], look: Look) -> tuple[Seen, ...]:
    """What the store tells of each object of the newest point."""
    if len(held) > _ASKED:
        raise CannotSee(
            Reason.INCOMPLETE,
            say(
                "the newest backup has {count} objects, of which at most {most} are asked", count=len(held), most=_ASKED
            ),
        )
    return tuple([await head(piece, look) for piece in held])


def locked(seen: Sequence[Seen], facts: dict[str, Any], absent: dict[str, Unseen], *, versioned: bool) -> None:
    """How hard the newest point is to delete: as hard as the weakest of its objects."""
    ranks = ("none", "governance", "compliance")
    facts["lock"] = ranks[min(ranks.index(one.lock) for one in seen)]
    until = [one.until for one in seen if one.until is not None]
    if len(until) == len(seen):
        facts["immutable_until"] = min(until)
    else:
        why = CannotSee(Reason.INCOMPLETE, say("the newest backup can be deleted at any time"))
        absent["immutable_until"] = Unseen.of(why)
    if facts["lock"] == "compliance":
        facts["append_only"] = True
    elif not versioned and "append_only" not in absent:
        facts["append_only"] = False
    else:
        why = CannotSee(Reason.INCOMPLETE, say("who may delete versions stands in policies that are not asked for"))
        absent.setdefault("append_only", Unseen.of(why))


def encrypted(seen: Sequence[Seen], facts: dict[str, Any]) -> None:
    """Whether the newest point is encrypted: a rule of the bucket covers only what is uploaded after it."""
    kinds = {one.encryption for one in seen}
    facts["encrypted"] = "" not in kinds
    if facts["encrypted"]:
        facts["key"] = "client" if "customer" in kinds else "outside" if "aws:kms" in kinds else "store"


async def replicated(
    newest: RestorePoint,
    held: Sequence[Piece],
    seen: Sequence[Seen],
    look: Look,
    replica: tuple[S3Door, str] | None,
    facts: dict[str, Any],
) -> None:
    """Whether the newest point lies in the other store: the status that the store tells, then a look over there."""
    rules = await look.told("get_bucket_replication", "ReplicationConfigurationNotFoundError")
    states = {one.replication for one in seen}
    if states & {"FAILED"}:
        facts["replicated"] = False
        return
    if "PENDING" in states:
        if look.now - (newest.end or newest.start) > _FRESH:
            facts["replicated"] = False
            return
        raise CannotSee(Reason.INCOMPLETE, say("the newest backup was uploaded just now; its replication is pending"))
    if replica is None:
        if rules is None and states <= {""}:
            return  # Nobody means it to be replicated.
        why = say("what the store says of its replication was not held against the other store: write `replica:`")
        raise CannotSee(Reason.INCOMPLETE, why)
    if len(held) > _ASKED:
        raise CannotSee(Reason.INCOMPLETE, say("the newest backup has too many objects to be looked for one by one"))
    there = True
    for piece, one in zip(held, seen, strict=True):
        answer = await look.ask("head_object", door=replica[0], Bucket=replica[1], Key=piece.key)
        if answer.code in ("404", "NoSuchKey", "NotFound"):
            there = False
            break
        if answer.code:
            raise refusal(answer, "head_object")
        etag = str(answer.data.get("ETag") or "").strip('"')
        # Another key of encryption there gives another ETag for the same bytes.
        same = one.encryption in ("aws:kms", "customer") or answer.data.get("SSEKMSKeyId") or etag == piece.etag
        there = there and answer.data.get("ContentLength") == piece.size and bool(same)
    facts["replicated"] = there


async def opened(look: Look, facts: dict[str, Any], errors: list[str]) -> None:
    """Who else may touch the bucket: what lets everybody write is more than the audit's credential needs."""
    excess: tuple[str, ...] = ()
    gap: CannotSee | None = None
    try:
        policy = await look.told("get_bucket_policy", "NoSuchBucketPolicy")
        if policy is not None:
            excess += opened_by_policy(str(policy.data.get("Policy") or ""))
        status = await look.told("get_bucket_policy_status", "NoSuchBucketPolicy")
        if status is not None and (status.data.get("PolicyStatus") or {}).get("IsPublic") is True:
            errors.append("the bucket is public by its policy")
    except CannotSee as refused:
        gap = refused
    try:
        grants = await look.told("get_bucket_acl", "AccessControlListNotSupported")
        reads, writes = opened_by_list(grants.data.get("Grants") if grants is not None else ())
        errors += [f"the bucket is public: {word}" for word in (*reads, *writes)]
        excess += writes
    except CannotSee as refused:
        gap = gap or refused
    if excess:
        facts["excess"] = excess
        return
    raise gap or CannotSee(Reason.INCOMPLETE, say("a store does not tell what else a key may do; it is not tried"))


async def region(look: Look, errors: list[str]) -> None:
    """Whether the bucket lies where the inventory has it."""
    if not look.door.region:
        return
    told = await look.told("get_bucket_location")
    there = str((told.data if told is not None else {}).get("LocationConstraint") or "us-east-1")
    there = "eu-west-1" if there == "EU" else there
    if there != look.door.region:
        errors.append(f"the bucket lies in {there[:40]}, not in {look.door.region}")


async def sets(look: Look, own: str, facts: dict[str, Any]) -> None:
    """The folders at the top of the bucket, with those in which this copy lies."""
    answer = await look.told("list_objects_v2", Delimiter="/", Prefix="")
    found = (answer.data.get("CommonPrefixes") or ()) if answer is not None else ()
    if answer is None or answer.data.get("IsTruncated"):
        raise CannotSee(Reason.INCOMPLETE, say("the bucket has too many folders to name"))
    names = [str(entry.get("Prefix", "")) for entry in found]
    facts["sets"] = tuple(f"{look.bucket}/{name}" for name in names)
    facts["taken"] = tuple(f"{look.bucket}/{name}" for name in names if name.startswith(own) or own.startswith(name))
