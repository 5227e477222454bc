"""Outputs of repmgr on events, daemons, nodes to what its probe makes of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import anyio
import pytest

from audit.contract import CannotSee, Output, Reason
from audit.model.failover import FailoverState
from audit.world.scene import SceneFile, scene
from checks.failover.repmgr import Repmgr, standing
from checks.failover.repmgr_words import address, switches

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
BRIEF = "1,0,0\n2,0,1\n3,0,0\n"
TABLE = """
 ID | Name | Role    | Status    | Upstream | Location | Priority | Timeline | Connection string
----+------+---------+-----------+----------+----------+----------+----------+----------------------------------
 1  | n1   | primary | * running |          | default  | 100      | 1        | host=10.0.0.1 password=planted-1 user=a
 2  | n2   | standby |   running | n1       | busan    | 100      | 1        | postgresql://a:planted-2@10.1.0.1/db
 3  | n3   | witness | * running | n1       | default  | 0        | n/a      | user=a host='10.2.0.1'
"""
PROMOTED = (
    "2,n2,repmgrd_failover_promote,t,2026-11-22 08:18:45\n2,n2,standby_promote,t,2026-11-22 08:18:44,node 2, by hand\n"
    "1,n1,standby_promote,f,2026-11-23 08:18:44\n1,n1,primary_register,t,2026-11-21 08:18:38\n"
)
RUNNING = (
    "1,n1,primary,1,1,95,0,100,-1,default\n2,n2,standby,1,1,96,0,100,0,default\n3,n3,witness,1,1,97,0,0,0,default\n"
)
AUTOMATIC = "node_id=1\n# failover=manual\nfailover='automatic'\n"


def look(
    status: str = RUNNING, events: str = PROMOTED, settings: str = AUTOMATIC, brief: str = BRIEF, table: str = TABLE
) -> FailoverState:
    command = {
        "repmgr --config-file=r.conf cluster show --csv": Output(0, brief, ""),
        "repmgr --config-file=r.conf cluster show": Output(0, table, ""),
        "repmgr --config-file=r.conf cluster event": Output(0, events, "" if events else "no matching events found"),
        "repmgr --config-file=r.conf service status": Output(0 if status else 6, status, ""),
    }
    files = {"r.conf": SceneFile(settings.encode(), NOW)} if settings else {}
    item = Repmgr.model_validate({"id": "r", "kind": "repmgr", "to": "b", "mode": "hot", "config": "r.conf"})
    seen = anyio.run(standing.look, item, scene(now=NOW, command=command, files=files))
    assert isinstance(seen, FailoverState)
    return seen


def test_all_there() -> None:
    seen = look()
    assert [(one.name, one.address, one.zone) for one in seen.members] == [
        ("n1", "10.0.0.1", ""), ("n2", "10.1.0.1", "busan"), ("n3", "10.2.0.1", ""),
    ]  # fmt: skip
    assert [one.name for one in seen.ready] == ["n2"]
    assert (seen.automatic, seen.paused, seen.needed, seen.quorum, seen.trouble) == (True, False, 2, True, ())
    assert [one.name for one in seen.voters] == ["n1", "n2", "n3"]
    assert (seen.switches, seen.last_switch.at) == (1, datetime(2026, 11, 22, 8, 18, 45, tzinfo=UTC))


def test_no_password_is_kept() -> None:
    assert "planted" not in look().model_dump_json(exclude_unset=True)


def test_a_person_switches() -> None:
    for seen in (look(settings="node_id=1\n"), look(settings="failover=manual\n"),
                 look(settings="failover=manual\n", status=RUNNING.replace("1,1,96", "1,0,-1"))):  # fmt: skip
        assert (seen.automatic, seen.has("voters"), seen.trouble) == (False, False, ())


def test_a_daemon_that_ought_to_run() -> None:
    seen = look(status=RUNNING.replace("1,1,96", "1,0,-1"))
    assert seen.automatic is False
    assert seen.trouble == ("n2 is set to promote by itself, yet its repmgrd does not run",)


def test_a_daemon_that_nobody_can_see() -> None:
    seen = look(status=RUNNING.replace("2,n2,standby,1,1,96,0", "2,n2,standby,0,-1,-1,-1"))
    assert [seen.has(name) for name in ("automatic", "paused", "voters")] == [False, False, False]


def test_a_pause() -> None:
    assert look(status=RUNNING.replace("96,0", "96,1")).paused


def test_two_alone_need_no_other_where_both_bear_one_location() -> None:
    def two(location: str) -> FailoverState:
        table = "\n".join(TABLE.splitlines()[:-1]).replace("busan  ", location)
        return look(status="\n".join(RUNNING.splitlines()[:2]), brief=BRIEF[:12], table=table)

    assert (two("default").needed, two("busan  ").needed) == (1, 2)


def test_a_witness_that_is_gone() -> None:
    seen = look(brief=BRIEF.replace("3,0,0", "3,-1,-1"))
    assert [one.up for one in seen.voters] == [True, True, False]


@pytest.mark.parametrize("missing", ["status", "settings"])
def test_what_is_not_told_stays_absent(missing: str) -> None:
    nothing: dict[str, Any] = {missing: ""}
    seen = look(**nothing)
    assert not seen.has("automatic")
    assert seen.ready


def test_no_switch_so_far() -> None:
    seen = look(events="")
    assert (seen.switches, seen.last_switch.at) == (0, None)


@pytest.mark.parametrize("output", [Output(6, "", "ERROR"), Output(0, "", ""), Output(25, PROMOTED, "")])
def test_events_that_are_none(output: Output) -> None:
    with pytest.raises(CannotSee) as gap:
        switches(output)
    assert gap.value.reason is Reason.INCOMPLETE


def test_a_date_that_is_none() -> None:
    assert switches(Output(0, "1,n1,standby_promote,t,2026-13-45 99:00:00\n", ""))[0] == 0


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("host=db1 port=5432", "db1"), ("password='a host=b' host=db1", "db1"), ("hostaddr = 10.0.0.1", "10.0.0.1"),
        ("postgres://u:p@[fd00::1]:5432/x", "fd00::1"), ("postgresql://db1:5432,db2/x", "db1"), ("", ""),
        ("password='a\\' host=b'", ""), ("service=x", ""), ("postgresql:///x", ""),
    ],
)  # fmt: skip
def test_the_host_alone(written: str, host: str) -> None:
    assert address(written) == host
