"""Numeric names of objects become questions of SNMP version 2c to one address, their answers become values."""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import SnmpDoor
from audit.world.snmp_values import MOST, refused, value_of

AT_ONCE: Final = 24
"""Objects of one question: the answer still fits into one datagram."""
_ROWS: Final = 20
_LARGEST: Final = 16_384
"""Bytes of an answer: what the library takes from a larger one, row by row, takes seconds."""
_TOO_BIG: Final = 1
_NO_ACCESS: Final = frozenset((6, 16))
_GARBLED: Final = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)
"""What the library raises of bytes that are no message, beside its own error."""


Question = tuple[str, tuple[str, ...], int]
"""A community, names of objects, how many rows."""
_REMEMBERED: Final = 200
_FIRST, _LAST = 0x10000000, 0x7F000000
"""Numbers that all take four bytes."""
_MARK: Final = 0x5B1FC3A7
_MARKED: Final = _MARK.to_bytes(4, "big")
"""What stands for the number in a question that is kept."""


class Datagrams:
    """One agent at one address, over a socket that hears nobody else.

    The library's engine takes a third of a second to begin and holds a tree of modules for each agent; its messages
    alone cost a hundredth of that.
    """

    def __init__(
        self, door: SnmpDoor, address: str, community: str, seconds: float, written: dict[Question, bytes]
    ) -> None:
        self._door = door
        self._address = address
        self._community = community
        self._seconds = seconds
        self._written = written
        """Questions that were written before, for the next agent of the same community."""
        # The socket hears one agent alone: that the number is hard to guess is one wall more, not the only one.
        self._numbers = itertools.count(random.randrange(_FIRST, _LAST))  # noqa: S311

    async def get(self, oids: Sequence[str]) -> Mapping[str, int | str | None]:
        found: dict[str, int | str | None] = {}
        with self._line() as line:
            for start in range(0, len(oids), AT_ONCE):
                found |= await self._some(line, oids[start : start + AT_ONCE])
        return found

    async def _some(self, line: socket.socket, oids: Sequence[str]) -> Mapping[str, int | str | None]:
        status, bound = await self._asked(line, oids, rows=0)
        if status == _TOO_BIG and len(oids) > 1:
            half = len(oids) // 2
            return {**await self._some(line, oids[:half]), **await self._some(line, oids[half:])}
        self._heed(status)
        if [name for name, _ in bound] != [oid.lstrip(".") for oid in oids]:
            raise refused(self._door, "it answered another question")
        return {oid: value for oid, (_, value) in zip(oids, bound, strict=True)}

    async def walk(self, oid: str) -> Mapping[str, int | str]:
        found: dict[str, int | str] = {}
        at = oid.lstrip(".")
        below, rows = at + ".", _ROWS
        with self._line() as line:
            while True:
                status, bound = await self._asked(line, (at,), rows)
                if status == _TOO_BIG and rows > 1:
                    rows //= 2
                    continue
                self._heed(status)
                for name, value in bound:
                    if not name.startswith(below) or value is None:
                        return found
                    if name in found or len(found) >= MOST:
                        raise refused(self._door, "it has no end")
                    found[name] = value
                    at = name
                if not bound:
                    return found

    def _heed(self, status: int) -> None:
        if status:
            reason = Reason.DENIED if status in _NO_ACCESS else Reason.INCOMPLETE
            raise refused(self._door, f"error {status}", reason)

    @contextmanager
    def _line(self) -> Iterator[socket.socket]:
        family = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            try:
                line.connect((self._address, self._door.port))
                yield line
            except ConnectionError as broken:
                says = say("nobody answers at {agent}", agent=f"{self._door.host}:{self._door.port}")
                raise CannotSee(Reason.UNREACHABLE, says) from broken
            except OSError as broken:
                if isinstance(broken, TimeoutError) and not broken.errno:
                    raise
                says = say("{agent} cannot be asked: {error}", agent=self._door.host, error=broken.strerror or "")
                raise CannotSee(Reason.UNREACHABLE, says) from broken

    async def _asked(
        self, line: socket.socket, oids: Sequence[str], rows: int
    ) -> tuple[int, list[tuple[str, int | str | None]]]:
        """The status of the answer with what it binds. Asked twice within the time: a datagram may be lost."""
        number = next(self._numbers)
        question = self._question(number, tuple(oid.lstrip(".") for oid in oids), rows)
        loop = asyncio.get_running_loop()
        for last in (False, True):
            await loop.sock_sendall(line, question)
            try:
                async with asyncio.timeout(None if last else max(0.1, self._seconds / 2.2)):
                    while True:
                        answer = await loop.sock_recv(line, _LARGEST)
                        read = self._read(answer, number)
                        if read is not None:
                            return read
                        # A flood is received without a pause, in which nothing else, not even the deadline, comes.
                        await asyncio.sleep(0)
            except TimeoutError:
                if last:
                    raise
        raise TimeoutError

    def _question(self, number: int, oids: tuple[str, ...], rows: int) -> bytes:
        """A question with this number: what takes time to write is the same for a thousand agents."""
        known = self._written.get((self._community, oids, rows))
        if known is None:
            known = _written(self._community, _MARK, oids, rows)
            if known.count(_MARKED) != 1:
                return _written(self._community, number, oids, rows)
            if len(self._written) < _REMEMBERED:
                self._written[self._community, oids, rows] = known
        return known.replace(_MARKED, number.to_bytes(4, "big"))

    def _read(self, answer: bytes, number: int) -> tuple[int, list[tuple[str, int | str | None]]] | None:
        """What an answer says; None where it is one to an earlier question."""
        from pyasn1.codec.ber import decoder
        from pyasn1.error import PyAsn1Error
        from pysnmp.proto.api import v2c

        library: Any = v2c
        try:
            message, _ = decoder.decode(answer, asn1Spec=library.Message())
            pdu = library.apiMessage.get_pdu(message)
            if pdu.tagSet != library.ResponsePDU.tagSet or int(library.apiPDU.get_request_id(pdu)) != number:
                return None
            bound = [(str(name), value_of(raw)) for name, raw in library.apiPDU.get_varbinds(pdu)]
            return int(library.apiPDU.get_error_status(pdu)), bound
        except (PyAsn1Error, *_GARBLED) as broken:
            raise refused(self._door, "its answer is no message of SNMP version 2c") from broken


def _written(community: str, number: int, oids: Sequence[str], rows: int) -> bytes:
    """The bytes of GET, or of GETBULK where rows are asked for."""
    from pyasn1.codec.ber import encoder
    from pysnmp.proto.api import v2c

    library: Any = v2c
    pdu = library.GetBulkRequestPDU() if rows else library.GetRequestPDU()
    if rows:
        library.apiBulkPDU.set_defaults(pdu)
        library.apiBulkPDU.set_non_repeaters(pdu, 0)
        library.apiBulkPDU.set_max_repetitions(pdu, rows)
        library.apiBulkPDU.set_request_id(pdu, number)
    else:
        library.apiPDU.set_defaults(pdu)
        library.apiPDU.set_request_id(pdu, number)
    library.apiPDU.set_varbinds(pdu, [(oid, library.null) for oid in oids])
    message = library.Message()
    library.apiMessage.set_defaults(message)
    library.apiMessage.set_community(message, community)
    library.apiMessage.set_pdu(message, pdu)
    written: bytes = encoder.encode(message)
    return written
