"""A running server over a part of its databases becomes which of them can be opened, and every page of those read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from audit.contract import Output, say
from audit.model.json_values import loaded
from checks.backup.drills.cluster import PROGRAMS, Cluster, quoted

COMMANDS: Final = (
    f"{PROGRAMS}/pg_amcheck --host=* --port=5432 --username=* [--database=*]... --install-missing",
    f"{PROGRAMS}/pg_dump --host=* --port=5432 --username=* --dbname=* --file=/dev/null",
)
"""What a drill that restores some databases declares beside what every drill that starts PostgreSQL does."""
_QUERY: Final = (
    "SELECT pg_catalog.json_agg(pg_catalog.json_build_array(oid::bigint, datname, datallowconn) ORDER BY oid) "
    "FROM pg_catalog.pg_database"
)
_CHECKED_SINCE: Final = 14
# Triggers that the data bring along do not fire then, not even at the extension that amcheck needs.
_QUIET: Final = "-c session_replication_role=replica"


@dataclass(frozen=True, slots=True)
class There:
    """The databases that a server knows after its replay, by their names of now."""

    whole: tuple[str, ...]
    """Those that were restored and let somebody in."""
    zeroed: frozenset[str]
    """Those that were not: nothing can connect to them."""


async def there(cluster: Cluster) -> There | Output:
    """What of a cluster restored in part can be opened; what was said where its list cannot be read."""
    output = await cluster.ask(_QUERY)
    if output.code != 0:
        return output
    rows = loaded(output.out, say("{program} did not print JSON", program="psql"))
    only = cluster.only or frozenset()
    # A database that was made after the backup is not among those restored: it may be a copy of one left out.
    return There(
        tuple(str(name) for number, name, opens in rows if number in only and opens),
        frozenset(str(name) for number, name, _ in rows if number not in only),
    )


async def read(cluster: Cluster, names: Sequence[str] | None) -> tuple[str, Output]:
    """Have every page of these databases read, of all where None is given: the program with how it ended."""
    checks = cluster.major >= _CHECKED_SINCE
    if names is None:
        whole = ("pg_amcheck", "--all", "--install-missing") if checks else ("pg_dumpall", "--file=/dev/null")
        return whole[0], await _run(cluster, *whole)
    if checks:
        patterns = (f"--database={pattern(name)}" for name in names)
        return "pg_amcheck", await _run(cluster, "pg_amcheck", *patterns, "--install-missing")
    output = Output(0, "", "", 0.0)
    for name in names:
        output = await _run(cluster, "pg_dump", f"--dbname=dbname={quoted(name)}", "--file=/dev/null")
        if output.code != 0:
            break
    return "pg_dump", output


async def _run(cluster: Cluster, program: str, *words: str) -> Output:
    argv = (cluster.program(program), *cluster.door, f"--username={cluster.user}", *words)
    return await cluster.workshop.run(argv, environment={"PGOPTIONS": _QUIET}, inside=True)


def pattern(name: str) -> str:
    """A name as a pattern of PostgreSQL's programs that no other name fits."""
    return '"' + name.replace('"', '""') + '"'
