"""A folder to a PostgreSQL cluster of two under Patroni, with an etcd of three, in three sites."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from tests.real.children import wait_until
from tests.real.lab import Lab, Said
from tests.real.labs.etcd_cluster import given
from tests.real.patroni import NEEDS as PROGRAMS
from tests.real.patroni import Node, Pair, pair

NEEDS: Final = PROGRAMS
_SMALL: Final = "under 1 MB"
_WHERE: Final = ("daejeon/room-1", "busan", "gwangju")


def said(both: Pair, node: Node) -> Said:
    """What /cluster of a member says."""
    told = node.ask("cluster")
    rows = sorted((one["role"], one["state"], _lag(one.get("lag", 0))) for one in told["members"])
    text = "; ".join(f"{role} {state}" + ("" if role == "leader" else f", lag {lag}") for role, state, lag in rows)
    whole = rows == [("leader", "running", _SMALL), ("replica", "running", _SMALL)]
    more = sorted(set(told) - {"members", "scope"})
    return Said(f"/cluster: {'; '.join((text, *more))}", content=whole and not more)


def _lag(told: object) -> str:
    """What differs from run to run, such as what a checkpoint writes, is not worth a word."""
    return _SMALL if isinstance(told, int) and told < 1024 * 1024 else str(told)


def state(both: Pair) -> Mapping[str, str]:
    lead = both.leader()
    kept = {path: json.dumps(lead.ask(path)) for path in ("config", "history")}
    members = {name: f"{one['role']} {one['timeline']}" for name, one in both.members().items()}
    keys = both.etcd[0].ctl("get", "/service/kibo/leader", "--keys-only")
    return {**kept, **members, "keys": keys, "rows": both.sql("select count(*) from pg_class")}


def rejected(both: Pair) -> Said:
    """The leader lets its standby in no more, which goes on answering."""
    lead, other = both.leader(), both.follower()
    access = lead.folder / "pg_hba.conf"
    access.write_text("host replication all 127.0.0.1/32 reject\n" + access.read_text())
    both.sql("select pg_reload_conf()", lead)
    both.sql("select pg_terminate_backend(pid) from pg_stat_replication", lead)
    wait_until(lambda: both.sql("select count(*) from pg_stat_wal_receiver", other) == "0", "the cut")
    return said(both, other)


def replay_paused(both: Pair) -> Said:
    """In a paused cluster: otherwise Patroni ends such a pause with its next round."""
    other = both.follower()
    both.pause()
    both.sql("select pg_wal_replay_pause()", other)
    return said(both, other)


def frozen(both: Pair) -> Said:
    lead, other = both.leader(), both.follower()
    lead.freeze()
    return said(both, other)


def barred(both: Pair) -> Said:
    other = both.follower()
    settings = json.loads(other.settings.read_text())
    settings["tags"]["nofailover"] = True
    other.settings.write_text(json.dumps(settings))
    assert other.process is not None
    other.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "tags" in both.members()[other.name], "the tag")
    return said(both, both.leader())


def paused(both: Pair) -> Said:
    both.pause()
    return said(both, both.leader())


def stopped(both: Pair) -> Said:
    both.follower().stop()
    return said(both, both.leader())


def killed(both: Pair) -> Said:
    """Its row stays as it was until its lease ends."""
    other = both.follower()
    other.kill()
    return said(both, both.leader())


def planned(both: Pair) -> Said:
    lead, other = both.leader(), both.follower()
    at = (datetime.now(UTC) + timedelta(hours=5)).isoformat(timespec="seconds")
    lead.ask("switchover", "POST", {"leader": lead.name, "candidate": other.name, "scheduled_at": at})
    wait_until(lambda: "scheduled_switchover" in other.ask("cluster"), "the plan")
    return said(both, other)


def voter_lost(both: Pair) -> Said:
    given(both.etcd, both.etcd[0])
    both.etcd[2].stop()
    return said(both, both.leader())


def voters_lost(both: Pair) -> Said:
    other = both.follower()
    given(both.etcd, both.etcd[0])
    both.etcd[1].stop()
    both.etcd[2].stop()
    wait_until(lambda: other.ask("patroni").get("role") == "replica" and not both.leads(), "the end of the lead")
    told = other.ask("patroni")
    return Said(f"/patroni: {told['role']} {told['state']}", content=False)


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    # What a member says of itself lasts longer than a look at what is left of it.
    with pair(root, voters=3, lease=300) as both:
        both.sql("create table canary as select generate_series(1, 100) as id")
        both.settle()
        names = (*both.names, *(server.name for server in both.etcd))
        breaks = (rejected, replay_paused, frozen, barred, paused, stopped, killed, planned, voter_lost, voters_lost)
        try:
            yield Lab(
                item={
                    "kind": "patroni", "url": both.follower().url, "others": [both.leader().url],
                    "etcd": list(both.etcd_urls), "timeout": "6s",
                    "members": [{"name": name, "at": at} for name, at in zip(names, _WHERE[:2] + _WHERE, strict=True)],
                },
                state=lambda: state(both),
                breaks={one.__name__.replace("_", "-"): partial(one, both) for one in breaks},
                role="failover",
            )  # fmt: skip
        finally:
            for node in both.nodes:
                node.thaw()
