"""A host with a port to what its connections show, or to what it says in a dialogue of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import anyio

from audit.model.facts import ServiceState
from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.connect import Wire
from audit.world.draft import Draft
from audit.world.every import every_address
from audit.world.fault import Fault, judged
from audit.world.guard import Guard
from audit.world.prober.engine import Engine
from audit.world.prober.flight import Flight

MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class TcpHand:
    """Connections in the clear."""

    guard: Guard
    engine: Engine = field(default_factory=Engine)

    async def knock(self, host: str, port: int, timeout: timedelta, family: int | None = None) -> ServiceState:
        async def attempt(draft: Draft) -> None:
            await self.engine.fly(Flight(draft, port))

        return await every_address(self.guard, host, family, timeout, attempt, punctual=True)

    async def talk(self, host: str, port: int, lines: Sequence[str], timeout: timedelta, ends: str) -> str:
        where = f"{host}:{port}"
        if any(sign in line for line in lines for sign in "\r\n\0"):
            raise CannotSee(Reason.INCOMPLETE, say("a line for {where} may not hold a line break", where=where))
        try:
            with anyio.fail_after(timeout.total_seconds()):
                return await self._talk(host, port, lines, tuple(ends.split()))
        except Fault as fault:
            raise CannotSee(
                Reason.UNREACHABLE,
                say("{where} cannot be talked to: {error}", where=where, error=fault.detail or fault.failure),
            ) from fault
        except OSError as broken:
            if isinstance(broken, TimeoutError) and not broken.errno:
                raise CannotSee(
                    Reason.TIMEOUT, say("{where} did not answer within {time}", where=where, time=plain(timeout))
                ) from broken
            trouble = judged(broken, where)
            if isinstance(trouble, CannotSee):
                raise trouble from broken
            raise CannotSee(
                Reason.UNREACHABLE, say("{where} cannot be talked to: {error}", where=where, error=trouble.detail)
            ) from broken

    async def _talk(self, host: str, port: int, lines: Sequence[str], ends: tuple[str, ...]) -> str:
        wire = await self._first(host, port)
        try:
            said = bytearray()
            for line in lines:
                await wire.send(line.encode() + b"\n")
                rest, ended = b"", False
                while not ended:
                    piece = await wire.receive()
                    said += piece
                    *whole, rest = (rest + piece).split(b"\n")
                    ended = any(text.decode("utf-8", "replace").startswith(ends) for text in whole)
                    if not piece:
                        raise CannotSee(
                            Reason.UNREACHABLE,
                            say(
                                "{host}:{port} closed the connection in the middle of its answer", host=host, port=port
                            ),
                        )
                    if len(said) > MOST:
                        raise CannotSee(
                            Reason.INCOMPLETE, say("the answer of {host}:{port} has no end", host=host, port=port)
                        )
            return said.decode("utf-8", "replace")
        finally:
            wire.close()

    async def _first(self, host: str, port: int) -> Wire:
        """A connection to the first address that takes one."""
        found = await self.guard.find(host)
        for address in found.addresses[:-1]:
            try:
                return await Wire.to(address, port)
            except OSError:
                continue
        return await Wire.to(found.addresses[-1], port)
