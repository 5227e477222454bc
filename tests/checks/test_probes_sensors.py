"""Registers, points, tables of sensors in; readings with what the device says of them out."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from audit.contract import Probe
from audit.model.facts import SensorState
from audit.model.item import Technology
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.scene import NOON, scene
from audit.world.world import World
from checks.facility.bacnet import BacnetDevice
from checks.facility.bacnet import state as points
from checks.facility.entity_sensor import EntitySensors, sensors
from checks.facility.modbus import ModbusBms, measured
from checks.facility.registers import Register, alarms, ranges
from tests.world.hands import run


def seen_of(probe: Probe, item: Technology, world: World) -> SensorState:
    async def main() -> Any:
        return await probe.look(item, world)

    found = run(main())
    assert isinstance(found, SensorState)
    return found


def register(**written: Any) -> Register:
    return Register.model_validate({"name": "r", "address": 0, **written})


def words(pattern: str, number: float) -> dict[tuple[Any, int], int]:
    raw = struct.pack(pattern, number)
    return {("holding-registers", place): word for place, word in enumerate(struct.unpack(f">{len(raw) // 2}H", raw))}


class TestRegisters:
    @pytest.mark.parametrize(
        ("kind", "pattern", "number"),
        [("int16", ">h", -12), ("uint16", ">H", 65_000), ("int32", ">i", -70_000), ("uint32", ">I", 4_000_000_000),
         ("float32", ">f", 3.5), ("int64", ">q", -5), ("uint64", ">Q", 2**40)],
    )  # fmt: skip
    def test_every_type_reads_back_what_was_written(self, kind: str, pattern: str, number: float) -> None:
        assert register(type=kind).raw(words(pattern, number)) == number

    def test_orders_scale_offset_bits(self) -> None:
        one: tuple[Any, int] = ("holding-registers", 0)
        two: tuple[Any, int] = ("holding-registers", 1)
        plain: dict[tuple[Any, int], int] = {one: 0x0001, two: 0x86A0}
        assert register(type="uint32").raw(plain) == 100_000
        assert register(type="uint32", order="cdab").raw({one: 0x86A0, two: 0x0001}) == 100_000
        assert register(type="uint32", order="badc").raw({one: 0x0100, two: 0xA086}) == 100_000
        assert register(type="uint32", order="dcba").raw({one: 0xA086, two: 0x0100}) == 100_000
        assert register(scale=0.1, offset=-40).raw({one: 653}) == 25.3
        assert [register(bit=bit).raw({one: 0b100}) for bit in (1, 2)] == [0, 1]

    def test_no_figure_is_none_and_no_alarm(self) -> None:
        one: tuple[Any, int] = ("holding-registers", 0)
        seen = register(invalid=[32768], **{"alarm-when": "> 1"}).reading({one: 32768})
        assert (seen.value, seen.sound) == (None, None)
        nan = register(type="float32", **{"alarm-when": "> 1"}).reading(words(">f", float("nan")))
        assert (nan.value, nan.sound) == (None, None)

    def test_contacts_are_one_where_they_alarm(self) -> None:
        key: tuple[Any, int] = ("discrete-inputs", 0)
        seen = register(table="discrete-inputs", quantity="smoke").reading({key: 1})
        assert (seen.value, seen.sound) == (1, False)
        turned = register(table="discrete-inputs", quantity="smoke", **{"alarm-when": "0"}).reading({key: 1})
        assert (turned.value, turned.sound) == (0, True)

    @pytest.mark.parametrize(
        ("when", "value", "alarmed"),
        [("> 45", 45, False), ("> 45", 45.1, True), ("< 2.8 or > 4.2", 2.7, True), ("< 2.8 or > 4.2", 4, False),
         ("1", 1, True), ("!= 0", -1, True), (">= 5", 5, True), ("= 3", 4, False)],
    )  # fmt: skip
    def test_comparisons(self, when: str, value: float, alarmed: bool) -> None:  # noqa: FBT001
        assert alarms(when, value) is alarmed

    @pytest.mark.parametrize(
        "written",
        [{"alarm-when": "hot"}, {"alarm-when": "> 4 and < 5"}, {"address": 70_000}, {"address": -1},
         {"address": 65_535, "type": "uint32"}, {"bit": 3, "table": "coils"}, {"bit": 16}, {"scale": float("nan")}],
    )  # fmt: skip
    def test_maps_that_mean_nothing_are_refused(self, written: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            register(**written)

    def test_neighbours_are_asked_together_and_no_gap_is(self) -> None:
        made = [
            register(name=str(at), address=at, type=kind) for at, kind in ((5, "uint16"), (6, "uint32"), (9, "int16"))
        ]
        assert list(ranges(made)) == [("holding-registers", 5, 3, ("5", "6")), ("holding-registers", 9, 1, ("9",))]
        many = [register(name=str(at), address=at) for at in range(250)]
        assert [count for _, _, count, _ in ranges(many)] == [100, 100, 50]


class Device:
    """A Modbus device of plain values."""

    def __init__(self, values: dict[tuple[str, int], int]) -> None:
        self.values = values

    @asynccontextmanager
    async def registers(self, host: str, port: int, unit: int, timeout: timedelta) -> AsyncIterator[Device]:
        yield self

    async def read(self, table: str, address: int, count: int) -> tuple[int, ...]:
        try:
            return tuple(self.values[table, address + place] for place in range(count))
        except KeyError as gone:
            raise CannotSee(Reason.INCOMPLETE, say("code 2")) from gone


def bms(*registers: dict[str, Any], **more: Any) -> ModbusBms:
    return ModbusBms.model_validate({"id": "b", "kind": "modbus-bms", "host": "h", "registers": registers, **more})


CELL = {"name": "cell", "address": 1, "scale": 0.001, "unit": "V", "quantity": "voltage", "alarm-when": "< 2.8"}


class TestModbus:
    def seen(self, device: ModbusBms, values: dict[tuple[str, int], int]) -> SensorState:
        return seen_of(measured, device, replace(scene(), modbus=Device(values)))

    def test_what_is_measured_and_what_alarms(self) -> None:
        leak = {"name": "leak", "table": "coils", "address": 0, "quantity": "leak"}
        seen = self.seen(bms(CELL, leak), {("holding-registers", 1): 2700, ("coils", 0): 1})
        assert seen.alarms == ("cell: 2.7 V", "leak: alarm")
        assert [reading.sound for reading in seen.readings] == [False, False]
        assert not seen.has("refresh")

    def test_a_wrong_map_names_the_register(self) -> None:
        with pytest.raises(CannotSee) as gap:
            self.seen(bms(CELL), {})
        assert gap.value.reason is Reason.INCOMPLETE
        assert "cell" in str(gap.value)

    @pytest.mark.parametrize(("age", "reason"), [(60, None), (3600, Reason.STALE), (-3600, Reason.CONTRADICTED)])
    def test_the_clock_of_the_device_counts(self, age: int, reason: Reason | None) -> None:
        clock = {"name": "clock", "address": 10, "type": "uint32", "quantity": "clock"}
        seconds = int(NOON.timestamp()) - age
        values = {("holding-registers", 1): 3600, ("holding-registers", 10): seconds >> 16,
                  ("holding-registers", 11): seconds & 0xFFFF}  # fmt: skip
        if reason is None:
            assert self.seen(bms(CELL, clock), values).sampled == NOON - timedelta(seconds=age)
            return
        with pytest.raises(CannotSee) as gap:
            self.seen(bms(CELL, clock), values)
        assert gap.value.reason is reason

    def test_a_map_without_an_alarm_is_refused(self) -> None:
        for registers in ([{"name": "a", "address": 1}], [CELL, CELL], []):
            with pytest.raises(ValidationError):
                bms(*registers)


class TestBacnet:
    def seen(self, flags: str = "", **point: Any) -> SensorState:
        device = BacnetDevice.model_validate(
            {"id": "b", "kind": "bacnet", "host": "h",
             "points": [{"object": "analog-input,1", "alarm-when": "> 40", **point}]}
        )  # fmt: skip
        thing = device.points[0].object
        values: dict[tuple[str, str], Any] = {
            (thing, "present-value"): 77.0, (thing, "status-flags"): flags, (thing, "object-name"): "hall",
            (thing, "units"): "degrees-fahrenheit",
        }  # fmt: skip
        return SensorState(**points(device, values))

    def test_degrees_come_in_celsius(self) -> None:
        (reading,) = self.seen().readings
        assert (reading.value, reading.unit, reading.quantity, reading.sound) == (25, "C", "temperature", True)

    def test_the_word_of_the_device_counts(self) -> None:
        assert self.seen("in-alarm").alarms
        broken = self.seen("fault")
        assert (broken.readings[0].value, broken.readings[0].sound) == (None, False)
        assert self.seen("out-of-service").alarms

    def test_an_object_that_is_not_there_is_unknown(self) -> None:
        device = BacnetDevice.model_validate(
            {"id": "b", "kind": "bacnet", "host": "h", "points": [{"object": "binary-input,1"}]}
        )
        with pytest.raises(CannotSee) as gap:
            points(device, {})
        assert gap.value.reason is Reason.INCOMPLETE

    @pytest.mark.parametrize("thing", ["device,1", "analog-input", "analog-input,1;x", "-x,1", "file,1"])
    def test_only_points_may_be_written(self, thing: str) -> None:
        with pytest.raises(ValidationError):
            self.seen(object=thing)


TABLE = "1.3.6.1.2.1.99.1.1.1."


class TestEntitySensors:
    def seen(self, **more: Any) -> SensorState:
        device = EntitySensors.model_validate(
            {"id": "e", "kind": "entity-sensor", "host": "h", "community": {"env": "W"}}
        )
        rows = {1: (8, 9, 1, 254, 1), 2: (12, 9, 0, 2, 1), 3: (3, 8, 0, 230_000, 1), **more.get("rows", {})}
        values: dict[str, int | str] = {
            f"{TABLE}{column}.{index}": value for index, row in rows.items() for column, value in enumerate(row, 1)
        }
        values |= {f"1.3.6.1.2.1.47.1.1.1.1.7.{index}": name for index, name in ((1, "hall"), (2, "water leak"))}
        values["1.3.6.1.2.1.1.6.0"] = "Daejeon hall A"

        return seen_of(sensors, device, scene(snmp={"h:161": values}))

    def test_scale_and_precision(self) -> None:
        seen = self.seen()
        assert [(one.name, one.value, one.unit, one.sound) for one in seen.readings] == [
            ("hall", 25.4, "C", None), ("water leak", 0, "", True), ("sensor 3", 230, "V", None),
        ]  # fmt: skip
        assert (seen.alarms, seen.location) == ((), "Daejeon hall A")

    def test_leaks_broken_and_silent_sensors(self) -> None:
        seen = self.seen(rows={1: (8, 9, 1, 0, 3), 2: (12, 9, 0, 1, 1), 3: (3, 8, 0, 0, 2)})
        assert [(one.value, one.sound) for one in seen.readings] == [(None, False), (1, False), (None, None)]
        assert len(seen.alarms) == 2

    def test_scales_that_nobody_knows_give_no_figure(self) -> None:
        seen = self.seen(rows={1: (8, 99, 1, 254, 1), 3: (77, 9, 0, 5, 9)})
        assert [one.value for one in seen.readings] == [None, 0, None]
