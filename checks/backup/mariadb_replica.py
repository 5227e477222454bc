"""A replica of MariaDB or MySQL as the inventory words it becomes how far it is behind its primary."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator

from audit.contract import CannotSee, Reason, Verbs, World, probe, say
from audit.model.backup import ReplicaState
from audit.model.facts import Unseen
from audit.model.item import Secret, SecretRef, Text
from audit.model.mariadb_rows import epoch, filtered, whole, worded
from audit.model.technology import Copy
from audit.model.unfit import Unexpected
from audit.model.units import Duration

Row = Mapping[str, Any]

_WHO: Final = "SELECT VERSION() AS version, @@server_id AS server"
_LOGS: Final = "SHOW BINARY LOGS"
_WRITES: Final = "SHOW MASTER STATUS"
_MARIADB: Final = "SELECT @@gtid_binlog_pos AS written, @@gtid_slave_pos AS replayed"
_STATUS_MARIADB: Final = "SHOW ALL SLAVES STATUS"
_STATUS_MYSQL: Final = "SHOW REPLICA STATUS"
_GRANTS: Final = "SHOW GRANTS"
_BEAT: Final = "SELECT UNIX_TIMESTAMP(MAX({column})) AS beat, UNIX_TIMESTAMP(NOW(6)) AS now FROM {schema}.{table}"
VERBS: Final = Verbs(
    sql=(
        _WHO, _LOGS, _WRITES, _MARIADB, _STATUS_MARIADB, _STATUS_MYSQL, _GRANTS,
        _BEAT.format(column="{name}", schema="{name}", table="{name}"),
    )
)  # fmt: skip
_AGAIN: Final = 2
_GTID: Final = re.compile(r"(\d{1,10})-(\d{1,10})-(\d{1,20})")
_READS: Final = frozenset(
    "USAGE, SELECT, SHOW VIEW, SHOW DATABASES, PROCESS, REPLICATION CLIENT, BINLOG MONITOR, SLAVE MONITOR, "
    "REPLICA MONITOR, PROXY".split(", ")
)
_GRANT: Final = re.compile(r"GRANT (.{1,4000}?) ON (\S{1,300}) TO ", re.DOTALL)


def parse_heartbeat(written: str) -> str:
    """`schema.table.column` of plain names: they go into a statement."""
    if not re.fullmatch(r"(?:[A-Za-z0-9_$]{1,64}\.){2}[A-Za-z0-9_$]{1,64}", written):
        raise Unexpected(say("a column such as app.heartbeat.ts"), repr(written[:80]))
    return written


class MariadbReplica(Copy, kind="mariadb-replica"):
    """A replica of MariaDB (10.5 or newer) or MySQL; `primary` and `standby` are secrets that hold URLs.

    Such as `mysql://audit:word@db1:3306/`, with `?socket=/run/mysqld/mysqld.sock` in place of the host, or
    `?tls=require`, `?authority=FILE` behind it. The user needs BINLOG MONITOR and REPLICA MONITOR (MariaDB) or
    REPLICATION CLIENT (MySQL), and SELECT on the table of `heartbeat:`, a TIMESTAMP column into which something on the
    primary writes the time every few seconds. Seconds_Behind_Master is never read: it says 0 of a frozen primary.
    Ran with MariaDB 10.11. Never run against the real thing: MySQL.
    """

    replica: ClassVar[bool] = True

    primary: SecretRef
    standby: SecretRef
    connection: Text | None = None
    """Of a replica that follows several primaries: the name of the connection."""
    heartbeat: Annotated[Text, AfterValidator(parse_heartbeat)] | None = None
    timeout: Duration = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Writer:
    """What the primary says of itself."""

    server: int
    logs: tuple[tuple[str, int], ...]
    """Name and size of each of its binary logs, oldest first."""
    gtids: Mapping[int, int] | None
    """The newest sequence number of each domain; None where it has none."""
    beat: Row | None
    excess: tuple[str, ...]
    kept_back: str = ""
    """The filters by which it leaves data out of what it hands on."""


@dataclass(frozen=True, slots=True)
class Follower:
    """What the replica says of itself."""

    status: Row
    """With the words of MariaDB, whichever server it is."""
    gtids: Mapping[int, int] | None
    beat: Row | None
    excess: tuple[str, ...]


@probe(deadline=30, verbs=VERBS)
async def replication(copy: MariadbReplica, world: World) -> ReplicaState:
    primary: Writer | CannotSee
    try:
        # The primary first: what it had written by then and the replica does not hold by now is truly behind.
        primary = await _writer(copy, world)
    except CannotSee as gap:
        primary = gap
    began = world.clock.monotonic()
    follower = await _follower(copy, world)
    seen = state(follower, primary, timedelta(0))
    for _ in range(_AGAIN):
        if not seen.has("bytes_behind") or not seen.bytes_behind or seen.has("replay_age"):
            break
        # What is on its way now has come by the second look, and was late by no more than the time between both.
        follower = await _follower(copy, world)
        seen = state(follower, primary, timedelta(seconds=world.clock.monotonic() - began))
    return seen


async def _writer(copy: MariadbReplica, world: World) -> Writer:
    who, logs, grants = await world.mysql.rows(copy.primary, (_WHO, _LOGS, _GRANTS), copy.timeout)
    mariadb = "mariadb" in str(_only(who).get("version", "")).lower()
    gtids: Mapping[int, int] | None = None
    kept_back = ""
    if mariadb:
        found, logged = await world.mysql.rows(copy.primary, (_MARIADB, _WRITES), copy.timeout)
        gtids = positions(str(_only(found).get("written") or ""))
        kept_back = "; ".join(filter(None, map(filtered, logged)))
    sizes = tuple((str(row.get("Log_name", "")), whole(row.get("File_size"))) for row in logs)
    beat = await _beat(copy, copy.primary, world)
    return Writer(whole(_only(who).get("server")), sizes, gtids, beat, beyond(grants), kept_back)


async def _follower(copy: MariadbReplica, world: World) -> Follower:
    who, grants = await world.mysql.rows(copy.standby, (_WHO, _GRANTS), copy.timeout)
    gtids: Mapping[int, int] | None = None
    if "mariadb" in str(_only(who).get("version", "")).lower():
        found, statuses = await world.mysql.rows(copy.standby, (_MARIADB, _STATUS_MARIADB), copy.timeout)
        gtids = positions(str(_only(found).get("replayed") or ""))
    else:
        (statuses,) = await world.mysql.rows(copy.standby, (_STATUS_MYSQL,), copy.timeout)
    named = [worded(row) for row in statuses]
    if copy.connection is not None:
        named = [row for row in named if row.get("Connection_name", row.get("Channel_Name")) == copy.connection]
    if len(named) > 1:
        raise CannotSee(
            Reason.INCOMPLETE, say("the replica follows {count} primaries: write `connection:`", count=len(named))
        )
    beat = await _beat(copy, copy.standby, world)
    return Follower(named[0] if named else {}, gtids, beat, beyond(grants))


async def _beat(copy: MariadbReplica, dsn: Secret, world: World) -> Row | None:
    if copy.heartbeat is None:
        return None
    schema, table, column = (f"`{name}`" for name in copy.heartbeat.split("."))
    query = _BEAT.format(column=column, schema=schema, table=table)
    (rows,) = await world.mysql.rows(dsn, (query,), copy.timeout)
    return _only(rows)


def state(follower: Follower, primary: Writer | CannotSee, waited: timedelta) -> ReplicaState:
    """What both ends say to facts; `waited` is the time since the primary spoke where the replica was asked again."""
    status = follower.status
    excess = tuple(dict.fromkeys((*follower.excess, *(() if isinstance(primary, CannotSee) else primary.excess))))
    if not status:
        return ReplicaState(attached=False, excess=excess, detail="it follows nobody")
    facts: dict[str, Any] = {"excess": excess, "paused": status.get("Slave_SQL_Running") != "Yes"}
    absent: dict[str, Unseen] = {}
    receiver = str(status.get("Slave_IO_Running", ""))
    facts["attached"] = receiver == "Yes"
    if not facts["attached"]:
        # The text of the error names user, host, port: its number is enough.
        facts["detail"] = f"its receiver runs: {receiver[:20] or '-'}, last error {whole(status.get('Last_IO_Errno'))}"
    elif facts["paused"]:
        facts["detail"] = f"the replay stopped, last error {whole(status.get('Last_SQL_Errno'))}"
    elif isinstance(primary, CannotSee):
        facts["detail"] = "seen from the replica only"
    left_out = filtered(status) or ("" if isinstance(primary, CannotSee) else primary.kept_back)
    partly = CannotSee(
        Reason.INCOMPLETE,
        say("the replica gets a part of the data alone ({filters}): no lag tells of the rest", filters=left_out),
    )
    try:
        if left_out:
            raise partly
        facts |= _heartbeat(follower, None if isinstance(primary, CannotSee) else primary)
    except CannotSee as gap:
        absent["heartbeat_age"] = Unseen.of(gap)
    try:
        if isinstance(primary, CannotSee):
            raise primary
        if left_out:
            raise partly
        facts["same_cluster"] = whole(status.get("Master_Server_Id")) == primary.server
        if not facts["same_cluster"]:
            raise CannotSee(Reason.CONTRADICTED, say("the replica follows another primary than the one that is named"))
        behind = facts["bytes_behind"] = _distance(status, follower, primary)
        if behind == 0:
            facts["replay_age"] = waited
        elif "heartbeat_age" in facts:
            facts["replay_age"] = facts["heartbeat_age"]
        else:
            raise CannotSee(
                Reason.INCOMPLETE, say("only the `heartbeat:` of the copy tells how old the newest row of it is")
            )
    except CannotSee as gap:
        for fact in ("same_cluster", "bytes_behind", "replay_age"):
            if fact not in facts:
                absent[fact] = Unseen.of(gap)
    return ReplicaState(absent=absent, **facts)


def _heartbeat(follower: Follower, primary: Writer | None) -> dict[str, Any]:
    """The age of the newest heartbeat that has come over, by the primary's clock where it can be asked."""
    if follower.beat is None:
        raise CannotSee(Reason.INCOMPLETE, say("the copy names no `heartbeat:`"))
    beat = epoch(follower.beat.get("beat"))
    if beat is None:
        raise CannotSee(Reason.INCOMPLETE, say("the table of the heartbeat on the replica holds no time"))
    clock = primary.beat if primary is not None and primary.beat is not None else follower.beat
    now = epoch(clock.get("now"))
    if now is None:
        raise CannotSee(Reason.INCOMPLETE, say("the server does not tell its time"))
    age = timedelta(seconds=float(now - beat))
    if age < timedelta(seconds=-2):
        raise CannotSee(Reason.CONTRADICTED, say("the heartbeat on the replica is dated in the future"))
    return {"heartbeat_age": max(age, timedelta(0))}


def _distance(status: Row, follower: Follower, primary: Writer) -> int:
    """Bytes of the primary's binary logs that the replica has not replayed."""
    missing: int | None = None
    if primary.gtids and follower.gtids is not None and status.get("Using_Gtid") not in (None, "No"):
        missing = sum(max(0, sequence - follower.gtids.get(domain, 0)) for domain, sequence in primary.gtids.items())
        if missing == 0:
            return 0
    names = [name for name, _ in primary.logs]
    reached = str(status.get("Relay_Master_Log_File") or "")
    if reached not in names:
        raise CannotSee(
            Reason.INCOMPLETE,
            say("the primary has no binary log {log}, at which the replica stands", log=reached[:80] or "-"),
        )
    at = names.index(reached)
    written = sum(size for _, size in primary.logs[at:])
    return max(1 if missing else 0, written - whole(status.get("Exec_Master_Log_Pos")))


def positions(text: str) -> Mapping[int, int]:
    """`0-1-7,1-2-9` to the newest sequence number of each domain."""
    found: dict[int, int] = {}
    for piece in text.split(",") if text.strip() else ():
        parts = _GTID.fullmatch(piece.strip())
        if parts is None:
            raise CannotSee(Reason.INCOMPLETE, say("the server gives a position that cannot be read"))
        found[int(parts[1])] = max(found.get(int(parts[1]), 0), int(parts[3]))
    return found


def beyond(grants: Sequence[Row]) -> tuple[str, ...]:
    """The rights beyond reading that SHOW GRANTS lists; never the line itself, which holds a hash of the password."""
    found: list[str] = []
    for row in grants:
        line = next((value for value in row.values() if isinstance(value, str)), "")
        parts = _GRANT.match(line)
        if parts is None:
            continue
        rights = [re.sub(r"\s*\([^)]*\)", "", right).strip().upper() for right in re.split(r",(?![^(]*\))", parts[1])]
        found += [f"{right} on {parts[2]}"[:120] for right in rights if right not in _READS]
        if line.rstrip().endswith("WITH GRANT OPTION") and "PROXY" not in rights:
            found.append(f"GRANT OPTION on {parts[2]}"[:120])
    return tuple(dict.fromkeys(found))


def _only(rows: Sequence[Row]) -> Row:
    if len(rows) != 1:
        raise CannotSee(Reason.INCOMPLETE, say("the server answered with {count} rows, not one", count=len(rows)))
    return rows[0]
