"""A restored PostgreSQL data folder becomes what a server of its own says of it: started, replayed, verified."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from audit.contract import CannotSee, Output, Reason, Workshop, say
from audit.model.drilling import Checked
from checks.backup.drills import databases, links
from checks.backup.drills.choice import at_fault
from checks.backup.drills.cluster import PROGRAMS, SPACES, Cluster
from checks.backup.drills.serving import level_of, short_enough

COMMANDS: Final = (
    f"{PROGRAMS}/pg_controldata -D *",
    f"{PROGRAMS}/postgres -D * -c config_file=*",
    f"{PROGRAMS}/psql -XqAt --host=* --port=5432 --username=* --dbname=* --command=*",
    f"{PROGRAMS}/pg_amcheck --host=* --port=5432 --username=* --all --install-missing",
    f"{PROGRAMS}/pg_dumpall --host=* --port=5432 --username=* --file=/dev/null",
    "rm -- */standby.signal",
    *links.COMMANDS,
)
"""What every drill that starts PostgreSQL declares."""
_CARRIED: Final[Mapping[str, str]] = {
    "max_connections setting": "max_connections",
    "max_worker_processes setting": "max_worker_processes",
    "max_wal_senders setting": "max_wal_senders",
    "max_prepared_xacts setting": "max_prepared_transactions",
    "max_locks_per_xact setting": "max_locks_per_transaction",
}
_OURS: Final = (
    "could not create shared memory", "could not map anonymous shared memory", "No space left on device",
    "out of memory", "Cannot allocate memory", "could not create any Unix-domain sockets",
    "locale is incompatible with operating system", "is not available", "could not access file",
    "could not load library", "could not be started", "incompatible with server", "has wrong ownership",
)  # fmt: skip
"""Words of complaints about this machine, not about what was restored."""
_SYNCS_SINCE: Final = 14
_LARGEST_MAP: Final = 65_536
_TELLING: Final = re.compile(
    r'(relation|column|database|function|schema) "?[^:]{1,120}?"? does not exist|permission denied|statement timeout'
    r"|read-only transaction|syntax error"
)
"""What may be told of an error of the canary's query: anything else could hold a value out of the data."""
_FACTS: Final = (
    "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn(), "
    "round(extract(epoch from pg_last_xact_replay_timestamp())::numeric, 6)"
)


@dataclass(frozen=True, slots=True)
class Replay:
    """Fetched log that has to be replayed on top of a base backup."""

    spool: Path
    """The folder in the room in which the segments lie under their own names."""
    target: str
    """The position such as `0/5008A80` that must be reached: a log that ends before it is broken."""


@dataclass(slots=True)
class Found:
    """What starting a cluster showed."""

    checks: list[Checked] = field(default_factory=list)
    newest: datetime | None = None
    """The commit of the last transaction that was replayed."""

    @property
    def level(self) -> int:
        return level_of(self.checks)


async def prepared(cluster: Cluster, replay: Replay | None) -> None:
    """Put settings of our own in the place of those that came with the data, which stay unread."""
    workshop, room = cluster.workshop, cluster.workshop.room
    short_enough(workshop, ".s.PGSQL.5432")
    await links.none_leads_out(workshop, room)
    inside = cluster.data.relative_to(room)
    if any(file.size for file in await workshop.world.files.list(f"{cluster.data}/tablespace_map", 1)):
        # The server would make links to where they were: into production.
        workshop.write(f"{inside}/tablespace_map", await _spaces(cluster))
    if await workshop.world.files.list(f"{cluster.data}/standby.signal", 1):
        # It would wait for a primary for ever.
        await workshop.run(("rm", "--", str(cluster.data / "standby.signal")))
    # The settings of ALTER SYSTEM are read whatever the configuration file is.
    workshop.write(f"{inside}/postgresql.auto.conf", "")
    if replay is not None:
        workshop.write(f"{inside}/recovery.signal", "")
    workshop.write("access.conf", "local all all trust\n")
    workshop.write("names.conf", "")
    workshop.write("postgresql.conf", _settings(room, await _carried(cluster), replay))
    await workshop.hand_over(room)


async def _spaces(cluster: Cluster) -> str:
    """The map of table spaces with the folders of the room in it. CannotSee where one of them did not come."""
    files = cluster.workshop.world.files
    text = (await files.head(f"{cluster.data}/tablespace_map", _LARGEST_MAP)).decode("utf-8", "replace")
    told = await cluster.workshop.run(("find", f"{cluster.data}/pg_tblspc", "-type", "l", "-printf", r"%f\0%l\0"))
    words = told.out.split("\0")
    placed = dict(zip(words[0::2], words[1::2], strict=False))
    lines = []
    for number in (line.partition(" ")[0] for line in text.splitlines() if line):
        at = f"{cluster.workshop.room}/{SPACES}/{number}"
        if placed.get(number) != at:
            raise CannotSee(Reason.DENIED, say("it has table spaces that would be restored to where they were"))
        lines.append(f"{number} {at}\n")
    return "".join(lines)


async def _carried(cluster: Cluster) -> Mapping[str, str]:
    """The settings that a recovery needs at least as large as they were where the backup was made."""
    output = await cluster.workshop.run((cluster.program("pg_controldata"), "-D", str(cluster.data)))
    if output.code != 0:
        raise CannotSee(Reason.INCOMPLETE, say("what was restored has no readable pg_control"))
    lines = (line.partition(":") for line in output.out.splitlines())
    told = {name.strip(): value.strip() for name, _, value in lines}
    settings = {
        setting: told[name] for name, setting in _CARRIED.items() if re.fullmatch(r"[0-9]{1,9}", told.get(name, ""))
    }
    # Every file has just changed hands: else the server waits for the disk once for each of them.
    return {**settings, "recovery_init_sync_method": "syncfs"} if cluster.major >= _SYNCS_SINCE else settings


def _settings(room: Path, carried: Mapping[str, str], replay: Replay | None) -> str:
    """No network, no archive, no primary, no foreign library; a target that has to be reached."""
    settings = {
        "listen_addresses": "", "port": "5432", "unix_socket_directories": str(room),
        "unix_socket_permissions": "0700", "hba_file": f"{room}/access.conf", "ident_file": f"{room}/names.conf",
        "archive_mode": "off", "archive_command": "/bin/false", "primary_conninfo": "", "primary_slot_name": "",
        "shared_preload_libraries": "", "session_preload_libraries": "", "local_preload_libraries": "",
        "max_logical_replication_workers": "0", "autovacuum": "off", "ssl": "off", "logging_collector": "off",
        "log_destination": "stderr", "log_timezone": "UTC", "timezone": "UTC", "lc_messages": "C", "huge_pages": "try",
        # What ends a recovery is then among the last lines that are printed.
        "log_min_messages": "fatal", "log_line_prefix": "",
        # The server then lets nobody in before the replay is over, so that no setting it lacks can pause it.
        "hot_standby": "off", "wal_level": "replica", "restart_after_crash": "off", "jit": "off",
        "cluster_name": "haechi-drill", **carried,
    }  # fmt: skip
    if replay is not None:
        settings |= {
            "restore_command": f'test -f "{replay.spool}/%f" && cp -- "{replay.spool}/%f" "%p"',
            "recovery_target_lsn": replay.target,
            "recovery_target_inclusive": "on",
            "recovery_target_timeline": "latest",
            "recovery_target_action": "promote",
        }
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())


@asynccontextmanager
async def running(cluster: Cluster) -> AsyncIterator[None]:
    """The server for as long as needed, its start and its replay measured apart. CannotSee where it does not come."""
    workshop = cluster.workshop
    pid = f"{cluster.data}/postmaster.pid"
    with ExitStack() as timed:
        timed.enter_context(workshop.part("start"))
        up = False

        async def ready() -> bool:
            # As pg_ctl does. Whoever connects too early fills the last lines of the log with complaints.
            nonlocal up
            if not await workshop.world.files.list(pid, 1):
                return False
            if not up:
                up = True
                timed.close()
                timed.enter_context(workshop.part("replay"))
            try:
                lines = (await workshop.world.files.head(pid, 4096)).decode("utf-8", "replace").splitlines()
            except CannotSee as gone:
                # A server that ends takes it away; what it said last is asked for where its end is noticed.
                if gone.reason is not Reason.UNREACHABLE:
                    raise
                return False
            return len(lines) > 7 and lines[7].strip() == "ready"

        argv = (
            cluster.program("postgres"),
            "-D",
            str(cluster.data),
            "-c",
            f"config_file={workshop.room}/postgresql.conf",
        )
        async with workshop.serve(argv, ready, ending="QUIT"):
            timed.close()
            yield


async def proven(cluster: Cluster, found: Found, replay: Replay | None = None) -> None:
    """Start a restored cluster, let it replay, verify it. What is wrong with the data is a check that did not hold."""
    workshop = cluster.workshop
    with damaging(workshop, found):
        with workshop.part("restore"):
            await prepared(cluster, replay)
        async with running(cluster):
            with workshop.part("verify"):
                await verified(cluster, found, replay)


@contextmanager
def damaging(workshop: Workshop, found: Found) -> Iterator[None]:
    """What cannot be read or started is damage: a check that did not hold, unless this machine is at fault."""
    try:
        yield
    except CannotSee as gap:
        if gap.reason is not Reason.INCOMPLETE:
            raise
        if any(words in str(gap) for words in _OURS):
            raise CannotSee(at_fault(str(gap.says)), gap.says) from gap
        found.checks.append(workshop.check("start", held=False, detail=complaint(str(gap.says))))


async def verified(cluster: Cluster, found: Found, replay: Replay | None = None, *, default: str = "postgres") -> None:
    """Ask a running cluster how far it came, have every page read, look for the canary."""
    workshop = cluster.workshop
    output = await cluster.ask(_FACTS)
    if output.code != 0 and f'role "{cluster.user}" does not exist' in output.err:
        raise CannotSee(Reason.NO_TOOL, say("the name of the superuser of what was restored is not known"))
    values = output.out.strip().split("|")
    if output.code != 0 or len(values) != 3:
        found.checks.append(judged(workshop, "start", output))
        return
    found.checks.append(workshop.check("start", values[0] == "f", "" if values[0] == "f" else "it is still recovering"))
    if replay is not None:
        reached = bool(values[1]) and position(values[1]) >= position(replay.target)
        found.checks.append(workshop.check("log", reached, f"replayed to {values[1] or 'nothing'} of {replay.target}"))
        found.newest = instant(values[2])
    part = None if cluster.only is None else await databases.there(cluster)
    if isinstance(part, Output):
        found.checks.append(judged(workshop, "start", part))
        return
    name, output = await databases.read(cluster, None if part is None else part.whole)
    found.checks.append(judged(workshop, name, output))
    canary = workshop.canary
    if canary is None or canary.query is None:
        return
    database = canary.database or default
    if part is not None and database in part.zeroed:
        says = "the canary was not asked: its database did not come in this turn"
        found.checks.append(workshop.check("databases", held=True, detail=says))
    else:
        found.checks.append(await _canary(cluster, canary.query, database))


async def _canary(cluster: Cluster, query: str, database: str) -> Checked:
    guarded = "-c default_transaction_read_only=on -c statement_timeout=60000"
    output = await cluster.ask(query, database, guarded)
    if output.code != 0:
        told = _TELLING.search(output.err)
        detail = told[0] if told else "the query failed"
        return cluster.workshop.check("canary", held=False, detail=detail)
    lines = output.out.splitlines()
    if len(lines) > 1:
        return cluster.workshop.check("canary", held=False, detail="the query gave more than one row")
    return cluster.workshop.canary_held(output.out.strip())


def judged(workshop: Workshop, name: str, output: Output) -> Checked:
    """A program's end as a check; CannotSee where it complains about this machine."""
    said = complaint(output.err or output.out)
    if output.code != 0 and any(words in output.err for words in _OURS):
        raise CannotSee(at_fault(said), say("{program}: {answer}", program=name, answer=said))
    return workshop.check(name, output.code == 0, "" if output.code == 0 else said)


def complaint(text: str) -> str:
    """The line that says what went wrong: the gravest one that a server or program printed."""
    lines = [line.strip() for line in re.split(r"\n| / ", text) if line.strip()]
    for mark in ("PANIC:", "FATAL:", "ERROR:", "error:"):
        for line in lines:
            if mark in line:
                # What follows may be a value out of the data.
                return re.sub(r':\s+["\'].*', "", line[line.index(mark) :])
    return lines[0] if lines else "it said nothing"


def position(text: str) -> int:
    """`0/5008A80` to bytes; 0 for any other text."""
    found = re.fullmatch(r"([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})", text)
    return (int(found[1], 16) << 32) + int(found[2], 16) if found else 0


def instant(epoch: str) -> datetime | None:
    """Seconds since 1970 as a server prints them."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(epoch))
    except (ValueError, OverflowError):
        return None
