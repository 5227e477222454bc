"""A real NUT server with made-up devices: what the probe makes of good, aged, frozen, unknown ones."""

from __future__ import annotations

from datetime import date, timedelta
from ipaddress import ip_network
from pathlib import Path

import anyio
import pytest

from audit.contract import CannotSee, Reason
from audit.model.facts import PowerState
from audit.world.build import real_world
from checks.facility.nut import Nut, report
from tests.real.children import free_port
from tests.real.ups import Upsd

pytestmark = pytest.mark.real


def look(port: int, ups: str) -> PowerState:
    protection = Nut.model_validate({"id": "ups", "kind": "nut", "host": "127.0.0.1", "port": port, "ups": ups})
    world = real_world(allow=(ip_network("127.0.0.0/8"),), root=Path("/"))
    found = anyio.run(report.look, protection, world)
    assert isinstance(found, PowerState)
    return found


def refusal(port: int, ups: str) -> CannotSee:
    with pytest.raises(CannotSee) as refused:
        look(port, ups)
    return refused.value


def test_a_good_device_reports_all_facts(upsd: Upsd) -> None:
    seen = look(upsd.port, "good")
    assert seen.flags == ("OL", "CHRG")
    assert seen.alarms == ()
    assert (seen.charge, seen.load, seen.runtime) == (98, 41, timedelta(seconds=2640))
    assert (seen.battery_date, seen.test_date, seen.test_result) == (
        date(2024, 3, 1), date(2025, 11, 2), "Done and passed",
    )  # fmt: skip
    assert seen.logins == 0


def test_an_aged_battery_with_its_alarm(upsd: Upsd) -> None:
    seen = look(upsd.port, "aged")
    assert seen.battery_date == date(2014, 8, 1)
    assert "RB" in seen.flags
    assert any("Replace battery" in alarm for alarm in seen.alarms)


def test_an_unknown_name_tells_those_that_exist(upsd: Upsd) -> None:
    gap = refusal(upsd.port, "nosuch")
    assert gap.reason is Reason.INCOMPLETE
    assert "aged" in str(gap)


def test_a_driver_that_hangs_is_stale_and_never_fine(upsd: Upsd) -> None:
    upsd.hold_driver("frozen")
    upsd.wait_for_staleness("frozen")
    assert refusal(upsd.port, "frozen").reason is Reason.STALE


def test_no_server_is_unreachable() -> None:
    assert refusal(free_port(), "good").reason is Reason.UNREACHABLE


def test_a_server_outside_of_allow_is_not_asked(upsd: Upsd) -> None:
    protection = Nut.model_validate({"id": "u", "kind": "nut", "host": "127.0.0.1", "port": upsd.port, "ups": "good"})
    with pytest.raises(CannotSee) as refused:
        anyio.run(report.look, protection, real_world(allow=(ip_network("10.0.0.0/8"),), root=Path("/")))
    assert refused.value.reason is Reason.DENIED
