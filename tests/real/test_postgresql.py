"""A real PostgreSQL primary with a standby: every planted fault is seen as what it is, the lag query never alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import anyio
import pytest

from audit.contract import CannotSee, Reason
from audit.model.backup import ReplicaState
from audit.model.item import Secret
from audit.world.build import real_world
from checks.backup.postgresql_standby import PostgresqlStandby, replication
from tests.real.children import free_port, wait_until
from tests.real.clusters import PASSWORD, Pair

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def settled(pair: Pair) -> Iterator[None]:
    """Each test begins and ends with a standby that streams."""
    pair.mend()
    yield
    pair.mend()


def look(tmp_path: Path, primary: str, standby: str) -> ReplicaState:
    for name, dsn in (("primary", primary), ("standby", standby)):
        (tmp_path / name).write_text(dsn + "\n")
        (tmp_path / name).chmod(0o600)
    copy = PostgresqlStandby.model_validate(
        {
            "id": "standby", "kind": "postgresql-standby", "at": "busan",
            "primary": {"file": "primary"}, "standby": {"file": "standby"}, "timeout": "60s",
        }
    )  # fmt: skip
    world = real_world(allow=(ip_network("127.0.0.0/8"),), root=tmp_path)
    found = anyio.run(replication.look, copy, world)
    assert isinstance(found, ReplicaState)
    assert PASSWORD not in str(found.plain())
    return found


def at_rest(tmp_path: Path, primary: str, standby: str) -> ReplicaState:
    """What is seen once nothing is on its way: servers write a little by themselves now and then."""
    seen: list[ReplicaState] = []

    def rests() -> bool:
        seen.append(look(tmp_path, primary, standby))
        return seen[-1].bytes_behind == 0

    wait_until(rests, "a standby that is behind by nothing")
    return seen[-1]


def refusal(tmp_path: Path, primary: str, standby: str) -> CannotSee:
    with pytest.raises(CannotSee) as refused:
        look(tmp_path, primary, standby)
    assert PASSWORD not in str(refused.value)
    return refused.value


def test_a_good_standby(pair: Pair, tmp_path: Path) -> None:
    seen = at_rest(tmp_path, pair.primary.dsn(), pair.standby.dsn())
    assert seen.attached
    assert seen.same_cluster
    assert not seen.paused
    assert (seen.bytes_behind, seen.replay_age, seen.timeline) == (0, timedelta(0), 1)


def test_a_stopped_standby_is_unreachable(pair: Pair, tmp_path: Path) -> None:
    pair.standby.stop()
    assert refusal(tmp_path, pair.primary.dsn(), pair.standby.dsn()).reason is Reason.UNREACHABLE


def test_a_cut_off_standby_is_behind_where_the_lag_query_says_zero(pair: Pair, tmp_path: Path) -> None:
    pair.write()
    pair.settle()
    pair.cut_off()
    pair.write()
    pair.rest()
    naive = "select case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0 else 1 end"
    assert pair.standby.sql(naive) == "0"
    seen = look(tmp_path, pair.primary.dsn(), pair.standby.dsn())
    assert not seen.attached
    assert seen.troubled()
    assert seen.bytes_behind > 10_000
    assert seen.replay_age > timedelta(0)


def test_a_paused_replay(pair: Pair, tmp_path: Path) -> None:
    pair.standby.sql("select pg_wal_replay_pause()")
    pair.write()
    seen = look(tmp_path, pair.primary.dsn(), pair.standby.dsn())
    assert seen.attached
    assert seen.paused
    assert seen.bytes_behind > 10_000


def test_a_role_without_pg_monitor_makes_no_fact_of_what_it_may_not_see(pair: Pair, tmp_path: Path) -> None:
    seen = at_rest(tmp_path, pair.primary.dsn("plain"), pair.standby.dsn("plain"))
    assert seen.absent["attached"].reason is Reason.DENIED
    with pytest.raises(CannotSee):
        _ = seen.attached
    assert seen.bytes_behind == 0


def test_only_the_primary_hides_its_senders(pair: Pair, tmp_path: Path) -> None:
    seen = look(tmp_path, pair.primary.dsn("plain"), pair.standby.dsn())
    assert seen.attached
    assert "pg_monitor" in seen.detail


def test_a_primary_that_cannot_be_asked_leaves_the_distance_open(pair: Pair, tmp_path: Path) -> None:
    nowhere = pair.primary.dsn().replace(str(pair.primary.port), str(free_port()))
    seen = look(tmp_path, nowhere, pair.standby.dsn())
    assert seen.attached
    assert {fact: gap.reason for fact, gap in seen.absent.items()} == dict.fromkeys(
        ("bytes_behind", "replay_age", "same_cluster", "excess"), Reason.UNREACHABLE
    )


def test_a_standby_named_as_primary_is_a_contradiction(pair: Pair, tmp_path: Path) -> None:
    seen = look(tmp_path, pair.standby.dsn(), pair.standby.dsn())
    assert seen.absent["bytes_behind"].reason is Reason.CONTRADICTED


def test_a_primary_named_as_standby_is_no_copy(pair: Pair, tmp_path: Path) -> None:
    seen = look(tmp_path, pair.primary.dsn(), pair.primary.dsn())
    assert not seen.attached
    assert "recovery" in seen.detail


def test_a_wrong_password_is_denied(pair: Pair, tmp_path: Path) -> None:
    wrong = pair.standby.dsn(password="planted-wr0ng")
    gap = refusal(tmp_path, pair.primary.dsn(), wrong)
    assert gap.reason is Reason.DENIED
    assert "planted-wr0ng" not in str(gap)


def test_a_host_outside_of_allow_is_not_asked(pair: Pair, tmp_path: Path) -> None:
    away = pair.standby.dsn().replace("127.0.0.1", "10.255.255.1")
    assert refusal(tmp_path, pair.primary.dsn(), away).reason is Reason.DENIED


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("CREATE TABLE planted (i int)", Reason.INCOMPLETE),
        ("UPDATE public.canary SET note = 'planted'", Reason.INCOMPLETE),
        ("SELECT pg_switch_wal()", Reason.DENIED),
        ("SELECT * FROM public.canary", Reason.DENIED),
        ("SELECT pg_sleep(20)", Reason.TIMEOUT),
        ("SELECT no_such_thing()", Reason.INCOMPLETE),
        ("SELECT generate_series(1, 10001)", Reason.INCOMPLETE),
    ],
)
def test_a_session_can_neither_write_nor_hold_up(pair: Pair, tmp_path: Path, statement: str, reason: Reason) -> None:
    (tmp_path / "dsn").touch(0o600)
    (tmp_path / "dsn").write_text(pair.primary.dsn())
    hand = real_world(allow=(ip_network("127.0.0.0/8"),), root=tmp_path).postgresql
    patience = timedelta(seconds=1 if reason is Reason.TIMEOUT else 60)
    with pytest.raises(CannotSee) as gap:
        anyio.run(hand.rows, Secret("file", "dsn"), (statement,), patience)
    assert gap.value.reason is reason
    assert pair.primary.sql("select to_regclass('planted') is null") == "t"
