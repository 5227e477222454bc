"""Backups in a bucket of an S3-compatible store become the points in time to which they can bring data back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from audit.contract import CannotSee, Level, Reason, S3Door, Verbs, World, probe, say
from audit.model.address import Url
from audit.model.backup import BackupState, RestorePoint
from audit.model.estate import parse_timezone
from audit.model.facts import Unseen
from audit.model.item import Item, SecretRef, Text
from audit.model.technology import Copy
from audit.model.units import Duration, Flag
from checks.backup.round_trip import noted, round_trip
from checks.backup.s3_bucket import Piece, by_folder, by_object, chosen, empties_after, waits
from checks.backup.s3_look import Look
from checks.backup.s3_objects import Reading, read_object, surely_free
from checks.backup.s3_standing import encrypted, heads, locked, opened, region, replicated, sets
from checks.backup.usual import shrunk

OPERATIONS: Final = (
    "list_objects_v2", "list_object_versions", "head_object", "get_object", "get_object_retention",
    "get_bucket_location", "get_bucket_versioning", "get_object_lock_configuration",
    "get_bucket_lifecycle_configuration", "get_bucket_replication", "get_bucket_policy", "get_bucket_policy_status",
    "get_bucket_acl",
)  # fmt: skip


class ReplicaBucket(Item):
    """Where the replication of a bucket sends its objects, so that they are looked for there too."""

    bucket: Text
    endpoint: Url | None = None
    region: Text | None = None
    access: SecretRef | None = None
    secret: SecretRef | None = None
    authority: Text | None = None

    @property
    def door(self) -> S3Door:
        return S3Door(self.endpoint or "", self.region or "", self.access, self.secret, None, self.authority)


class S3Objects(Copy, kind="s3"):
    """Objects in a bucket of an S3-compatible store, read by boto3 with operations that only read.

    Tested against moto 5; other stores answer `unknown` where they lack an operation. The key needs s3:ListBucket*,
    s3:GetObject*, s3:GetBucket*, s3:GetLifecycleConfiguration, s3:GetReplicationConfiguration alone. `replica` names
    the bucket to which replication sends, so that what the store claims of it is looked for there. What lies in
    GLACIER or DEEP_ARCHIVE is counted as read 5 or 12 hours after it was asked for.
    """

    bucket: Text
    prefix: Text | None = None
    """Below which the backups lie, such as `db/`."""
    match: Text | None = None
    """A pattern for the last part of a key, such as `*.dump`."""
    point: Literal["object", "folder", "version"] = "object"
    """What one backup is: an object, a folder below the prefix, a version of an object that is written again."""
    marker: Text | None = None
    """With `point: folder`: the object that is written last, without which a folder is not complete."""
    endpoint: Url | None = None
    """Of the store; AWS itself where it is not written."""
    region: Text | None = None
    access: SecretRef | None = None
    secret: SecretRef | None = None
    session: SecretRef | None = None
    authority: Text | None = None
    """File with certificates to trust beside those of the machine."""
    replicated_to: ReplicaBucket | None = Field(default=None, alias="replica")
    """The bucket to which replication sends its objects, as `replica:`."""
    verify: Literal["none", "ends", "content"] = "ends"
    """`ends` reads the first and last bytes of the newest object, `content` all of them, held against its checksum."""
    timezone: Annotated[Text, AfterValidator(parse_timezone)] | None = None
    """Of the machine that makes dumps: most write the hour of their start without a zone."""
    may_be_empty: Flag = False
    """Whether a dump without a row is a sound one, as of a database that is not used yet."""
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt, all questions together."""

    @property
    def door(self) -> S3Door:
        return S3Door(self.endpoint or "", self.region or "", self.access, self.secret, self.session, self.authority)

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).hostname or self.ref if self.endpoint else "s3.amazonaws.com"


@probe(deadline=185, verbs=Verbs(s3=OPERATIONS))
async def objects(copy: S3Objects, world: World) -> BackupState:
    prefix = copy.prefix or ""
    look = Look(world, copy.timeout, copy.door, copy.bucket)
    found = chosen(await look.listed(prefix, versions=copy.point == "version"), prefix, copy.match)
    made = by_folder(found, prefix, copy.marker) if copy.point == "folder" else by_object(found, prefix)
    parts: dict[str, tuple[Piece, ...]] = {}
    points: list[RestorePoint] = []
    for point, held in made:
        points.append(point)
        parts[point.id] = held
    facts: dict[str, Any] = {"integrity": 1, "location": copy.host}
    absent: dict[str, Unseen] = {}
    errors: list[str] = []
    newest = await _whole(copy, points, parts, look, facts, absent, errors)
    everything = [piece for point in points if point.complete for piece in parts[point.id]]
    versioning = await _try(absent, ("append_only",), lambda: look.told("get_bucket_versioning"))
    versioned = versioning is not None and versioning.data.get("Status") == "Enabled"

    async def keeping() -> None:
        rules = await look.told("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration", "NoSuchLifecycle")
        if versioning is None and rules is not None:
            raise CannotSee(Reason.INCOMPLETE, say("whether the bucket keeps older versions is not known"))
        last = newest.start if newest is not None else look.now
        written = rules.data.get("Rules") if rules is not None else ()
        facts["empties_after"] = empties_after(written, everything, last, look.now, versioned=versioned)

    await _try(absent, ("empties_after",), keeping)
    if newest is not None:
        held = parts[newest.id]
        facts["waits"] = max(waits(piece.storage) for piece in held)
        seen = await _try(absent, ("lock", "immutable_until", "replicated", "encrypted"), lambda: heads(held, look))
        if seen is not None:
            facts["waits"] = max([facts["waits"], *(one.waits for one in seen)])
            names = ("lock", "immutable_until", "append_only")
            if await _try(absent, names, lambda: surely_free(held, seen, look)):
                locked(seen, facts, absent, versioned=versioned)
            encrypted(seen, facts)
            other = (copy.replicated_to.door, copy.replicated_to.bucket) if copy.replicated_to is not None else None
            await _try(absent, ("replicated",), lambda: replicated(newest, held, seen, look, other, facts))
    else:
        nothing = Unseen.of(CannotSee(Reason.INCOMPLETE, say("there is no complete backup to look into")))
        absent |= dict.fromkeys(("size", "lock", "immutable_until", "replicated", "encrypted"), nothing)
    await _try(absent, ("excess",), lambda: opened(look, facts, errors))
    await _try(absent, (), lambda: region(look, errors))
    await _try(absent, ("sets", "taken"), lambda: sets(look, prefix, facts))
    where = urlsplit(copy.endpoint or "")
    if where.hostname:
        port = where.port or (443 if where.scheme == "https" else 80)
        await noted(round_trip(world, where.hostname, port), facts, absent)
    if facts.pop("verified", False) or errors:
        facts["errors"] = tuple(errors)
        absent.pop("errors", None)
    absent = {name: why for name, why in absent.items() if name not in facts}
    level = Level.VERIFIED if facts["integrity"] > 1 else Level.OBSERVED
    return BackupState(points=tuple(points), clock=look.now, absent=absent, level=level, **facts)


async def _try(absent: dict[str, Unseen], names: Sequence[str], ask: Callable[[], Awaitable[Any]]) -> Any:
    """What a question gives; where the store refuses it, the facts that hang on it are absent with that reason."""
    try:
        return await ask()
    except CannotSee as gap:
        absent |= dict.fromkeys(names, Unseen.of(gap))
        return None


async def _whole(
    copy: S3Objects,
    points: list[RestorePoint],
    parts: dict[str, tuple[Piece, ...]],
    look: Look,
    facts: dict[str, Any],
    absent: dict[str, Unseen],
    errors: list[str],
) -> RestorePoint | None:
    """The newest point that holds when it is looked into, at most three are; those before it stand as listed."""
    nothing = CannotSee(Reason.INCOMPLETE, say("nothing was verified: write `verify: content` to have it read"))
    absent["errors"] = Unseen.of(nothing)
    how = Reading(copy.verify, copy.timezone, copy.may_be_empty)
    tried = 0
    for number in range(len(points) - 1, -1, -1):
        if not points[number].complete:
            continue
        if tried < 3 and (doubt := shrunk(points[number].size or 0, [point.size or 0 for point in points[:number]])):
            tried += 1
            points[number] = points[number].model_copy(update={"complete": False, "doubt": doubt})
            continue
        if copy.verify == "none" or tried == 3:
            facts["size"] = points[number].size
            return points[number]
        tried += 1
        read = await read_object(points[number], parts[points[number].id], look, how)
        points[number] = read.point
        if read.gap is not None:
            absent["errors"] = Unseen.of(read.gap)
        if read.verified:
            facts["verified"] = True
        if read.point.complete:
            facts["integrity"] = read.integrity
            if read.size is not None:
                facts["size"] = read.size
            return points[number]
        errors.append(f"{read.point.id}: {read.point.doubt}")
    return None
