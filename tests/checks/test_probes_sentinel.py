"""What Sentinels and their servers say to what the probe makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio
import pytest

from audit.contract import CannotSee, Reason, say
from audit.model.failover import FailoverState
from audit.world.scene import scene
from checks.failover.sentinel import SETTINGS, VERBS, Sentinel, standing, state, words

GAP = CannotSee(Reason.TIMEOUT, say("nobody answers"))
PRIMARY: Mapping[str, str] = {
    "role": "master", "master_repl_offset": "900", "redis_version": "7.0.15",
    "slave0": "ip=10.0.0.2,port=6380,state=online,offset=900,lag=1",
}  # fmt: skip
REPLICA: Mapping[str, str] = {
    "role": "slave", "slave_repl_offset": "860", "master_link_status": "up", "master_last_io_seconds_ago": "1",
    "redis_version": "7.0.14",
}  # fmt: skip
LEAD = {"ip": "10.0.0.1", "port": "6379", "flags": "master", "config-epoch": "3", "quorum": "2"}
OTHER = {"ip": "10.0.0.2", "port": "6380", "flags": "slave", "slave-priority": "100"}
PEERS: list[Mapping[str, str]] = [{"ip": f"10.0.{site}.9", "port": "26379", "flags": "sentinel"} for site in (2, 3)]


def seen(
    quorum: object = "OK 3 usable", own: Any = PRIMARY, other: Any = REPLICA, lead: Any = LEAD, told: Any = None,
    amiss: Any = None, **more: Any,
) -> FailoverState:  # fmt: skip
    infos = {"10.0.0.1:6379": own, "10.0.0.2:6380": other}
    found: list[Mapping[str, str]] = [{**OTHER, **more}]
    return state(quorum, lead, found, PEERS, infos, "10.0.1.9", told=told or {}, amiss=amiss or {})


def test_all_there() -> None:
    found = seen()
    assert (len(found.ready), found.quorum, found.switches, found.trouble) == (1, True, 3, ())
    assert (found.automatic, found.needed, len(found.voters)) == (True, 2, 3)
    assert [voter.address for voter in found.voters] == ["10.0.1.9", "10.0.2.9", "10.0.3.9"]
    assert (found.last_switch.at, found.last_switch.source) == (None, "Sentinel config-epoch")


def test_versions_and_lag_of_each() -> None:
    first, second = seen().members
    assert (first.version, first.lag_bytes, second.version, second.lag_bytes) == ("7.0.15", None, "7.0.14", 40)
    assert seen(other={**REPLICA, "slave_repl_offset": "950"}).members[1].lag_bytes == 0
    assert seen(other={**REPLICA, "slave_repl_offset": "x"}).members[1].lag_bytes is None


def test_settings_that_drifted_after_a_switch() -> None:
    own = {**PRIMARY, "set:min-replicas-to-write": "0"}
    first, second = seen(own=own, other={**REPLICA, "set:min-replicas-to-write": "1"}).members
    assert (first.settings, second.settings) == ({"min-replicas-to-write": "0"}, {"min-replicas-to-write": "1"})


@pytest.mark.parametrize(("written", "needed"), [("1", 2), ("3", 3), ("", 2), ("-1", 2), ("9" * 30, 2)])
def test_as_many_as_the_greater_of_quorum_and_majority(written: str, needed: int) -> None:
    assert seen(lead={**LEAD, "quorum": written}).needed == needed


def test_a_sentinel_that_forgot_the_group_has_no_vote() -> None:
    names = [f"{one['ip']}:26379" for one in PEERS]
    one = seen(amiss=dict.fromkeys(names[:1], "it does not know the group"))
    assert ([voter.up for voter in one.voters], one.quorum, one.trouble) == ([True, False, True], True, ())
    both = seen(amiss=dict.fromkeys(names, "it does not know the group"))
    assert (both.quorum, both.trouble[0]) == (False, "10.0.2.9:26379 would not vote: it does not know the group")


def test_how_many_have_to_follow() -> None:
    first, second = seen(own={**PRIMARY, "set:min-replicas-to-write": "1"}).members
    assert (first.needs, second.needs) == (1, 0)


def test_no_quorum() -> None:
    assert seen(RuntimeError("NOQUORUM 1 usable Sentinels")).quorum is False
    assert not seen(RuntimeError("ERR No such master")).has("quorum")


def test_a_replica_that_could_not_take_over() -> None:
    waiting = {**PRIMARY, "slave0": "ip=10.0.0.2,port=6380,state=wait_bgsave,offset=0,lag=0"}
    assert seen(own=waiting).ready == ()
    assert seen(other={**REPLICA, "master_link_status": "down"}).ready == ()
    assert seen(**{"slave-priority": "0"}).ready == ()
    assert seen(flags="s_down,slave,disconnected").ready == ()


def test_what_keeps_the_group_from_its_work() -> None:
    assert not seen(own={**PRIMARY, "min_slaves_good_slaves": "0"}).members[0].usable
    assert seen(lead={**LEAD, "flags": "master,s_down,o_down,failover_in_progress"}).trouble[1:] == (
        "a switch is under way",
    )
    assert seen(told={"sentinel_tilt": "1"}).paused
    assert not seen(told={"sentinel_tilt": "0"}).paused
    assert not seen(told={"sentinel_tilt": "yes"}).has("paused")


@pytest.mark.parametrize("side", ["own", "other"])
def test_one_that_cannot_be_asked_leaves_all_open(side: str) -> None:
    with pytest.raises(CannotSee) as gap:
        seen(**{side: GAP})
    assert gap.value.reason is Reason.TIMEOUT
    # What the Sentinel itself knows to be down is down.
    assert seen(other=GAP, flags="s_down,slave").ready == ()


@pytest.mark.parametrize("row", [None, "OK", 7])
def test_an_answer_of_another_kind(row: object) -> None:
    with pytest.raises(CannotSee):
        words(row)


def flat(pairs: Mapping[str, str]) -> list[str]:
    return [word for pair in pairs.items() for word in pair]


def asked(settings: object) -> FailoverState:
    def server(info: Mapping[str, str]) -> dict[str, Any]:
        answers: dict[str, Any] = {f"CONFIG GET {name}": settings for name in SETTINGS}
        lines = "\r\n".join(f"{key}:{value}" for key, value in info.items())
        return answers | {"INFO replication": lines, "INFO server": "redis_version:7.2.4\r\n"}

    world = scene(
        redis={
            "10.0.1.9:26379": {
                "SENTINEL CKQUORUM kodit": "OK 3 usable Sentinels", "SENTINEL MASTER kodit": flat(LEAD),
                "SENTINEL REPLICAS kodit": [flat(OTHER)], "SENTINEL SENTINELS kodit": [flat(peer) for peer in PEERS],
                "INFO sentinel": "sentinel_masters:1\r\nsentinel_tilt:0\r\n",
            },
            "10.0.0.1:6379": server(PRIMARY),
            "10.0.0.2:6380": server(REPLICA),
        }
    )  # fmt: skip
    item = Sentinel.model_validate(
        {"id": "s", "kind": "sentinel", "to": "busan", "mode": "hot", "host": "10.0.1.9", "group": "kodit"}
    )
    found = anyio.run(standing.look, item, world)
    assert isinstance(found, FailoverState)
    return found


def test_who_may_not_read_settings_has_none() -> None:
    found = asked(RuntimeError("NOPERM this user has no permissions"))
    assert [member.settings for member in found.members] == [{}, {}]
    assert [member.version for member in found.members] == ["7.2.4", "7.2.4"]
    assert not found.paused


def test_settings_by_name() -> None:
    assert asked(["maxmemory-policy", "noeviction"]).members[0].settings == {"maxmemory-policy": "noeviction"}


@pytest.mark.parametrize(
    "line", ["CONFIG GET requirepass", "CONFIG GET *", "CONFIG SET maxmemory 0", "SENTINEL FAILOVER kodit", "INFO"]
)
def test_what_is_never_sent(line: str) -> None:
    assert not VERBS.allow_redis(line.split())
