"""A response that sends its visitor elsewhere to the URL that may be asked next."""

from __future__ import annotations

from typing import Final

import httpx

from audit.world.fault import Fault
from audit.world.prober.head import Head
from audit.world.world import Page

HOPS: Final = 5
_REDIRECTS: Final = (301, 302, 303, 307, 308)


def target_of(page: Page, head: Head) -> str | None:
    """Where a response sends its visitor, if that is not the answer that is wanted."""
    if head.status not in _REDIRECTS or page.follow == "none" or head.status in page.status:
        return None
    return head.get(b"location") or None


def follow(page: Page, url: httpx.URL, location: str) -> httpx.URL:
    """The next page; Fault where the policy of the page, or safety, forbids it."""
    try:
        following = url.join(location).copy_with(fragment=None)
        host = following.host
    except (httpx.InvalidURL, ValueError) as broken:
        raise Fault("redirect-policy", "a redirect to something that is no URL") from broken
    if following.scheme not in ("http", "https") or not host:
        raise Fault("redirect-policy", f"a redirect to the scheme {following.scheme!r}")
    if following.userinfo:
        raise Fault("redirect-policy", f"a redirect with a user name to {shown(following)}")
    if url.scheme == "https" and following.scheme == "http":
        raise Fault("redirect-policy", f"a redirect from https to {shown(following)}")
    if page.follow != "any" and host != url.host:
        raise Fault("redirect-policy", f"a redirect to another host, {shown(following)}")
    return following


def leads_to(url: httpx.URL, head: Head) -> str:
    """Where a response says that its visitor should go, for people; empty where it says nothing readable."""
    try:
        return shown(url.join(head.get(b"location") or "")) if head.get(b"location") else ""
    except (httpx.InvalidURL, ValueError):
        return ""


def shown(url: httpx.URL) -> str:
    """A URL without what may be secret in it."""
    return str(url.copy_with(query=None, fragment=None, userinfo=b""))[:200]
