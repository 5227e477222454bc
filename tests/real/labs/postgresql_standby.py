"""A folder to a PostgreSQL primary with its streaming standby."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.programs import find
from tests.real.children import wait_until
from tests.real.clusters import Pair, started_pair
from tests.real.lab import Lab, Said

NEEDS: Final = ("postgres", "initdb", "pg_basebackup")
_PRIMARY: Final = "HAECHI_LAB_WRITER"
_STANDBY: Final = "HAECHI_LAB_STANDBY"
_LAG: Final = (
    "select case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0 "
    "else extract(epoch from now() - pg_last_xact_replay_timestamp()) end"
)


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """`root` is not used: it may be closed to the user who runs the servers."""
    programs = find("postgres")
    assert programs is not None
    with started_pair(programs.resolve().parent) as pair:
        pair.write()
        pair.settle()
        try:
            yield Lab(
                item={
                    "kind": "postgresql-standby", "primary": {"env": _PRIMARY}, "standby": {"env": _STANDBY},
                    "timeout": "6s",
                },
                state=lambda: _state(pair),
                breaks={
                    "cut-off": lambda: _cut_off(pair),
                    "paused": lambda: _paused(pair),
                    "no-monitor": lambda: _no_monitor(pair),
                    "promoted": lambda: _promoted(pair),
                    "primary-frozen": lambda: _frozen(pair),
                },
                environment={_PRIMARY: pair.primary.dsn(), _STANDBY: pair.standby.dsn()},
            )  # fmt: skip
        finally:
            _signal(pair, signal.SIGCONT)


def _state(pair: Pair) -> Mapping[str, str]:
    """What a look could change: rows, roles, slots, settings of both."""
    words = (
        "select count(*) from canary", "select string_agg(rolname, ',' order by oid) from pg_roles",
        "select count(*) from pg_replication_slots", "select count(*) from pg_stat_replication",
    )  # fmt: skip
    found = {word: pair.primary.sql(word) for word in words}
    for server in (pair.primary, pair.standby):
        found[str(server.folder)] = (server.folder / "postgresql.auto.conf").read_text()
    return found


def _said(pair: Pair) -> Said:
    pair.rest()
    lag = pair.standby.sql(_LAG)
    return Said(f"the usual query for the lag: {float(lag):.0f} s", content=float(lag) == 0)


def _cut_off(pair: Pair) -> Said:
    pair.cut_off()
    pair.write()
    return _said(pair)


def _paused(pair: Pair) -> Said:
    """Replay stands, while the primary's own figure stays what it was when it last moved."""
    pair.standby.sql("select pg_wal_replay_pause()")
    pair.write()
    state = pair.primary.sql("select state from pg_stat_replication")
    return Said(f"pg_stat_replication: {state}", content=state == "streaming")


def _no_monitor(pair: Pair) -> Said:
    pair.primary.sql("revoke pg_monitor from audit")
    pair.settle()
    query = "select count(*) || ' row, replay_lag ' || coalesce(max(replay_lag)::text, 'NULL') from pg_stat_replication"
    words = ("-XqAt", "-h", "127.0.0.1", "-p", str(pair.primary.port), "-U", "audit", "-c", query, "postgres")
    rows = pair.primary.run("psql", *words).strip()
    return Said(f"pg_stat_replication: {rows}", content=rows == "1 row, replay_lag NULL")


def _promoted(pair: Pair) -> Said:
    """Two servers take writes; the old lag query, which asks the promoted one alone, has no complaint."""
    pair.standby.sql("select pg_promote()")
    wait_until(lambda: pair.standby.sql("select not pg_is_in_recovery()") == "t", "the second primary")
    pair.write()
    lag = pair.standby.sql("select coalesce(pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(), true)")
    return Said("the usual query for the lag: 0 s", content=lag == "t")


def _frozen(pair: Pair) -> Said:
    _signal(pair, signal.SIGSTOP)
    status = pair.standby.sql("select status from pg_stat_wal_receiver")
    return Said(f"pg_stat_wal_receiver: {status}; {_said(pair).native}", content=status == "streaming")


def _signal(pair: Pair, word: signal.Signals) -> None:
    if pair.primary.process is not None:
        os.kill(pair.primary.process.pid, word)
