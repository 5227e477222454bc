"""Outputs of repmgr, values of SNMP to what their probes make of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Output, Reason
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
