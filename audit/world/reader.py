"""A page to read, with the secrets that open it, to the whole document as the service gave it."""

from __future__ import annotations

import json
import ssl
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import quote_plus

import anyio
import httpx

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.body import Gathering
from audit.world.draft import Draft
from audit.world.fault import Fault, judged
from audit.world.guard import Guard
from audit.world.prober.engine import Engine
from audit.world.prober.errand import OURS, Errand
from audit.world.prober.flight import Flight
from audit.world.prober.head import Head
from audit.world.prober.reply import Reply
from audit.world.redirect import HOPS, follow, shown, target_of
from audit.world.secrets import Secrets
from audit.world.tls import shake_hands
from audit.world.trust import Trust
from audit.world.world import Answer, Page

_METHODS: Final = ("GET", "HEAD", "POST")
_SHARED: Final = 65_536
"""Bytes of an answer to a POST in which a token is looked for."""
_REMEMBERED: Final = 64
_AWAY: Final = ("refused", "no-host", "connect-timeout", "icmp-unreachable")
"""What another address of the same host may do better."""
_CUT: Final = ("truncated", "too-large", "bad-encoding", "redirect-policy", "redirect-loop", "protocol")
Offset = Callable[[str], timedelta | None]
"""Takes the `Date` of an answer, gives the server's clock minus ours."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads by a fresh connection to an address that the estate allows; secrets go to the origin of the page alone."""

    guard: Guard
    trust: Trust
    engine: Engine
    secrets: Secrets | None
    offset: Offset
    given: deque[str] = field(default_factory=deque)
    """The newest tokens that services gave, which no text may hold."""

    async def read(self, page: Page, timeout: timedelta) -> Answer:
        """The document; CannotSee where it did not come whole."""
        if page.method not in _METHODS:
            raise CannotSee(Reason.DENIED, say("a visit by {method} could change something", method=page.method))
        try:
            url = httpx.URL(page.url)
        except httpx.InvalidURL as broken:
            raise CannotSee(Reason.INCOMPLETE, say("the URL cannot be read")) from broken
        if url.scheme not in ("http", "https") or not url.host:
            raise CannotSee(Reason.INCOMPLETE, say("the URL is none of http or https"))
        where = shown(url)
        until = time.monotonic() + timeout.total_seconds()
        try:
            answer = await self._followed(page, url, until)
        except Fault as fault:
            raise CannotSee(
                _reason(fault), say("{url} gave no document: {why}", url=where, why=_said(fault))
            ) from fault
        except ssl.SSLError as broken:
            why = (broken.reason or str(broken)).replace("_", " ").lower()
            raise CannotSee(
                Reason.UNREACHABLE, say("{url} gave no document: {why}", url=where, why=why[:200])
            ) from broken
        if page.method == "POST":
            self._keep_out(answer.body)
        return answer

    async def _followed(self, page: Page, url: httpx.URL, until: float) -> Answer:
        # Elsewhere than on the host of the page nobody has a say in what this machine reads.
        page = replace(page, follow="none" if page.follow == "none" or page.method == "POST" else "same-host")
        origin, seen = _origin(url), {url}
        for _ in range(HOPS + 1):
            errand = self._errand(page, url, opened=_origin(url) == origin)
            said, draft = await self._reached(page, errand, until)
            head = said.head
            if head is None:
                raise Fault("protocol", "an answer without a head")
            target = target_of(page, head)
            if target is None:
                headers = {name.decode("ascii", "replace"): _text(value) for name, value in head.raw()}
                return Answer(head.status, MappingProxyType(headers), said.body, draft.address, draft.clock_offset)
            url = follow(page, url, target)
            if url in seen:
                raise Fault("redirect-loop", f"back to {shown(url)}")
            seen.add(url)
        raise Fault("redirect-loop", f"more than {HOPS} redirects")

    async def _reached(self, page: Page, errand: Errand, until: float) -> tuple[Reply, Draft]:
        """The reply of the first address that can be reached."""
        host = page.address or errand.host
        try:
            with anyio.fail_after(until - time.monotonic()):
                found = await self.guard.find(host, page.family)
        except TimeoutError as late:
            raise CannotSee(Reason.TIMEOUT, say("no name server answered about {host} in time", host=host)) from late
        for number, address in enumerate(found.addresses):
            left = len(found.addresses) - number
            draft = Draft(address, {}, until, {"connect": max(0.01, (until - time.monotonic()) / left)})
            try:
                return await self._asked(page, errand, draft), draft
            except Fault as fault:
                if left == 1 or fault.failure not in _AWAY:
                    raise
        raise found.kept_out[0]

    async def _asked(self, page: Page, errand: Errand, draft: Draft) -> Reply:
        def heed(head: Head) -> Gathering | None:
            if head.get(b"age") is None:
                draft.clock_offset = self.offset(head.get(b"date") or "")
            if target_of(page, head) is not None:
                return None
            packed = page.unpack and page.method != "HEAD"
            return Gathering((head.get(b"content-encoding") or "") if packed else "", page.largest)

        reply = Reply(page.method, page.largest, heed)
        try:
            if errand.secure:
                context = self.trust.trusting(page.authority) if page.verify else self.trust.blind()
                flight = Flight(draft, errand.port, errand.request, reply, context, errand.name)
                await shake_hands(self.engine, flight, self.trust)
            else:
                await self.engine.fly(Flight(draft, errand.port, errand.request, reply))
        except ssl.SSLError:
            raise
        except OSError as broken:
            # A TimeoutError without a number is the deadline; with one it is the network that gave up.
            late = isinstance(broken, TimeoutError) and not broken.errno
            raise (draft.late() if late else judged(broken, draft.address)) from broken
        return reply

    def _errand(self, page: Page, url: httpx.URL, *, opened: bool) -> Errand:
        """The request, with the secrets of the page where it goes to its own origin."""
        headers, body = dict(page.headers), page.body
        for name, secret in page.secrets.items() if opened else ():
            if self.secrets is None:
                raise CannotSee(Reason.DENIED, say("there is nobody here who could open {secret}", secret=secret))
            value = self.secrets.reveal(secret)
            if name.startswith("{") and name.endswith("}"):
                # A word of the body, which is a form.
                body = body.replace(name, quote_plus(value))
            elif name.lower() == "authorization" and page.user:
                basic = b64encode(f"{page.user}:{value}".encode()).decode()
                self.secrets.remember(basic)
                headers[name] = f"Basic {basic}"
            elif name.lower() == "authorization" and " " not in value.strip():
                headers[name] = f"Bearer {value.strip()}"
            else:
                headers[name] = value
        if not opened:
            headers = {
                name: value for name, value in headers.items() if name.lower() not in ("authorization", "cookie")
            }
        own = {name.lower() for name in headers}
        kept = tuple(pair for pair in OURS if pair[0].lower() not in own)
        return Errand(url, page.method, (*kept, *headers.items()), body.encode() if page.method == "POST" else b"")

    def _keep_out(self, body: bytes) -> None:
        """Take a token that a service gave out of every text: only a probe that asked for one knows that it is one."""
        if self.secrets is None or len(body) > _SHARED:
            return
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            return
        for name in ("access_token", "refresh_token"):
            token = said.get(name) if isinstance(said, dict) else None
            if isinstance(token, str) and len(token) >= 8 and token not in self.given:
                self.secrets.remember(token)
                self.given.append(token)
        while len(self.given) > _REMEMBERED:
            self.secrets.forget(self.given.popleft())


def _reason(fault: Fault) -> Reason:
    if fault.failure.endswith("-timeout"):
        return Reason.TIMEOUT
    return Reason.INCOMPLETE if fault.failure in _CUT else Reason.UNREACHABLE


def _said(fault: Fault) -> str:
    return f"{fault.failure} ({fault.detail})" if fault.detail else fault.failure


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)
