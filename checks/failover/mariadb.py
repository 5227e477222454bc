"""Servers of MariaDB or MySQL as the inventory words them become whether a replica would take over now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from audit.contract import CannotSee, Reason, Verbs, World, probe, say
from audit.model.failover import FailoverState
from audit.model.item import Item, SecretRef, Text
from audit.model.mariadb_rows import filtered, worded
from audit.model.technology import Failover
from audit.model.unfit import Unexpected
from audit.model.units import Duration
from checks.failover.galera import STATUS, together
from checks.failover.galera import facts as cluster
from checks.failover.mariadb_output import AGREEING, ASKED, SEMI, Position, Row, Server, facts, lag, positions

_WHO: Final = "SELECT VERSION() AS version, @@server_id AS server"
_SETTINGS: Final = (
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN (" + ", ".join(f"'{name}'" for name in (*AGREEING, *ASKED)) + ")"
)
_SEMI: Final = "SHOW GLOBAL STATUS WHERE Variable_name IN (" + ", ".join(f"'{name}'" for name in (*SEMI, *STATUS)) + ")"
_STATUS_MARIADB: Final = "SHOW ALL SLAVES STATUS"
_STATUS_MYSQL: Final = "SHOW REPLICA STATUS"
_POSITIONS: Final = "SELECT @@gtid_binlog_pos AS written, @@gtid_slave_pos AS replayed, @@gtid_binlog_state AS reigns"
_LOGS: Final = "SHOW BINARY LOGS"
_WRITES: Final = "SHOW MASTER STATUS"
_BEAT: Final = "SELECT UNIX_TIMESTAMP(MAX({column})) AS beat, UNIX_TIMESTAMP(NOW(6)) AS now FROM {schema}.{table}"
VERBS: Final = Verbs(
    sql=(
        _WHO, _SETTINGS, _SEMI, _STATUS_MARIADB, _STATUS_MYSQL, _POSITIONS, _LOGS, _WRITES,
        _BEAT.format(column="{name}", schema="{name}", table="{name}"),
    )
)  # fmt: skip
_AGAIN: Final = 2


def parse_heartbeat(written: str) -> str:
    """`schema.table.column` of plain names: they go into a statement."""
    if not re.fullmatch(r"(?:[A-Za-z0-9_$]{1,64}\.){2}[A-Za-z0-9_$]{1,64}", written):
        raise Unexpected(say("a column such as app.heartbeat.ts"), repr(written[:80]))
    return written


class DatabaseServer(Item):
    """One server of the group; `url` is a secret that holds a URL such as `mysql://audit:word@db1:3306/`."""

    name: Text
    url: SecretRef


class Mariadb(Failover, kind="mariadb"):
    """A primary of MariaDB (10.5 or newer) or MySQL with its replicas, without a manager; each under `servers:`.

    Which of them is the primary is seen, not written. The user needs BINLOG MONITOR and REPLICA MONITOR (MariaDB) or
    REPLICATION CLIENT (MySQL). A replica is held against what its primary has written: Seconds_Behind_Master is never
    read, it says 0 of a frozen primary. `heartbeat:` is a TIMESTAMP column into which something on the primary writes
    the time every few seconds. Of nodes of a Galera cluster, which take writes together, is read which are in step, how
    many have to see each other. Ran with MariaDB 10.11, Galera 26.4. Never run against the real thing: MySQL.
    """

    servers: Annotated[tuple[DatabaseServer, ...], Field(min_length=2, max_length=16)]
    heartbeat: Annotated[Text, AfterValidator(parse_heartbeat)] | None = None
    timeout: Duration = timedelta(seconds=5)


@probe(deadline=90, verbs=VERBS)
async def standing(switch: Mariadb, world: World) -> FailoverState:
    seen: dict[str, Server | CannotSee] = {}
    for one in switch.servers:
        try:
            seen[one.name] = await _server(one, switch, world)
        except CannotSee as gap:
            seen[one.name] = gap
    if together(seen):
        return cluster(seen)
    lags: dict[str, Position | CannotSee] = {}
    for first in switch.servers:
        leader = seen[first.name]
        if isinstance(leader, CannotSee) or not leader.leads:
            continue
        try:
            lags = await _lags(first, leader, switch, seen, world)
        except CannotSee as gap:
            seen[first.name] = gap
        break
    return facts(seen, lags)


async def _server(one: DatabaseServer, switch: Mariadb, world: World) -> Server:
    who, settings, semi = await world.mysql.rows(one.url, (_WHO, _SETTINGS, _SEMI), switch.timeout)
    mariadb = "mariadb" in str(_only(who).get("version", "")).lower()
    status, own = await _follows(one, switch, world, mariadb=mariadb)
    return Server(_only(who), _named(settings), _named(semi), status, own)


async def _follows(
    one: DatabaseServer, switch: Mariadb, world: World, *, mariadb: bool
) -> tuple[tuple[Row, ...], Mapping[str, Any]]:
    """Whom a server follows, with its positions where it is a MariaDB."""
    if not mariadb:
        (rows,) = await world.mysql.rows(one.url, (_STATUS_MYSQL,), switch.timeout)
        return tuple(worded(row) for row in rows), {}
    # The positions first: a replica that stood there then stands there, or further, by the time of its status.
    found, rows = await world.mysql.rows(one.url, (_POSITIONS, _STATUS_MARIADB), switch.timeout)
    return tuple(worded(row) for row in rows), _only(found)


async def _lags(
    first: DatabaseServer, leader: Server, switch: Mariadb, seen: dict[str, Server | CannotSee], world: World
) -> dict[str, Position | CannotSee]:
    """How far each replica is behind what the primary had written before the replica was asked."""
    (logs,) = await world.mysql.rows(first.url, (_LOGS,), switch.timeout)
    written: Mapping[int, tuple[int, int]] = {}
    kept_back = ""
    if leader.mariadb:
        found, logged = await world.mysql.rows(first.url, (_POSITIONS, _WRITES), switch.timeout)
        written = positions(_only(found).get("written"))
        kept_back = "; ".join(filter(None, map(filtered, logged)))
    clock = await _beat(first, switch, world)
    began = world.clock.monotonic()
    lags: dict[str, Position | CannotSee] = {}
    for one in switch.servers:
        server = seen[one.name]
        if isinstance(server, CannotSee) or not server.status or one is first:
            continue
        try:
            for _ in range(1 + _AGAIN):
                # What is on its way now has come by the next look.
                status, own = await _follows(one, switch, world, mariadb=server.mariadb)
                server = seen[one.name] = server.now(status, own)
                beat = await _beat(one, switch, world)
                lags[one.name] = found_lag = lag(
                    server, leader, written, logs, (clock, beat), world.clock.monotonic() - began
                )
                if found_lag.behind == 0:
                    break
            lags[one.name] = replace(found_lag, kept_back=kept_back)
        except CannotSee as gap:
            lags[one.name] = gap
    return lags


async def _beat(one: DatabaseServer, switch: Mariadb, world: World) -> Row | None:
    if switch.heartbeat is None:
        return None
    schema, table, column = (f"`{name}`" for name in switch.heartbeat.split("."))
    query = _BEAT.format(column=column, schema=schema, table=table)
    (rows,) = await world.mysql.rows(one.url, (query,), switch.timeout)
    return _only(rows)


def _named(rows: Sequence[Row]) -> Mapping[str, str]:
    return {str(row.get("Variable_name", "")).lower(): str(row.get("Value", ""))[:300] for row in rows}


def _only(rows: Sequence[Row]) -> Row:
    if len(rows) != 1:
        raise CannotSee(Reason.INCOMPLETE, say("the server answered with {count} rows, not one", count=len(rows)))
    return rows[0]
