"""A folder to a PostgreSQL primary with its streaming standby, which a person would switch."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from tests.programs import find
from tests.real.children import wait_until
from tests.real.clusters import Pair, started_pair
from tests.real.lab import Lab, Said

NEEDS: Final = ("postgres", "initdb", "pg_basebackup")
_FIRST: Final = "HAECHI_LAB_FIRST"
_SECOND: Final = "HAECHI_LAB_SECOND"


def said(pair: Pair) -> Said:
    """What the usual question to the primary finds."""
    rows = pair.primary.sql("select state || ' ' || sync_state from pg_stat_replication")
    return Said(f"pg_stat_replication: {rows or 'no row'}", content=rows == "streaming async")


def replayed(pair: Pair) -> Said:
    """What the usual question to the standby finds."""
    pair.rest()
    lag = pair.standby.sql(
        "select case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0 "
        "else extract(epoch from now() - pg_last_xact_replay_timestamp()) end"
    )
    return Said(f"the usual query for the lag: {float(lag):.0f} s", content=float(lag) == 0)


def cut_off(pair: Pair) -> Said:
    pair.cut_off()
    pair.write()
    return replayed(pair)


def replay_paused(pair: Pair) -> Said:
    pair.standby.sql("select pg_wal_replay_pause()")
    pair.write()
    return said(pair)


def promoted(pair: Pair) -> Said:
    """Two take writes; each says of itself that it is a sound primary."""
    pair.standby.sql("select pg_promote()")
    wait_until(lambda: pair.standby.sql("select not pg_is_in_recovery()") == "t", "the second primary")
    ready = pair.standby.sql("select not pg_is_in_recovery()") + pair.primary.sql("select not pg_is_in_recovery()")
    return Said(f"primaries that answer: {ready.count('t')}", content=ready == "tt")


def stopped(pair: Pair) -> Said:
    pair.standby.stop()
    wait_until(lambda: not pair.primary.sql("select state from pg_stat_replication"), "the primary to notice")
    return said(pair)


def frozen(pair: Pair) -> Said:
    """The standby stands still; for minutes the primary does not notice."""
    pair.standby.signal(signal.SIGSTOP)
    return said(pair)


def primary_frozen(pair: Pair) -> Said:
    pair.primary.signal(signal.SIGSTOP)
    return replayed(pair)


def no_monitor(pair: Pair) -> Said:
    pair.primary.sql("revoke pg_monitor from audit")
    pair.settle()
    return said(pair)


def state(pair: Pair) -> Mapping[str, str]:
    """What a look could change: rows, roles, slots, settings of both."""
    words = (
        "select count(*) from canary", "select string_agg(rolname, ',' order by oid) from pg_roles",
        "select count(*) from pg_replication_slots", "select count(*) from pg_stat_replication",
    )  # fmt: skip
    found = {word: pair.primary.sql(word) for word in words}
    for server in (pair.primary, pair.standby):
        found[str(server.folder)] = (server.folder / "postgresql.auto.conf").read_text()
    return found


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """`root` is not used: it may be closed to the user who runs the servers."""
    programs = find("postgres")
    assert programs is not None
    breaks = (cut_off, replay_paused, promoted, stopped, frozen, primary_frozen, no_monitor)
    with started_pair(programs.resolve().parent) as pair:
        pair.write()
        pair.settle()
        try:
            yield Lab(
                item={
                    "kind": "postgresql", "timeout": "5s",
                    # The standby first: it is asked again once the primary is known.
                    "servers": {"db2": {"env": _SECOND}, "db1": {"env": _FIRST}},
                    "members": [{"name": "db1", "at": "daejeon/room-1"}, {"name": "db2", "at": "busan"}],
                },
                state=lambda: state(pair),
                breaks={one.__name__.replace("_", "-"): partial(one, pair) for one in breaks},
                role="failover",
                environment={_FIRST: pair.primary.dsn(), _SECOND: pair.standby.dsn()},
            )  # fmt: skip
        finally:
            for server in (pair.standby, pair.primary):
                server.signal(signal.SIGCONT)
