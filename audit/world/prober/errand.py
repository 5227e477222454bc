"""A page to ask for to the bytes of the request, with where they go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import h11
import httpx

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.guard import Found
from audit.world.world import Page

OWN: Final = (("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate"), ("Connection", "close"))
OURS: Final = (("User-Agent", "haechi (continuity audit)"), *OWN)
_MOST: Final = 65536
"""Pages that are remembered: about 1 KB each."""


class Errand:
    """One request, written out."""

    __slots__ = ("found", "headers", "host", "name", "port", "request", "secure", "url")

    def __init__(self, url: httpx.URL, method: str, headers: tuple[tuple[str, str], ...], body: bytes = b"") -> None:
        self.url = str(url)
        self.host = url.host
        self.secure = url.scheme == "https"
        self.port = url.port or (443 if self.secure else 80)
        name = url.raw_host.decode("ascii")
        self.name = self.host if name == self.host else name
        """For the certificate."""
        self.headers = headers
        self.request = _written(url, method, headers, body)
        self.found: Found | None = None
        """What the guard says of a host that is an address: that never changes."""


class Errands:
    """The errands of pages, each written once: to read a URL takes longer than to visit it."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Errand] = {}

    def of(self, page: Page) -> Errand:
        """CannotSee where the page cannot be asked for."""
        headers = tuple(page.headers.items()) if page.headers else ()
        key = (page.url, page.method, page.address, page.family, headers)
        errand = self._known.get(key)
        if errand is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            errand = self._known[key] = _first(page)
        return errand


def _first(page: Page) -> Errand:
    if page.method not in ("GET", "HEAD"):
        raise CannotSee(Reason.DENIED, say("a visit by {method} could change something", method=page.method))
    try:
        url = httpx.URL(page.url)
    except httpx.InvalidURL as broken:
        raise CannotSee(Reason.INCOMPLETE, say("the URL cannot be read")) from broken
    own = {name.lower() for name in page.headers}
    kept = tuple(pair for pair in OURS if pair[0].lower() not in own)
    return Errand(url, page.method, (*kept, *page.headers.items()) if own else OURS)


def _written(url: httpx.URL, method: str, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    if not any(name.lower() == "host" for name, _ in headers):
        headers = (("Host", url.netloc.decode("ascii")), *headers)
    machine = h11.Connection(h11.CLIENT)
    try:
        if body:
            headers = (*headers, ("Content-Length", str(len(body))))
        head = machine.send(h11.Request(method=method, target=url.raw_path, headers=list(headers))) or b""
        sent = (machine.send(h11.Data(data=body)) or b"") if body else b""
        return head + sent + (machine.send(h11.EndOfMessage()) or b"")
    except (h11.LocalProtocolError, UnicodeError) as broken:
        raise CannotSee(Reason.INCOMPLETE, say("the request cannot be written in HTTP")) from broken
