"""A door with numeric names of objects becomes the values that an SNMP agent has there, or why there are none."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread

from audit.model.item import Secret
from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import SnmpDoor
from audit.world.secrets import Secrets
from audit.world.snmp_datagram import Datagrams, Question
from audit.world.snmp_engine import Engine, Words
from audit.world.world import Guard

T = TypeVar("T")
Ask = Callable[[Datagrams | Engine], Coroutine[Any, Any, T]]
_OID: Final = re.compile(r"\.?\d{1,10}(?:\.\d{1,10}){1,127}")
_SHORTEST: Final = 8
"""Letters of a word of version 3, as RFC 3414 has it."""


class SnmpHand:
    """SNMP agents, asked by GET and GETBULK alone.

    Version 3 computes much before it says a word: it runs in a thread with a loop of its own.
    """

    def __init__(self, secrets: Secrets, guard: Guard) -> None:
        self._secrets = secrets
        self._guard = guard
        self._written: dict[Question, bytes] = {}

    async def get(self, door: SnmpDoor, oids: Sequence[str], timeout: timedelta) -> Mapping[str, int | str | None]:
        for oid in oids:
            _numeric(oid)
        return await self._asked(door, timeout, lambda talk: talk.get(oids))

    async def walk(self, door: SnmpDoor, oid: str, timeout: timedelta) -> Mapping[str, int | str]:
        _numeric(oid)
        return await self._asked(door, timeout, lambda talk: talk.walk(oid))

    async def _asked(self, door: SnmpDoor, timeout: timedelta, ask: Ask[T]) -> T:
        try:
            from pysnmp.error import PySnmpError
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, say("SNMP cannot be asked: install haechi[snmp]")) from broken
        words = self._words(door)
        seconds = timeout.total_seconds()
        try:
            with anyio.fail_after(seconds):
                addresses = await self._guard.check(door.host)
                if words.user:
                    return await self._in_a_thread(door, addresses, words, seconds, ask)
                share = seconds / len(addresses)
                return await _first(
                    addresses,
                    share,
                    lambda address: ask(Datagrams(door, address, words.community, share, self._written)),
                )
        except TimeoutError as late:
            raise CannotSee(
                Reason.TIMEOUT,
                say(
                    "{agent} did not answer within {timeout}: it is down, or this community or network may not ask it",
                    agent=f"{door.host}:{door.port}",
                    timeout=plain(timeout),
                ),
            ) from late
        except PySnmpError as broken:
            line = " ".join(self._secrets.redact(str(broken)).split())[:200]
            raise CannotSee(
                Reason.INCOMPLETE, say("{agent} gave nothing: {error}", agent=door.host, error=line)
            ) from None

    async def _in_a_thread(
        self, door: SnmpDoor, addresses: Sequence[str], words: Words, seconds: float, ask: Ask[T]
    ) -> T:
        def talk() -> T:
            import pysnmp.hlapi.v3arch.asyncio as library

            share = seconds / len(addresses)

            async def one(address: str) -> T:
                engine = Engine(library, door, address, words, share)
                try:
                    return await ask(engine)
                finally:
                    engine.close()

            return asyncio.run(_first(addresses, share, one))

        return await anyio.to_thread.run_sync(talk, abandon_on_cancel=True)

    def _words(self, door: SnmpDoor) -> Words:
        def shown(secret: Secret | None) -> str:
            return "" if secret is None else self._secrets.reveal(secret)

        words = Words(shown(door.community), door.user, shown(door.auth), shown(door.privacy))
        if not words.community and not words.user:
            raise CannotSee(Reason.DENIED, say("{agent} has neither a community nor a user", agent=door.host))
        for word in (words.auth, words.privacy):
            if word and len(word) < _SHORTEST:
                raise CannotSee(
                    Reason.DENIED, say("a word of SNMP version 3 for {agent} has fewer than 8 letters", agent=door.host)
                )
        return words


async def _first(addresses: Sequence[str], share: float, ask: Callable[[str], Coroutine[Any, Any, T]]) -> T:
    """Ask one address after the other; each gets its part of the time."""
    last: TimeoutError | CannotSee = TimeoutError()
    for address in addresses:
        try:
            return await asyncio.wait_for(ask(address), share)
        except TimeoutError as late:
            last = late
        except CannotSee as gap:
            if gap.reason is not Reason.UNREACHABLE:
                raise
            last = gap
    raise last


def _numeric(oid: str) -> None:
    if not _OID.fullmatch(oid):
        raise CannotSee(Reason.DENIED, say("{oid} is no numeric name of an object", oid=oid[:80]))
