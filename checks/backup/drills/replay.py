"""Segments of a PostgreSQL log, fetched into the room, become the last record that a replay has to reach."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from audit.contract import CannotSee, Reason, Workshop
from checks.backup.drills import links
from checks.backup.drills.cluster import PROGRAMS, Cluster, opened
from checks.backup.drills.postgresql import Found, Replay, damaging, position, proven

COMMANDS: Final = (f"{PROGRAMS}/pg_waldump --path=* --rmgr=* *", f"{PROGRAMS}/pg_waldump --path=* --limit=1 *")
SEGMENT: Final = re.compile(r"[0-9A-F]{24}")
HISTORY: Final = re.compile(r"[0-9A-F]{8}\.history")
_MOST: Final = 100_000
_KINDS: Final = ("Transaction", "XLOG", "Standby")
"""Enough to find a record near the end of nearly every segment, without printing all of it."""
_RECORD: Final = re.compile(r"\blsn: ([0-9A-F]{1,8}/[0-9A-F]{1,8}),")
_BROKEN: Final = re.compile(
    r"(incorrect resource manager data checksum|invalid magic number|unexpected pageaddr)[^\n]*"
)


def needed(names: Sequence[str], first: str) -> tuple[str, ...]:
    """Of the names in an archive, the segments that a backup needs which begins in `first`, with every history.

    The earlier ones are of no use to it, whatever timeline they are on.
    """
    segments = {name for name in names if SEGMENT.fullmatch(name) and name[8:] >= first[8:] and name[:8] >= first[:8]}
    return (*sorted({name for name in names if HISTORY.fullmatch(name)}), *sorted(segments))


async def replayed(
    workshop: Workshop,
    data: Path,
    spool: Path,
    names: Sequence[str],
    found: Found,
    only: frozenset[int] | None = None,
) -> None:
    """Start what was restored, let it replay the fetched log to its very end, verify it, or `only` these databases."""
    with damaging(workshop, found):
        cluster = await opened(workshop, data, only)
        with workshop.part("replay"):
            await links.none_leads_out(workshop, workshop.room)
            await workshop.hand_over(workshop.room)
            goal = await _goal(cluster, spool, names, found)
        if goal is not None or all(check.name != "archive" for check in found.checks):
            await proven(cluster, found, goal)


async def _goal(cluster: Cluster, spool: Path, names: Sequence[str], found: Found) -> Replay | None:
    """The replay that must come to the end of the newest segment; None where no log follows the backup.

    What is visibly wrong in that segment is a check that did not hold.
    """
    own = f"{cluster.data}/pg_wal"
    inside = [file.path.rpartition("/")[2] for file in await cluster.workshop.world.files.list(f"{own}/*", _MOST)]
    newest = max((name for name in (*names, *inside) if SEGMENT.fullmatch(name)), default="")
    if not newest:
        return None
    # A base backup may bring its own log along, which may lead further than the archive does.
    where, last, trouble = (str(spool) if newest in names else own), 0, ""
    for which in (*(f"--rmgr={kind}" for kind in _KINDS), "--limit=1"):
        if last and which == "--limit=1":
            break
        argv = (cluster.program("pg_waldump"), f"--path={where}", which, newest)
        try:
            output = await cluster.workshop.run(argv, inside=True)
        except CannotSee as gap:
            if gap.reason is not Reason.INCOMPLETE:
                raise
            continue  # it printed too much: another kind of record is as good a target
        last = max(last, *(position(one) for one in _RECORD.findall(output.out)), 0)
        broken = _BROKEN.search(output.err)
        trouble = trouble or (broken[0] if broken else "")
    if trouble or not last:
        says = f"{newest}: {trouble}" if trouble else f"{newest} holds nothing that can be read"
        found.checks.append(cluster.workshop.check("archive", held=False, detail=says))
    return Replay(spool, f"{last >> 32:X}/{last & 0xFFFFFFFF:X}") if last else None
