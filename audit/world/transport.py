"""An httpx request to the response that the probing engine brings over a fresh connection."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import anyio
import httpx

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.body import Gathering
from audit.world.draft import Draft
from audit.world.fault import Fault, judged
from audit.world.guard import Guard
from audit.world.prober.engine import Engine
from audit.world.prober.errand import Errand
from audit.world.prober.flight import Flight
from audit.world.prober.head import Head
from audit.world.prober.reply import Reply
from audit.world.tls import shake_hands
from audit.world.trust import Trust

LARGEST: Final = 2_000_000
PATIENCE: Final = 10.0
"""Seconds for everything, where the request names no times."""
_PACKED: Final = (b"content-encoding", b"content-length", b"transfer-encoding")
"""Fields that no longer hold for a body that is whole and unpacked."""


@dataclass(frozen=True, slots=True)
class FreshTransport(httpx.AsyncBaseTransport):
    """For a probe that speaks httpx: one connection a request to an address that the estate allows, nothing kept.

    The body comes whole and unpacked; the extension `sample` of the response holds what was measured. No proxy, no
    redirects, no environment. What is wrong at the target is an httpx.TransportError, trouble of ours a CannotSee.
    """

    guard: Guard
    trust: Trust
    authority: str | None = None
    engine: Engine = field(default_factory=Engine)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method not in ("GET", "HEAD"):
            raise CannotSee(Reason.DENIED, say("a visit by {method} could change something", method=request.method))
        errand = Errand(request.url, request.method, tuple(request.headers.multi_items()))
        draft = Draft("", {}, limits=_limits(request.extensions.get("timeout", {})))
        draft.deadline = time.monotonic() + PATIENCE
        try:
            with anyio.fail_after(PATIENCE):
                draft.address = (await self.guard.find(errand.host)).addresses[0]
            return await self._response(errand, request.method, draft)
        except Fault as fault:
            raise _as_httpx(fault, request) from fault
        except ssl.SSLError as broken:
            raise httpx.ConnectError(str(broken), request=request) from broken
        except OSError as broken:
            late = isinstance(broken, TimeoutError) and not broken.errno
            trouble = draft.late() if late else judged(broken, draft.address)
            raise (_as_httpx(trouble, request) if isinstance(trouble, Fault) else trouble) from broken

    async def _response(self, errand: Errand, method: str, draft: Draft) -> httpx.Response:
        def heed(head: Head) -> Gathering:
            return Gathering((head.get(b"content-encoding") or "") if method != "HEAD" else "", LARGEST)

        reply = Reply(method, LARGEST, heed)
        context = self.trust.trusting(self.authority) if errand.secure else None
        flight = Flight(draft, errand.port, errand.request, reply, context, errand.name)
        await (shake_hands(self.engine, flight, self.trust) if context is not None else self.engine.fly(flight))
        head = reply.head
        if head is None:
            raise Fault("protocol", "an answer without a head")
        draft.status, draft.size = head.status, len(reply.body)
        return httpx.Response(
            head.status,
            headers=[pair for pair in head.raw() if pair[0] not in _PACKED],
            content=reply.body,
            extensions={"reason_phrase": head.reason, "sample": draft.sample()},
        )


def _limits(times: Mapping[str, float | None]) -> dict[str, float]:
    """The times that an httpx client sets, as limits of phases."""
    named = (("connect", "connect"), ("tls", "connect"), ("send", "write"), ("first-byte", "read"), ("body", "read"))
    return {phase: limit for phase, word in named if (limit := times.get(word)) is not None}


def _as_httpx(fault: Fault, request: httpx.Request) -> httpx.TransportError:
    text = fault.detail or fault.failure
    if fault.failure in ("connect-timeout", "tls-timeout"):
        return httpx.ConnectTimeout(text, request=request)
    if fault.failure in ("send-timeout", "first-byte-timeout", "body-timeout"):
        return httpx.ReadTimeout(text, request=request)
    if fault.failure.startswith(("tls-", "dns-")) or fault.failure in ("refused", "no-host"):
        return httpx.ConnectError(text, request=request)
    return httpx.RemoteProtocolError(text, request=request)
