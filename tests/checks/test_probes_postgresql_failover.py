"""Rows of PostgreSQL servers to what the probe of a group without a manager makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Reason, say
from audit.model.failover import FailoverState
from audit.world.scene import scene
from checks.failover.postgresql import PostgresqlGroup, Server, standing, state

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
GONE = CannotSee(Reason.UNREACHABLE, say("gone"))
LATE = CannotSee(Reason.TIMEOUT, say("late"))
STREAMING = ({"status": "streaming", "received_tli": 2, "last_msg_receipt_time": NOW},)
SETTINGS = ({"name": "max_connections", "setting": "100"},)


def server(senders: Any = (), receivers: Any = STREAMING, settings: Any = SETTINGS, **row: Any) -> Server:
    found = {
        "in_recovery": True, "now": NOW, "version": "15.18 (Debian 15.18-0)", "written": None, "segment": None,
        "replayed": "0/3000060", "replayed_at": NOW - timedelta(minutes=5), "paused": False, "address": "10.1.0.1",
        "cluster": "77",
    }  # fmt: skip
    return Server({**found, **row}, senders, receivers, settings)


def primary(senders: Any = ({"state": "streaming"},), **row: Any) -> Server:
    found = {
        "in_recovery": False, "written": "0/3000060", "segment": "000000020000000000000003", "replayed": None,
        "replayed_at": None, "paused": None, "address": "10.0.0.1",
    }  # fmt: skip
    return server(senders, (), **{**found, **row})


def test_a_sound_pair() -> None:
    seen = state({"db1": primary(), "db2": server()})
    first, second = seen.members
    assert [first.role, first.usable, second.role, second.usable] == ["primary", True, "standby", True]
    assert (second.lag_bytes, second.lag_seconds, second.address) == (0, 0.0, "10.1.0.1")
    assert (second.version, second.settings) == ("PostgreSQL 15.18", {"max_connections": "100"})
    assert (seen.automatic, seen.trouble, seen.switches, seen.last_switch.at) == (False, (), 1, None)


@pytest.mark.parametrize(
    ("named", "waits", "needs"),
    [("", "on", 0), ("*", "on", 1), ("db2, db3", "on", 1), ("FIRST 2 (db2, db3)", "on", 2), ("any 2 (a,b,c)", "on", 2),
     ("2 (a, b)", "remote_write", 2), ("*", "local", 0), ("*", "off", 0)],
)  # fmt: skip
def test_how_many_a_commit_waits_for(named: str, waits: str, needs: int) -> None:
    seen = state({"db1": primary(synchronous=named, waits=waits), "db2": server()})
    assert [one.needs for one in seen.members] == [needs, 0]


def test_a_standby_that_is_kept_back_on_purpose() -> None:
    seen = state({"db1": primary(kept_back="0"), "db2": server(kept_back="1h")})
    assert (seen.ready, seen.members[1].detail) == ((), "it is kept 1h behind on purpose")


def test_which_is_the_primary_is_seen() -> None:
    seen = state({"db1": server(), "db2": primary()})
    assert [one.name for one in seen.ready] == ["db1"]


def test_how_far_behind() -> None:
    one = state({"db1": primary(written="1/3000060"), "db2": server()}).members[1]
    assert (one.usable, one.lag_bytes, one.lag_seconds) == (True, 1 << 32, 300.0)
    bare = state({"db1": primary(written="0/3000061"), "db2": server(replayed_at=None)}).members[1]
    assert (bare.lag_bytes, bare.lag_seconds) == (1, None)


@pytest.mark.parametrize(
    ("standby", "lead", "words"),
    [
        (server(receivers=()), primary(), "no receiver"), (server(paused=True), primary(), "paused"),
        (server(cluster="78"), primary(), "another database"), (server(), primary(senders=()), "no sender"),
        (server(receivers=({**STREAMING[0], "status": "waiting"},)), primary(), "waiting"),
        (server(receivers=({**STREAMING[0], "received_tli": 1},)), primary(), "timeline 1"),
        (server(receivers=({**STREAMING[0], "last_msg_receipt_time": NOW - timedelta(minutes=2)},)),
         primary(written="0/4000000"), "heard nothing"),
    ],
)  # fmt: skip
def test_what_keeps_a_standby_from_it(standby: Server, lead: Server, words: str) -> None:
    seen = state({"db1": lead, "db2": standby})
    assert seen.ready == ()
    assert words in seen.members[1].detail


def test_silence_while_nothing_is_written_is_none() -> None:
    quiet = server(receivers=({**STREAMING[0], "last_msg_receipt_time": NOW - timedelta(hours=2)},))
    assert state({"db1": primary(), "db2": quiet}).ready


@pytest.mark.parametrize(
    "group",
    [
        {"db1": primary(), "db2": server(receivers=({"status": None, "received_tli": None,
                                                     "last_msg_receipt_time": None},))},
        {"db1": primary(senders=({"state": None},)), "db2": server()},
    ],
)  # fmt: skip
def test_a_role_that_may_not_see(group: Mapping[str, Server]) -> None:
    with pytest.raises(CannotSee) as gap:
        state(group)
    assert gap.value.reason is Reason.DENIED


def test_two_primaries() -> None:
    seen = state({"db1": primary(), "db2": primary()})
    assert seen.trouble == ("db1 and db2 take writes, each of its own",)
    assert not seen.has("switches")


def test_no_primary() -> None:
    assert state({"db1": server(), "db2": server()}).trouble == ("no server takes writes",)
    for gap in (GONE, LATE):
        with pytest.raises(CannotSee) as found:
            state({"db1": gap, "db2": server()})
        assert found.value is gap


def test_a_standby_that_cannot_be_asked() -> None:
    # The primary knows that nobody follows it.
    assert state({"db1": primary(senders=()), "db2": GONE}).ready == ()
    for lead, gap in ((primary(), GONE), (primary(senders=()), LATE)):
        with pytest.raises(CannotSee):
            state({"db1": lead, "db2": gap})
    assert [one.name for one in state({"db1": primary(), "db2": server(), "db3": LATE}).ready] == ["db2"]


@pytest.mark.parametrize("changed", [{"written": "x"}, {"written": "1"}, {"written": "z/1"}])
def test_a_position_that_is_none(changed: Any) -> None:
    with pytest.raises(CannotSee):
        state({"db1": primary(**changed), "db2": server()})


def test_a_segment_without_a_timeline() -> None:
    assert not state({"db1": primary(segment="?"), "db2": server()}).has("last_switch")


def test_the_whole_way() -> None:
    word = {"env": "A"}, {"env": "B"}
    item = PostgresqlGroup.model_validate(
        {"id": "p", "kind": "postgresql", "to": "b", "mode": "hot", "servers": {"db2": word[1], "db1": word[0]}}
    )
    answers = {
        name: {"pg_control_system": [one.row], "pg_stat_replication": one.senders,
               "pg_stat_wal_receiver": one.receivers, "pg_settings": one.settings}
        for name, one in (("A", primary()), ("B", server()))
    }  # fmt: skip
    seen = anyio.run(standing.look, item, scene(now=NOW, postgresql=answers))
    assert isinstance(seen, FailoverState)
    assert [one.name for one in seen.ready] == ["db2"]


@pytest.mark.parametrize("servers", [{}, {"db1": {"env": "A"}}, {"db1": {"env": "A"}, "db2": "host=x password=y"}])
def test_what_is_no_group(servers: Any) -> None:
    with pytest.raises(ValidationError):
        PostgresqlGroup.model_validate({"id": "p", "kind": "postgresql", "to": "b", "mode": "hot", "servers": servers})
