"""A door with numeric names of objects becomes the values that an SNMP agent has there, or why there are none."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
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
from audit.world.world import Guard

T = TypeVar("T")
_OID: Final = re.compile(r"\.?\d{1,10}(?:\.\d{1,10}){1,127}")
_AT_ONCE: Final = 20
_MOST: Final = 10_000
_LONGEST: Final = 4_096
_ABSENT: Final = ("NoSuchObject", "NoSuchInstance", "EndOfMibView", "Null")
_KEPT_OUT: Final = ("unknownusername", "wrongdigest", "unsupportedseclevel", "decryptionerror", "authorizationerror")


@dataclass(frozen=True, slots=True)
class _Words:
    """The secrets of a door, revealed."""

    community: str
    user: str
    auth: str
    privacy: str


class SnmpHand:
    """SNMP agents, asked by GET and GETBULK alone. pysnmp computes much: it runs in a thread with a loop of its own."""

    def __init__(self, secrets: Secrets, guard: Guard) -> None:
        self._secrets = secrets
        self._guard = guard

    async def get(self, door: SnmpDoor, oids: Sequence[str], timeout: timedelta) -> Mapping[str, int | str | None]:
        for oid in oids:
            _numeric(oid)
        return await self._asked(door, timeout, lambda talk: talk.get(oids))

    async def walk(self, door: SnmpDoor, oid: str, timeout: timedelta) -> Mapping[str, int | str]:
        _numeric(oid)
        return await self._asked(door, timeout, lambda talk: talk.walk(oid))

    async def _asked(self, door: SnmpDoor, timeout: timedelta, ask: Callable[[_Talk], Coroutine[Any, Any, T]]) -> T:
        try:
            import pysnmp.hlapi.v3arch.asyncio as library
            from pysnmp.error import PySnmpError
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, say("SNMP cannot be asked: install haechi[snmp]")) from broken
        words = self._words(door)
        seconds = timeout.total_seconds()
        try:
            with anyio.fail_after(seconds):
                addresses = await self._guard.check(door.host)

                def talk() -> T:
                    return asyncio.run(_bounded(library, door, addresses, words, seconds, ask))

                return await anyio.to_thread.run_sync(talk, abandon_on_cancel=True)
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

    def _words(self, door: SnmpDoor) -> _Words:
        def shown(secret: Secret | None) -> str:
            return "" if secret is None else self._secrets.reveal(secret)

        words = _Words(shown(door.community), door.user, shown(door.auth), shown(door.privacy))
        if not words.community and not words.user:
            raise CannotSee(Reason.DENIED, say("{agent} has neither a community nor a user", agent=door.host))
        for word in (words.auth, words.privacy):
            if word and len(word) < 8:
                raise CannotSee(
                    Reason.DENIED, say("a word of SNMP version 3 for {agent} has fewer than 8 letters", agent=door.host)
                )
        return words


async def _bounded(
    library: Any,
    door: SnmpDoor,
    addresses: Sequence[str],
    words: _Words,
    seconds: float,
    ask: Callable[[_Talk], Coroutine[Any, Any, T]],
) -> T:
    """Ask one address after the other; each gets its part of the time."""
    share = seconds / len(addresses)
    for number, address in enumerate(addresses, 1):
        talk = _Talk(library, door, address, words, share)
        try:
            return await asyncio.wait_for(ask(talk), share)
        except TimeoutError:
            if number == len(addresses):
                raise
        finally:
            talk.engine.close_dispatcher()
    raise TimeoutError


class _Talk:
    """One agent at one address."""

    def __init__(self, library: Any, door: SnmpDoor, address: str, words: _Words, seconds: float) -> None:
        self._library = library
        self._door = door
        self._address = address
        self._words = words
        self._seconds = seconds
        self.engine = library.SnmpEngine()

    async def get(self, oids: Sequence[str]) -> Mapping[str, int | str | None]:
        target, found = await self._target(), dict[str, int | str | None]()
        for start in range(0, len(oids), _AT_ONCE):
            asked = oids[start : start + _AT_ONCE]
            answer = await self._library.get_cmd(
                self.engine, self._who(), target, self._library.ContextData(), *map(self._object, asked),
                lookupMib=False,
            )  # fmt: skip
            bound = self._bound(answer)
            if len(bound) != len(asked):
                raise self._refused("it answered another question")
            found |= {oid: _value(pair[1]) for oid, pair in zip(asked, bound, strict=True)}
        return found

    async def walk(self, oid: str) -> Mapping[str, int | str]:
        target, found = await self._target(), dict[str, int | str]()
        below = oid.lstrip(".") + "."
        walk = self._library.bulk_walk_cmd(
            self.engine, self._who(), target, self._library.ContextData(), 0, _AT_ONCE, self._object(oid),
            lookupMib=False, lexicographicMode=False,
        )  # fmt: skip
        async for answer in walk:
            for name, raw in self._bound(answer):
                value = _value(raw)
                key = str(name)
                if not key.startswith(below) or value is None:
                    return found
                if key in found or len(found) >= _MOST:
                    raise self._refused("it has no end")
                found[key] = value
        return found

    async def _target(self) -> Any:
        kind = self._library.Udp6TransportTarget if ":" in self._address else self._library.UdpTransportTarget
        # Asked twice within the time: a datagram may be lost.
        return await kind.create((self._address, self._door.port), timeout=max(0.1, self._seconds / 2.2), retries=1)

    def _who(self) -> Any:
        library, words = self._library, self._words
        if not words.user:
            return library.CommunityData(words.community, mpModel=1)
        return library.UsmUserData(
            words.user,
            words.auth or None,
            words.privacy or None,
            authProtocol=library.USM_AUTH_HMAC192_SHA256 if words.auth else library.USM_AUTH_NONE,
            privProtocol=library.USM_PRIV_CFB128_AES if words.privacy else library.USM_PRIV_NONE,
        )

    def _object(self, oid: str) -> Any:
        return self._library.ObjectType(self._library.ObjectIdentity(oid.lstrip(".")))

    def _bound(self, answer: Any) -> Sequence[Any]:
        indication, status, _, bound = answer
        if indication is not None:
            name = type(indication).__name__.lower()
            if name == "requesttimedout":
                raise TimeoutError
            denied = any(word in name for word in _KEPT_OUT)
            raise self._refused(str(indication), Reason.DENIED if denied else Reason.INCOMPLETE)
        if status:
            shown = str(status.prettyPrint())
            reason = Reason.DENIED if shown in ("authorizationError", "noAccess") else Reason.INCOMPLETE
            raise self._refused(shown, reason)
        pairs: Sequence[Any] = bound
        return pairs

    def _refused(self, why: str, reason: Reason = Reason.INCOMPLETE) -> CannotSee:
        agent = f"{self._door.host}:{self._door.port}"
        return CannotSee(reason, say("{agent} gave nothing: {error}", agent=agent, error=why[:200]))


def _numeric(oid: str) -> None:
    if not _OID.fullmatch(oid):
        raise CannotSee(Reason.DENIED, say("{oid} is no numeric name of an object", oid=oid[:80]))


def _value(raw: Any) -> int | str | None:
    """A whole number, a text, or None where there is no such object: the library gives that as a value."""
    kind = type(raw).__name__
    if kind in _ABSENT:
        return None
    if kind == "ObjectIdentifier":
        return str(raw)[:_LONGEST]
    if kind == "IpAddress":
        return str(raw.prettyPrint())
    if hasattr(raw, "asOctets"):
        return bytes(raw.asOctets())[:_LONGEST].decode("utf-8", "backslashreplace")
    return int(raw)
