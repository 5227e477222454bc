"""A page that needs a proxy, HTTP/2 or a token to what a visit by httpx's own transport shows."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

import anyio
import httpx

from audit.model.address import literal
from audit.model.facts import ServiceState
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.certificate import distrust, sent_chain
from audit.world.draft import Draft
from audit.world.every import every_address
from audit.world.fault import Fault
from audit.world.guard import Guard
from audit.world.prober.engine import Engine
from audit.world.prober.errand import Errand
from audit.world.prober.flight import Flight
from audit.world.prober.head import Head
from audit.world.prober.reply import Heed, Reply
from audit.world.secrets import Secrets
from audit.world.tls import shake_hands
from audit.world.token import basic_credentials, read_token, token_form
from audit.world.trust import Trust
from audit.world.world import Page, Token

_PHASES: Final = MappingProxyType(
    {
        "connect_tcp.started": "connect",
        "start_tls.started": "tls",
        "send_request_headers.started": "send",
        "receive_response_headers.started": "first-byte",
        "receive_response_body.started": "body",
    }
)
_TOKEN: Final = 65536
"""Bytes of a token with what comes beside it."""
_BUSY: Final = 32
"""Pieces of a body that are read in one go: one of tiny pieces must not hold up the others."""
_REMEMBERED: Final = 256
_NOT_THERE: Final = ("502", "503", "504")
"""What a proxy answers where it is well and the target is not."""


@dataclass(frozen=True, slots=True)
class Stock:
    """Connections by httpx: pinned to a checked address like all others, closed after one answer, no cookies kept."""

    guard: Guard
    plain: Trust
    newer: Trust
    """Its own for HTTP/2 and for HTTP/1, because httpx writes into the settings which of both it speaks."""
    secrets: Secrets
    engine: Engine = field(default_factory=Engine)
    """For a second look at a certificate that cannot be trusted."""
    tokens: deque[str] = field(default_factory=deque)
    """The newest ones, which no text may hold."""

    async def see(
        self, page: Page, errand: Errand, timeout: timedelta, visit: Callable[[Errand, Draft], Any]
    ) -> ServiceState:
        """Make ready what a page needs, then have it visited at every address: that of its proxy, where it has one."""
        began = time.monotonic()
        if page.http2 and importlib.util.find_spec("h2") is None:
            raise CannotSee(Reason.NO_TOOL, say("HTTP/2 needs the Python package h2: install haechi[http2]"))
        if page.verify and errand.secure:
            self._trust(page).trusting(page.authority)
        if page.proxy is not None:
            self._through(page, errand)
        if page.token is not None:
            given = await self._token(page, page.token, timeout)
            errand = Errand(httpx.URL(errand.url), page.method, (*errand.headers, ("Authorization", f"Bearer {given}")))
        host = page.address or (errand.host if page.proxy is None else httpx.URL(page.proxy).host)

        async def attempt(draft: Draft) -> None:
            await visit(errand, draft)

        left = timeout - timedelta(seconds=time.monotonic() - began)
        return await every_address(self.guard, host, page.family, left, attempt, limits=page.limits)

    async def ask(self, page: Page, errand: Errand, draft: Draft, heed: Heed) -> Reply:
        """Ask once at the address of a draft; the body is empty where nobody wants it."""
        url = httpx.URL(errand.url)
        headers = [("Host", url.netloc.decode("ascii")), *errand.headers]
        if _origin(url) != _origin(httpx.URL(page.url)):
            headers = [pair for pair in headers if pair[0].lower() != "authorization"]
        if page.http2:
            headers = [pair for pair in headers if pair[0].lower() != "connection"]
        extensions: dict[str, Any] = {}
        if page.proxy is None:
            url = url.copy_with(host=draft.address)
            extensions["sni_hostname"] = errand.name
        else:
            draft.blind = CannotSee(Reason.TIMEOUT, say("the proxy {proxy} is silent", proxy=page.proxy))
        request = httpx.Request(page.method, url, headers=headers, extensions=extensions)
        reply = Reply(page.method, page.largest, heed)
        try:
            async with self._answer(page, request, draft) as response:
                draft.enter("body")
                reply.head = head = Head(
                    response.status_code,
                    response.extensions.get("reason_phrase", b""),
                    ((name.lower(), value) for name, value in response.headers.raw),
                )
                gathering = heed(head)
                if gathering is not None and page.method != "HEAD":
                    count = 0
                    async for piece in response.stream:  # type: ignore[union-attr]
                        gathering.take(piece)
                        count += 1
                        if not count % _BUSY:
                            await asyncio.sleep(0)
                    reply.body = gathering.end()
                return reply
        except httpx.TransportError as broken:
            if page.proxy is None and isinstance(_root(broken), ssl.SSLCertVerificationError):
                trust = self._trust(page)
                context = trust.trusting(page.authority)
                await shake_hands(self.engine, Flight(draft, errand.port, context=context, name=errand.name), trust)
            raise self._trouble(page, broken, draft) from broken

    @contextlib.asynccontextmanager
    async def _answer(self, page: Page, request: httpx.Request, draft: Draft) -> AsyncIterator[httpx.Response]:
        """The response while it comes, with deadlines that follow the phases."""
        async with asyncio.timeout_at(draft.enter("connect")) as limit:

            async def heed(event: str, _: object) -> None:
                _, _, step = event.partition(".")
                if step == "connect_tcp.complete":
                    draft.blind = None
                if step in _PHASES:
                    limit.reschedule(draft.enter(_PHASES[step]))

            request.extensions["trace"] = heed
            trust = self._trust(page)
            async with httpx.AsyncHTTPTransport(
                verify=trust.trusting(page.authority) if page.verify else trust.blind(),
                http2=page.http2,
                proxy=httpx.Proxy(_pinned(page.proxy, draft.address)) if page.proxy is not None else None,
                limits=httpx.Limits(max_keepalive_connections=0),
                trust_env=False,
            ) as transport:
                response = await transport.handle_async_request(request)
                try:
                    tls = response.extensions["network_stream"].get_extra_info("ssl_object")
                    if tls is not None:
                        self._note(tls, trust, page, draft)
                    yield response
                finally:
                    await response.aclose()

    def _trust(self, page: Page) -> Trust:
        return self.newer if page.http2 else self.plain

    def _note(self, tls: ssl.SSLObject, trust: Trust, page: Page, draft: Draft) -> None:
        draft.tls = tls.version() or ""
        seen = trust.certificate(sent_chain(tls))
        if seen is not None and not page.verify:
            seen = seen.model_copy(update={"trusted": False, "trouble": "not verified, as the inventory asks"})
        draft.certificate = seen

    def _through(self, page: Page, errand: Errand) -> None:
        """What can be checked of a target to which a proxy connects: an address, not a name."""
        plain = literal(errand.host)
        if plain is not None and not self.guard.permits(str(plain)):
            raise CannotSee(
                Reason.DENIED,
                say(
                    "{address} is outside what the estate allows; add it to `allow` of the estate", address=errand.host
                ),
            )
        if page.follow == "any":
            raise CannotSee(
                Reason.DENIED, say("where a proxy leads to cannot be checked: `follow: any` is not possible with one")
            )

    async def _token(self, page: Page, token: Token, timeout: timedelta) -> str:
        """A fresh token. The only POST there is; CannotSee where none is given, as the page was then not asked for."""
        secret = self.secrets.reveal(token.secret)
        basic = basic_credentials(token.client, secret)
        self.secrets.remember(basic)
        headers = [
            ("Authorization", f"Basic {basic}"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Accept", "application/json"),
        ]
        url = httpx.URL(token.url)
        asked = replace(page, proxy=None, http2=False, limits=MappingProxyType({}))
        try:
            with anyio.fail_after(timeout.total_seconds()):
                draft = Draft((await self.guard.check(url.host))[0], {}, deadline=time.monotonic() + 3600)
                request = httpx.Request(
                    "POST",
                    url.copy_with(host=draft.address),
                    headers=[("Host", url.netloc.decode("ascii")), *headers],
                    content=token_form(token.scope),
                    extensions={"sni_hostname": url.raw_host.decode("ascii")},
                )
                came = bytearray()
                async with self._answer(asked, request, draft) as response:
                    async for piece in response.stream:  # type: ignore[union-attr]
                        came += piece
                        if len(came) > _TOKEN:
                            break
            given = read_token(response.status_code, bytes(came))
            self._keep_out(given)
            return given
        except TimeoutError:
            why = "no answer in time"
        except httpx.TransportError as broken:
            why = _said(_root(broken) or broken)
        except (ValueError, OSError) as broken:
            why = _said(broken)
        raise CannotSee(Reason.DENIED, say("no token from {url}: {why}", url=token.url, why=why))

    def _keep_out(self, given: str) -> None:
        """Take a token out of every text for as long as it may stand in one."""
        if given not in self.tokens:
            self.secrets.remember(given)
            self.tokens.append(given)
        if len(self.tokens) > _REMEMBERED:
            self.secrets.forget(self.tokens.popleft())

    def _trouble(self, page: Page, broken: httpx.TransportError, draft: Draft) -> Fault | CannotSee | OSError:
        """What the word of httpx means, by the error of the system beneath it where there is one."""
        root = _root(broken)
        if page.proxy is not None and draft.blind is not None:
            return CannotSee(
                Reason.UNREACHABLE,
                say("the proxy {proxy} cannot be reached: {why}", proxy=page.proxy, why=_said(root or broken)),
            )
        if isinstance(root, ssl.SSLCertVerificationError):
            return Fault(*distrust(root, None))
        if isinstance(root, ssl.SSLError):
            return Fault("tls-protocol", (root.reason or str(root)).replace("_", " ").lower())
        if root is not None:
            return root
        text = str(broken)
        if isinstance(broken, httpx.ProxyError):
            if text.startswith(_NOT_THERE):
                return Fault("bad-status", f"the proxy answers {text}")
            return CannotSee(Reason.DENIED, say("the proxy {proxy} answers {text}", proxy=page.proxy, text=text[:100]))
        if isinstance(broken, httpx.RemoteProtocolError):
            if "complete message body" in text:
                return Fault("truncated", "the connection ended in the middle of the answer")
            if "without sending" in text:
                return Fault("reset", "the server closed the connection without an answer")
            return Fault("protocol", text)
        if isinstance(broken, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
            return CannotSee(Reason.INCOMPLETE, say("the request cannot be written in HTTP"))
        return Fault("reset", text or "the connection broke")


def _said(broken: Exception) -> str:
    text = os.strerror(broken.errno) if isinstance(broken, OSError) and broken.errno else str(broken)
    return (text or type(broken).__name__)[:200]


def _pinned(proxy: str, address: str) -> httpx.URL:
    return httpx.URL(proxy).copy_with(host=address)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _root(broken: BaseException) -> OSError | None:
    """The error of the system that stands behind an error of a library."""
    below: BaseException | None = broken
    found: OSError | None = None
    while below is not None:
        if isinstance(below, OSError) and (below.errno or isinstance(below, ssl.SSLError)):
            found = below
        below = below.__cause__ or below.__context__
    return found
