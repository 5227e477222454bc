"""The row of a PostgreSQL primary about its archiver, held against an archive, becomes what only the primary knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from audit.contract import CannotSee, Level, Reason, World, say
from audit.model.backup import BackupState, Gap
from audit.model.facts import Unseen
from audit.model.item import Secret
from checks.backup.postgresql_rights import RIGHTS, excess
from checks.backup.wal import Carried, Log, parsed, position

ARCHIVER: Final = """
SELECT pg_is_in_recovery() AS in_recovery, clock_timestamp() AS now,
       CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn()::text END AS written,
       CASE WHEN NOT pg_is_in_recovery() THEN pg_walfile_name(pg_current_wal_lsn()) END AS writes,
       current_setting('archive_mode') AS mode,
       (SELECT setting::bigint FROM pg_settings WHERE name = 'archive_timeout') AS timeout,
       pg_size_bytes(current_setting('wal_segment_size')) AS size,
       (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
       archived.last_archived_wal AS last, archived.last_archived_time AS last_at,
       archived.last_failed_wal AS failed, archived.last_failed_time AS failed_at
  FROM pg_stat_archiver AS archived
"""
_PATIENCE: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Archiver:
    """What a primary said of its archiver."""

    now: datetime
    written: int
    """Position in the log."""
    writes: str
    """The segment that it writes now."""
    mode: str
    timeout: int
    """Seconds; 0 where nothing makes a quiet server archive."""
    size: int
    """Bytes of a segment."""
    cluster: str
    last: str
    failed: str
    """The segment at which it fails now; empty where it does not."""
    excess: tuple[str, ...]


async def asked(dsn: Secret | None, world: World, timeout: timedelta) -> Archiver | CannotSee | None:
    """What a primary says, or why it says nothing; None where the inventory names none.

    To be asked before its archive is listed: what it says to have archived must then be there.
    """
    if dsn is None:
        return None
    try:
        rows, role = await world.postgresql.rows(dsn, (ARCHIVER, RIGHTS), min(timeout, _PATIENCE))
        return told(rows, role)
    except CannotSee as gap:
        return gap


def told(rows: Sequence[Mapping[str, Any]], role: Sequence[Mapping[str, Any]]) -> Archiver:
    """The rows to what they mean."""
    if len(rows) != 1:
        raise CannotSee(Reason.INCOMPLETE, say("the server answered with {count} rows, not one", count=len(rows)))
    row = rows[0]
    if row["in_recovery"]:
        raise CannotSee(Reason.CONTRADICTED, say("the server named as primary is itself in recovery"))
    failing = row["failed_at"] is not None and (row["last_at"] is None or row["failed_at"] > row["last_at"])
    return Archiver(
        now=row["now"],
        written=position(row["written"]),
        writes=str(row["writes"]),
        mode=str(row["mode"]),
        timeout=int(row["timeout"]),
        size=int(row["size"]),
        cluster=str(row["cluster"]),
        last=str(row["last"] or "") if row["mode"] != "off" else "",
        failed=str(row["failed"] or "?") if failing else "",
        excess=excess(role),
    )


@dataclass(frozen=True, slots=True)
class Held:
    """What the primary adds to the facts of an archive."""

    facts: Mapping[str, Any]
    absent: Mapping[str, Unseen]
    gaps: tuple[Gap, ...]
    errors: tuple[str, ...]


def held(primary: Archiver, log: Log, seen: Carried, cluster: str | None) -> Held:
    """Hold what the primary says against its archive; `cluster` is the system identifier of the backups there."""
    facts: dict[str, Any] = {"excess": primary.excess}
    absent: dict[str, Unseen] = {}
    errors: list[str] = []
    gaps: list[Gap] = []
    facts["paced"] = timedelta(seconds=primary.timeout) if primary.timeout else None
    if cluster is not None and cluster != primary.cluster:
        errors.append(f"the backups are of cluster {cluster[:20]}, the primary is cluster {primary.cluster[:20]}")
    if primary.mode == "off":
        errors.append("archive_mode of the primary is off")
    elif primary.failed:
        errors.append(f"the archiver of the primary fails at {primary.failed[:40]}")
    last = parsed(primary.last, primary.size)
    if seen.last is not None:
        there = log.segments.get(last[0], {}) if last else {}
        if last and last[1] not in there and last[1] > seen.last.number:
            # The command that archives ended with success, and the segment is not there.
            gaps.append(Gap(after=seen.last.name, before=primary.last[:24], missing=last[1] - seen.last.number))
        now = parsed(primary.writes, primary.size)
        if now and seen.last.timeline > now[0]:
            # Another server than the primary writes into its archive, and a restore would follow that one.
            gaps.append(Gap(after=seen.last.name, before=primary.writes[:24], missing=1))
        facts["pending"] = max(0, primary.written - (seen.last.number + 1) * log.size)
        if facts["pending"] > 2 * log.size:
            says = say("the archive is {bytes} bytes behind: its files are newer than what is in them",
                       bytes=facts["pending"])  # fmt: skip
            absent["reach"] = Unseen.of(CannotSee(Reason.INCOMPLETE, says))
    return Held(facts, absent, tuple(gaps), tuple(errors))


def state(
    facts: dict[str, Any], absent: dict[str, Unseen], errors: tuple[str, ...] | None, told: Held | CannotSee | None
) -> BackupState:
    """The facts of an archive with what its primary adds, or why that is not known; None where none was asked."""
    if isinstance(told, CannotSee):
        absent["excess"] = absent["pending"] = Unseen.of(told)
    elif told is not None:
        facts |= {**told.facts, "gaps": tuple(dict.fromkeys((*facts["gaps"], *told.gaps)))}
        absent |= told.absent
        errors = (*(errors or ()), *told.errors) if told.errors else errors
    if errors is not None:
        facts["errors"] = errors
        absent.pop("errors", None)
    for name in absent:
        facts.pop(name, None)
    level = Level.VERIFIED if facts["integrity"] > 1 else Level.OBSERVED
    return BackupState(absent=absent, level=level, **facts)
