"""A page with what must come back to what a fresh visit shows at every address of its host, or to the page itself."""

from __future__ import annotations

import hashlib
import re
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from types import MappingProxyType
from typing import Final

import anyio
import httpx

from audit.model.address import literal
from audit.model.facts import ServiceState
from audit.world.body import Gathering, holds
from audit.world.draft import Draft
from audit.world.every import every_address
from audit.world.fault import Fault
from audit.world.guard import Found, Guard, silent
from audit.world.prober.engine import Engine
from audit.world.prober.errand import OWN, Errand, Errands
from audit.world.prober.flight import Flight
from audit.world.prober.head import Head
from audit.world.prober.reply import Reply
from audit.world.reader import Reader
from audit.world.redirect import HOPS, follow, leads_to, shown, target_of
from audit.world.secrets import Secrets
from audit.world.stock import Stock
from audit.world.tls import shake_hands
from audit.world.transport import FreshTransport
from audit.world.trust import Trust
from audit.world.world import Answer, Clock, Page

_LONGEST: Final = 200
"""Letters of a header that are kept."""
_HALF: Final = timedelta(seconds=0.5)
_DATE: Final = re.compile(r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT")
_MONTHS: Final = MappingProxyType(
    {name: number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
)


@dataclass(frozen=True, slots=True)
class HttpHand:
    """Visits by GET or HEAD alone; redirects are followed here, where each hop can be checked."""

    guard: Guard
    trust: Trust
    clock: Clock
    engine: Engine = field(default_factory=Engine)
    errands: Errands = field(default_factory=Errands)
    stock: Stock | None = None
    """For pages that need a proxy, HTTP/2 or a token."""
    secrets: Secrets | None = None
    """For pages that are read with a credential."""
    given: deque[str] = field(default_factory=deque)
    """Tokens that services gave when such pages were read, which no text may hold."""

    async def visit(self, page: Page, timeout: timedelta) -> ServiceState:
        errand = self.errands.of(page)
        if page.transport == "httpx" and self.stock is not None:
            return await self.stock.see(page, errand, timeout, partial(self._visit, page))
        if page.verify and errand.secure:
            self.trust.trusting(page.authority)
        host = page.address or errand.host
        if errand.found is None and _fixed(host) and timeout > timedelta(0):
            errand.found = await self._find(host, page.family)
        return await every_address(
            self.guard,
            host,
            page.family,
            timeout,
            partial(self._visit, page, errand),
            limits=page.limits,
            found=errand.found,
            punctual=True,
        )

    async def read(self, page: Page, timeout: timedelta) -> Answer:
        reader = Reader(self.guard, self.trust, self.engine, self.secrets, self._offset, self.given)
        return await reader.read(page, timeout)

    def transport(self, authority: str | None = None) -> FreshTransport:
        return FreshTransport(self.guard, self.trust, authority, self.engine)

    async def _find(self, host: str, family: int | None) -> Found | None:
        try:
            return await self.guard.find(host, family)
        except Fault:
            return None

    async def _visit(self, page: Page, errand: Errand, draft: Draft) -> None:
        seen: set[httpx.URL] = set()
        while True:
            heed = partial(self._heed, page, draft)
            said = Reply(page.method, page.largest, heed)
            if page.transport == "httpx" and self.stock is not None:
                said = await self.stock.ask(page, errand, draft, heed)
            elif errand.secure:
                context = self.trust.trusting(page.authority) if page.verify else self.trust.blind()
                flight = Flight(draft, errand.port, errand.request, said, context, errand.name)
                await shake_hands(self.engine, flight, self.trust)
            else:
                await self.engine.fly(Flight(draft, errand.port, errand.request, said))
            head = said.head
            target = target_of(page, head) if head is not None else None
            if head is None or target is None:
                if head is not None and 300 <= head.status <= 399:
                    draft.location = leads_to(httpx.URL(errand.url), head)
                self._judge(page, said, draft)
                return
            url = httpx.URL(errand.url)
            seen.add(url)
            draft.hops = (*draft.hops, shown(url))
            draft.location = leads_to(url, head)
            following = follow(page, url, target)
            if following in seen:
                raise Fault("redirect-loop", f"back to {shown(following)}")
            if len(draft.hops) > HOPS:
                raise Fault("redirect-loop", f"more than {HOPS} redirects")
            headers = errand.headers
            if following.host != url.host:
                draft.address, headers = await self._elsewhere(following.host, page, draft), OWN
            errand = Errand(following, page.method, headers)

    async def _elsewhere(self, host: str, page: Page, draft: Draft) -> str:
        """The address of another host to which a redirect leads."""
        until = draft.enter("dns")
        draft.blind = silent(host)
        with anyio.fail_after(until - time.monotonic()):
            found = await self.guard.find(host, page.family)
        draft.blind = None
        if found.kept_out:
            raise found.kept_out[0]
        return found.addresses[0]

    def _heed(self, page: Page, draft: Draft, head: Head) -> Gathering | None:
        """Where the body goes, if it is wanted; Fault where the status is wrong."""
        draft.status = status = head.status
        if draft.clock_offset is None and head.get(b"age") is None:
            draft.clock_offset = self._offset(head.get(b"date") or "")
        if target_of(page, head) is not None:
            return None
        draft.kind = (head.get(b"content-type") or "").partition(";")[0].strip().lower()[:_LONGEST]
        if page.note:
            noted = ((name, head.get(name.encode("ascii", "replace"))) for name in page.note)
            draft.headers = {name: text[:_LONGEST] for name, text in noted if text is not None}
        if status not in page.status and (page.status or not 200 <= status <= 299):
            raise Fault("bad-status", f"{status} {head.reason.decode('ascii', 'replace')}".strip())
        encoding = head.get(b"content-encoding") if page.method == "GET" else None
        return Gathering(encoding or "", page.largest)

    def _judge(self, page: Page, said: Reply, draft: Draft) -> None:
        body = said.body
        draft.size = len(body)
        if page.digest:
            draft.sha256 = hashlib.sha256(body).hexdigest()
        kind = (said.head.get(b"content-type") if said.head is not None else None) or ""
        if page.contains is not None and not holds(body, kind, page.contains):
            raise Fault("assertion", f"the page does not hold {page.contains!r}")
        if page.lacks is not None and holds(body, kind, page.lacks):
            raise Fault("assertion", f"the page holds {page.lacks!r}")

    def _offset(self, date: str) -> timedelta | None:
        """The server's clock minus ours; a date without an offset, or none, tells nothing."""
        try:
            there = _instant(date)
            # A date has whole seconds; the middle of its second is the best guess.
            return there + _HALF - self.clock.now() if there is not None else None
        except (ValueError, TypeError, IndexError, OverflowError):
            return None


def _instant(date: str) -> datetime | None:
    usual = _DATE.fullmatch(date)
    if usual is not None and usual[2] in _MONTHS:
        day, month, year, hour, minute, second = usual.groups()
        return datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    there = parsedate_to_datetime(date[:64])
    return there if there.tzinfo is not None else None


def _fixed(host: str) -> bool:
    try:
        return literal(host) is not None
    except ValueError:
        return False
