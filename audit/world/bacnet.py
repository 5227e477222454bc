"""A BACnet device as host with properties of its objects becomes their values, or why they cannot be read."""

from __future__ import annotations

import asyncio
import math
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import anyio

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.world import Guard

Value = str | float | int | bool | None

_OBJECT: Final = re.compile(r"[a-z][a-z-]{1,40},[0-9]{1,7}")
_PROPERTY: Final = re.compile(r"[a-z][a-z0-9-]{1,60}")
_MOST: Final = 500
"""Properties of one look."""
_LARGEST: Final = 1_500
_ROOM: Final = 5
"""How the standard codes 1,476 bytes, what fits into one datagram."""
_LONGEST: Final = 1_000
_GARBLED: Final = (
    ValueError, LookupError, TypeError, AttributeError, RuntimeError, OverflowError, AssertionError,
)  # fmt: skip
"""What the library raises of bytes that are no message, beside its own errors."""
_NONE_SUCH: Final = ("unknown-object", "unknown-property", "unsupported-object-type", "no-objects-of-specified-type")
_DENIED: Final = ("read-access-denied", "password-failure", "not-configured")


class BacnetHand:
    """BACnet over UDP: ReadProperty to one address, nothing else, and nothing to all.

    The library codes the messages; its application would answer others and bind a port that all can reach.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def read(
        self, host: str, port: int, asked: Sequence[tuple[str, str]], timeout: timedelta
    ) -> tuple[Value, ...]:
        for thing, name in asked:
            if not _OBJECT.fullmatch(thing) or not _PROPERTY.fullmatch(name):
                raise CannotSee(Reason.DENIED, say("{what} is no property", what=f"{thing} {name}"[:80]))
        if len(asked) > _MOST:
            raise CannotSee(Reason.DENIED, say("at most {most} properties are read at once", most=_MOST))
        try:
            import bacpypes3  # noqa: F401
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, say("BACnet cannot be asked: install haechi[bacnet]")) from broken
        where = f"{host}:{port}"
        try:
            with anyio.fail_after(timeout.total_seconds()):
                address = (await self._guard.check(host))[0]
                with _line(address, port, where) as line:
                    patience = timeout.total_seconds() / 2.2
                    return tuple([await _one(line, where, thing, name, patience) for thing, name in asked])
        except TimeoutError as late:
            raise CannotSee(
                Reason.TIMEOUT, say("{where} did not answer within {timeout}", where=where, timeout=plain(timeout))
            ) from late


@contextmanager
def _line(address: str, port: int, where: str) -> Iterator[socket.socket]:
    """A socket that hears the one device alone."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        try:
            line.connect((address, port))
            yield line
        except ConnectionError as broken:
            raise CannotSee(Reason.UNREACHABLE, say("nobody answers at {where}", where=where)) from broken
        except OSError as broken:
            if isinstance(broken, TimeoutError) and not broken.errno:
                raise
            says = say("{where} cannot be asked: {error}", where=where, error=broken.strerror or "")
            raise CannotSee(Reason.UNREACHABLE, says) from broken


async def _one(line: socket.socket, where: str, thing: str, name: str, patience: float) -> Value:
    """One property; asked twice within the time, as a datagram may be lost."""
    number = hash((thing, name)) & 0xFF
    try:
        question = _question(thing, name, number)
    except _library_errors() as broken:
        says = say("{what} is no property that BACnet has", what=f"{thing} {name}")
        raise CannotSee(Reason.DENIED, says) from broken
    loop = asyncio.get_running_loop()
    for last in (False, True):
        await loop.sock_sendall(line, question)
        try:
            async with asyncio.timeout(None if last else patience):
                while True:
                    answer = await loop.sock_recv(line, _LARGEST)
                    heard = _answer(answer, where, thing, name, number)
                    if heard is not None:
                        return heard[0]
                    # A flood is received without a pause, in which nothing else, not even the deadline, comes.
                    await asyncio.sleep(0)
        except TimeoutError:
            if last:
                raise
    raise TimeoutError


def _library_errors() -> tuple[type[Exception], ...]:
    from bacpypes3.errors import AbortException, DecodingError, EncodingError, ExecutionError, RejectException

    return (*_GARBLED, DecodingError, EncodingError, ExecutionError, RejectException, AbortException)


def _question(thing: str, name: str, number: int) -> bytes:
    from bacpypes3.apdu import ReadPropertyRequest
    from bacpypes3.basetypes import PropertyIdentifier
    from bacpypes3.ipv4.bvll import OriginalUnicastNPDU
    from bacpypes3.npdu import NPDU
    from bacpypes3.primitivedata import ObjectIdentifier

    request: Any = ReadPropertyRequest(
        objectIdentifier=ObjectIdentifier(thing), propertyIdentifier=PropertyIdentifier(name)
    )
    request.apduInvokeID = number
    request.apduSeg = request.apduMor = request.apduSA = False
    request.apduMaxSegs, request.apduMaxResp = 0, _ROOM
    network: Any = NPDU(request.encode().encode().pduData)
    network.npduVersion, network.pduExpectingReply = 1, True
    return bytes(OriginalUnicastNPDU(network.encode().pduData).encode().pduData)


def _answer(answer: bytes, where: str, thing: str, name: str, number: int) -> tuple[Value] | None:
    """The value in an answer, alone in a tuple; None where it is an answer to something else."""
    from bacpypes3 import apdu as application
    from bacpypes3.ipv4.bvll import LPDU
    from bacpypes3.npdu import NPDU
    from bacpypes3.pdu import PDU

    try:
        link: Any = LPDU.decode(PDU(answer))
        network: Any = NPDU.decode(PDU(link.pduData))
        reply: Any = application.APDU.decode(PDU(network.pduData))
        if getattr(reply, "apduInvokeID", None) != number:
            return None
        if isinstance(reply, application.RejectPDU | application.AbortPDU):
            shown = f"{type(reply).__name__} {reply.apduAbortRejectReason}"
            raise CannotSee(Reason.INCOMPLETE, say("{where} refused {what}: {error}", where=where,
                                                   what=f"{thing} {name}", error=shown[:100]))  # fmt: skip
        if isinstance(reply, application.ErrorPDU):
            return _error(application.APCISequence.decode(reply), where, thing, name)
        heard: Any = application.APCISequence.decode(reply)
        if not isinstance(heard, application.ReadPropertyACK):
            return None
        if str(heard.objectIdentifier) != thing or str(heard.propertyIdentifier) != name:
            return None
        return (_plain(heard),)
    except _library_errors() as broken:
        raise CannotSee(
            Reason.INCOMPLETE, say("{where} answered {what} with nothing that BACnet knows", where=where,
                                   what=f"{thing} {name}")
        ) from broken  # fmt: skip


def _error(heard: Any, where: str, thing: str, name: str) -> tuple[Value]:
    code = str(heard.errorCode)
    if code in _NONE_SUCH:
        return (None,)
    reason = Reason.DENIED if code in _DENIED else Reason.INCOMPLETE
    raise CannotSee(
        reason, say("{where} refused {what}: {error}", where=where, what=f"{thing} {name}", error=code[:100])
    )


def _plain(heard: Any) -> Value:
    """The value as a number or a text; flags as `in-alarm fault`, words of the standard as it writes them."""
    from bacpypes3.basetypes import StatusFlags
    from bacpypes3.primitivedata import Boolean, Double, Enumerated, Integer, Null, Real, Unsigned
    from bacpypes3.vendor import get_vendor_info

    kind: Any = get_vendor_info(0).get_object_class(heard.objectIdentifier[0])
    form = None if kind is None else kind.get_property_type(heard.propertyIdentifier)
    if form is None:
        return None
    value = heard.propertyValue.cast_out(form)
    if isinstance(value, Null):
        return None
    if isinstance(value, StatusFlags):
        names = ("in-alarm", "fault", "overridden", "out-of-service")
        return " ".join(word for word, on in zip(names, value, strict=False) if on)
    if isinstance(value, Boolean):
        return bool(value)
    if isinstance(value, Enumerated):
        return str(value)[:_LONGEST]
    if isinstance(value, Unsigned | Integer):
        return int(value)
    if isinstance(value, Real | Double):
        # Four bytes hold seven digits; the others would come out of nowhere.
        return float(f"{float(value):.7g}") if math.isfinite(value) else None
    return str(value)[:_LONGEST]
