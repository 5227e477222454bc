"""What servers of MariaDB or MySQL say of themselves becomes the facts of a failover."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from audit.contract import CannotSee, Reason, say
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Role
from audit.model.mariadb_rows import epoch, filtered, whole

Row = Mapping[str, Any]
AGREEING: Final = (
    "binlog_format", "character_set_server", "collation_server", "default_storage_engine", "enforce_gtid_consistency",
    "gtid_domain_id", "gtid_mode", "gtid_strict_mode", "innodb_flush_log_at_trx_commit", "innodb_page_size", "log_bin",
    "lower_case_table_names", "max_allowed_packet", "max_connections", "sql_mode", "sync_binlog", "system_time_zone",
    "time_zone",
)  # fmt: skip
"""Settings that have to be the same at every server."""
ASKED: Final = (
    "hostname", "read_only", "replica_exec_mode", "replica_skip_errors", "report_host", "rpl_semi_sync_master_enabled",
    "rpl_semi_sync_source_enabled", "slave_exec_mode", "slave_skip_errors", "super_read_only", "wsrep_on",
)  # fmt: skip
SEMI: Final = ("Rpl_semi_sync_master_status", "Rpl_semi_sync_source_status")
_GTID: Final = re.compile(r"(\d{1,10})-(\d{1,10})-(\d{1,20})")
_ON: Final = ("ON", "1")
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Server:
    """What one server says of itself."""

    who: Row
    settings: Mapping[str, str]
    semi: Mapping[str, str]
    status: tuple[Row, ...]
    """Each connection to a primary, in the words of MariaDB."""
    positions: Row

    @property
    def mariadb(self) -> bool:
        return "mariadb" in str(self.who.get("version", "")).lower()

    @property
    def number(self) -> int:
        return whole(self.who.get("server"))

    @property
    def closed(self) -> bool:
        """Whether it refuses the writes of an application. MySQL has two locks, of which either keeps these out."""
        return any(self.settings.get(name, "").upper() in _ON for name in ("read_only", "super_read_only"))

    @property
    def leads(self) -> bool:
        return not self.status and not self.closed

    def now(self, status: tuple[Row, ...], own: Row) -> Server:
        """The same server, asked again."""
        return replace(self, status=status, positions=own)


@dataclass(frozen=True, slots=True)
class Position:
    """How far a replica is behind its primary."""

    behind: int
    """Bytes of binary logs."""
    seconds: float | None
    by: str
    ahead: bool = False
    """Whether it has rows of its own that the primary has not."""
    kept_back: str = ""
    """The filters by which its primary leaves data out of what it hands on."""


def positions(text: object) -> Mapping[int, tuple[int, int]]:
    """`0-1-7,1-2-9` to the server and the newest sequence number of each domain."""
    found: dict[int, tuple[int, int]] = {}
    for piece in str(text or "").split(",") if str(text or "").strip() else ():
        parts = _GTID.fullmatch(piece.strip())
        if parts is None:
            raise CannotSee(Reason.INCOMPLETE, say("the server gives a position that cannot be read"))
        found[int(parts[1])] = max(
            found.get(int(parts[1]), (0, 0)), (int(parts[2]), int(parts[3])), key=lambda at: at[1]
        )
    return found


def lag(
    server: Server,
    leader: Server,
    written: Mapping[int, tuple[int, int]],
    logs: Sequence[Row],
    beats: tuple[Row | None, Row | None],
    waited: float,
) -> Position:
    """A replica held against what its primary had written `waited` seconds before; both heartbeats where there are."""
    status = server.status[0]
    ahead = _ahead(server, written) or _errant(server, leader)
    missing: int | None = None
    if written and status.get("Using_Gtid") not in (None, "No"):
        replayed = positions(server.positions.get("replayed"))
        missing = sum(max(0, at - replayed.get(domain, (0, 0))[1]) for domain, (_, at) in written.items())
    by = "gtid_binlog_pos - gtid_slave_pos"
    behind = 0
    if missing != 0:
        by = "SHOW BINARY LOGS - Exec_Master_Log_Pos"
        if whole(status.get("Master_Server_Id")) != leader.number:
            raise CannotSee(Reason.INCOMPLETE, say("a replica of a replica stands at a log of another server"))
        names = [str(row.get("Log_name", "")) for row in logs]
        reached = str(status.get("Relay_Master_Log_File") or "")
        if reached not in names:
            raise CannotSee(
                Reason.INCOMPLETE,
                say("the primary has no binary log {log}, at which the replica stands", log=reached[:80] or "-"),
            )
        total = sum(whole(row.get("File_size")) for row in logs[names.index(reached) :])
        behind = max(1 if missing else 0, total - whole(status.get("Exec_Master_Log_Pos")))
    seconds = waited if behind == 0 else None
    clock, beat = beats
    if clock is not None and beat is not None:
        now, then = epoch(clock.get("now")), epoch(beat.get("beat"))
        if now is None or then is None:
            raise CannotSee(Reason.INCOMPLETE, say("the table of the heartbeat holds no time"))
        seconds, by = max(0.0, float(now - then)), f"{by}; heartbeat"
    return Position(behind, seconds, by, ahead)


def _ahead(server: Server, written: Mapping[int, tuple[int, int]]) -> bool:
    own = positions(server.positions.get("written"))
    return bool(written) and any(
        number == server.number and at > written.get(domain, (0, 0))[1] for domain, (number, at) in own.items()
    )


def _errant(server: Server, leader: Server) -> bool:
    """Whether it once wrote what its primary has never had, though the primary is long past that number now."""
    if not all(one.positions.get("reigns") for one in (server, leader)):
        return False
    had = _reigns(leader.positions.get("reigns"))
    for domain, (number, at) in positions(leader.positions.get("replayed")).items():
        had[domain, number] = max(at, had.get((domain, number), 0))
    own = _reigns(server.positions.get("reigns"))
    return any(number == server.number and at > had.get((domain, number), 0) for (domain, number), at in own.items())


def _reigns(text: object) -> dict[tuple[int, int], int]:
    """`0-1-7,0-2-9` to the newest sequence number of each domain that each server wrote."""
    pieces = [_GTID.fullmatch(piece.strip()) for piece in str(text or "").split(",") if piece.strip()]
    return {(int(one[1]), int(one[2])): int(one[3]) for one in pieces if one is not None}


def facts(seen: Mapping[str, Server | CannotSee], lags: Mapping[str, Position | CannotSee]) -> FailoverState:
    """All servers to facts. CannotSee where what nobody could ask decides it."""
    gaps = [gap for gap in (*seen.values(), *lags.values()) if isinstance(gap, CannotSee)]
    servers = {name: one for name, one in seen.items() if isinstance(one, Server)}
    leaders = [name for name, one in servers.items() if one.leads]
    numbers = {one.number for one in servers.values()}
    trouble: list[str] = []
    torn = f"split brain: {' and '.join(leaders)} take writes and follow nobody"[:_MOST] if len(leaders) > 1 else ""
    if torn:
        trouble.append(torn)
    members = []
    for name, one in seen.items():
        if isinstance(one, CannotSee):
            members.append(Member(name=name, role="unknown", usable=False, detail=f"it cannot be asked: {one}"[:_MOST]))
            continue
        members.append(_member(name, one, lags.get(name), numbers, trouble, torn))
    if not leaders and not gaps:
        trouble.append("no server takes writes")
    if len(servers) > len(numbers):
        trouble.append("two servers have the same server_id")
    ready = any(member.usable and member.role == "standby" for member in members)
    if gaps and (not servers or not leaders or not ready):
        raise CannotSee(gaps[0].reason, gaps[0].says)
    for name in leaders:
        one = servers[name]
        wanted = any(one.settings.get(key, "").upper() in _ON for key in ASKED if "semi_sync" in key)
        if wanted and not any(value.upper() in _ON for value in one.semi.values()):
            trouble.append(f"{name} should wait for a replica at every commit, and no longer does"[:_MOST])
    none = Unseen.of(CannotSee(Reason.INCOMPLETE, say("the servers keep no record of switches")))
    return FailoverState(
        members=tuple(members), trouble=tuple(trouble), automatic=False,
        absent={"switches": none, "last_switch": none}, tool="MariaDB" if any(
            one.mariadb for one in servers.values()) else "MySQL",
    )  # fmt: skip


def _member(
    name: str, one: Server, found: Position | CannotSee | None, numbers: set[int], trouble: list[str], torn: str
) -> Member:
    role: Role = "primary" if one.leads else "standby" if one.status else "unknown"
    why = torn if one.leads else _against(one, numbers)
    figures: dict[str, Any] = {}
    if isinstance(found, CannotSee):
        why = why or f"how far it is behind cannot be told: {found}"
    elif found is not None:
        figures = {"lag_bytes": found.behind, "lag_seconds": found.seconds, "lag_by": found.by}
        if found.ahead:
            why = why or "it has rows of its own that the primary has not"
        if found.kept_back:
            why = why or f"its primary hands on a part of the data alone ({found.kept_back})"
    elif role == "standby":
        why = why or "there is no primary to hold it against"
    if role == "standby" and not one.closed:
        trouble.append(f"{name} is a replica and takes writes (read_only is off)"[:_MOST])
    return Member(
        name=name, role=role, usable=not why, detail=why[:_MOST],
        address=one.settings.get("report_host") or one.settings.get("hostname", ""),
        version=str(one.who.get("version", ""))[:80],
        settings={key: one.settings[key] for key in AGREEING if key in one.settings}, **figures,
    )  # fmt: skip


def _against(one: Server, numbers: set[int]) -> str:
    """Why a replica could not take over. The text of its errors names user, host, port: the number is enough."""
    if not one.status:
        return "it follows nobody and takes no writes"
    if len(one.status) > 1:
        return f"it follows {len(one.status)} primaries at once"
    (status,) = one.status
    receiver, replay = str(status.get("Slave_IO_Running", ""))[:20], str(status.get("Slave_SQL_Running", ""))[:20]
    if receiver != "Yes":
        return f"its receiver runs: {receiver or '-'}, last error {whole(status.get('Last_IO_Errno'))}"
    if replay != "Yes":
        return f"its replay runs: {replay or '-'}, last error {whole(status.get('Last_SQL_Errno'))}"
    if whole(status.get("Master_Server_Id")) not in numbers - {one.number}:
        return "it follows a server that is none of these"
    delay = whole(status.get("SQL_Delay"))
    if delay:
        return f"it is kept {delay} s behind on purpose"
    for name in ("slave_skip_errors", "replica_skip_errors"):
        if one.settings.get(name, "OFF").upper() not in ("OFF", ""):
            return f"it passes over errors of its replay ({name})"
    if "IDEMPOTENT" in (one.settings.get(name, "").upper() for name in ("slave_exec_mode", "replica_exec_mode")):
        return "it passes over rows that are missing or twice there (slave_exec_mode IDEMPOTENT)"
    left_out = filtered(status)
    return f"it takes a part of the data alone ({left_out})" if left_out else ""
