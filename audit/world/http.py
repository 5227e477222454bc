"""A page with what must come back to what a fresh visit shows at every address of its host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from audit.model.facts import ServiceState
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.body import holds, read_body
from audit.world.draft import Draft
from audit.world.every import every_address
from audit.world.fault import Fault
from audit.world.guard import Guard, silent
from audit.world.transport import FreshTransport, Order
from audit.world.trust import Trust
from audit.world.world import Clock, Page

HOPS: Final = 5
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_OWN: Final = (("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate"), ("Connection", "close"))
_NAME: Final = "haechi (continuity audit)"


@dataclass(frozen=True, slots=True)
class HttpHand:
    """Visits by GET or HEAD alone; redirects are followed here, where each hop can be checked."""

    guard: Guard
    trust: Trust
    clock: Clock
    transport: httpx.AsyncBaseTransport = field(default_factory=FreshTransport)

    async def visit(self, page: Page, timeout: timedelta) -> ServiceState:
        if page.method not in ("GET", "HEAD"):
            raise CannotSee(Reason.DENIED, say("a visit by {method} could change something", method=page.method))
        try:
            url = httpx.URL(page.url)
        except httpx.InvalidURL as broken:
            raise CannotSee(Reason.INCOMPLETE, say("the URL cannot be read")) from broken
        if page.verify and url.scheme == "https":
            self.trust.trusting(page.authority)

        async def attempt(draft: Draft) -> None:
            await self._visit(page, url, draft)

        return await every_address(self.guard, page.address or url.host, page.family, timeout, attempt)

    async def _visit(self, page: Page, url: httpx.URL, draft: Draft) -> None:
        seen = {url}
        own = _headers(page)
        while True:
            response = await self._ask(page, url, own, draft)
            try:
                target = _target(page, response)
                if target is None:
                    await self._judge(page, response, draft)
                    return
            finally:
                await response.aclose()
            draft.hops = (*draft.hops, _shown(url))
            following = _follow(page, url, target)
            if following in seen:
                raise Fault("redirect-loop", f"back to {_shown(following)}")
            if len(draft.hops) > HOPS:
                raise Fault("redirect-loop", f"more than {HOPS} redirects")
            seen.add(following)
            if following.host != url.host:
                draft.enter("dns")
                draft.blind = silent(following.host)
                found = await self.guard.find(following.host, page.family)
                draft.blind = None
                if found.kept_out:
                    raise found.kept_out[0]
                draft.address, own = found.addresses[0], _OWN
            url = following

    async def _ask(
        self, page: Page, url: httpx.URL, headers: Sequence[tuple[str, str]], draft: Draft
    ) -> httpx.Response:
        order = Order(draft, self.trust, page.authority, page.verify, page.largest)
        request = httpx.Request(page.method, url, headers=list(headers), extensions={"order": order})
        response = await self.transport.handle_async_request(request)
        draft.status = response.status_code
        if draft.clock_offset is None and "age" not in response.headers:
            draft.clock_offset = self._offset(response.headers.get("date", ""))
        return response

    async def _judge(self, page: Page, response: httpx.Response, draft: Draft) -> None:
        status = response.status_code
        if status not in page.status and (page.status or not 200 <= status <= 299):
            reason = response.extensions.get("reason_phrase", b"").decode("ascii", "replace")
            raise Fault("bad-status", f"{status} {reason}".strip())
        stream = response.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            raise Fault("protocol", "a response without a body to read")
        encoding = response.headers.get("content-encoding", "") if page.method == "GET" else ""
        body = await read_body(aiter(stream), encoding, page.largest)
        draft.size = len(body)
        kind = response.headers.get("content-type", "")
        if page.contains is not None and not holds(body, kind, page.contains):
            raise Fault("assertion", f"the page does not hold {page.contains!r}")
        if page.lacks is not None and holds(body, kind, page.lacks):
            raise Fault("assertion", f"the page holds {page.lacks!r}")

    def _offset(self, date: str) -> timedelta | None:
        """The server's clock minus ours; a date without an offset, or none, tells nothing."""
        try:
            there = parsedate_to_datetime(date[:64])
            # A date has whole seconds; the middle of its second is the best guess.
            return there + timedelta(seconds=0.5) - self.clock.now() if there.tzinfo is not None else None
        except (ValueError, TypeError, IndexError, OverflowError):
            return None


def _headers(page: Page) -> Sequence[tuple[str, str]]:
    own = {name.lower() for name in page.headers}
    first = () if "user-agent" in own else (("User-Agent", _NAME),)
    return (*first, *(pair for pair in _OWN if pair[0].lower() not in own), *page.headers.items())


def _target(page: Page, response: httpx.Response) -> str | None:
    """Where a response sends its visitor, if that is not the answer that is wanted."""
    if page.follow == "none" or response.status_code not in _REDIRECTS or response.status_code in page.status:
        return None
    location = response.headers.get("location")
    return location if isinstance(location, str) and location else None


def _follow(page: Page, url: httpx.URL, location: str) -> httpx.URL:
    """The next page; Fault where the policy of the page, or safety, forbids it."""
    try:
        following = url.join(location).copy_with(fragment=None)
        host = following.host
    except (httpx.InvalidURL, ValueError) as broken:
        raise Fault("redirect-policy", "a redirect to something that is no URL") from broken
    if following.scheme not in ("http", "https") or not host:
        raise Fault("redirect-policy", f"a redirect to the scheme {following.scheme!r}")
    if following.userinfo:
        raise Fault("redirect-policy", f"a redirect with a user name to {_shown(following)}")
    if url.scheme == "https" and following.scheme == "http":
        raise Fault("redirect-policy", f"a redirect from https to {_shown(following)}")
    if page.follow != "any" and host != url.host:
        raise Fault("redirect-policy", f"a redirect to another host, {_shown(following)}")
    return following


def _shown(url: httpx.URL) -> str:
    """A URL without what may be secret in it."""
    return str(url.copy_with(query=None, fragment=None, userinfo=b""))[:200]
