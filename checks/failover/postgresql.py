"""Connection strings of PostgreSQL servers as the inventory words them become whether a standby could take over now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from audit.contract import CannotSee, Reason, Verbs, World, probe, say
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Switch
from audit.model.item import Id, SecretRef, unmarked
from audit.model.technology import Failover
from audit.model.units import Duration

Row = Mapping[str, Any]

# None may ask for primary_conninfo: a member of pg_monitor gets the password in it in clear.
SERVER: Final = """
SELECT pg_is_in_recovery() AS in_recovery, clock_timestamp() AS now, current_setting('server_version') AS version,
       CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn()::text END AS written,
       CASE WHEN NOT pg_is_in_recovery() THEN pg_walfile_name(pg_current_wal_lsn()) END AS segment,
       CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text END AS replayed,
       CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() END AS replayed_at,
       CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END AS paused,
       host(inet_server_addr()) AS address, current_setting('synchronous_standby_names') AS synchronous,
       current_setting('synchronous_commit') AS waits,
       current_setting('recovery_min_apply_delay') AS kept_back,
       (SELECT system_identifier::text FROM pg_control_system()) AS cluster
"""
SENDERS: Final = "SELECT state FROM pg_stat_replication"
RECEIVERS: Final = "SELECT status, received_tli, last_msg_receipt_time FROM pg_stat_wal_receiver"
SETTINGS: Final = """
SELECT name, setting FROM pg_settings
 WHERE name IN ('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions',
                'max_locks_per_transaction', 'wal_level', 'hot_standby', 'block_size', 'wal_segment_size',
                'data_checksums')
"""
"""A standby where one of the first five is lower than at its primary stands still, or does not start."""
_QUERIES: Final = (SERVER, SENDERS, RECEIVERS, SETTINGS)
_SILENT: Final = timedelta(seconds=60)
_STREAMS: Final = frozenset(("streaming", "catchup"))


class PostgresqlGroup(Failover, kind="postgresql"):
    """A PostgreSQL (10 or newer) primary with its streaming standbys, of which a person makes one the next primary.

    `servers` maps a name of each to a secret that holds its connection string; which of them is the primary is seen.
    The roles need `pg_monitor` (`GRANT pg_monitor TO audit`), and no right to any table. Ran with PostgreSQL 15.
    """

    servers: Annotated[
        dict[Id, SecretRef],
        BeforeValidator(lambda written: unmarked(written) if isinstance(written, dict) else written),
        Field(min_length=2, max_length=16),
    ]
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return "localhost"


@dataclass(frozen=True, slots=True)
class Server:
    """What one server says."""

    row: Row
    senders: Sequence[Row]
    receivers: Sequence[Row]
    settings: Sequence[Row]


Servers = Mapping[str, Server | CannotSee]


@probe(deadline=90, verbs=Verbs(sql=_QUERIES))
async def standing(switch: PostgresqlGroup, world: World) -> FailoverState:
    servers = {name: await _asked(switch, name, world) for name in switch.servers}
    names = list(servers)
    lead = next((number for number, name in enumerate(names) if _writes(servers[name])), 0)
    for name in names[:lead]:
        # What the primary had written by then and a standby has not replayed by now is truly behind.
        if not isinstance(servers[name], CannotSee):
            servers[name] = await _asked(switch, name, world)
    return state(servers)


async def _asked(switch: PostgresqlGroup, name: str, world: World) -> Server | CannotSee:
    try:
        rows, *others = await world.postgresql.rows(switch.servers[name], _QUERIES, switch.timeout)
    except CannotSee as gap:
        return gap
    if len(rows) != 1:
        return CannotSee(Reason.INCOMPLETE, say("the server answered with {count} rows, not one", count=len(rows)))
    return Server(rows[0], *others)


def state(servers: Servers) -> FailoverState:
    """What each server says to facts; CannotSee where nobody could tell who is the primary, or whether one follows."""
    writers = {name: one for name, one in servers.items() if isinstance(one, Server) and _writes(one)}
    gaps = [one for one in servers.values() if isinstance(one, CannotSee)]
    if not writers and gaps:
        raise gaps[0]
    trouble = [] if writers else ["no server takes writes"]
    if len(writers) > 1:
        trouble.append(f"{' and '.join(writers)} take writes, each of its own")
    lead = next(iter(writers), "")
    members: list[Member] = []
    blind: list[CannotSee] = []
    for name, one in servers.items():
        if isinstance(one, Server) and _writes(one):
            members.append(Member(name=name, role="primary", usable=True, **_common(one)))
            continue
        why, gap = _against(one, writers.get(lead))
        why = why or ("" if gap is None else str(gap))
        blind += [] if gap is None else [gap]
        common = {**_common(one), **_lag(one, writers.get(lead))} if isinstance(one, Server) else {}
        members.append(Member(name=name, role="standby", usable=not why and gap is None, detail=why[:200], **common))
    if blind and not any(one.usable for one in members if one.role == "standby"):
        raise blind[0]
    facts, absent = _switches(writers[lead]) if lead and len(writers) == 1 else ({}, {})
    return FailoverState(
        members=tuple(members), trouble=tuple(trouble), automatic=False, absent=absent, tool="PostgreSQL", **facts
    )


def _writes(server: Server | CannotSee) -> bool:
    return isinstance(server, Server) and server.row["in_recovery"] is False


def _against(one: Server | CannotSee, writer: Server | None) -> tuple[str, CannotSee | None]:
    """Why a standby could not take over, else why nobody can tell."""
    states = {row["state"] for row in writer.senders} if writer is not None else set()
    sends = bool(states & _STREAMS)
    if isinstance(one, CannotSee):
        if one.reason is Reason.UNREACHABLE and writer is not None and not sends and None not in states:
            return f"the primary has no sender that streams, and it cannot be asked: {one}", None
        return f"it cannot be asked: {one}", one
    if writer is None:
        return "there is no primary that it could follow", None
    if one.row["cluster"] != writer.row["cluster"]:
        return "it is a standby of another database", None
    if not one.receivers:
        return "no receiver runs on it", None
    receiver = one.receivers[0]
    if receiver["status"] is None or (None in states and not sends):
        return "", CannotSee(Reason.DENIED, say("a role may not see who receives or sends: grant it pg_monitor"))
    if receiver["status"] != "streaming":
        return f"its receiver is {receiver['status']}", None
    if not sends:
        return "the primary has no sender that streams", None
    if one.row["paused"]:
        return "its replay is paused", None
    if one.row.get("kept_back", "0") not in (None, "0"):
        return f"it is kept {str(one.row['kept_back'])[:20]} behind on purpose", None
    line = timeline(writer)
    if line is not None and receiver["received_tli"] not in (None, line):
        return f"it is on timeline {receiver['received_tli']}, its primary on {line}", None
    heard = receiver["last_msg_receipt_time"]
    if heard is not None and one.row["now"] - heard > _SILENT and _lag(one, writer).get("lag_bytes"):
        # A dead line keeps its receiver until wal_receiver_timeout, for ever where that is 0.
        return "its receiver has heard nothing for over a minute", None
    return "", None


def _lag(one: Server, writer: Server | None) -> dict[str, Any]:
    """Bytes by the positions of both ends; seconds by the last commit replayed, where it is behind at all."""
    if writer is None or one.row["replayed"] is None or one.row["cluster"] != writer.row["cluster"]:
        return {}
    behind = max(0, position(writer.row["written"]) - position(one.row["replayed"]))
    found: dict[str, Any] = {"lag_bytes": behind, "lag_by": "pg_current_wal_lsn - pg_last_wal_replay_lsn"}
    if not behind:
        return {**found, "lag_seconds": 0.0}
    at = one.row["replayed_at"]
    # Both times are those of the primary's clock.
    return found if at is None else {**found, "lag_seconds": max(0.0, (writer.row["now"] - at).total_seconds())}


def _needs(one: Server) -> int:
    """How many standbys a commit waits for; there is no end to that where they are gone."""
    if one.row.get("waits") in ("off", "local"):
        return 0
    named = str(one.row.get("synchronous") or "").strip()
    count = re.match(r"(?i)(?:(?:first|any)\s+)?(\d{1,4})\s*\(", named)
    return int(count[1]) if count else 1 if named else 0


def _common(one: Server) -> dict[str, Any]:
    version = str(one.row["version"]).split(" ", 1)[0][:40]
    settings = {str(row["name"])[:60]: str(row["setting"])[:60] for row in one.settings}
    return {
        "address": one.row["address"] or "",
        "needs": _needs(one),
        "version": f"PostgreSQL {version}",
        "settings": settings,
    }


def _switches(writer: Server) -> tuple[dict[str, Any], dict[str, Unseen]]:
    """How often a standby was made primary: each time begins a timeline. Its history holds no dates."""
    line = timeline(writer)
    if line is None:
        gap = Unseen.of(CannotSee(Reason.INCOMPLETE, say("the primary does not tell its timeline")))
        return {}, {"switches": gap, "last_switch": gap}
    detail = f"timeline {line}"
    return {"switches": line - 1, "last_switch": Switch(at=None, source="timeline of the primary", detail=detail)}, {}


def timeline(writer: Server) -> int | None:
    """The timeline that a primary writes, from the name of its segment."""
    try:
        return int(str(writer.row["segment"])[:8], 16)
    except ValueError:
        return None


def position(written: str) -> int:
    """A place in the log such as `0/3000060` in bytes."""
    try:
        high, low = written.split("/")
        return (int(high, 16) << 32) + int(low, 16)
    except ValueError as broken:
        raise CannotSee(Reason.INCOMPLETE, say("the server gives no position in its log")) from broken
