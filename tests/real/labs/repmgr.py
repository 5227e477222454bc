"""A folder to a PostgreSQL primary with its standby, both known to repmgr."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import tied, wait_until
from tests.real.clusters import PASSWORD, Cluster, Pair, started_pair
from tests.real.conftest import find
from tests.real.daemons import done, run
from tests.real.lab import Lab, Said

NEEDS: Final = ("postgres", "repmgr")


def known(cluster: Cluster, number: int, programs: Path) -> Path:
    """The settings of a node for repmgr."""
    path = cluster.folder.parent / f"n{number}.conf"
    path.write_text(
        f"node_id={number}\nnode_name='n{number}'\ndata_directory='{cluster.folder}'\n"
        f"conninfo='host=127.0.0.1 port={cluster.port} user=postgres dbname=postgres connect_timeout=2'\n"
        f"pg_bindir='{programs}'\n"
    )
    return path


def named(pair: Pair, name: str) -> None:
    """Let the standby follow its primary under a name."""
    source = f"host=127.0.0.1 port={pair.primary.port} user=replica password={PASSWORD} application_name={name}"
    pair.standby.sql(f"alter system set primary_conninfo = '{source}'; select pg_reload_conf()")
    query = f"select count(*) from pg_stat_replication where application_name = '{name}' and state = 'streaming'"
    wait_until(lambda: pair.primary.sql(query) == "1", "the standby")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    found = find("postgres")
    assert found is not None
    programs = found.resolve().parent
    # repmgr refuses root, as whom these tests may run: it is then run as the owner of the cluster.
    folder = root / "bin"
    folder.mkdir()
    program = folder / "repmgr"
    before = " ".join(tied("postgres"))
    program.write_text(f'#!/bin/sh\ncd /\nexec {before} {programs / "repmgr"} "$@"\n')
    program.chmod(0o755)
    with started_pair(programs) as pair:
        first, second = known(pair.primary, 1, programs), known(pair.standby, 2, programs)
        named(pair, "n2")
        done(str(program), "-f", str(first), "primary", "register")
        pair.settle()
        done(str(program), "-f", str(second), "standby", "register", "--upstream-node-id=1")

        def said() -> Said:
            ended = run(str(program), "-f", str(first), "cluster", "show", "--csv")
            rows = " ".join(ended.stdout.split())
            return Said(f"cluster show --csv: {rows}", content=rows == "1,0,0 2,0,1")

        def renamed() -> Said:
            named(pair, "other")
            return said()

        def gone() -> Said:
            pair.standby.stop()
            return said()

        yield Lab(
            item={"kind": "repmgr", "config": str(first)},
            state=lambda: {"nodes": pair.primary.sql("select count(*) || min(node_name) from repmgr.nodes"),
                           "events": pair.primary.sql("select count(*) from repmgr.events")},
            breaks={"renamed": renamed, "gone": gone},
            role="failover",
            environment={"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"},
        )  # fmt: skip
