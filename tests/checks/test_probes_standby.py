"""Rows, lines, addresses to what the probes of standbys, power protection, failovers make of them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Reason, say
from checks.backup.postgresql_standby import state
from checks.facility.nut import Nut, parse_date
from checks.facility.nut import state as power
from checks.failover.patroni import Patroni

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


class TestStandby:
    REPLICA: dict[str, Any] = {
        "in_recovery": True, "now": NOW, "replayed": "0/5000000", "replayed_at": NOW - timedelta(hours=3),
        "paused": False, "cluster": "7", "timeline": 1,
    }  # fmt: skip
    RECEIVER: dict[str, Any] = {"status": "streaming", "received_tli": 2, "last_msg_receipt_time": NOW}
    WRITER: dict[str, Any] = {"in_recovery": False, "now": NOW, "written": "0/5000000", "cluster": "7"}
    GAP = CannotSee(Reason.UNREACHABLE, say("nobody answers"))

    def test_idle_for_hours_is_not_behind(self) -> None:
        seen = state(self.REPLICA, [self.RECEIVER], (self.WRITER, [{"state": "streaming"}]))
        assert (seen.attached, seen.bytes_behind, seen.replay_age) == (True, 0, timedelta(0))
        assert seen.timeline == 2

    def test_behind_it_is_as_old_as_what_it_replayed_last(self) -> None:
        writer = {**self.WRITER, "written": "1/5000000"}
        seen = state(self.REPLICA, [self.RECEIVER], (writer, [{"state": "streaming"}]))
        assert (seen.bytes_behind, seen.replay_age) == (2**32, timedelta(hours=3))

    def test_a_line_that_died_without_a_word(self) -> None:
        silent = {**self.RECEIVER, "last_msg_receipt_time": NOW - timedelta(minutes=2)}
        behind = {**self.WRITER, "written": "0/5000100"}
        assert not state(self.REPLICA, [silent], (behind, [{"state": "streaming"}])).attached
        assert state(self.REPLICA, [silent], (self.WRITER, [{"state": "streaming"}])).attached
        assert not state(self.REPLICA, [silent], self.GAP).has("attached")

    @pytest.mark.parametrize("states", [[], ["startup"], ["backup"]])
    def test_a_primary_that_sends_to_nobody(self, states: list[str]) -> None:
        senders = [{"state": word} for word in states]
        assert not state(self.REPLICA, [self.RECEIVER], (self.WRITER, senders)).attached

    def test_a_replica_of_another_primary(self) -> None:
        seen = state(self.REPLICA, [self.RECEIVER], ({**self.WRITER, "cluster": "8"}, [{"state": "streaming"}]))
        assert not seen.same_cluster
        assert not seen.attached
        assert seen.absent["bytes_behind"].reason is Reason.CONTRADICTED

    def test_facts_survive_their_store(self) -> None:
        seen = state(self.REPLICA, [], self.GAP)
        assert type(seen).model_validate(json.loads(json.dumps(seen.plain()))) == seen


class TestPower:
    STATUS = 'VAR u ups.status "OL CHRG"\n'

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            ("ERR DATA-STALE\n", Reason.STALE), ("ERR ACCESS-DENIED\n", Reason.DENIED),
            ("ERR DRIVER-NOT-CONNECTED\n", Reason.UNREACHABLE), ('UPS other "x"\nERR UNKNOWN-UPS\n', Reason.INCOMPLETE),
            ("", Reason.INCOMPLETE), ("SSH-2.0-x\n", Reason.INCOMPLETE), ('VAR u ups.load "3"\n', Reason.INCOMPLETE),
            ('VAR u ups.status "WAIT"\n', Reason.UNREACHABLE), ('VAR other ups.status "OL"\n', Reason.INCOMPLETE),
        ],
    )  # fmt: skip
    def test_why_nothing_is_known(self, answer: str, reason: Reason) -> None:
        with pytest.raises(CannotSee) as gap:
            power(answer, "u")
        assert gap.value.reason is reason

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("2015/09/14", date(2015, 9, 14)), ("2015-09-14", date(2015, 9, 14)), ("09/14/2015", date(2015, 9, 14)),
            ("09/14/15", date(2015, 9, 14)), ("14/09/2015", date(2015, 9, 14)), ("20150914", date(2015, 9, 14)),
            ("14.09.2015", date(2015, 9, 14)), ("2015/09/14 10:00", date(2015, 9, 14)),
            ("11/02/2025", date(2025, 11, 2)),
            ("not set", None), ("", None), ("0000/00/00", None), ("1900/01/01", None),
        ],
    )  # fmt: skip
    def test_dates_as_devices_write_them(self, text: str, day: date | None) -> None:
        assert parse_date(text) == day

    def test_numbers_are_read_with_patience(self) -> None:
        answer = self.STATUS + 'VAR u battery.charge "98.5 %"\nVAR u ups.load "N/A"\nVAR u battery.runtime "-1"\n'
        seen = power(answer, "u")
        assert (seen.charge, seen.runtime) == (98.5, timedelta(0))
        assert seen.absent["load"].reason is Reason.INCOMPLETE
        assert not seen.has("battery_date")

    def test_flags_alone_make_alarms(self) -> None:
        seen = power('VAR u ups.status "OB LB RB BYPASS ALARM"\n', "u")
        assert [alarm.partition(":")[0] for alarm in seen.alarms] == ["RB", "LB", "BYPASS"]
        assert power('VAR u ups.status "OL ALARM"\n', "u").alarms
        assert power(self.STATUS + 'VAR u ups.alarm "said \\"hot\\""\n', "u").alarms == ('said "hot"',)

    def test_a_device_that_does_not_say_that_it_carries_too_much(self) -> None:
        for load, told in (("140", 1), ("100.0", 0), ("N/A", 0)):
            assert len(power(self.STATUS + f'VAR u ups.load "{load}"\n', "u").alarms) == told
        assert power('VAR u ups.status "OL OVER"\nVAR u ups.load "140"\n', "u").alarms == ("OVER: overloaded",)
        assert "emptied" in power('VAR u ups.status "OL CAL"\n', "u").alarms[0]

    def test_the_names_that_may_be_written(self) -> None:
        written = {"id": "u", "kind": "nut", "host": "h", "ups": "ups1"}
        assert Nut.model_validate(written).port == 3493
        for ups in ("a b", "a\nSET VAR", "", "-x"):
            with pytest.raises(ValidationError):
                Nut.model_validate({**written, "ups": ups})


def test_a_patroni_address_has_a_host_and_no_password() -> None:
    written = {"id": "f", "kind": "patroni", "to": "busan", "mode": "hot"}
    assert Patroni.model_validate({**written, "url": "http://127.0.0.1:8008"}).host == "127.0.0.1"
    for url in ("http://u:planted@h/", "ftp://h", "x"):
        with pytest.raises(ValidationError):
            Patroni.model_validate({**written, "url": url})
