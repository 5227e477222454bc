"""Documents of Redfish services, old tree and new, sound and hostile, in; readings or the right reason out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from audit.contract import Answer
from audit.model.facts import SensorState
from audit.model.verdict import CannotSee, Reason
from audit.world.scene import scene
from checks.facility.redfish import Redfish, measured
from tests.world.hands import run

URL = "https://10.20.0.9"
BASE = "/redfish/v1/Chassis/1"
GOOD = {"State": "Enabled", "Health": "OK"}


def to(path: str) -> dict[str, str]:
    return {"@odata.id": path}


def collection(*paths: str) -> dict[str, Any]:
    return {"Members": [to(path) for path in paths]}


NEW: dict[str, Any] = {
    BASE: {
        "Name": "rack unit", "Manufacturer": "Example", "Model": "X14", "Location": {"Placement": {"Rack": "R12"}},
        "ThermalSubsystem": to(f"{BASE}/ThermalSubsystem"), "PowerSubsystem": to(f"{BASE}/PowerSubsystem"),
        "EnvironmentMetrics": to(f"{BASE}/EnvironmentMetrics"), "Thermal": to(f"{BASE}/Thermal"),
    },
    f"{BASE}/ThermalSubsystem": {
        "ThermalMetrics": to(f"{BASE}/ThermalMetrics"), "Fans": to(f"{BASE}/Fans"),
        "LeakDetection": to(f"{BASE}/LeakDetection"), "FanRedundancy": [{"Status": GOOD}],
    },
    f"{BASE}/ThermalMetrics": {"TemperatureReadingsCelsius": [{"DeviceName": "intake", "Reading": 24.5}]},
    f"{BASE}/Fans": collection(f"{BASE}/Fans/1"),
    f"{BASE}/Fans/1": {"Name": "fan 1", "SpeedPercent": {"Reading": 40}, "Status": GOOD},
    f"{BASE}/LeakDetection": {"LeakDetectors": to(f"{BASE}/LeakDetectors")},
    f"{BASE}/LeakDetectors": collection(f"{BASE}/LeakDetectors/1"),
    f"{BASE}/LeakDetectors/1": {"Name": "floor", "DetectorState": "OK", "Status": GOOD},
    f"{BASE}/PowerSubsystem": {
        "PowerSupplies": to(f"{BASE}/PowerSupplies"), "PowerSupplyRedundancy": [{"Status": GOOD}],
    },
    f"{BASE}/PowerSupplies": collection(f"{BASE}/PowerSupplies/1", f"{BASE}/PowerSupplies/2"),
    f"{BASE}/PowerSupplies/1": {"Name": "supply 1", "Status": GOOD},
    f"{BASE}/PowerSupplies/2": {"Name": "supply 2", "Status": {"State": "Absent"}},
    f"{BASE}/EnvironmentMetrics": {"HumidityPercent": {"Reading": 44}},
}  # fmt: skip
OLD: dict[str, Any] = {
    BASE: {"Name": "rack unit", "Thermal": to(f"{BASE}/Thermal"), "Power": to(f"{BASE}/Power"),
           "ThermalSubsystem": to(f"{BASE}/ThermalSubsystem")},
    f"{BASE}/Thermal": {
        "Temperatures": [{"Name": "intake", "ReadingCelsius": 25, "UpperThresholdCritical": 40, "Status": GOOD}],
        "Fans": [{"Name": "fan 1", "Reading": 2100, "Status": GOOD}],
    },
    f"{BASE}/Power": {
        "PowerSupplies": [{"Name": "supply 1", "Status": GOOD}, {"Name": "supply 2", "Status": GOOD}],
        "Redundancy": [{"Name": "group", "Status": GOOD}],
    },
}  # fmt: skip
ROOT: dict[str, Any] = {
    "/redfish/v1/": {"RedfishVersion": "1.15.0", "Chassis": to("/redfish/v1/Chassis")},
    "/redfish/v1/Chassis": collection(BASE),
}


def look(documents: dict[str, Any], **statuses: int) -> SensorState:
    """`statuses` of single paths; what is not there is answered with 404."""
    known = {**ROOT, **documents}
    paths = (
        {BASE, f"{BASE}/PowerSupplies/1"}
        | {f"{BASE}/{name}" for name in ("Thermal", "Power", "ThermalSubsystem", "Other")}
        | set(known)
    )
    pages = {
        URL + path: Answer(
            statuses.get(path.rpartition("/")[2], 200 if path in known else 404), {},
            known[path] if isinstance(known.get(path), bytes) else json.dumps(known.get(path, {})).encode(),
            "10.20.0.9", timedelta(0),
        )
        for path in paths
    }  # fmt: skip
    machine = Redfish.model_validate({"id": "r", "kind": "redfish", "url": URL})

    async def main() -> Any:
        return await measured.look(machine, scene(pages=pages))

    found = run(main())
    assert isinstance(found, SensorState)
    return found


def changed(documents: dict[str, Any], path: str, **keys: Any) -> dict[str, Any]:
    return {**documents, path: {**documents[path], **keys}}


def test_the_newer_tree() -> None:
    seen = look(NEW)
    assert {(one.name, one.quantity, one.value, one.sound) for one in seen.readings} == {
        ("intake", "temperature", 24.5, None), ("fan 1", "fan", 40, True), ("floor", "leak", 0, True),
        ("fan redundancy", "contact", 0, True), ("supply 1", "supply", 0, True),
        ("supply redundancy", "supply", 0, True), ("humidity", "humidity", 44, None),
    }  # fmt: skip
    assert (seen.alarms, seen.location, seen.model) == ((), "R12", "Example X14")


def test_the_older_tree_where_the_newer_one_is_not_there() -> None:
    seen = look(OLD)
    assert [(one.name, one.value) for one in seen.readings] == [
        ("intake", 25), ("fan 1", 2100), ("supply 1", 0), ("supply 2", 0), ("group", 0),
    ]  # fmt: skip
    assert not seen.has("location")


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (f"{BASE}/LeakDetectors/1", {"DetectorState": "Critical"}),
        (f"{BASE}/LeakDetectors/1", {"Status": {"Health": "Warning"}}),
        (f"{BASE}/PowerSupplies/1", {"Status": {"State": "UnavailableOffline", "Health": "OK"}}),
        (f"{BASE}/PowerSubsystem", {"PowerSupplyRedundancy": [{"Status": {"Health": "Critical"}}]}),
        (f"{BASE}/Fans/1", {"Status": {"State": "Enabled", "Health": "Critical"}}),
    ],
)
def test_one_bad_part_is_an_alarm(path: str, keys: dict[str, Any]) -> None:
    assert len(look(changed(NEW, path, **keys)).alarms) == 1


def test_a_figure_beyond_the_devices_own_limit_is_an_alarm_though_it_says_ok() -> None:
    hot = [{"Name": "intake", "ReadingCelsius": 41, "UpperThresholdCritical": 40, "Status": GOOD}]
    assert look(changed(OLD, f"{BASE}/Thermal", Temperatures=hot)).alarms == ("intake: 41 C",)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, Reason.DENIED), (403, Reason.DENIED), (500, Reason.INCOMPLETE), (204, Reason.INCOMPLETE)],
)
def test_what_is_refused(status: int, reason: Reason) -> None:
    with pytest.raises(CannotSee) as gap:
        look(OLD, Thermal=status)
    assert gap.value.reason is reason


@pytest.mark.parametrize(
    "documents",
    [
        {}, {BASE: {}}, {BASE: b"[" * 100_000}, {BASE: b"no document"}, {BASE: b"[]"}, {"/redfish/v1/": {}},
        {BASE: {"Thermal": to("https://elsewhere.example/redfish/v1")}}, {BASE: {"Thermal": to("/redfish/v1/../x")}},
        {BASE: {"Thermal": to("//elsewhere.example/x")}},
        {"/redfish/v1/Chassis": {"Members": [to(BASE)] * 500}, BASE: {}},
    ],
)  # fmt: skip
def test_nonsense_is_incomplete(documents: dict[str, Any]) -> None:
    with pytest.raises(CannotSee) as gap:
        look(documents)
    assert gap.value.reason is Reason.INCOMPLETE


def test_a_supply_that_is_listed_and_not_there_is_unknown() -> None:
    with pytest.raises(CannotSee) as gap:
        look({path: document for path, document in NEW.items() if not path.endswith("PowerSupplies/1")})
    assert gap.value.reason is Reason.INCOMPLETE


def test_figures_of_the_wrong_kind_are_none() -> None:
    odd = [{"Name": name, "ReadingCelsius": value} for name, value in (("a", True), ("b", "25"), ("c", None), (7, 25))]
    seen = look(changed(OLD, f"{BASE}/Thermal", Temperatures=odd, Fans="none"))
    assert [one.value for one in seen.readings][:4] == [None, None, None, 25]


def test_one_way_to_get_in() -> None:
    word = {"env": "W"}
    for more in ({"user": "a"}, {"password": word}, {"user": "a", "password": word, "token": word}):
        with pytest.raises(ValidationError):
            Redfish.model_validate({"id": "r", "kind": "redfish", "url": URL, **more})
