"""What nodes of keepalived write and tell to what the probe makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Output, Reason, say
from audit.model.failover import FailoverState
from audit.world.scene import NOON, SceneFile, scene
from checks.failover.keepalived import Keepalived, standing
from checks.failover.keepalived_output import INSTANCES, VERSION, of_file

MASTER, BACKUP = 2, 1
DATA: Mapping[str, Any] = {
    "iname": "VI_1", "ifp_ifname": "v0", "last_transition": 1795295739.354351, "vrid": 51, "base_priority": 100,
    "effective_priority": 100, "vipset": True, "adver_int": 1, "state": 2, "wantstate": 2, "version": 2,
    "vips": ["10.99.0.100/24 dev v0 scope global set"], "auth_type": 0,
}  # fmt: skip
ADDRESSES = (
    '[{"ifname":"lo","addr_info":[{"local":"127.0.0.1"}]},{"ifname":"v0","addr_info":[{"local":"10.99.0.100"}]}]'
)
NODES = [{"name": "daejeon", "file": "/k/daejeon.json"}, {"name": "busan", "file": "/k/busan.json"}]
LOST = CannotSee(Reason.TIMEOUT, say("nobody answers"))


def written(state: Any = MASTER, *, taken: int = 1, **data: Any) -> bytes:
    entry = {"data": {**DATA, "state": state, "vipset": state == MASTER, **data}, "stats": {"become_master": taken}}
    return json.dumps([{"data": {"iname": "another"}}, entry]).encode()


def told(state: int, holds: int = 2) -> dict[str, int | str]:
    rows: dict[int, int | str] = {2: "VI_1", 3: 51, 4: state, 9: holds, 12: 1, 30: 2}
    return {f"{INSTANCES}.{column}.7": value for column, value in rows.items()} | {VERSION: "Keepalived v2.2.7 (01/16)"}


def asked(
    *contents: bytes, age: timedelta = timedelta(minutes=1), nodes: Any = NODES, agent: Any = None,
    addresses: str = "[]",
) -> FailoverState:  # fmt: skip
    files = {node["file"]: SceneFile(content, NOON - age) for node, content in zip(NODES, contents, strict=False)}
    world = scene(
        files=files, snmp={"10.2.0.1:161": agent or LOST}, command={"ip -j addr show": Output(0, addresses, "")}
    )
    item = {"id": "k", "kind": "keepalived", "to": "busan", "mode": "hot", "instance": "VI_1", "nodes": nodes}
    found = anyio.run(standing.look, Keepalived.model_validate(item), world)
    assert isinstance(found, FailoverState)
    return found


def test_a_master_with_its_backup() -> None:
    found = asked(written(), written(BACKUP, taken=0))
    assert [(one.name, one.role, one.usable) for one in found.members] == [
        ("daejeon", "primary", True), ("busan", "standby", True)
    ]  # fmt: skip
    assert (found.trouble, found.switches, found.last_switch.at) == ((), 0, None)
    assert found.members[0].settings == {
        "virtual_router_id": "51", "advert_int": "1", "vrrp_version": "2", "virtual_ipaddress": "10.99.0.100"
    }  # fmt: skip


def test_a_switch_has_its_date() -> None:
    found = asked(written(BACKUP, taken=1), written(MASTER, taken=1))
    assert (found.switches, found.last_switch.at) == (1, datetime.fromtimestamp(1795295739.354351, UTC))
    assert asked(written(BACKUP), written(last_transition=1e40)).last_switch.at is None


def test_two_masters() -> None:
    found = asked(written(), written())
    assert found.ready == ()
    assert found.trouble == ("split brain: daejeon and busan are master at the same time",)
    assert not found.members[0].usable


def test_nobody_has_the_address() -> None:
    assert asked(written(BACKUP), written(BACKUP)).trouble == ("no node is master: nobody has the address",)
    assert asked(written(vipset=False), written(BACKUP)).trouble == ("daejeon is master without the address",)
    assert asked(written(), written(BACKUP, vipset=True)).trouble == ("busan has the address and is no master",)


@pytest.mark.parametrize(("state", "word"), [(0, "INIT"), (3, "FAULT")])
def test_a_standby_that_is_none(state: int, word: str) -> None:
    found = asked(written(), written(state))
    assert found.ready == ()
    assert word in found.members[1].detail


@pytest.mark.parametrize(
    ("age", "reason"),
    [(timedelta(minutes=6), Reason.STALE), (timedelta(minutes=-6), Reason.CONTRADICTED)],
)
def test_an_old_file_is_not_believed(age: timedelta, reason: Reason) -> None:
    with pytest.raises(CannotSee) as gap:
        asked(written(), written(BACKUP), age=age)
    assert gap.value.reason is reason


def test_one_that_is_not_seen_leaves_all_open() -> None:
    for content in (written(), written(BACKUP)):
        with pytest.raises(CannotSee) as gap:
            asked(content)
        assert gap.value.reason is Reason.UNREACHABLE
    # Of three the two that are seen are enough for a standby, not for a count of switches.
    found = asked(written(), written(BACKUP), nodes=[*NODES, {"name": "gongju", "file": "/k/gongju.json"}])
    assert [one.name for one in found.ready] == ["busan"]
    assert not found.has("switches")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"[" * 100_000, b"\xff\xfe", b'[{"data": []}]', b"NaN", written(9), written(state=True),
     written(state="2"), written(iname="VI_2"), b"[" + written()[1:-1] + b"," + written()[1:]],
)  # fmt: skip
def test_a_file_of_another_kind(content: bytes) -> None:
    with pytest.raises(CannotSee) as gap:
        of_file(content, "VI_1")
    assert gap.value.reason is Reason.INCOMPLETE


def test_hostile_parts_of_a_file() -> None:
    found = of_file(written(vips=["; reboot", 7, "10.99.0.100/24 dev v0"], last_transition="x", vrid="51"), "VI_1")
    assert (found.addresses, found.changed) == (("10.99.0.100",), None)
    assert "virtual_router_id" not in (found.settings or {})


AGENT = {"name": "busan", "agent": {"host": "10.2.0.1", "community": {"env": "W"}}}


def test_over_snmp() -> None:
    found = asked(written(), nodes=[NODES[0], AGENT], agent=told(BACKUP))
    assert [one.name for one in found.ready] == ["busan"]
    assert (found.members[1].address, found.members[1].version) == ("10.2.0.1", "2.2.7")
    assert asked(written(), nodes=[NODES[0], AGENT], agent=told(MASTER, 1)).trouble
    assert "SHUTDOWN" in asked(written(), nodes=[NODES[0], AGENT], agent=told(5)).members[1].detail


@pytest.mark.parametrize(
    ("agent", "reason"),
    [(None, Reason.TIMEOUT), ({"1.3.6.1": 1}, Reason.INCOMPLETE), (told(9), Reason.INCOMPLETE)],
)
def test_an_agent_that_tells_nothing(agent: Any, reason: Reason) -> None:
    with pytest.raises(CannotSee) as gap:
        asked(written(), nodes=[NODES[0], AGENT], agent=agent)
    assert gap.value.reason is reason


def test_this_machine_is_asked_for_its_addresses() -> None:
    nodes = [{**NODES[0], "here": True}, NODES[1]]
    assert asked(written(), written(BACKUP), nodes=nodes, addresses=ADDRESSES).trouble == ()
    found = asked(written(), written(BACKUP), nodes=nodes)
    assert found.trouble == ("daejeon is master without the address",)
    with pytest.raises(CannotSee):
        asked(written(), written(BACKUP), nodes=nodes, addresses="{")


@pytest.mark.parametrize("nodes", [NODES[:1], [{"name": "a"}, NODES[1]], [{**AGENT, "file": "x"}, NODES[1]]])
def test_one_way_to_see_each(nodes: Any) -> None:
    with pytest.raises(ValidationError):
        asked(written(), written(), nodes=nodes)
