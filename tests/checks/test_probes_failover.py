"""Outputs of repmgr, values of SNMP, snapshots of etcd to what their probes make of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Output, Reason, say
from audit.model.backup import BackupState
from audit.world.scene import SceneFile, scene
from checks.backup.etcd import Etcd, snapshots
from checks.facility.snmp_ups import SnmpUps
from checks.facility.snmp_ups import state as power
from checks.failover.repmgr import state

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
WARNING = 'WARNING: node "n2" not found in "pg_stat_replication"\n'
ISSUES = (
    WARNING + "WARNING: following issues were detected\n"
    '  - node "n2" (ID: 2) is not attached to its upstream node "n1" (ID: 1)\n'
)
TABLE = """
 ID | Name | Role    | Status    | Upstream | Location | Prio. | TLI
----+------+---------+-----------+----------+----------+-------+-----
 1  | n1   | primary | * running |          | default  | 100   | 1
 2  | n2   | standby |   running | {}n1     | default  | 100   | 1
"""


class TestRepmgr:
    def test_all_there(self) -> None:
        seen = state(Output(0, "1,0,0\n2,0,1\n", ""), Output(0, TABLE.format("  "), ""))
        assert [member.name for member in seen.ready] == ["n2"]
        assert seen.trouble == ()

    def test_the_table_alone_is_not_believed(self) -> None:
        seen = state(Output(25, "1,0,0\n2,0,1\n", WARNING), Output(25, TABLE.format("! "), ISSUES))
        assert seen.ready == ()
        assert [member.usable for member in seen.members] == [True, False]

    def test_the_exit_code_alone_is_trouble(self) -> None:
        assert state(Output(25, "1,0,0\n2,0,1\n", ""), Output(25, TABLE.format("  "), "")).trouble

    def test_a_node_that_is_gone(self) -> None:
        assert state(Output(25, "1,0,0\n2,-1,-1\n", ""), Output(25, TABLE.format("  "), "")).ready == ()

    @pytest.mark.parametrize(
        ("code", "error", "reason"),
        [
            (1, "ERROR: repmgr cannot be run as root\n", Reason.DENIED),
            (6, "ERROR: connection to database failed\n", Reason.UNREACHABLE), (99, "", Reason.INCOMPLETE),
        ],
    )  # fmt: skip
    def test_why_nothing_is_known(self, code: int, error: str, reason: Reason) -> None:
        for out in ("", "1,0,0\n2,0,1\n"):
            with pytest.raises(CannotSee) as gap:
                state(Output(code, out, error), Output(code, TABLE.format("  ") if out else "", error))
            assert gap.value.reason is reason


MIB = "1.3.6.1.2.1.33.1."


class TestSnmpUps:
    VALUES: dict[str, Any] = {
        MIB + "1.1.0": "APC", MIB + "1.2.0": "PX 100", MIB + "2.1.0": 2, MIB + "2.3.0": 44, MIB + "2.4.0": 98,
        MIB + "2.7.0": 28, MIB + "4.1.0": 3, MIB + "6.1.0": 0, MIB + "7.3.0": 1, MIB + "7.5.0": 100,
        "1.3.6.1.2.1.1.3.0": 100 + 8_640_000 * 2, "1.3.6.1.4.1.318.1.1.1.2.1.3.0": "09/14/15",
    }  # fmt: skip

    def seen(self, alarms: Any = None, **more: Any) -> Any:
        changed = {MIB + key.strip("_").replace("_", "."): value for key, value in more.items()}
        return power({**self.VALUES, **changed}, {"a": 41, "b": 37}, alarms or {}, NOW)

    def test_a_quiet_one(self) -> None:
        seen = self.seen()
        assert (seen.flags, seen.alarms, seen.charge, seen.load) == (("OL",), (), 98.0, 41.0)
        assert (seen.runtime, seen.test_result) == (timedelta(minutes=44), "passed")
        assert (seen.test_date, seen.battery_date) == (date(2026, 8, 30), date(2015, 9, 14))
        assert seen.model == "APC PX 100"

    @pytest.mark.parametrize(("source", "flag"), [(4, "BYPASS"), (5, "OB"), (2, "OFF")])
    def test_what_it_runs_on(self, source: int, flag: str) -> None:
        assert self.seen(_4_1_0=source).flags == (flag,)

    def test_a_low_battery_and_alarms(self) -> None:
        seen = self.seen({"x": "1.3.6.1.2.1.33.1.6.3.1", "y": "1.3.6.1.4.1.318.9"}, _2_1_0=4, _6_1_0=2)
        assert seen.flags == ("OL", "LB", "RB")
        assert len(seen.alarms) == 2
        assert "ALARM" in self.seen(_6_1_0=1).flags

    @pytest.mark.parametrize("source", [None, 1, 9, "3"])
    def test_what_it_does_not_say_is_not_guessed(self, source: Any) -> None:
        with pytest.raises(CannotSee):
            self.seen(_4_1_0=source)

    def test_figures_out_of_bounds_are_absent(self) -> None:
        seen = self.seen(_2_4_0=-1, _2_7_0=9999, _2_3_0="x")
        assert not any(seen.has(name) for name in ("charge", "temperature", "runtime"))

    def test_one_way_to_ask(self) -> None:
        written = {"id": "u", "kind": "snmp-ups", "host": "h"}
        word = {"env": "W"}
        assert SnmpUps.model_validate({**written, "community": word}).door.community is not None
        for more in ({}, {"community": word, "user": "a"}, {"user": "a", "privacy": word}):
            with pytest.raises(ValidationError):
                SnmpUps.model_validate({**written, **more})


def snapshot(size: int = 4096, *, keys: bytes = b"") -> bytes:
    content = (bytes(16) + b"\xed\xda\x0c\xed" + keys).ljust(size, b"\0")
    return content + hashlib.sha256(content).digest()


class TestEtcd:
    STATUS = Output(0, '{"hash":1,"revision":2,"totalKey":5,"totalSize":20480}\n', "")

    def look(self, *contents: bytes, status: Output | CannotSee = STATUS) -> BackupState:
        files = {
            f"/e/{number}.db": SceneFile(content, NOW - timedelta(hours=9 - number))
            for number, content in enumerate(contents, 1)
        }
        world = scene(now=NOW, files=files, command={"etcdctl": status})
        copy = Etcd.model_validate({"id": "e", "kind": "etcd", "at": "b", "path": "/e/*.db"})
        seen = anyio.run(snapshots.look, copy, world)
        assert isinstance(seen, BackupState)
        return seen

    def test_a_whole_one(self) -> None:
        seen = self.look(snapshot(), snapshot())
        assert (seen.integrity, seen.errors, seen.encrypted, seen.size) == (2, (), False, 4096 + 32)

    def test_a_count_of_changes_that_goes_back(self) -> None:
        files = {f"/e/{number}.db": SceneFile(snapshot(), NOW - timedelta(hours=9 - number)) for number in (1, 2)}
        said = {
            f"etcdctl snapshot status /e/{number}.db": Output(0, f'{{"revision":{revision},"totalKey":5}}', "")
            for number, revision in ((1, 9), (2, 7))
        }
        copy = Etcd.model_validate({"id": "e", "kind": "etcd", "at": "b", "path": "/e/*.db"})
        seen = anyio.run(snapshots.look, copy, scene(now=NOW, files=files, command=said))
        assert isinstance(seen, BackupState)
        assert [(point.complete, "revision 7" in point.doubt) for point in seen.points] == [
            (True, False),
            (False, True),
        ]

    def test_one_byte_is_enough(self) -> None:
        broken = bytearray(snapshot())
        broken[3000] ^= 1
        seen = self.look(snapshot(), bytes(broken))
        assert seen.newest is not None
        assert (seen.newest.id, len(seen.errors)) == ("1.db", 1)

    @pytest.mark.parametrize("content", [b"", snapshot()[:-100], b"PK" * 3000])
    def test_what_does_not_count(self, content: bytes) -> None:
        assert self.look(content).newest is None

    def test_without_a_checksum_nothing_is_verified(self) -> None:
        seen = self.look(snapshot()[:-32])
        assert seen.newest is not None
        assert seen.absent["errors"].reason is Reason.INCOMPLETE

    @pytest.mark.parametrize(
        "status", [CannotSee(Reason.NO_TOOL, say("no etcdctl")), Output(0, "[1", ""), Output(0, '{"totalKey":-1}', "")]
    )
    def test_the_checksum_needs_no_tool(self, status: Output | CannotSee) -> None:
        assert self.look(snapshot(), status=status).integrity == 2
