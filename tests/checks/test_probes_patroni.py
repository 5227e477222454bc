"""Answers of the REST API of Patroni to what its probe makes of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import anyio
import pytest

from audit.contract import Answer, CannotSee, Reason, say
from audit.model.failover import FailoverState
from audit.model.technology import Stand
from audit.world.scene import scene
from checks.failover.patroni import Patroni, standing

SEEN = 1795295060
NOW = datetime.fromtimestamp(SEEN + 3, UTC)
FIRST, SECOND = "http://10.0.0.1:8008", "http://10.1.0.1:8008"
DENIED = CannotSee(Reason.DENIED, say("{host} is outside the addresses that the estate allows", host="h"))
REFUSED = CannotSee(Reason.UNREACHABLE, say("{url} gave no document: {why}", url="u", why="refused (no)"))
LATE = CannotSee(Reason.TIMEOUT, say("late"))
Told = dict[str, Any]
Change = Callable[[Told], object]


def told(*, newer: bool) -> Told:
    """What a sound pair says, as Patroni 3.0.2 or 4.1.5 words it."""
    role, state = ("primary", "streaming") if newer else ("master", "running")
    own = {"server_version": 150018, "timeline": 3, "dcs_last_seen": SEEN, "database_system_identifier": "77",
           "patroni": {"version": "4.1.5" if newer else "3.0.2", "scope": "kibo"}, "state": "running"}  # fmt: skip
    return {
        "cluster": {"members": [
            {"name": "n1", "role": "leader", "state": "running", "api_url": f"{FIRST}/patroni", "host": "10.0.0.1",
             "timeline": 3},
            {"name": "n2", "role": "replica", "state": state, "api_url": f"{SECOND}/patroni", "host": "10.1.0.1",
             "timeline": 3, "lag": 0},
        ], "scope": "kibo"},
        "config": {"ttl": 30, "maximum_lag_on_failover": 1000,
                   "postgresql": {"parameters": {"max_connections": 30, "shared_buffers": "1GB"}}},
        "history": [[1, 5, "no recovery target specified", "2026-11-21T21:04:57.216723+00:00", "n2"],
                    [2, 9, "no recovery target specified", "2026-11-21T21:05:24.724724+09:00", "n1"]],
        "n1": {**own, "role": role, "xlog": {"location": 5000},
               "replication": [{"application_name": "n2", "state": "streaming"}]},
        "n2": {**own, "role": "replica", **({"replication_state": "streaming"} if newer else {}),
               "xlog": {"received_location": 5000, "replayed_location": 5000, "replayed_timestamp": None,
                        "paused": False}},
    }  # fmt: skip


def look(change: Change = lambda found: None, newer: str = "", **more: Any) -> FailoverState:
    found = told(newer=bool(newer))
    change(found)
    pages: dict[str, Answer | CannotSee] = {}
    for name, url in (("cluster", FIRST), ("config", FIRST), ("history", FIRST), ("n1", FIRST), ("n2", SECOND)):
        body = found[name]
        path = "patroni" if name in ("n1", "n2") else name
        pages[f"{url}/{path}"] = body if isinstance(body, CannotSee) else Answer(
            200, MappingProxyType({}), json.dumps(body).encode(), "10.0.0.1", timedelta(0)
        )  # fmt: skip
    item = Patroni.model_validate({"id": "p", "kind": "patroni", "to": "b", "mode": "hot", "url": FIRST, **more})
    seen = anyio.run(standing.look, item, scene(now=NOW, pages=pages))
    assert isinstance(seen, FailoverState)
    return seen


@pytest.mark.parametrize("newer", ["", "4.1"])
def test_a_sound_pair(newer: str) -> None:
    seen = look(newer=newer)
    assert [(one.name, one.role, one.usable, one.address) for one in seen.members] == [
        ("n1", "primary", True, "10.0.0.1"), ("n2", "standby", True, "10.1.0.1"),
    ]  # fmt: skip
    assert (seen.paused, seen.automatic, seen.trouble, seen.switches) == (False, True, (), 2)
    assert seen.last_switch.at == datetime(2026, 11, 21, 12, 5, 24, 724724, tzinfo=UTC)
    assert (seen.members[1].lag_bytes, seen.members[1].lag_seconds) == (0, 0.0)
    assert seen.members[0].version.startswith("PostgreSQL 15.18, Patroni")
    assert seen.members[0].settings == {"max_connections": "30", "restart": "none"}
    assert seen.absent["voters"].reason is Reason.INCOMPLETE


def put(where: str, **values: Any) -> Change:
    """Change what stands at `n2`, `cluster`, `row` (that of n2) or `xlog` (that of n2)."""

    def change(found: Told) -> None:
        target = {"row": found["cluster"]["members"][1], "xlog": found["n2"].get("xlog")}.get(where) or found[where]
        target.update(values)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("row", state="stopped", lag="unknown"), "stopped"), (put("row", tags={"nofailover": True}), "tags"),
        (put("row", tags={"failover_priority": 0}), "tags"), (put("xlog", paused=True), "paused"),
        (put("n1", replication=[]), "no sender"), (put("n1", replication=[{"application_name": "other",
         "state": "streaming"}]), "no sender"), (put("n2", timeline=2), "timeline 2"),
        (put("n2", database_system_identifier="78"), "another database"), (put("n2", role="master"), "writes"),
        (put("n2", replication_state="in archive recovery"), "archive"), (put("n1", xlog={"location": 9000}), "4000"),
        (put("config", synchronous_mode=True), "synchronous"), (put("n2", state="start failed"), "start failed"),
    ],
)  # fmt: skip
def test_what_keeps_the_standby_from_it(change: Change, words: str) -> None:
    seen = look(change)
    assert seen.ready == ()
    assert words in seen.members[1].detail


def test_a_synchronous_standby_may_take_over() -> None:
    def change(found: Told) -> None:
        found["config"]["synchronous_mode"] = "quorum"
        found["cluster"]["members"][1]["role"] = "quorum_standby"

    assert look(change).ready


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("cluster", scheduled_switchover={"at": "2026-11-23T03:00:00+09:00", "to": "n2"}), "a switchover to n2"),
        (put("n2", dcs_last_seen=SEEN - 300), "has not seen the store"),
        (put("n2", watchdog_failed=True), "watchdog"), (put("n1", failsafe_mode_is_active=True), "without the store"),
    ],
)  # fmt: skip
def test_trouble(change: Change, words: str) -> None:
    assert words in look(change).trouble[0]


def test_a_pause() -> None:
    assert look(put("cluster", pause=True)).paused


def test_behind_by_the_clock_of_the_leader() -> None:
    def change(found: Told) -> None:
        found["n1"]["xlog"]["location"] = 5500
        found["n2"]["xlog"]["replayed_timestamp"] = (NOW - timedelta(seconds=90)).isoformat()

    one = look(change).members[1]
    assert (one.usable, one.lag_bytes, one.lag_seconds) == (True, 500, 90.0)


def test_no_leader() -> None:
    seen = look(lambda found: found["cluster"]["members"][0].update(role="replica"))
    assert seen.trouble == ("no member leads",)


def test_a_leader_that_nobody_hears_makes_all_unknown() -> None:
    with pytest.raises(CannotSee) as gap:
        look(lambda found: found.update(n1=LATE))
    assert gap.value.reason is Reason.TIMEOUT


def test_whose_api_is_closed_does_not_take_over() -> None:
    assert look(lambda found: found.update(n2=REFUSED)).ready == ()
    assert look(lambda found: found.update(n1=REFUSED)).trouble == ("n1 leads, yet nobody listens at its API",)


def test_what_may_not_be_asked_is_taken_from_others_where_they_tell_enough() -> None:
    seen = look(lambda found: found.update(n2=DENIED))
    assert (seen.ready[0].lag_bytes, seen.ready[0].lag_by) == (0, "lag as the cluster tells it")
    with pytest.raises(CannotSee) as gap:
        look(lambda found: (found.update(n2=DENIED), found["cluster"]["members"][1].update(lag="unknown")))
    assert gap.value.reason is Reason.DENIED
    with pytest.raises(CannotSee):
        look(lambda found: found.update(n1=DENIED, n2=DENIED))
    assert look(lambda found: found.update(n1=DENIED, n2=DENIED), newer="4.1").ready


def test_a_member_that_patroni_forgot() -> None:
    etcd = "http://10.0.0.9:2379"
    stands = tuple(Stand.model_construct(name=name, at="x") for name in ("n1", "n2", "n3", "10.0.0.9"))
    found = copy.deepcopy(told(newer=False))
    pages = {f"{FIRST}/{name}": body(found[name]) for name in ("cluster", "config", "history")}
    pages |= {f"{FIRST}/patroni": body(found["n1"]), f"{SECOND}/patroni": body(found["n2"])}
    pages |= {
        f"POST {etcd}/v3/cluster/member/list": body({"members": [{"ID": "7", "name": "e", "clientURLs": [etcd]}]}),
        f"POST {etcd}/v3/maintenance/status": body({"header": {"member_id": "7"}, "leader": "7"}),
        f"{etcd}/health": body({"health": "true"}),
    }
    item = Patroni.model_validate({"id": "p", "kind": "patroni", "to": "b", "mode": "hot", "url": FIRST,
                                   "etcd": [etcd]}).model_copy(update={"members": stands})  # fmt: skip
    seen = anyio.run(standing.look, item, scene(now=NOW, pages=pages))
    assert isinstance(seen, FailoverState)
    assert [one.name for one in seen.members if not one.usable] == ["n3"]
    assert (seen.needed, len(seen.voters), seen.quorum) == (1, 1, True)


def body(document: Any) -> Answer:
    return Answer(200, MappingProxyType({}), json.dumps(document).encode(), "10.0.0.1", timedelta(0))


@pytest.mark.parametrize(
    ("history", "count", "dated"),
    [([], 0, False), ([[1, 5, "x"]], 1, False), ([[1, 5, "x", "2026-11-21T21:04:57", "n2"]], 1, False)],
)
def test_a_history_without_a_date(history: Any, count: int, dated: bool) -> None:  # noqa: FBT001
    seen = look(lambda found: found.update(history=history))
    assert (seen.switches, seen.last_switch.at is not None) == (count, dated)


@pytest.mark.parametrize("history", [{}, [1], [[]], LATE])
def test_no_history(history: Any) -> None:
    assert not look(lambda found: found.update(history=history)).has("last_switch")


@pytest.mark.parametrize("members", [None, {}, [1], [{"role": "leader"}], [{"name": "n1", "role": "standby_leader"}]])
def test_what_is_no_cluster(members: Any) -> None:
    with pytest.raises(CannotSee) as gap:
        look(lambda found: found["cluster"].update(members=members))
    assert gap.value.reason is Reason.INCOMPLETE


def test_a_cluster_without_members() -> None:
    assert look(lambda found: found["cluster"].update(members=[])).members == ()


def test_hostile_values() -> None:
    def change(found: Told) -> None:
        row = found["cluster"]["members"][1]
        row |= {"tags": [1], "lag": float("nan"), "host": "x" * 9000, "api_url": "http://user:word@10.1.0.1/"}
        found["n1"] |= {"server_version": 10**30, "xlog": 7, "dcs_last_seen": -1, "patroni": "x"}

    with pytest.raises(CannotSee):
        look(change)
