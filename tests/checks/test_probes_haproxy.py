"""Statistics of HAProxy to what the probe makes of the servers behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import Answer, CannotSee, Reason
from audit.model.failover import FailoverState
from audit.world.scene import NOON, scene
from checks.failover.haproxy import VERBS, Haproxy, standing

NAMES = (
    "pxname", "svname", "stot", "status", "weight", "act", "bck", "chkdown", "lastchg", "tracked", "check_status",
    "lastsess", "last_chk", "agent_status", "addr",
)  # fmt: skip
UP = {"status": "UP", "weight": "1", "act": "1", "bck": "0", "chkdown": "0", "lastchg": "90", "check_status": "L7OK"}
STANDBY = {**UP, "act": "0", "bck": "1"}
DOWN = {**UP, "status": "DOWN", "check_status": "L4CON", "last_chk": "Connection, refused"}
STATE = """1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state
3 app 1 daejeon1 10.1.0.1 2 0
3 app 2 busan1 10.2.0.1 2 0
4 other 1 daejeon1 10.9.9.9 2 0

"""
INFO = "Name: HAProxy\nVersion: 2.6.12\nStopping: 0\n\n"


def table(*rows: tuple[str, dict[str, str]], backend: str = "app") -> str:
    def line(cells: dict[str, str]) -> str:
        quoted = [f'"{text}"' if "," in text else text for text in (cells.get(name, "") for name in NAMES)]
        return ",".join(quoted) + ","

    lines = [line({"pxname": backend, "svname": name, **cells}) for name, cells in rows]
    return "# " + ",".join(NAMES) + ",\n" + "\n".join(lines) + "\n\n"


def asked(stat: str, state: str = STATE, info: str = INFO, **item: Any) -> FailoverState:
    said = {"show stat app 6 -1": stat, "show servers state app": state, "show info": info}
    page = Answer(item.pop("status", 200), {}, stat.encode(), "")
    world = scene(local={"/run/h.sock": said}, pages={"http://10.0.0.1/s;csv": page})
    written = {"id": "h", "kind": "haproxy", "to": "busan", "mode": "hot", "backend": "app", "socket": "/run/h.sock"}
    found = anyio.run(standing.look, Haproxy.model_validate({**written, **item}), world)
    assert isinstance(found, FailoverState)
    return found


def pair(first: dict[str, str] = UP, second: dict[str, str] = STANDBY, whole: str = "UP") -> str:
    return table(("daejeon1", first), ("busan1", second), ("BACKEND", {**UP, "status": whole, "check_status": ""}))


def test_one_server_under_two_names() -> None:
    doors = STATE.replace("srv_admin_state", "srv_port").replace("10.1.0.1 2 0", "10.1.0.1 2 80")
    found = asked(pair(), doors.replace("10.2.0.1 2 0", "10.1.0.1 2 80"))
    assert [(one.usable, one.detail) for one in found.members] == [
        (True, ""), (False, "it is daejeon1 under another name")
    ]  # fmt: skip
    assert len(asked(pair(), doors.replace("10.2.0.1 2 0", "10.1.0.1 2 81")).ready) == 1


def test_a_server_with_its_standby() -> None:
    found = asked(pair())
    assert [(one.name, one.role, one.address, one.usable) for one in found.members] == [
        ("daejeon1", "serving", "10.1.0.1", True), ("busan1", "standby", "10.2.0.1", True)
    ]  # fmt: skip
    assert [one.name for one in found.ready] == ["busan1"]
    assert (found.trouble, found.automatic, found.paused, found.tool) == ((), True, False, "HAProxy 2.6.12")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (DOWN, "HAProxy calls it DOWN (L4CON) Connection, refused"),
        ({**UP, "status": "UP 1/3", "check_status": "* L7TOUT"}, "HAProxy calls it UP 1/3 (L7TOUT)"),
        ({**UP, "status": "NOLB"}, "HAProxy calls it NOLB (L7OK)"), ({**UP, "weight": "0"}, "its weight of 0"),
        ({**UP, "status": "MAINT (via a/b)"}, "taken out of service (MAINT (via a/b))"),
        ({**UP, "status": "DRAIN"}, "taken out of service (DRAIN)"),
        ({**UP, "status": "WHAT"}, "HAProxy calls it WHAT"),
    ],
)  # fmt: skip
def test_a_standby_that_nobody_would_be_sent_to(row: dict[str, str], why: str) -> None:
    found = asked(pair(second={**row, "act": "0", "bck": "1"}))
    assert found.ready == ()
    assert why in found.members[1].detail


def test_one_taken_out_by_hand_is_a_pause_where_nothing_else_is_left() -> None:
    assert asked(pair(second={**STANDBY, "status": "MAINT"})).paused
    assert not asked(pair(second={**STANDBY, "status": "DOWN"})).paused


def test_without_checks_nobody_knows() -> None:
    found = asked(pair(second={**STANDBY, "status": "no check", "check_status": ""}))
    assert (found.ready, found.automatic) == ((), False)
    assert "busan1" in found.trouble[0]


@pytest.mark.parametrize("status", ["INI", "", "UNK", "* INI"])
def test_up_before_the_first_check_is_unknown(status: str) -> None:
    with pytest.raises(CannotSee) as gap:
        asked(pair(second={**STANDBY, "check_status": status}))
    assert gap.value.reason is Reason.INCOMPLETE
    for more in ({"tracked": "other/busan1"}, {"agent_status": "L7OK"}):
        assert asked(pair(second={**STANDBY, "check_status": status, **more})).ready


def test_the_whole_backend() -> None:
    assert asked(pair(whole="DOWN")).trouble == ("the backend is DOWN",)
    assert asked(pair(), info=INFO.replace("Stopping: 0", "Stopping: 1")).trouble == ("this HAProxy is about to end",)


def test_only_a_standby_that_served_proves_a_switch() -> None:
    found = asked(pair({**UP, "chkdown": "2"}, {**STANDBY, "stot": "7", "lastsess": "3600"}))
    assert (found.switches, found.last_switch.at) == (2, NOON - timedelta(hours=1))
    assert asked(pair({**UP, "chkdown": "2"}, {**STANDBY, "stot": "0", "lastsess": "-1"})).last_switch.at is None
    assert (
        asked(pair({**UP, "chkdown": "9" * 13}, {**STANDBY, "stot": "7", "lastsess": "9" * 12})).last_switch.at is None
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Permission denied\n", Reason.DENIED), ("No such proxy.\n", Reason.INCOMPLETE), ("", Reason.INCOMPLETE),
        ("Unknown command, but maybe ...\n", Reason.INCOMPLETE), ("<html>", Reason.INCOMPLETE),
        ("# pxname,svname\napp,a\n", Reason.INCOMPLETE), (table(("a", UP), backend="x"), Reason.INCOMPLETE),
        (pair().rstrip()[:-30], Reason.INCOMPLETE),
        ("# " + ",".join(NAMES) + '\napp,"' + "x" * 200_000, Reason.INCOMPLETE),
    ],
)  # fmt: skip
def test_an_answer_of_another_kind(text: str, reason: Reason) -> None:
    with pytest.raises(CannotSee) as gap:
        asked(text)
    assert gap.value.reason is reason


@pytest.mark.parametrize("state", ["", "2\n# be_id\n", "Permission denied\n"])
def test_servers_state_of_another_kind(state: str) -> None:
    with pytest.raises(CannotSee):
        asked(pair(), state=state)


def test_over_http() -> None:
    more: dict[str, Any] = {"socket": None, "url": "http://10.0.0.1/s"}
    found = asked(pair({**UP, "addr": "10.1.0.1:80"}), **more)
    assert [one.address for one in found.members] == ["10.1.0.1", ""]
    for status, reason in ((401, Reason.DENIED), (404, Reason.INCOMPLETE)):
        with pytest.raises(CannotSee) as gap:
            asked(pair(), status=status, **more)
        assert gap.value.reason is reason


def test_one_way_to_ask() -> None:
    for more in ({"url": "http://10.0.0.1/s"}, {"socket": None}, {"backend": "app\ndisable"}, {"backend": "-x y"}):
        with pytest.raises(ValidationError):
            asked(pair(), **more)


@pytest.mark.parametrize(
    "line", ["show env", "show sess", "disable server app/a", "show stat app 6 -1; disable server a/b", "show stat"]
)
def test_what_is_never_sent(line: str) -> None:
    assert not VERBS.allow_line(line)
