"""The backups of one server that Barman keeps become the points in time to which they can bring data back."""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator

from audit.contract import CannotSee, FileSeen, Reason, Timed, Verbs, World, probe, say
from audit.model.backup import BackupState, Gap
from audit.model.facts import Unseen
from audit.model.item import SecretRef, Text
from audit.model.technology import Copy
from audit.model.unfit import Unexpected
from audit.model.units import Duration
from checks.backup.archiver import ARCHIVER, Archiver, Held, asked, held, state
from checks.backup.barman_files import (
    Entry,
    Places,
    attempts,
    entry,
    judged,
    located,
    named,
    packed,
    without_running,
)
from checks.backup.postgresql_manifest import VERIFY, faults, lost
from checks.backup.postgresql_rights import RIGHTS
from checks.backup.wal import Carried, Log, Piece, carried, log, parsed, segment_size, timeline_of
from checks.backup.wal_heads import named_rightly

_LARGEST: Final = 1_000_000
_LARGEST_BOOK: Final = 64_000_000
_MOST: Final = 1_000_000
_MOST_BACKUPS: Final = 2000
_SOON: Final = timedelta(minutes=5)
_LOOK_BACK: Final = timedelta(days=30)


def parse_server(written: str) -> str:
    """The name of a server as Barman's settings have it, which is also the name of its folder."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}", written):
        raise Unexpected(say("the name of a server"), repr(written[:60]))
    return written


class Barman(Copy, kind="barman"):
    """One server of Barman, read in the files that Barman keeps. Ran with Barman 3.4.

    No command of Barman is run: even `barman list-backup` and `barman check` take locks and write them. The user needs
    the right to read Barman's home. Each age is that of the backup itself: where no threshold was set, `barman check`
    says OK at any age. The log behind the backups is counted piece by piece. `verify: manifest` also reads the newest
    backup with `pg_verifybackup`. `primary` is a secret that holds a connection string for a role with `pg_monitor`.
    """

    self_contained: ClassVar[bool] = False

    server: Annotated[Text, AfterValidator(parse_server)]
    config: Text = "/etc/barman.conf"
    """Its file of settings; a relative path starts at the estate's folder."""
    primary: SecretRef | None = None
    verify: Literal["none", "manifest"] = "none"
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt."""


@dataclass(slots=True)
class _Look(Timed):
    copy: Barman

    async def text(self, path: str, most: int = _LARGEST) -> str:
        return (await self.world.files.head(path, most)).decode("utf-8", "replace")


@probe(deadline=185, verbs=Verbs(commands=VERIFY, sql=(ARCHIVER, RIGHTS)))
async def server_backups(copy: Barman, world: World) -> BackupState:
    look = _Look(world, copy.timeout, copy)
    where = await located(world.files, copy.config, copy.server)
    primary = await asked(copy.primary, world, copy.timeout)
    now = world.clock.now()
    entries = without_running(await _entries(where, look), now)
    bases = judged(entries, await _whole(where, entries, world))
    facts: dict[str, Any] = {"clock": now, "location": "", "taken": (copy.server,), "integrity": 1}
    facts |= {"empties_after": None, "attempts": attempts(entries, now - _LOOK_BACK)}
    absent: dict[str, Unseen] = {}
    try:
        infos = await world.files.list(f"{where.home}/*/base/*/backup.info", _MOST_BACKUPS)
        facts["sets"] = tuple(sorted({info.path.split("/")[-4] for info in infos} | {copy.server}))
    except CannotSee as gap:
        absent["sets"] = Unseen.of(gap)
    whole: Carried | None = None
    try:
        found, books = await _log(where, entries, look)
        whole = carried(bases, found)
        facts |= {"points": whole.points, "gaps": whole.gaps + _booked(books, found, whole)}
        if whole.reach is not None:
            facts["reach"] = whole.reach
    except CannotSee as gap:
        facts["points"] = tuple(sorted((base.point for base in bases), key=lambda point: point.start))
        absent["gaps"] = absent["reach"] = Unseen.of(gap)
    complete = [point for point in facts["points"] if point.complete]
    newest = next((one for one in entries if complete and one.id == complete[-1].id), None)
    errors: tuple[str, ...] | None = None
    if newest is not None:
        facts["encrypted"] = newest.encrypted
        if newest.base.point.size is not None:
            facts["size"] = newest.base.point.size
    try:
        errors = await _verified(where, newest, look)
        facts["integrity"] = 2
    except CannotSee as gap:
        absent["errors"] = Unseen.of(gap)
    told: Held | CannotSee | None = primary if isinstance(primary, CannotSee) else None
    if isinstance(primary, Archiver) and whole is not None:
        told = held(primary, found, whole, (newest.cluster or None) if newest else None)
    return state(facts, absent, errors, told)


async def _entries(where: Places, look: _Look) -> tuple[Entry, ...]:
    infos = list(await look.world.files.list(f"{where.base}/*/backup.info", _MOST_BACKUPS))
    try:
        infos += await look.world.files.list(f"{where.meta}/*-backup.info", _MOST_BACKUPS)
    except CannotSee as gap:
        if gap.reason is not Reason.UNREACHABLE:  # before version 3.13 there is no such folder
            raise
    found: dict[str, Entry] = {}
    for info in infos:
        name = named(info.path)
        if name is not None:
            found[name] = entry(await look.text(info.path), name)
    return tuple(found[name] for name in sorted(found))


async def _data(where: Places, world: World) -> frozenset[str]:
    """The backups whose files are there: a folder of data, or archives of it."""
    seen = [
        file.path.split("/")[-3]
        for pattern in ("*/data/PG_VERSION", "*/data/*.tar*")
        for file in await world.files.list(f"{where.base}/{pattern}", _MOST)
    ]
    return frozenset(seen)


async def _whole(where: Places, entries: tuple[Entry, ...], world: World) -> frozenset[str]:
    """The backups whose files are there, of the newest each that its manifest names."""
    there = await _data(where, world)
    newest = max((entry.id for entry in entries if entry.id in there), default=None)
    if newest is None or not await lost(f"{where.base}/{newest}/data", world):
        return there
    return there - {newest}


async def _waiting(where: Places, look: _Look) -> tuple[FileSeen, ...]:
    """The pieces that came in the last minutes, which the job of the next minute will put among the others."""
    since = look.world.clock.now() - _SOON
    try:
        found = await look.world.files.list(f"{glob.escape(where.incoming)}/*", _MOST)
    except CannotSee:
        return ()
    return tuple(file for file in found if file.modified >= since)


async def _log(where: Places, entries: tuple[Entry, ...], look: _Look) -> tuple[Log, Mapping[str, bool]]:
    """The pieces of the log that lie there, with the book that Barman keeps of them."""
    listed = await look.world.files.list(f"{where.wals}/*/*", _MOST)
    histories: dict[int, str] = {}
    for file in await look.world.files.list(f"{where.wals}/*.history", 1000):
        timeline = timeline_of(file.path.rpartition("/")[2])
        if timeline is not None:
            histories[timeline] = await look.text(file.path)
    book = await look.text(f"{where.wals}/xlog.db", _LARGEST_BOOK)
    books = packed(book)
    sizes: set[int | None] = {entry.segment for entry in entries if entry.segment}
    sizes = sizes or {segment_size(entry.start for entry in entries)}
    size = next(iter(sizes))
    if len(sizes) != 1 or size is None or size not in (1024 * 1024 << power for power in range(11)):
        raise CannotSee(
            Reason.CONTRADICTED, say("the backups of {server} have no one size of segments", server=look.copy.server)
        )
    pieces = []
    for file in listed:
        name = file.path.rpartition("/")[2]
        pieces.append((file.path, Piece(name, file.size, file.modified, packed=books.get(name, True))))
    # Barman gives out what waits too; what does so for longer is not looked after by anybody.
    waiting = await _waiting(where, look)
    pieces += [(file.path, Piece(file.path.rpartition("/")[2], file.size, file.modified)) for file in waiting]
    return log(await named_rightly(pieces, size, look.world.files), size, histories), books


def _booked(books: Mapping[str, bool], found: Log, whole: Carried) -> tuple[Gap, ...]:
    """What the book names behind the last piece that is there: it was archived once, and somebody took it away."""
    if whole.last is None:
        return ()
    places = [(name, parsed(name, found.size)) for name in books if len(name) == 24]
    beyond = [
        (place[1], name)
        for name, place in places
        if place and place[0] == whole.last.timeline and place[1] > whole.last.number
    ]
    lost = [
        (number, name) for number, name in sorted(beyond) if number not in found.segments.get(whole.last.timeline, {})
    ]
    if not lost or whole.gaps:
        return ()
    return (Gap(after=whole.last.name, before=lost[-1][1], missing=len(lost)),)


async def _verified(where: Places, newest: Entry | None, look: _Look) -> tuple[str, ...]:
    if look.copy.verify == "none":
        raise CannotSee(
            Reason.INCOMPLETE, say("nothing was verified: write `verify: manifest` to have the newest backup read")
        )
    if newest is None:
        raise CannotSee(Reason.INCOMPLETE, say("there is no complete backup to look into"))
    return await faults(f"{where.base}/{newest.id}/data", look.world, look.left("pg_verifybackup"))
