"""A dump in the room becomes what a server of its own says once the dump was loaded into it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audit.contract import CannotSee, Output, Reason, Workshop, say
from audit.model.drilling import Checked
from checks.backup.drills import mariadb, postgresql
from checks.backup.drills.cluster import PROGRAMS, Cluster, opened, programs
from checks.backup.dump import HEAD, TAIL, content

_MADE: Final = "--encoding=UTF8 --locale=C.UTF-8 --data-checksums"
_DOOR: Final = "--host=* --port=5432 --username=haechi --dbname=*"
POSTGRESQL: Final = (
    f"{PROGRAMS}/initdb --pgdata=* --username=haechi --auth=trust {_MADE} --no-sync",
    f"{PROGRAMS}/pg_restore {_DOOR} --exit-on-error --no-owner --no-privileges *",
    f"{PROGRAMS}/psql -Xq {_DOOR} --set=ON_ERROR_STOP=1 --output=/dev/null --file=*",
    *postgresql.COMMANDS,
)
_EMPTY: Final = ("--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
MARIADB: Final = (
    f"mariadb-install-db --no-defaults --datadir=* {' '.join(_EMPTY)}",
    *mariadb.COMMANDS,
)
COMMANDS: Final = (*POSTGRESQL, *MARIADB)
"""What a drill declares that loads dumps."""
_USER: Final = "haechi"
"""Of no name that a dump brings along: those it names are made as they are missed."""
_MISSED: Final = re.compile(r'role "((?:[^"]|""){1,63})" does not exist')
_MOST_ROLES: Final = 50
_TOO_NEW: Final = (
    "unsupported version", "unrecognized configuration parameter", "invalid command \\restrict", "invalid locale name",
)  # fmt: skip
_WHOLE: Final = b"-- PostgreSQL database cluster dump"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a dump showed."""

    checks: tuple[Checked, ...]
    integrity: int
    """4 where it was loaded and the server found it whole, 5 where the canary held too, else 1."""


async def _cut(path: Path, kind: str, workshop: Workshop) -> Loaded | None:
    """A record of failure for statements without their end: whoever loads them takes that for the end of the data."""
    if kind != "sql":
        return None
    files = workshop.world.files
    head, tail = await files.head(str(path), HEAD), await files.tail(str(path), TAIL)
    told = content(head, tail, path.name, None, unpacked=True, empty=True)
    if told.whole is not False:
        return None
    return Loaded((workshop.check("load", held=False, detail=told.doubt),), 1)


async def loaded_by_postgresql(path: Path, kind: str, workshop: Workshop) -> Loaded:
    """Load a dump of PostgreSQL: `custom`, `tar`, `directory`, or `sql`, which may be one of a whole cluster."""
    if (cut := await _cut(path, kind, workshop)) is not None:
        return cut
    folder = await programs(workshop, None)
    data = workshop.room / "server"
    found = postgresql.Found()
    with workshop.part("start"):
        await workshop.hand_over(workshop.room)
        words = (f"--username={_USER}", "--auth=trust", *_MADE.split())
        # The empty server is no part of the backup: nothing of it has to outlast a power cut.
        made = await workshop.run((f"{folder}/initdb", f"--pgdata={data}", *words, "--no-sync"), inside=True)
        if made.code != 0:
            raise CannotSee(Reason.INCOMPLETE, say("initdb: {answer}", answer=postgresql.complaint(made.err)))
        cluster = await opened(workshop, data)
        await postgresql.prepared(cluster, None)
    async with postgresql.running(cluster):
        with workshop.part("restore"):
            found.checks.append(await _fed(cluster, path, kind))
        if found.checks[0].held:
            with workshop.part("verify"):
                await postgresql.verified(cluster, found, default=_database(workshop))
    return Loaded(tuple(found.checks), found.level)


def _database(workshop: Workshop) -> str:
    """The database into which a dump of one is loaded: the canary then looks where the inventory says."""
    canary = workshop.canary
    return canary.database if canary is not None and canary.database else "restored"


async def _fed(cluster: Cluster, path: Path, kind: str) -> Checked:
    """Load it, from the beginning again for each role that it misses: dumps of one database hold no roles."""
    workshop = cluster.workshop
    whole = kind == "sql" and _WHOLE in await workshop.world.files.head(str(path), 4096)
    name = _database(workshop)
    quoted = '"' + name.replace('"', '""') + '"'
    target = "postgres" if whole else name
    output = Output(1, "", "")
    for _ in range(_MOST_ROLES):
        if target != "postgres":
            for statement in (f"DROP DATABASE IF EXISTS {quoted}", f"CREATE DATABASE {quoted} TEMPLATE template0"):
                output = await cluster.ask(statement)
                if output.code != 0:
                    return postgresql.judged(workshop, "load", output)
        output = await workshop.run(_loading(cluster, path, kind, target), inside=True)
        missed = _MISSED.search(output.err)
        if output.code == 0 or missed is None:
            break
        await cluster.ask(f'CREATE ROLE "{missed[1]}"')
    if output.code != 0 and any(words in output.err for words in _TOO_NEW):
        says = postgresql.complaint(output.err)
        raise CannotSee(Reason.NO_TOOL, say("{program}: {answer}", program="PostgreSQL", answer=says))
    return postgresql.judged(workshop, "load", output)


def _loading(cluster: Cluster, path: Path, kind: str, database: str) -> tuple[str, ...]:
    door = (*cluster.door, f"--username={_USER}", f"--dbname={database}")
    if kind == "sql":
        words = ("--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--file={path}")
        return (cluster.program("psql"), "-Xq", *door, *words)
    return (cluster.program("pg_restore"), *door, "--exit-on-error", "--no-owner", "--no-privileges", str(path))


async def loaded_by_mariadb(path: Path, kind: str, workshop: Workshop) -> Loaded:
    """Load a dump of MariaDB or MySQL, which is `sql`."""
    if kind != "sql":
        raise CannotSee(Reason.NO_TOOL, say("MariaDB loads no dump of the kind {kind}", kind=kind))
    if (cut := await _cut(path, kind, workshop)) is not None:
        return cut
    data = workshop.room / "server"
    found = mariadb.Found()
    with workshop.part("start"):
        await workshop.hand_over(workshop.room)
        made = await workshop.run(("mariadb-install-db", "--no-defaults", f"--datadir={data}", *_EMPTY), inside=True)
        if made.code != 0:
            raise CannotSee(
                Reason.INCOMPLETE, say("{program}: {answer}", program="mariadb-install-db",
                                       answer=mariadb.complaint(made.err or made.out)),
            )  # fmt: skip
    name = _database(workshop)
    async with mariadb.running(workshop, data):
        with workshop.part("restore"):
            quoted = "`" + name.replace("`", "``") + "`"
            await mariadb.client(workshop, f"CREATE DATABASE IF NOT EXISTS {quoted}", guard="DO 0")
            output = await mariadb.client(workshop, f"source {path}", name, guard="DO 0")
            said = "ERROR" in output.err
            loaded = mariadb.judged(workshop, "load", Output(output.code or int(said), output.out, output.err))
            found.checks.append(loaded)
        if loaded.held:
            await mariadb.verified(workshop, found, default=name)
    return Loaded(tuple(found.checks), found.level)
