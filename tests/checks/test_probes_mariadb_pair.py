"""What servers of MariaDB and MySQL say of each other to whether a replica would take over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Reason, say
from audit.model.failover import FailoverState
from audit.world.scene import scene
from checks.failover.mariadb import VERBS, Mariadb, standing
from checks.failover.mariadb_output import positions

LOST = CannotSee(Reason.TIMEOUT, say("nobody answers"))
STATUS: Mapping[str, Any] = {
    "Slave_IO_Running": "Yes", "Slave_SQL_Running": "Yes", "Seconds_Behind_Master": 0, "Last_IO_Errno": 0,
    "Last_SQL_Errno": 0, "Master_Server_Id": 1, "Relay_Master_Log_File": "bin.000002", "Exec_Master_Log_Pos": 900,
    "SQL_Delay": 0, "Using_Gtid": "Slave_Pos", "Last_IO_Error": "error connecting to 'rep@10.0.0.1:3306' planted-word",
}  # fmt: skip
LOGS = [{"Log_name": "bin.000001", "File_size": 500}, {"Log_name": "bin.000002", "File_size": 1000}]


def server(number: int, *, version: str = "10.11.19-MariaDB", **told: Any) -> dict[str, Any]:
    settings = {"read_only": "ON" if number > 1 else "OFF", "hostname": f"db{number}", "gtid_strict_mode": "ON"}
    settings |= told.get("settings", {})
    status = told.get("status", [STATUS] if number > 1 else [])
    own = {"written": "0-1-70", "replayed": "0-1-70" if number > 1 else ""} | told.get("positions", {})
    return {
        "SELECT VERSION()": [{"version": version, "server": told.get("id", number)}],
        "SHOW GLOBAL VARIABLES": [{"Variable_name": name, "Value": value} for name, value in settings.items()],
        "SHOW GLOBAL STATUS": [{"Variable_name": "Rpl_semi_sync_master_status", "Value": told.get("semi", "OFF")}],
        "SHOW ALL SLAVES STATUS": status,
        "SHOW REPLICA STATUS": [
            {key.replace("Master", "Source").replace("Slave_", "Replica_"): value for key, value in row.items()}
            for row in status
        ],
        "@@gtid_binlog_pos": [own],
        "SHOW BINARY LOGS": told.get("logs", LOGS),
        "SHOW MASTER STATUS": [
            {"File": "bin.000002", "Binlog_Do_DB": "", "Binlog_Ignore_DB": told.get("kept_back", "mysql")}
        ],
        "UNIX_TIMESTAMP": [{"beat": told.get("beat", 1_796_000_000), "now": 1_796_000_007}],
    }


def asked(*servers: Any, **item: Any) -> FailoverState:
    names = [f"S{number}" for number, _ in enumerate(servers, 1)]
    written = {
        "id": "m", "kind": "mariadb", "to": "busan", "mode": "hot",
        "servers": [{"name": name.lower(), "url": {"env": name}} for name in names],
    }  # fmt: skip
    found = anyio.run(
        standing.look,
        Mariadb.model_validate({**written, **item}),
        scene(mysql=dict(zip(names, servers, strict=True))),
    )
    assert isinstance(found, FailoverState)
    assert "planted" not in str(found)
    return found


def second(**status: Any) -> dict[str, Any]:
    return server(2, status=[{**STATUS, **status}])


def test_a_primary_with_its_replica() -> None:
    found = asked(server(1), server(2))
    first, other = found.members
    assert (first.role, other.role, [one.name for one in found.ready]) == ("primary", "standby", ["s2"])
    assert (other.lag_bytes, other.lag_seconds, other.version) == (0, 0.0, "10.11.19-MariaDB")
    assert other.settings == {"gtid_strict_mode": "ON"}
    assert (found.trouble, found.automatic, found.has("last_switch")) == ((), False, False)


def test_system_schemas_may_be_passed_over() -> None:
    found = asked(server(1), second(Replicate_Ignore_DB="mysql,sys", Replicate_Wild_Ignore_Table="mysql.%"))
    assert len(found.ready) == 1


def test_a_primary_that_hands_on_a_part() -> None:
    found = asked(server(1, kept_back="app"), server(2))
    assert (len(found.ready), "Binlog_Ignore_DB: app" in found.members[1].detail) == (0, True)


def test_the_roles_are_seen_in_any_order() -> None:
    found = asked(server(2), server(1))
    assert [one.role for one in found.members] == ["standby", "primary"]
    assert len(found.ready) == 1


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ({"Slave_IO_Running": "Connecting", "Last_IO_Errno": 2003}, "receiver runs: Connecting, last error 2003"),
        ({"Slave_SQL_Running": "No", "Last_SQL_Errno": 1062}, "replay runs: No, last error 1062"),
        ({"Master_Server_Id": 9}, "none of these"), ({"Master_Server_Id": 2}, "none of these"),
        ({"Replicate_Ignore_DB": "app"}, "a part of the data alone (Replicate_Ignore_DB: app)"),
        ({"Replicate_Do_DB": "mysql"}, "Replicate_Do_DB: mysql"), ({"Replicate_Wild_Do_Table": "a\\_b.%"}, "Wild_Do"),
        ({"Replicate_Ignore_Table": "mysql.rds_sysinfo,app.ledger"}, "Replicate_Ignore_Table"),
        ({"SQL_Delay": 3600}, "3600 s behind"), ({"Slave_IO_Running": None}, "receiver runs: None"),
    ],
)  # fmt: skip
def test_a_replica_that_could_not_take_over(status: dict[str, Any], why: str) -> None:
    found = asked(server(1), second(**status))
    assert found.ready == ()
    assert why in found.members[1].detail


@pytest.mark.parametrize(
    ("name", "value", "usable"),
    [("slave_skip_errors", "OFF", True), ("slave_skip_errors", "ALL", False), ("replica_skip_errors", "1062", False),
     ("slave_exec_mode", "STRICT", True), ("replica_exec_mode", "IDEMPOTENT", False)],
)  # fmt: skip
def test_a_replica_that_passes_over_errors(name: str, value: str, *, usable: bool) -> None:
    assert asked(server(1), server(2, settings={name: value})).members[1].usable is usable


def test_how_far_it_is_behind() -> None:
    late = server(2, positions={"replayed": "0-1-60"})
    assert (asked(server(1), late).members[1].lag_bytes, asked(server(1), late).members[1].lag_seconds) == (100, None)
    timed = asked(server(1), late, heartbeat="app.heartbeat.ts").members[1]
    assert (timed.lag_seconds, timed.lag_by) == (7.0, "SHOW BINARY LOGS - Exec_Master_Log_Pos; heartbeat")
    plain = second(Using_Gtid="No", Relay_Master_Log_File="bin.000001", Exec_Master_Log_Pos=500)
    assert asked(server(1), plain).members[1].lag_bytes == 1000


def test_a_position_that_cannot_be_compared_is_unknown() -> None:
    for broken in (
        second(Using_Gtid="No", Relay_Master_Log_File="bin.000099"), server(2, positions={"replayed": "what"})
    ):  # fmt: skip
        with pytest.raises(CannotSee) as gap:
            asked(server(1), broken)
        assert gap.value.reason is Reason.INCOMPLETE


def test_rows_of_its_own() -> None:
    found = asked(server(1), server(2, positions={"written": "0-2-71", "replayed": "0-1-70"}))
    assert found.ready == ()
    assert "rows of its own" in found.members[1].detail
    # Its own from the time when it was the primary, which came back to it.
    assert asked(server(1), server(2, positions={"written": "0-2-69"})).ready


def test_rows_of_its_own_that_the_primary_has_outrun() -> None:
    """The primary is past their number, and has never had them; after a switch back it has."""
    own = {"written": "0-2-69", "replayed": "0-1-70", "reigns": "0-1-60,0-2-69"}
    first, back = ({"written": "0-1-70", "replayed": told, "reigns": "0-1-70"} for told in ("", "0-2-69"))
    found = asked(server(1, positions=first), server(2, positions=own))
    assert [one.detail for one in found.members if not one.usable] == [
        "it has rows of its own that the primary has not"
    ]
    assert asked(server(1, positions=back), server(2, positions=own)).ready
    reigned = {"written": "0-1-70", "replayed": "", "reigns": "0-2-69,0-1-70"}
    assert asked(server(1, positions=reigned), server(2, positions=own)).ready


def test_more_than_one_takes_writes() -> None:
    both = asked(server(1), server(2, status=[], settings={"read_only": "OFF"}))
    assert both.trouble[0].startswith("split brain: s1 and s2")
    assert not any(one.usable for one in both.members)
    assert "read_only" in asked(server(1), server(2, settings={"read_only": "OFF"})).trouble[0]
    assert asked(server(1), server(2, settings={"read_only": "OFF", "super_read_only": "ON"})).trouble == ()


def test_nobody_takes_writes() -> None:
    found = asked(server(1, settings={"read_only": "ON"}), server(2))
    assert found.trouble == ("no server takes writes",)
    assert found.ready == ()


def test_two_of_the_same_number() -> None:
    assert "two servers have the same server_id" in asked(server(1), server(2, id=1)).trouble


@pytest.mark.parametrize("number", [0, 1])
def test_one_that_cannot_be_asked_leaves_all_open(number: int) -> None:
    servers: list[Any] = [server(1), server(2)]
    servers[number] = LOST
    with pytest.raises(CannotSee) as gap:
        asked(*servers)
    assert gap.value.reason is Reason.TIMEOUT
    assert [one.name for one in asked(server(1), server(2), LOST).ready] == ["s2"]


def test_a_wait_that_has_ended() -> None:
    waits = {"rpl_semi_sync_master_enabled": "ON"}
    assert "no longer" in asked(server(1, settings=waits), server(2)).trouble[0]
    assert asked(server(1, settings=waits, semi="ON"), server(2)).trouble == ()


def test_the_words_of_mysql() -> None:
    found = asked(
        server(1, version="8.0.36"), server(2, version="8.0.36", status=[{**STATUS, "Exec_Master_Log_Pos": 1000}])
    )
    assert (len(found.ready), found.tool, found.members[1].lag_bytes) == (1, "MySQL", 0)


@pytest.mark.parametrize("text", ["1-2", "0-1-7,x", "0-1-" + "9" * 30])
def test_positions_that_cannot_be_read(text: str) -> None:
    with pytest.raises(CannotSee):
        positions(text)
    assert positions("0-1-7, 0-2-9,1-1-3") == {0: (2, 9), 1: (1, 3)}
    assert positions(None) == {}


def test_what_is_never_sent() -> None:
    for statement in (
        "STOP SLAVE",
        "SHOW GLOBAL VARIABLES",
        "SELECT * FROM mysql.user",
        "SHOW SLAVE STATUS; DROP TABLE a",
    ):
        assert not VERBS.allow_sql(statement)
    with pytest.raises(ValidationError):
        asked(server(1), server(2), heartbeat="a.b.c; DROP")
    with pytest.raises(ValidationError):
        asked(server(1))
