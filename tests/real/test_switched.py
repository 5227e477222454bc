"""Groups of PostgreSQL that really switched to what their probes tell of it, with its date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import anyio
import pytest

from audit.contract import CannotSee, Probe, Reason
from audit.model.failover import FailoverState
from audit.world.build import real_world
from checks.failover.etcd import EtcdGroup, members
from checks.failover.patroni import Patroni, standing
from checks.failover.postgresql import PostgresqlGroup
from checks.failover.postgresql import standing as following
from checks.failover.repmgr import Repmgr
from checks.failover.repmgr import standing as registered
from tests.real.around import planted
from tests.real.children import wait_until
from tests.real.clusters import Pair as Plain
from tests.real.etcds import started as started_etcd
from tests.real.labs.patroni import NEEDS as PATRONI
from tests.real.labs.repmgr import NEEDS as REPMGR
from tests.real.patroni import pair as started_patroni
from tests.real.repmgrs import started as started_repmgr

pytestmark = [pytest.mark.real, pytest.mark.lab]
LONG: Final = timedelta(seconds=120)


def look(probe: Probe, kind: type[Any], folder: Path, allow: str = "127.0.0.0/8", **keys: Any) -> FailoverState:
    item = kind.model_validate({"id": "it", "kind": kind.technology, "to": "b", "mode": "hot", **keys})
    world = real_world(allow=(ip_network(allow),), root=folder)

    async def asked() -> object:
        return await probe.look(item, world)

    seen = anyio.run(asked)
    assert isinstance(seen, FailoverState)
    return seen


def needed(need: Callable[[str], Path], programs: tuple[str, ...]) -> None:
    for program in programs:
        need(program)


def test_patroni_tells_of_its_switches(tmp_path: Path, need: Callable[[str], Path]) -> None:
    needed(need, PATRONI)
    with started_patroni(tmp_path) as both:
        more: Mapping[str, Any] = {"url": both.nodes[0].url, "etcd": list(both.etcd_urls)}
        before = look(standing, Patroni, tmp_path, **more)
        assert (before.switches, before.last_switch.at, before.needed, len(before.voters)) == (0, None, 1, 1)
        assert before.members[0].version == before.members[1].version
        assert before.members[0].settings["max_connections"] == "30"
        began, old = datetime.now(UTC), both.leader().name
        assert "Successfully" in both.switch()
        both.settle()
        seen = look(standing, Patroni, tmp_path, **more)
        assert seen.switches == 1
        assert seen.last_switch.at is not None
        assert began - timedelta(seconds=2) <= seen.last_switch.at <= began + LONG
        assert [one.name for one in seen.members if one.role == "standby"] == [old]
        # Behind by what was written while its replay stood, told by the positions of both ends. Where the cluster
        # is not paused, Patroni ends such a pause with its next round.
        both.pause()
        both.sql("select pg_wal_replay_pause()", both.follower())
        both.sql("create table more as select generate_series(1, 5000) as id")
        late = next(one for one in look(standing, Patroni, tmp_path, **more).members if one.role == "standby")
        assert late.lag_bytes is not None
        assert late.lag_bytes > 100_000
        with pytest.raises(CannotSee) as gap:
            look(standing, Patroni, tmp_path, allow="10.0.0.0/8", **more)
        assert gap.value.reason is Reason.DENIED


def test_patroni_whose_leader_lost_its_power(tmp_path: Path, need: Callable[[str], Path]) -> None:
    needed(need, PATRONI)
    with started_patroni(tmp_path) as both:
        lead, other = both.leader(), both.follower()
        began = datetime.now(UTC)
        lead.kill()
        wait_until(lambda: other.ask("patroni").get("role") in ("primary", "master"), "the other one")
        wait_until(lambda: bool(other.ask("history")), "the history")
        seen = look(standing, Patroni, tmp_path, url=lead.url, others=[other.url])
        assert (seen.switches, seen.ready) == (1, ())
        assert seen.last_switch.at is not None
        assert began <= seen.last_switch.at <= began + LONG


def test_repmgr_tells_of_a_switch_in_utc_whatever_its_servers_write(
    tmp_path: Path, need: Callable[[str], Path]
) -> None:
    needed(need, REPMGR)
    folder = tmp_path / "bin"
    with started_repmgr(need("postgres").resolve().parent, folder) as group:
        with planted({"PATH": f"{folder}:/usr/bin:/bin"}):
            config = str(group.settings[1])
            before = look(registered, Repmgr, tmp_path, config=config)
            assert (before.automatic, before.switches, before.quorum) == (True, 0, True)
            began = datetime.now(UTC)
            for daemon in group.daemons:
                daemon.kill()
            group.pair.primary.stop()
            group.done("standby", "promote", node=2)
            seen = look(registered, Repmgr, tmp_path, config=config)
        assert seen.switches == 1
        assert seen.last_switch.at is not None
        assert began - timedelta(seconds=2) <= seen.last_switch.at <= began + LONG
        assert [one.name for one in seen.members if one.role == "primary" and one.usable] == ["n2"]


def test_a_timeline_tells_that_postgresql_was_switched(
    tmp_path: Path, need: Callable[[str], Path], pair: Plain
) -> None:
    words = {"FIRST_DSN": pair.primary.dsn(), "SECOND_DSN": pair.standby.dsn()}
    servers = {"db2": {"env": "SECOND_DSN"}, "db1": {"env": "FIRST_DSN"}}
    with planted(words):
        seen = look(following, PostgresqlGroup, tmp_path, servers=servers)
    assert [one.name for one in seen.ready] == ["db2"]
    assert (seen.switches, seen.last_switch.at, seen.members[0].address) == (0, None, "127.0.0.1")
    assert seen.members[0].settings == seen.members[1].settings
    assert seen.members[0].settings["wal_level"] == "replica"
    assert all(word not in seen.model_dump_json(exclude_unset=True) for word in words.values())


def test_one_etcd_alone_is_told_apart_from_a_group(tmp_path: Path, need: Callable[[str], Path]) -> None:
    needed(need, ("etcd", "etcdctl"))
    with started_etcd(tmp_path, 1) as (server,):
        seen = look(members, EtcdGroup, tmp_path, urls=[server.url])
        assert server.healthy() == "true"
    assert (len(seen.voters), seen.needed, seen.quorum, seen.ready) == (1, 1, True, ())
    assert seen.members[0].version.startswith("etcd 3.")
