"""A battery or building management system with its register map becomes what it measures of a room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from audit.contract import CannotSee, Reason, Table, World, probe, say
from audit.model.address import Host, Port
from audit.model.facts import SensorState
from audit.model.technology import Monitor
from audit.model.unfit import Unexpected
from audit.model.units import Duration, plain
from checks.facility.refresh import Figures, Watched, watch
from checks.facility.registers import Register, Words, clock_of, ranges

_AHEAD: Final = timedelta(minutes=5)
_MOST: Final = 50


class ModbusBms(Monitor, Watched, kind="modbus-bms"):
    """A management system of batteries or of a building that answers Modbus over TCP, read by its register map.

    Only functions 1 to 4 are ever sent. Modbus knows no login: open the port to this machine alone. At least one
    register needs `alarm-when`, as Modbus has no word for an alarm. `watch-for` shows how often the figures really
    change. Ran with the server of pymodbus 3. Never run against the real thing: devices of makers.
    """

    server: Host = Field(alias="host")
    port: Port = 502
    unit: Annotated[int, Field(ge=0, le=255)] = 1
    registers: Annotated[tuple[Register, ...], Field(min_length=1, max_length=1000)]
    stale_after: Duration = timedelta(minutes=10)
    """How old the register of quantity `clock` may be."""
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return self.server

    @model_validator(mode="after")
    def _alarming(self) -> Self:
        names = [register.name for register in self.registers]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise Unexpected(say("registers with names of their own"), say("{text}", text=", ".join(twice)))
        if not any(register.judged for register in self.registers):
            raise Unexpected(say("at least one register with `alarm-when:`"), say("none"))
        return self


@probe(deadline=150)
async def measured(device: ModbusBms, world: World) -> SensorState:
    opened = world.modbus.registers(device.server, device.port, device.unit, device.timeout)
    async with opened as connection:

        async def words() -> Words:
            found: dict[tuple[Table, int], int] = {}
            for table, address, count, names in ranges(device.registers):
                try:
                    values = await connection.read(table, address, count)
                except CannotSee as gap:
                    says = say("{names}: {why}", names=", ".join(names[:5]), why=gap.says)
                    raise CannotSee(gap.reason, says) from gap
                found |= {(table, address + place): value for place, value in enumerate(values)}
            return found

        async def again() -> Figures:
            return figures(device, await words())

        first = await words()
        facts = state(device, first)
        _fresh(device, facts, world)
        watched, absent = await watch(device, figures(device, first), again, world)
    return SensorState(**facts, **watched, absent=absent)


def state(device: ModbusBms, words: Words) -> dict[str, Any]:
    """What stands in the registers as facts."""
    clocks = [one for one in device.registers if one.quantity == "clock"]
    readings = tuple(one.reading(words) for one in device.registers if one.quantity != "clock")
    said = [
        f"{one.name}: {'alarm' if one.quantity in ('leak', 'smoke', 'gas', 'contact', 'supply') else one.value}"
        f"{one.unit and ' '}{one.unit}"
        for one in readings
        if one.sound is False
    ]
    facts: dict[str, Any] = {"readings": readings, "alarms": tuple(said[:_MOST])}
    if clocks:
        facts["sampled"] = min(clock_of(one, words) for one in clocks)
    return facts


def figures(device: ModbusBms, words: Words) -> Figures:
    """What is watched: all that measures, nothing that tells the time."""
    values = {one.name: one.raw(words) for one in device.registers if one.watch and one.quantity != "clock"}
    return {name: value for name, value in values.items() if value is not None}


def _fresh(device: ModbusBms, facts: Mapping[str, Any], world: World) -> None:
    """CannotSee where the device itself says that its figures are old."""
    sampled = facts.get("sampled")
    if sampled is None:
        return
    age = world.clock.now() - sampled
    if age > device.stale_after:
        says = say("the device took its figures {age} ago; {most} are allowed", age=plain(age),
                   most=plain(device.stale_after))  # fmt: skip
        raise CannotSee(Reason.STALE, says)
    if age < -_AHEAD:
        raise CannotSee(
            Reason.CONTRADICTED, say("the device took its figures {age} from now: its clock is wrong", age=plain(-age))
        )
