"""Folders that mariabackup wrote become the points to which they can bring a database back."""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator

from audit.contract import CannotSee, FileSeen, Level, Reason, Timed, Verbs, World, probe, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.drilling import Percent
from audit.model.estate import parse_timezone
from audit.model.facts import Unseen
from audit.model.item import Text
from audit.model.technology import Copy
from audit.model.units import Duration
from checks.backup.dump import placed
from checks.backup.innodb_pages import COMMANDS, damaged
from checks.backup.mariabackup_tables import fewer

VERBS: Final = Verbs(commands=COMMANDS)
_INFO: Final = ("xtrabackup_info", "mariadb_backup_info")
_CHECKPOINTS: Final = ("xtrabackup_checkpoints", "mariadb_backup_checkpoints")
_SIGNS: Final = "ib*"
"""What lies in the folder from the first moment on: ibdata1, ib_logfile0."""
_MOST: Final = 1000
_MOST_FILES: Final = 100_000
_SMALL: Final = 65_536
_LOOKED_INTO: Final = 4
_REFERENCE: Final = 8
"""How many backups back the one lies against which the newest is held: tables dropped days ago still show."""
_SKEW: Final = timedelta(minutes=2)
_LINE: Final = re.compile(r"\s*(\w{1,40}) = (.*)")
_FULL: Final = ("full-backuped", "full-prepared", "log-applied")
_RAW: Final = ("full-backuped", "incremental")
_LOG: Final = re.compile(r"/(ib_logfile0|xtrabackup_logfile)[^/]*$")


class Mariabackup(Copy, kind="mariabackup"):
    """Folders of mariabackup (10.3 or newer) or XtraBackup, one for each backup, such as `/srv/mariabackup/*`.

    A folder without its checkpoints was never finished. An incremental one counts where the one that it was made upon
    is there, down to a full one. One with much fewer tables than an earlier one does not count. mariabackup writes
    local times without their zone: `timezone:` is that of the database server. `verify: pages` holds every page of
    InnoDB in the newest full backup against its checksum, by innochecksum. Ran with mariabackup 10.11. Never run
    against the real thing: XtraBackup.
    """

    path: Text
    timezone: Annotated[Text, AfterValidator(parse_timezone)] | None = None
    verify: Literal["none", "pages"] = "none"
    may_shrink: Percent = 0.5
    """How many fewer tables than an earlier one the newest backup may hold."""
    timeout: Duration = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Folder:
    """One backup as its folder tells."""

    path: str
    info: Mapping[str, str]
    checkpoints: Mapping[str, str]
    seen: datetime
    """The last change of its newest file that was listed."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def kind(self) -> str:
        return self.checkpoints.get("backup_type", "")


Ends = Mapping[str, Sequence[Folder]]
_TABLE: Final = b"\xfe\1"
_INNODB: Final = b"\x0c"
"""The engine in the description of a table, as its fourth byte tells it."""
_SPACE: Final = re.compile(r"\.(?:ibd|new)$")
_MOST_OPENED: Final = 500


@dataclass(slots=True)
class _Look(Timed):
    copy: Mariabackup


@probe(deadline=185, verbs=VERBS)
async def backups(copy: Mariabackup, world: World) -> BackupState:
    look = _Look(world, copy.timeout, copy)
    folders = await _folders(copy, world)
    points = judged(folders, copy.timezone)
    facts: dict[str, Any] = {"clock": world.clock.now(), "location": ""}
    absent: dict[str, Unseen] = {}
    usable = [name for name, point in points.items() if point.complete]
    for name in usable[:-_LOOKED_INTO:-1]:
        try:
            doubt = await fewer(name, usable[-_REFERENCE:][0], look, copy.may_shrink)
        except CannotSee:
            break  # the newest is listed once more below, where that is told
        if not doubt:
            break
        points = {**points, name: points[name].model_copy(update={"complete": False, "doubt": doubt})}
        usable.remove(name)
    facts["points"] = tuple(points.values())
    chain = _chain(next(one for one in folders if one.path == usable[-1]), _ends(folders)) if usable else []
    facts["integrity"] = 1 if usable else 0
    try:
        facts["size"], spaces, unlogged = await _weighed(chain, look)
        found, gap = await damaged(spaces, look) if copy.verify == "pages" else (None, _UNVERIFIED)
        if found == () and not unlogged and (bare := await _bare(chain[0], look)):
            says = say("{table} has no file of its own: its rows stand in the shared one, or nowhere", table=bare)
            found, gap = None, CannotSee(Reason.INCOMPLETE, says)
        if found is not None or unlogged:
            facts["errors"] = errors = (*unlogged, *(found or ()))
            facts["integrity"] = 1 if errors or len(chain) > 1 else 2
        elif gap is not None:
            absent["errors"] = Unseen.of(gap)
    except CannotSee as gap:
        absent.setdefault("errors", Unseen.of(gap))
        if "size" not in facts:
            absent["size"] = Unseen.of(gap)
    versions = [one.info.get("tool_version", "") for one in chain]
    level = Level.VERIFIED if facts["integrity"] > 1 else Level.OBSERVED
    tool = f"mariabackup {re.sub(r'[^0-9A-Za-z.-]', '', versions[-1])[:40]}" if versions else "mariabackup"
    return BackupState(absent=absent, level=level, tool=tool, **facts)


_UNVERIFIED: Final = CannotSee(
    Reason.INCOMPLETE, say("nothing was verified: write `verify: pages` to have the pages of InnoDB read")
)
_NOTHING: Final = CannotSee(Reason.INCOMPLETE, say("there is no complete backup to look into"))


async def _folders(copy: Mariabackup, world: World) -> tuple[Folder, ...]:
    """Every folder that a backup was begun in."""
    base = copy.path.rstrip("/")
    found: dict[str, dict[str, FileSeen]] = {}
    for pattern in (*_INFO, *_CHECKPOINTS, _SIGNS):
        for file in await world.files.list(f"{base}/{pattern}", _MOST):
            where, _, name = file.path.rpartition("/")
            found.setdefault(where, {})[name] = file
    folders: list[Folder] = []
    for where, files in found.items():
        info = [await _values(files[name], world) for name in _INFO if name in files]
        checkpoints = [await _values(files[name], world) for name in _CHECKPOINTS if name in files]
        seen = max(file.modified for file in files.values())
        folders.append(Folder(where, info[0] if info else {}, checkpoints[0] if checkpoints else {}, seen))
    return tuple(folders)


async def _values(file: FileSeen, world: World) -> Mapping[str, str]:
    text = (await world.files.head(file.path, _SMALL)).decode("utf-8", "replace")
    return {found[1]: found[2].strip()[:500] for line in text.splitlines() if (found := _LINE.match(line))}


def judged(folders: Sequence[Folder], zone: str | None) -> Mapping[str, RestorePoint]:
    """Each folder to its point, oldest first; those that nothing can be brought back from are incomplete."""
    points: dict[str, RestorePoint] = {}
    ends = _ends(folders)
    for one in folders:
        start, end = (_placed(one.info.get(key, ""), zone) for key in ("start_time", "end_time"))
        if start is None:
            # Without its record only the files tell when it was: it is not counted anyway.
            points[one.path] = _point(one, one.seen, None, "it has no record of its times: it was not finished")
            continue
        if end is not None and end > one.seen + _SKEW:
            raise CannotSee(
                Reason.CONTRADICTED,
                say("{name} says that it ended at {end}, after its files were written: check `timezone:`",
                    name=one.name[:80], end=end.isoformat()),
            )  # fmt: skip
        points[one.path] = _point(one, start, end, _doubt(one, end, ends))
    return dict(sorted(points.items(), key=lambda item: (item[1].start, item[1].end or item[1].start, item[0])))


def _point(one: Folder, start: datetime, end: datetime | None, doubt: str) -> RestorePoint:
    return RestorePoint(id=one.name, start=start, end=end, complete=not doubt, doubt=doubt)


def _doubt(one: Folder, end: datetime | None, ends: Ends) -> str:
    """Why nothing can be brought back from a folder; empty where something can."""
    if not one.checkpoints:
        return "it has no checkpoints: it was not finished"
    if end is None:
        return "it has no end"
    if one.info.get("partial") != "N":
        return "it holds a part of the tables only"
    if one.kind not in (*_FULL, "incremental"):
        return f"it is of a kind that is not known: {one.kind[:40] or '-'}"
    start = _number(one.checkpoints.get("from_lsn")), _number(one.checkpoints.get("to_lsn"))
    if None in start:
        return "its checkpoints cannot be read"
    if one.kind == "incremental" and not _chain(one, ends):
        return f"the backup that it was made upon, up to LSN {start[0]}, is not there"
    return ""


def _ends(folders: Sequence[Folder]) -> Ends:
    """The whole backups by the position in the log at which each ends, those that a chain would take last."""
    found: dict[str, list[Folder]] = {}
    for one in sorted(folders, key=lambda one: (one.kind in _FULL, one.info.get("start_time", ""))):
        if one.kind in (*_FULL, "incremental") and one.info.get("partial") == "N":
            found.setdefault(one.checkpoints.get("to_lsn", ""), []).append(one)
    return found


def _chain(one: Folder, ends: Ends) -> list[Folder]:
    """A backup with all that it was made upon, the full one first; empty where a link is missing."""
    found, seen = [one], {one.path}
    while found[-1].kind == "incremental":
        wanted, began = found[-1].checkpoints.get("from_lsn", ""), found[-1].info.get("start_time", "")
        # Several with the same position hold the same: a full one ends the search.
        before = next(
            (
                other
                for other in reversed(ends.get(wanted, ()))
                if other.path not in seen and other.info.get("start_time", "") <= began
            ),
            None,
        )
        if before is None or _number(wanted) is None:
            return []
        found.append(before)
        seen.add(before.path)
    return found[::-1]


async def chained(copy: Mariabackup, world: World, name: str) -> tuple[Folder, ...]:
    """The folders that a restore of one point takes, the full one first."""
    folders = await _folders(copy, world)
    one = next((one for one in folders if one.name == name), None)
    chain = () if one is None else tuple(_chain(one, _ends(folders)))
    if not chain:
        raise CannotSee(Reason.INCOMPLETE, say("{name} is not there with all that it was made upon", name=name[:80]))
    return chain


async def _weighed(chain: Sequence[Folder], look: _Look) -> tuple[int, tuple[FileSeen, ...], tuple[str, ...]]:
    """Bytes of everything that a restore takes, the table spaces of the full backup, what lacks its log."""
    if not chain:
        raise _NOTHING
    size, spaces, unlogged = 0, list[FileSeen](), list[str]()
    for number, one in enumerate(chain):
        files = await look.world.files.list(f"{glob.escape(one.path)}/**", _MOST_FILES)
        if len(files) >= _MOST_FILES:
            raise CannotSee(Reason.INCOMPLETE, say("{name} holds too many files to be counted", name=one.name[:80]))
        size += sum(file.size for file in files)
        if one.kind in _RAW and not any(file.size for file in files if _LOG.search(file.path)):
            # What changed while it was copied stands there alone: without it nothing can be prepared.
            unlogged.append(f"{one.name[:80]}: the log of its own changes is missing or empty")
        if number == 0:
            spaces = [file for file in files if _SPACE.search(file.path) or re.search(r"/(ibdata|undo)\d+$", file.path)]
    return size, tuple(spaces), tuple(unlogged)


async def _bare(full: Folder, look: _Look) -> str:
    """A table of InnoDB of which a full backup holds the description alone; empty for none."""
    files = await look.world.files.list(f"{glob.escape(full.path)}/*/*", _MOST_FILES)
    # A table in partitions has a file for each of them, such as `ledger#P#old.ibd`.
    held = {re.split(r"#P#|\.(?=\w+$)", file.path, maxsplit=1)[0] for file in files if _SPACE.search(file.path)}
    described = [file.path.removesuffix(".frm") for file in files if file.path.endswith(".frm")]
    for table in [table for table in described if table not in held][:_MOST_OPENED]:
        head = await look.world.files.head(f"{table}.frm", 4)
        if head[:2] == _TABLE and head[3:] == _INNODB:
            return "/".join(table.split("/")[-2:])[:200]
    return ""


def _placed(written: str, zone: str | None) -> datetime | None:
    """A local time without its zone; None where it is none, CannotSee where nobody said which zone."""
    try:
        naive = datetime.strptime(written, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - placed below
    except ValueError:
        return None
    if zone is None:
        raise CannotSee(
            Reason.INCOMPLETE,
            say("mariabackup writes local times without their zone: write `timezone:` of the database server"),
        )
    return placed(naive, "", zone)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,20}", text) else None
