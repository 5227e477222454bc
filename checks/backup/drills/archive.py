"""A base backup of PostgreSQL with an archive of its log becomes what a restore from both brought back."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from types import MappingProxyType
from typing import Final

from audit.contract import CannotSee, FileSeen, Reason, Workshop, drill, say
from audit.model.backup import RestorePoint
from audit.model.drilling import Restored
from checks.backup.base_backup import label
from checks.backup.drills import links, postgresql, replay
from checks.backup.drills.choice import also, chosen, hopeless, look
from checks.backup.drills.cluster import PROGRAMS, SPACES, opened
from checks.backup.postgresql_archive import PostgresqlArchive
from checks.backup.postgresql_archive import base_backups as probe

COMMANDS: Final = (
    "mkdir --mode=700 [--parents] -- FOLDERS...",
    "cp --recursive --no-dereference --no-target-directory -- * *",
    "cp --no-target-directory -- * *",
    "tar --extract --no-same-owner --no-same-permissions --file=* --directory=*",
    "gzip --decompress -- FILES...",
    "bzip2 --decompress -- FILES...",
    "xz --decompress -- FILES...",
    "zstd --decompress --rm --quiet -- FILES...",
    "lz4 -d -m --rm -q -- FILES...",
    f"{PROGRAMS}/pg_verifybackup --no-parse-wal *",
    "ln --symbolic --no-dereference --force -- * *",
    *postgresql.COMMANDS,
    *replay.COMMANDS,
)
_PACKED: Final[tuple[tuple[bytes, str, tuple[str, ...]], ...]] = (
    (b"\x1f\x8b", "gz", ("gzip", "--decompress")),
    (b"BZh", "bz2", ("bzip2", "--decompress")),
    (b"\xfd7zXZ", "xz", ("xz", "--decompress")),
    (b"\x28\xb5\x2f\xfd", "zst", ("zstd", "--decompress", "--rm", "--quiet")),
    (b"\x04\x22\x4d\x18", "lz4", ("lz4", "-d", "-m", "--rm", "-q")),
)
NONE: Final[Mapping[str, str]] = MappingProxyType({})
_TAR: Final = ("tar", "--extract", "--no-same-owner", "--no-same-permissions")
_MOST: Final = 1_000_000
_SEGMENT: Final = 16 * 1024 * 1024
_AT_ONCE: Final = 200
_WILD: Final = re.compile(r"[*?\[]")
_NAME: Final = re.compile(r"([0-9A-F]{24}|[0-9A-F]{8}\.history)(?:\.(?:gz|lz4|zst|bz2|xz))?")


@drill(verbs=also(probe, *COMMANDS))
async def restored(copy: PostgresqlArchive, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        seen = await look(probe, copy, workshop)
        point = chosen(seen, workshop)
        if (given_up := hopeless(point, workshop, seen.tool)) is not None:
            return given_up
        pattern = copy.backups.rstrip("/")
        listed = await workshop.world.files.list(f"{pattern}/*", _MOST)
        folder = next((found for found in map(_folder, listed) if found.rpartition("/")[2] == point.id), None)
        if folder is None:
            raise CannotSee(Reason.INCOMPLETE, say("{name} is not there any more", name=point.id))
        written = copy.archive.rstrip("/")
        files = await workshop.world.files.list(written if _WILD.search(written) else f"{written}/*", _MOST)
    return await brought_back(workshop, point, folder, named(file.path for file in files))


def _folder(file: FileSeen) -> str:
    return file.path.rpartition("/")[0]


def named(paths: Iterable[str]) -> Mapping[str, str]:
    """The names by which PostgreSQL asks for the pieces of its log, each with where it lies."""
    found: dict[str, str] = {}
    for path in paths:
        match = _NAME.fullmatch(path.rpartition("/")[2])
        if match:
            found.setdefault(match[1], path)
    return found


async def brought_back(
    workshop: Workshop, point: RestorePoint, folder: str, log: Mapping[str, str], spaces: Mapping[str, str] = NONE
) -> Restored:
    """Restore the base backup in a folder, lay its log ready, start both; `spaces` are folders of table spaces."""
    root = workshop.world.root
    data, spool = workshop.room / "data", workshop.room / "log"
    found = postgresql.Found()
    with workshop.part("preflight"):
        size = sum(file.size for file in await workshop.world.files.list(f"{glob.escape(folder)}/**", _MOST))
        for space in spaces.values():
            size += sum(file.size for file in await workshop.world.files.list(f"{glob.escape(space)}/**", _MOST))
        workshop.afford(max(size, point.size or 0))
    with workshop.part("restore"):
        await workshop.run(("mkdir", "--mode=700", "--", str(spool)))
        trouble = await _laid(workshop, root / folder, data)
        for number, space in spaces.items():
            trouble = trouble or await _placed(workshop, data, number, root / space)
    found.checks.append(workshop.check("restore", held=not trouble, detail=trouble))
    tree = await workshop.tree(workshop.room)
    first = "" if trouble else await _begins(workshop, data)
    if not trouble and not first:
        # Without it a server begins at the wrong place in the log, and does not notice.
        found.checks.append(workshop.check("backup_label", held=False, detail="there is none, or it cannot be read"))
    if first:
        names = replay.needed(tuple(log), first)
        with workshop.part("fetch"):
            workshop.afford(size + len(names) * _SEGMENT)
            await _fetched(workshop, spool, {name: str(root / log[name]) for name in names})
        with workshop.part("verify"), postgresql.damaging(workshop, found):
            await _held_against_manifest(workshop, data, found)
        await replay.replayed(workshop, data, spool, names, found)
    return Restored(
        point=point,
        bytes=tree.bytes,
        files=tree.files,
        integrity=found.level,
        checks=tuple(found.checks),
        newest=found.newest,
        tool="PostgreSQL",
    )


async def _laid(workshop: Workshop, folder: Path, data: Path) -> str:
    """Copy or unpack a base backup; why that failed."""
    files = workshop.world.files
    inside = [file.path.rpartition("/")[2] for file in await files.list(f"{glob.escape(str(folder))}/*", _MOST)]
    if "PG_VERSION" in inside:
        words = ("cp", "--recursive", "--no-dereference", "--no-target-directory", "--", str(folder), str(data))
        output = await workshop.run(words)
        return "" if output.code == 0 else postgresql.complaint(output.err)
    await workshop.run(("mkdir", "--mode=700", "--", str(data), f"{data}/pg_wal"))
    # In this order: what is in `base` holds the links to the table spaces, which are then made anew.
    found = [match for name in inside if (match := re.fullmatch(r"(base|pg_wal|\d+)\.tar(\.\w{1,4})?", name))]
    tars = [match[0] for match in sorted(found, key=lambda match: (match[1].isdigit(), match[0]))]
    for name in tars:
        number = name.partition(".")[0]
        into = f"{data}/pg_wal" if name.startswith("pg_wal") else str(data)
        if number.isdigit():
            into = await _linked(workshop, data, number)
        output = await workshop.run((*_TAR, f"--file={folder}/{name}", f"--directory={into}"))
        if output.code != 0:
            return f"{name}: {postgresql.complaint(output.err)}"
    if tars and (lost := await _lost(workshop, data, {name.partition(".")[0] for name in tars})):
        return f"the archive of its table space {lost} is not there"
    if "backup_manifest" in inside:
        await workshop.run(
            ("cp", "--no-target-directory", "--", f"{folder}/backup_manifest", f"{data}/backup_manifest")
        )
    return "" if tars else "its files are not there"


async def _lost(workshop: Workshop, data: Path, there: Set[str]) -> str:
    """The number of a table space that the map in a packed backup names and that has no archive; empty for none."""
    if not await workshop.world.files.list(f"{data}/tablespace_map", 1):
        return ""
    text = (await workshop.world.files.head(f"{data}/tablespace_map", 65_536)).decode("utf-8", "replace")
    return next((line.partition(" ")[0] for line in text.splitlines() if line.partition(" ")[0] not in there), "")


async def _linked(workshop: Workshop, data: Path, number: str) -> str:
    """A folder of the room for a table space, to which the data folder leads in the place of where it once was."""
    at = workshop.room / SPACES / number
    await workshop.run(("mkdir", "--mode=700", "--parents", "--", str(at), f"{data}/pg_tblspc"))
    await workshop.run(("ln", "--symbolic", "--no-dereference", "--force", "--", str(at), f"{data}/pg_tblspc/{number}"))
    return str(at)


async def _placed(workshop: Workshop, data: Path, number: str, space: Path) -> str:
    """Copy a table space that lies beside its base backup; why that failed."""
    into = await _linked(workshop, data, number)
    words = ("cp", "--recursive", "--no-dereference", "--no-target-directory", "--", str(space), into)
    output = await workshop.run(words)
    return "" if output.code == 0 else postgresql.complaint(output.err)


async def _begins(workshop: Workshop, data: Path) -> str:
    """The segment from which the log is needed; empty where nothing tells."""
    try:
        text = (await workshop.world.files.head(f"{data}/backup_label", 8192)).decode("utf-8", "replace")
    except CannotSee:
        return ""
    told = label(text, None)
    return told.segment if told is not None else ""


async def _fetched(workshop: Workshop, spool: Path, log: Mapping[str, str]) -> None:
    """Copy the log into the room, unpacked: what cannot be unpacked is a hole."""
    packed: dict[tuple[str, ...], list[str]] = {}
    for name, path in log.items():
        head = await workshop.world.files.head(path, 6)
        suffix, words = next(((f".{end}", tool) for magic, end, tool in _PACKED if head.startswith(magic)), ("", ()))
        await workshop.run(("cp", "--no-target-directory", "--", path, f"{spool}/{name}{suffix}"))
        if words:
            packed.setdefault(words, []).append(f"{spool}/{name}{suffix}")
    for words, paths in packed.items():
        for start in range(0, len(paths), _AT_ONCE):
            await workshop.run((*words, "--", *paths[start : start + _AT_ONCE]))


async def _held_against_manifest(workshop: Workshop, data: Path, found: postgresql.Found) -> None:
    """Every file against the sums that were taken when the backup was made."""
    if not await workshop.world.files.list(f"{data}/backup_manifest", 1):
        return
    cluster = await opened(workshop, data)
    await links.none_leads_out(workshop, workshop.room)
    await workshop.hand_over(workshop.room)
    output = await workshop.run((cluster.program("pg_verifybackup"), "--no-parse-wal", str(data)), inside=True)
    found.checks.append(postgresql.judged(workshop, "manifest", output))
