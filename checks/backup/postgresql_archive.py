"""Base backups of PostgreSQL in folders, with the archive of its log, become the points to which they bring back."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator

from audit.contract import CannotSee, FileSeen, Reason, Timed, Verbs, World, probe, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.estate import parse_timezone
from audit.model.facts import Unseen
from audit.model.item import SecretRef, Text
from audit.model.technology import Copy
from audit.model.units import Duration
from checks.backup.archiver import ARCHIVER, Archiver, Held, asked, held, state
from checks.backup.base_backup import Label, Manifest, label, manifest, packed_label
from checks.backup.postgresql_manifest import VERIFY, faults, lost
from checks.backup.postgresql_rights import RIGHTS
from checks.backup.wal import USUAL, Base, Carried, Log, Piece, Span, carried, log, position, segment_size, timeline_of
from checks.backup.wal_heads import named_rightly

_MOST: Final = 1_000_000
_MOST_BACKUPS: Final = 1000
_LARGEST_MANIFEST: Final = 256_000_000
_SPACE: Final = re.compile(rb'"Path": "pg_tblspc/(\d{1,10})/')
_SIZE: Final = re.compile(rb'"Size": (\d{1,15}),')
_WILD: Final = re.compile(r"[*?\[]")


class PostgresqlArchive(Copy, kind="postgresql-archive"):
    """A folder into which PostgreSQL archives its log, beside base backups by `pg_basebackup`. Ran with PostgreSQL 15.

    A base backup counts where its `backup_manifest` is whole: that is written last. The log behind it is counted piece
    by piece. `verify: manifest` also reads the newest one with `pg_verifybackup`. `primary` is a secret that holds a
    connection string for a role with `pg_monitor`: with it what the primary says to have archived must be there.
    """

    archive: Text
    """The folder, or a pattern that stands for the files in it."""
    backups: Text
    """A pattern such as `/srv/base/*` that stands for one folder for each base backup, plain or as `base.tar`."""
    primary: SecretRef | None = None
    verify: Literal["none", "manifest"] = "none"
    timezone: Annotated[Text, AfterValidator(parse_timezone)] | None = None
    """Of the server, where `backup_label` names a zone by letters that could mean several."""
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt."""


@dataclass(slots=True)
class _Look(Timed):
    copy: PostgresqlArchive


@dataclass(frozen=True, slots=True)
class _Found:
    """One folder of a base backup."""

    folder: str
    label: Label | None
    manifest: Manifest | None
    seen: FileSeen
    own: tuple[Piece, ...]
    """The log that lies in it."""
    cluster: str
    lost: str
    """The number of a table space that its manifest names, whose archive is not there."""
    plain: bool = False
    """Whether it lies there as the folder of a server, not packed."""
    gone: str = ""
    """A file of the manifest that is not there in its length."""


@probe(deadline=185, verbs=Verbs(commands=VERIFY, sql=(ARCHIVER, RIGHTS)))
async def base_backups(copy: PostgresqlArchive, world: World) -> BackupState:
    look = _Look(world, copy.timeout, copy)
    primary = await asked(copy.primary, world, copy.timeout)
    found = await _complete(await _found(look), look)
    starts = [(one.label.position, one.label.segment) for one in found if one.label]
    size = primary.size if isinstance(primary, Archiver) else segment_size(starts) or USUAL
    bases = [_base(one, size) for one in found]
    facts: dict[str, Any] = {"clock": world.clock.now(), "location": "", "encrypted": False, "integrity": 1}
    says = say("PostgreSQL keeps no record of base backups that failed")
    absent = {"attempts": Unseen.of(CannotSee(Reason.INCOMPLETE, says))}
    whole: Carried | None = None
    try:
        pieces = await _log(look, size)
        whole = carried(bases, pieces)
        facts |= {"points": whole.points, "gaps": whole.gaps}
        if whole.reach is not None:
            facts["reach"] = whole.reach
    except CannotSee as gap:
        facts["points"] = tuple(sorted((base.point for base in bases), key=lambda point: point.start))
        absent["gaps"] = absent["reach"] = Unseen.of(gap)
    complete = [point for point in facts["points"] if point.complete]
    newest = next((one for one in found if complete and _name(one.folder) == complete[-1].id), None)
    if newest is not None:
        try:
            # What the manifest adds up to; every plain file of the backup stands in it.
            whole_text = await world.files.head(f"{newest.folder}/backup_manifest", _LARGEST_MANIFEST)
            facts["size"] = sum(int(found) for found in _SIZE.findall(whole_text))
        except CannotSee as gap:
            absent["size"] = Unseen.of(gap)
    errors: tuple[str, ...] | None = None
    try:
        errors = await _verified(newest, look)
        facts["integrity"] = 2
    except CannotSee as gap:
        absent["errors"] = Unseen.of(gap)
    told: Held | CannotSee | None = primary if isinstance(primary, CannotSee) else None
    if isinstance(primary, Archiver) and whole is not None:
        told = held(primary, pieces, whole, (newest.cluster or None) if newest else None)
    return state(facts, absent, errors, told)


def _name(folder: str) -> str:
    return folder.rpartition("/")[2]


async def _found(look: _Look) -> tuple[_Found, ...]:
    """Every folder that the pattern means, with what stands in it about itself."""
    files, pattern = look.world.files, look.copy.backups.rstrip("/")
    every = await files.list(f"{pattern}/*", _MOST)
    folders: dict[str, dict[str, FileSeen]] = {}
    for file in every:
        folder, _, name = file.path.rpartition("/")
        folders.setdefault(folder, {})[name] = file
    whole = [names for names in folders.values() if {"PG_VERSION", "backup_label", "backup_manifest"} & {*names}]
    packed = [names for names in folders.values() if any(name.startswith("base.tar") for name in names)]
    found = []
    for names in [*whole, *(names for names in packed if names not in whole)][-_MOST_BACKUPS:]:
        seen = names.get("backup_label") or next(iter(names.values()))
        folder = seen.path.rpartition("/")[0]
        text, cluster = "", ""
        own: tuple[Piece, ...] = ()
        if "backup_label" in names:
            text = (await files.head(f"{folder}/backup_label", 8192)).decode("utf-8", "replace")
        elif "base.tar" in names:
            text = packed_label(await files.head(f"{folder}/base.tar", 2048))
        elif tar := next((file for name, file in names.items() if name.startswith("base.tar.")), None):
            unpacked = await files.unpack(tar.path, 2048, look.left(_name(tar.path)))
            text = packed_label(unpacked.head) if unpacked else ""
        if "PG_VERSION" in names:
            own = await _own(folder, look)
            control = await _control(folder, look)
            cluster = str(int.from_bytes(control, "little")) if len(control) == 8 else ""
        lost = ""
        if "PG_VERSION" not in names and "backup_manifest" in names:
            listed = await files.head(f"{folder}/backup_manifest", _LARGEST_MANIFEST)
            there = {name.partition(".tar")[0] for name in names}
            lost = next((space for space in map(bytes.decode, _SPACE.findall(listed)) if space not in there), "")
        tail = await files.tail(f"{folder}/backup_manifest", 4096) if "backup_manifest" in names else None
        found.append(
            _Found(
                folder,
                label(text, look.copy.timezone),
                manifest(tail) if tail is not None else None,
                names.get("backup_manifest", seen),
                own,
                cluster,
                lost,
                not any(name.startswith("base.tar") for name in names),
            )
        )
    return tuple(found)


async def _complete(found: tuple[_Found, ...], look: _Look) -> tuple[_Found, ...]:
    """The base backups, the newest of those that lie there plain held against the list of its files."""
    plain = [
        (one.label.start, place)
        for place, one in enumerate(found)
        if one.plain and one.manifest is not None and one.label is not None and one.label.start is not None
    ]
    begun = max((start for start, _ in plain), default=None)
    newest = [place for start, place in plain if start == begun]
    gone = {place: await lost(found[place].folder, look.world) for place in newest}
    return tuple(replace(one, gone=gone.get(place, "")) for place, one in enumerate(found))


async def _own(folder: str, look: _Look) -> tuple[Piece, ...]:
    try:
        inside = await look.world.files.list(f"{glob.escape(folder)}/pg_wal/*", _MOST)
    except CannotSee as gap:
        if gap.reason is not Reason.UNREACHABLE:
            raise
        return ()
    return tuple(Piece(_name(file.path), file.size, file.modified) for file in inside)


async def _control(folder: str, look: _Look) -> bytes:
    """The system identifier stands first in `pg_control`."""
    try:
        return await look.world.files.head(f"{folder}/global/pg_control", 8)
    except CannotSee:
        return b""


def _base(found: _Found, size: int) -> Base:
    """One base backup with the stretch of log that it needs."""
    name = _name(found.folder)
    if found.label is None:
        point = RestorePoint(id=name, start=found.seen.modified, complete=False, doubt="it has no backup_label")
        return Base(point, Span("", ""))
    if found.label.start is None:
        raise CannotSee(
            Reason.INCOMPLETE, say("the zone of the start of {backup} is not known: write `timezone`", backup=name)
        )
    doubt = ""
    if found.manifest is None:
        doubt = "it has no backup_manifest, which is written last"
    elif not found.manifest.whole:
        doubt = "its backup_manifest ends too early"
    elif found.lost:
        doubt = f"the archive of its table space {found.lost} is not there"
    elif found.gone:
        doubt = f"{found.gone}, which its manifest names, is not there in its length"
    first, last = found.label.segment, found.label.segment
    if found.manifest is not None and found.manifest.end:
        number = (position(found.manifest.end) - 1) // size
        last = Log(size, {}, {}).name(found.manifest.timeline, number)
    span = Span(first, last)
    point = RestorePoint(
        id=name,
        start=found.label.start,
        end=found.seen.modified if found.manifest else None,
        complete=not doubt,
        doubt=doubt,
    )
    return Base(point, span, own=bool(found.own) and not log(found.own, size).holds(span))


async def _log(look: _Look, size: int) -> Log:
    """Every piece of the log that lies in the archive."""
    written = look.copy.archive.rstrip("/")
    pattern = written if _WILD.search(written) else f"{written}/*"
    found, histories = [], {}
    for file in await look.world.files.list(pattern, _MOST):
        name = _name(file.path)
        found.append((file.path, Piece(name, file.size, file.modified)))
        timeline = timeline_of(name)
        if timeline is not None:
            unpacked = await look.world.files.unpack(file.path, 65536, look.left(name))
            text = unpacked.head if unpacked else await look.world.files.head(file.path, 65536)
            histories[timeline] = text.decode("utf-8", "replace")
    return log(await named_rightly(found, size, look.world.files), size, histories)


async def _verified(newest: _Found | None, look: _Look) -> tuple[str, ...]:
    if look.copy.verify == "none":
        raise CannotSee(
            Reason.INCOMPLETE, say("nothing was verified: write `verify: manifest` to have the newest backup read")
        )
    if newest is None:
        raise CannotSee(Reason.INCOMPLETE, say("there is no complete backup to look into"))
    return await faults(newest.folder, look.world, look.left("pg_verifybackup"))
