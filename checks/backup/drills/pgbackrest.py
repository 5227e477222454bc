"""A pgBackRest stanza with a workshop becomes what a restore of it brought back, whole or in part, its log replayed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, Workshop, drill, say
from audit.model.backup import RestorePoint
from audit.model.drilling import Restored
from audit.model.json_values import loaded
from checks.backup.drills import databases, postgresql, replay
from checks.backup.drills.choice import also, chosen, hopeless, look
from checks.backup.drills.pgbackrest_part import Part, part_of
from checks.backup.pgbackrest import PgBackRest
from checks.backup.pgbackrest import stanzas as probe

_QUIET: Final = ("--log-level-file=off", "--log-level-console=off", "--log-level-stderr=warn")
_ASKED: Final = "pgbackrest --config=* --repo=* --stanza=* " + " ".join(_QUIET)
_THERE: Final = f"{_ASKED} --reset-pg1-host --pg1-path=* --lock-path=*"
_PLACED: Final = "--spool-path=* --set=* --type=none --no-delta --no-link-all --tablespace-map-all=*"
COMMANDS: Final = (
    "mkdir --mode=700 -- * *",
    f"{_ASKED} --output=json info",
    f"{_ASKED} --output=json --set=* info",
    f"{_ASKED} repo-get backup/*/backup.manifest",
    f"{_ASKED} --output=json --recurse repo-ls archive/*",
    f"{_THERE} {_PLACED} [--db-include=*]... restore",
    f"{_THERE} --no-archive-async archive-get * *",
)
_PIECE: Final = re.compile(r"(?:.*/)?([0-9A-F]{24})-[0-9a-f]{40}(?:\.\w{2,4})?|(?:.*/)?([0-9A-F]{8}\.history)")
_SEGMENT: Final = 16 * 1024 * 1024
_OURS: Final = (*range(30, 38), 50, 58)
"""Its exit codes for options that it does not take, a lock that somebody else holds, a host that cannot be reached."""


@drill(verbs=also(probe, *COMMANDS, *postgresql.COMMANDS, *databases.COMMANDS, *replay.COMMANDS))
async def restored(copy: PgBackRest, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        seen = await look(probe, copy, workshop)
        point = chosen(seen, workshop)
        if (given_up := hopeless(point, workshop, seen.tool)) is not None:
            return given_up
        log = await _archive(copy, workshop, point.id)
        part = await _part(copy, workshop, point.id) if workshop.share < 1 else None
        workshop.afford((part.bytes if part else point.size or 0) + len(log) * _SEGMENT)
    data, spool = workshop.room / "data", workshop.room / "log"
    found = postgresql.Found()
    if part is not None:
        found.checks.append(workshop.check("databases", held=True, detail=part.told))
    with workshop.part("restore"):
        await workshop.run(("mkdir", "--mode=700", "--", str(data), str(spool)))
        output = await _brought(copy, workshop, point, data, part.taken if part else ())
    found.checks.append(postgresql.judged(workshop, "restore", output))
    tree = await workshop.tree(workshop.room)
    if output.code == 0:
        with workshop.part("fetch"):
            await _fetched(copy, workshop, data, spool, log)
        await replay.replayed(workshop, data, spool, log, found, part.only if part else None)
    return Restored(
        point=point,
        # What was left out lies there too, as files that are only holes.
        bytes=min(tree.bytes, part.bytes) if part and part.taken else tree.bytes,
        files=min(tree.files, part.files) if part and part.taken else tree.files,
        share=part.share if part else 1.0,
        integrity=found.level,
        checks=tuple(found.checks),
        newest=found.newest,
        tool=seen.tool,
    )


def _words(copy: PgBackRest, workshop: Workshop) -> tuple[str, ...]:
    config = (workshop.world.root / copy.config).absolute()
    return ("pgbackrest", f"--config={config}", f"--repo={copy.repo}", f"--stanza={copy.stanza}", *_QUIET)


def _into(workshop: Workshop, data: Path) -> tuple[str, ...]:
    room = workshop.room
    return ("--reset-pg1-host", f"--pg1-path={data}", f"--lock-path={room}/lock")


async def _part(copy: PgBackRest, workshop: Workshop, label: str) -> Part:
    """The databases whose turn it is. CannotSee where the backup does not tell which it holds, and how large."""
    listed = await _told(workshop, (*_words(copy, workshop), "--output=json", f"--set={label}", "info"))
    manifest = await _asked(
        workshop, (*_words(copy, workshop), "repo-get", f"backup/{copy.stanza}/{label}/backup.manifest")
    )
    return part_of(manifest, listed, label, workshop.share, workshop.turn)


async def _brought(
    copy: PgBackRest, workshop: Workshop, point: RestorePoint, data: Path, taken: Sequence[int]
) -> Output:
    """Restore the files of one backup. CannotSee where it is not the backup that is at fault."""
    # Without a map, a table space would be restored to where it was: into production.
    output = await workshop.run(
        (
            *_words(copy, workshop), *_into(workshop, data), f"--spool-path={workshop.room}/spool",
            f"--set={point.id}", "--type=none", "--no-delta", "--no-link-all",
            f"--tablespace-map-all={workshop.room}/tablespaces", *(f"--db-include={number}" for number in taken),
            "restore",
        )
    )  # fmt: skip
    if output.code in _OURS:
        raise CannotSee(Reason.UNREACHABLE, say("pgbackrest: {answer}", answer=postgresql.complaint(output.err)))
    return output


async def _archive(copy: PgBackRest, workshop: Workshop, label: str) -> tuple[str, ...]:
    """The pieces of the log that follow a backup, by the names under which PostgreSQL asks for them."""
    told = await _told(workshop, (*_words(copy, workshop), "--output=json", "info"))
    stanza = told[0] if isinstance(told, list) and told else None
    backup = next((one for one in _list(stanza, "backup") if _map(one).get("label") == label), None)
    number = _map(_map(backup).get("database")).get("id")
    first = _map(_map(backup).get("archive")).get("start")
    version = next((_map(one).get("version") for one in _list(stanza, "db") if _map(one).get("id") == number), None)
    if not isinstance(first, str) or not replay.SEGMENT.fullmatch(first):
        return ()
    where = f"archive/{copy.stanza}/{version}-{number}"
    listed = await _told(workshop, (*_words(copy, workshop), "--output=json", "--recurse", "repo-ls", where))
    found = [_PIECE.fullmatch(str(name)) for name in _map(listed)]
    return replay.needed([match[1] or match[2] for match in found if match], first)


async def _fetched(copy: PgBackRest, workshop: Workshop, data: Path, spool: Path, names: Sequence[str]) -> None:
    """Lay the log ready, two pieces at once: the server later reads it without any way to the repository."""

    async def every(names: Sequence[str]) -> None:
        for name in names:
            asked = (*_words(copy, workshop), *_into(workshop, data), "--no-archive-async", "archive-get", name)
            output = await workshop.run((*asked, str(spool / name)))
            # One that is listed but cannot be had is a hole, at which the replay will stop.
            if output.code in _OURS:
                says = say("pgbackrest: {answer}", answer=postgresql.complaint(output.err))
                raise CannotSee(Reason.UNREACHABLE, says)

    await workshop.both(every(names[::2]), every(names[1::2]))


async def _told(workshop: Workshop, argv: Sequence[str]) -> Any:
    return loaded(await _asked(workshop, argv), say("pgbackrest did not print JSON"))


async def _asked(workshop: Workshop, argv: Sequence[str]) -> str:
    output = await workshop.run(argv)
    if output.code != 0:
        raise CannotSee(Reason.INCOMPLETE, say("pgbackrest: {answer}", answer=postgresql.complaint(output.err)))
    return output.out


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object, key: str) -> Sequence[Any]:
    found = _map(value).get(key)
    return found if isinstance(found, list) else ()
