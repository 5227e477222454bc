"""A Modbus device as host, port, unit becomes the numbers in its registers, or why they cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import anyio

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import Table
from audit.world.world import Guard

_READING: Final[Mapping[Table, tuple[str, str, int]]] = {
    "coils": ("read_coils", "bits", 2000),
    "discrete-inputs": ("read_discrete_inputs", "bits", 2000),
    "holding-registers": ("read_holding_registers", "registers", 125),
    "input-registers": ("read_input_registers", "registers", 125),
}
"""The four functions that read, each with what its answer holds, how many of them at most. No other is ever called."""
_MOST: Final = 1_000_000
"""Bytes that a device sends over one connection at most."""
_NOT_NOW: Final = (5, 6)
_BEHIND: Final = (10, 11)
_TROUBLES: Final[Mapping[int, str]] = {
    1: "it does not know this function", 2: "it has no such register", 3: "it refuses this range",
    4: "the device failed", 5: "it is still at work", 6: "it is busy", 8: "its memory is broken",
    10: "the gateway has no way to the device", 11: "the device behind the gateway does not answer",
}  # fmt: skip


class ModbusHand:
    """Modbus over TCP, function codes 1 to 4 alone."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def registers(
        self, host: str, port: int, unit: int, timeout: timedelta
    ) -> AbstractAsyncContextManager[ModbusDevice]:
        return self._opened(host, port, unit, timeout)

    @asynccontextmanager
    async def _opened(self, host: str, port: int, unit: int, timeout: timedelta) -> AsyncIterator[ModbusDevice]:
        try:
            from pymodbus.client import AsyncModbusTcpClient
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, say("Modbus cannot be asked: install haechi[modbus]")) from broken
        where, seconds = f"{host}:{port}", timeout.total_seconds()
        client: Any = None
        taken = 0

        def bounded(sending: bool, data: bytes) -> bytes:  # noqa: FBT001 - the library calls it so
            nonlocal taken
            if not sending:
                # The library hands over its whole buffer each time, which it bounds itself: this counts generously.
                taken += len(data)
                if taken > _MOST:
                    client.close()
                    return b""
            return data

        try:
            with anyio.fail_after(seconds):
                for address in await self._guard.check(host):
                    client = AsyncModbusTcpClient(
                        address, port=port, timeout=seconds, retries=0, reconnect_delay=0, trace_packet=bounded
                    )
                    if await client.connect():
                        break
                    client.close()
                else:
                    raise CannotSee(Reason.UNREACHABLE, say("{where} takes no connection", where=where))
            yield ModbusDevice(client, where, unit, timeout)
        except TimeoutError as late:
            raise _late(where, timeout) from late
        finally:
            if client is not None:
                client.close()


class ModbusDevice:
    """One unit behind an open connection."""

    def __init__(self, client: Any, where: str, unit: int, timeout: timedelta) -> None:
        self._client = client
        self._where = where
        self._unit = unit
        self._timeout = timeout

    async def read(self, table: Table, address: int, count: int) -> tuple[int, ...]:
        from pymodbus.exceptions import ModbusException

        name, held, most = _READING[table]
        what = f"{table} {address}" + (f" to {address + count - 1}" if count > 1 else "")
        if not (1 <= count <= most and address >= 0 and address + count <= 65_536):
            raise CannotSee(Reason.DENIED, say("{what} is no range of registers", what=what))
        try:
            with anyio.fail_after(self._timeout.total_seconds()):
                answer = await getattr(self._client, name)(address, count=count, device_id=self._unit)
        except (TimeoutError, asyncio.CancelledError) as late:
            if isinstance(late, asyncio.CancelledError):
                raise
            raise _late(self._where, self._timeout) from late
        except ModbusException as broken:
            line = " ".join(str(broken).split())[:200]
            if "no response" in line.lower():
                raise _late(self._where, self._timeout) from broken
            raise CannotSee(
                Reason.UNREACHABLE,
                say("{where} broke off at {what}: {error}", where=self._where, what=what, error=line),
            ) from broken
        if answer.isError():
            raise self._refused(what, int(getattr(answer, "exception_code", 0)))
        values = getattr(answer, held, None) or []
        # Bits come in whole bytes.
        if len(values) < count or (held == "registers" and len(values) != count):
            raise CannotSee(
                Reason.INCOMPLETE,
                say("{where} answered {got} of {count} of {what}", where=self._where, got=len(values), count=count,
                    what=what),
            )  # fmt: skip
        return tuple(int(value) for value in values[:count])

    def _refused(self, what: str, code: int) -> CannotSee:
        reason = Reason.INCOMPLETE
        if code in _NOT_NOW:
            reason = Reason.TIMEOUT
        elif code in _BEHIND:
            reason = Reason.UNREACHABLE
        return CannotSee(
            reason,
            say("{where} refuses {what} with code {code}: {trouble}", where=self._where, what=what, code=code,
                trouble=_TROUBLES.get(code, "an unknown trouble")),
        )  # fmt: skip


def _late(where: str, timeout: timedelta) -> CannotSee:
    return CannotSee(
        Reason.TIMEOUT, say("{where} did not answer within {timeout}", where=where, timeout=plain(timeout))
    )
