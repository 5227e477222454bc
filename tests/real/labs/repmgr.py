"""A folder to a PostgreSQL primary with its standby, a witness beside them, all watched by repmgrd."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from tests.programs import find
from tests.real.children import wait_until
from tests.real.daemons import end
from tests.real.lab import Lab, Said
from tests.real.repmgrs import Group, started

NEEDS: Final = ("postgres", "initdb", "pg_basebackup", "repmgr", "repmgrd")
_WHOLE: Final = "1,0,0 2,0,1 3,0,0"
_EVENTS: Final = (
    "select string_agg(node_id || ' ' || event, ', ' order by event_timestamp) from repmgr.events"
    " where event not like 'repmgrd%' and event not like 'child_node%'"
)
"""What commands of repmgr did; each repmgrd also writes of itself and of who follows it, in its own time."""


def said(group: Group) -> Said:
    rows = " ".join(group.repmgr("cluster", "show", "--csv").stdout.split())
    return Said(f"cluster show --csv: {rows}", content=rows == _WHOLE)


def renamed(group: Group) -> Said:
    group.follow("other")
    return said(group)


def gone(group: Group) -> Said:
    group.pair.standby.stop()
    return said(group)


def paused(group: Group) -> Said:
    group.repmgr("service", "pause")
    return said(group)


def frozen(group: Group) -> Said:
    """The standby stands still, its connections stay."""
    group.hurry(2)
    group.signal(group.pair.standby, signal.SIGSTOP)
    return said(group)


def cut_off(group: Group) -> Said:
    group.pair.cut_off()
    return said(group)


def witness_gone(group: Group) -> Said:
    group.witness.stop()
    return said(group)


def daemon_gone(group: Group) -> Said:
    """What would promote the standby runs no more; the databases go on as before."""
    end(group.daemons[1])
    wait_until(lambda: "2,n2,standby,1,0," in group.repmgr("service", "status", "--csv").stdout, "the end")
    return said(group)


def state(group: Group) -> Mapping[str, str]:
    rows = [row.split(",") for row in group.repmgr("service", "status", "--csv").stdout.split()]
    return {
        "nodes": group.pair.primary.sql("select count(*) || min(node_name) from repmgr.nodes"),
        "events": group.pair.primary.sql(_EVENTS),
        # Without for how long each has not heard its primary.
        "daemons": " ".join(",".join(row[:7]) for row in rows),
    }


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    found = find("postgres")
    assert found is not None
    breaks = (renamed, gone, paused, frozen, cut_off, witness_gone, daemon_gone)
    with ExitStack() as stack:
        group = stack.enter_context(started(found.resolve().parent, root / "bin"))
        stack.callback(group.thaw)
        yield Lab(
            item={
                "kind": "repmgr", "config": str(group.settings[0]), "timeout": "60s",
                "members": [{"name": "n1", "at": "daejeon/room-1"}, {"name": "n2", "at": "busan"},
                            {"name": "n3", "at": "gwangju"}],
            },
            state=lambda: state(group),
            breaks={one.__name__.replace("_", "-"): partial(one, group) for one in breaks},
            role="failover",
            environment={"PATH": f"{root / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"},
        )  # fmt: skip
