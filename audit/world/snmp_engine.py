"""Numeric names of objects become questions of SNMP version 3 to one address, their answers become values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from audit.model.verdict import Reason
from audit.world.asking import SnmpDoor
from audit.world.snmp_values import MOST, refused, value_of

_AT_ONCE: Final = 20
_KEPT_OUT: Final = (
    "unknownusername", "unknownsecurityname", "wrongdigest", "authenticationfailure", "unsupportedsec",
    "unsupportedauth", "unsupportedpriv", "decryptionerror", "authorizationerror", "notintimewindow",
)  # fmt: skip
"""Reports by which an agent tells that it does not know this user, or knows him by another word."""
_DIGESTS: Final[Mapping[str, str]] = {
    "sha1": "USM_AUTH_HMAC96_SHA", "sha224": "USM_AUTH_HMAC128_SHA224", "sha256": "USM_AUTH_HMAC192_SHA256",
    "sha384": "USM_AUTH_HMAC256_SHA384", "sha512": "USM_AUTH_HMAC384_SHA512",
}  # fmt: skip
_CIPHERS: Final[Mapping[str, str]] = {
    "aes128": "USM_PRIV_CFB128_AES", "aes192": "USM_PRIV_CFB192_AES", "aes256": "USM_PRIV_CFB256_AES",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """The secrets of a door, revealed."""

    community: str
    user: str
    auth: str
    privacy: str


class Engine:
    """One agent at one address, asked by an engine of its own: two agents may know one user by two words."""

    def __init__(self, library: Any, door: SnmpDoor, address: str, words: Words, seconds: float) -> None:
        self._library = library
        self._door = door
        self._address = address
        self._words = words
        self._seconds = seconds
        self._engine = library.SnmpEngine()

    def close(self) -> None:
        self._engine.close_dispatcher()

    async def get(self, oids: Sequence[str]) -> Mapping[str, int | str | None]:
        target, found = await self._target(), dict[str, int | str | None]()
        for start in range(0, len(oids), _AT_ONCE):
            asked = oids[start : start + _AT_ONCE]
            answer = await self._library.get_cmd(
                self._engine, self._who(), target, self._library.ContextData(), *map(self._object, asked),
                lookupMib=False,
            )  # fmt: skip
            bound = self._bound(answer)
            if [str(name) for name, _ in bound] != [oid.lstrip(".") for oid in asked]:
                raise refused(self._door, "it answered another question")
            found |= {oid: value_of(pair[1]) for oid, pair in zip(asked, bound, strict=True)}
        return found

    async def walk(self, oid: str) -> Mapping[str, int | str]:
        target, found = await self._target(), dict[str, int | str]()
        below = oid.lstrip(".") + "."
        walk = self._library.bulk_walk_cmd(
            self._engine, self._who(), target, self._library.ContextData(), 0, _AT_ONCE, self._object(oid),
            lookupMib=False, lexicographicMode=False,
        )  # fmt: skip
        async for answer in walk:
            for name, raw in self._bound(answer):
                value = value_of(raw)
                key = str(name)
                if not key.startswith(below) or value is None:
                    return found
                if key in found or len(found) >= MOST:
                    raise refused(self._door, "it has no end")
                found[key] = value
        return found

    async def _target(self) -> Any:
        kind = self._library.Udp6TransportTarget if ":" in self._address else self._library.UdpTransportTarget
        # Asked twice within the time: a datagram may be lost.
        return await kind.create((self._address, self._door.port), timeout=max(0.1, self._seconds / 2.2), retries=1)

    def _who(self) -> Any:
        library, words = self._library, self._words
        digest = _DIGESTS[self._door.digest] if words.auth else "USM_AUTH_NONE"
        cipher = _CIPHERS[self._door.cipher] if words.privacy else "USM_PRIV_NONE"
        return library.UsmUserData(
            words.user,
            words.auth or None,
            words.privacy or None,
            authProtocol=getattr(library, digest),
            privProtocol=getattr(library, cipher),
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
            raise refused(self._door, str(indication), Reason.DENIED if denied else Reason.INCOMPLETE)
        if status:
            shown = str(status.prettyPrint())
            reason = Reason.DENIED if shown in ("authorizationError", "noAccess") else Reason.INCOMPLETE
            raise refused(self._door, shown, reason)
        pairs: Sequence[Any] = bound
        return pairs
