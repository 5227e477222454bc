"""What a card of APC keeps beside the standard objects in; the worse of both out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from audit.model.facts import PowerState
from audit.model.verdict import CannotSee, Reason
from audit.world.scene import scene
from checks.facility.snmp_ups import SnmpUps, report
from tests.world.hands import run

UPS = "1.3.6.1.4.1.318.1.1.1."
MIB = "1.3.6.1.2.1.33.1."
OWN: dict[str, int | str] = {
    UPS + "2.1.3.0": "03/01/2024", UPS + "2.2.2.0": 27, UPS + "2.2.3.0": 264_000, UPS + "2.2.4.0": 1,
    UPS + "2.2.21.0": "03/01/2029", UPS + "4.1.1.0": 2, UPS + "7.2.3.0": 1, UPS + "7.2.4.0": "11/02/2025",
}  # fmt: skip
STANDARD: dict[str, int | str] = {
    MIB + "1.2.0": "Symmetra",
    MIB + "2.1.0": 2,
    MIB + "4.1.0": 3,
    MIB + "6.1.0": 0,
    MIB + "4.4.1.5.1": 41,
    "1.3.6.1.2.1.1.6.0": "Daejeon hall A",
}


def seen(values: dict[str, int | str], **written: Any) -> PowerState:
    supply = SnmpUps.model_validate({"id": "u", "kind": "snmp-ups", "host": "h", "community": {"env": "W"}, **written})

    async def main() -> Any:
        return await report.look(supply, scene(snmp={"h:161": values}))

    found = run(main())
    assert isinstance(found, PowerState)
    return found


def test_everything_that_the_card_tells() -> None:
    found = seen({**STANDARD, **OWN})
    assert (found.flags, found.alarms) == (("OL",), ())
    assert (found.battery_date, found.replace_by) == (date(2024, 3, 1), date(2029, 3, 1))
    assert (found.test_result, found.test_date) == ("passed", date(2025, 11, 2))
    assert (found.runtime, found.temperature, found.load) == (timedelta(minutes=44), 27, 41)
    assert found.location == "Daejeon hall A"


def test_a_card_without_the_standard_objects() -> None:
    assert seen(OWN).flags == ("OL",)
    assert seen({**OWN, UPS + "4.1.1.0": 3}).flags == ("OB",)


@pytest.mark.parametrize("output", [6, 9, 10, 16])
def test_a_bypass_that_the_standard_objects_do_not_show(output: int) -> None:
    assert "BYPASS" in seen({**STANDARD, **OWN, UPS + "4.1.1.0": output}).flags


def test_the_worse_of_two_results_counts() -> None:
    assert seen({**STANDARD, **OWN, MIB + "7.3.0": 1, UPS + "7.2.3.0": 2}).test_result == "failed"
    assert seen({**STANDARD, **OWN, MIB + "7.3.0": 3, UPS + "7.2.3.0": 1}).test_result == "failed"


def test_a_battery_to_be_replaced() -> None:
    found = seen({**STANDARD, **OWN, UPS + "2.2.4.0": 2})
    assert "RB" in found.flags
    assert found.alarms == ("the battery has to be replaced",)


def test_values_that_nobody_knows_are_absent() -> None:
    odd: dict[str, int | str] = {UPS + "2.1.3.0": "Unknown", UPS + "2.2.2.0": 9999, UPS + "4.1.1.0": 99}
    found = seen({**STANDARD, **OWN, **odd, UPS + "7.2.3.0": 7, UPS + "2.2.21.0": "31/31/2029"})
    assert not any(found.has(name) for name in ("battery_date", "temperature", "test_result", "replace_by"))
    assert found.flags == ("OL",)
    with pytest.raises(CannotSee) as gap:
        seen({**OWN, UPS + "4.1.1.0": 99})
    assert gap.value.reason is Reason.INCOMPLETE


@pytest.mark.parametrize("place", ["", "Unknown", " not set ", "Sitting on the Dock of the Bay"])
def test_what_the_factory_wrote_is_no_place(place: str) -> None:
    assert not seen({**STANDARD, "1.3.6.1.2.1.1.6.0": place}).has("location")


def test_a_watch_of_figures_that_stand_still() -> None:
    found = seen({**STANDARD, MIB + "2.5.0": 2164}, **{"watch-for": timedelta(seconds=4)})
    assert found.flat is True
    assert not found.has("refresh")
