"""Chains of redirects to where a visit ends, which of them it refuses to follow."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.model.facts import Sample
from audit.model.verdict import CannotSee, Reason
from audit.world.fault import Fault
from audit.world.redirect import follow, shown
from audit.world.world import Page
from tests.world.certificates import Authority
from tests.world.hands import LONG, hands, only, run
from tests.world.servers import Talk, asked, page, says, served

HANDS = hands(hosts={"one.example": ("127.0.0.1",), "two.example": ("127.0.0.1",), "out.example": ("10.9.8.7",)})


def moved(location: str, status: bytes = b"302 Found") -> bytes:
    return page(b"moved", b"Location: " + location.encode(), status=status)


def site(pages: Mapping[str, bytes]) -> Talk:
    """Pages by path; PORT in them stands for the port at which they are served."""

    def talk(channel: socket.socket) -> None:
        path = asked(channel).split(b" ")[1].decode().partition("?")[0]
        port = str(channel.getsockname()[1]).encode()
        channel.sendall(pages.get(path, page(status=b"404 Not Found")).replace(b"PORT", port))

    return talk


def visit(pages: Mapping[str, bytes], follow: str = "same-host", *status: int) -> Sample:
    with served(site(pages)) as port:
        url = f"http://one.example:{port}/start?token=hidden"
        return only(run(HANDS.http.visit(Page(url, follow=follow, status=status), LONG)))


@pytest.mark.parametrize("status", [b"301 X", b"302 X", b"303 X", b"307 X", b"308 X"])
def test_the_same_host_is_followed(status: bytes) -> None:
    sample = visit({"/start": moved("/a?token=hidden", status), "/a": moved("b"), "/b": page()})
    assert (sample.failure, sample.status) == (None, 200)
    assert [hop.rpartition("/")[2] for hop in sample.hops] == ["start", "a"]
    assert "hidden" not in sample.model_dump_json()


@pytest.mark.parametrize(
    ("location", "follow", "failure", "detail"),
    [
        ("http://two.example:PORT/", "same-host", "redirect-policy", "another host"),
        ("//two.example:PORT/", "same-host", "redirect-policy", "another host"),
        ("http://169.254.169.254/latest/meta-data/", "same-host", "redirect-policy", "another host"),
        ("http://name:hidden@one.example:PORT/", "any", "redirect-policy", "user name"),
        ("ftp://one.example/", "any", "redirect-policy", "scheme"),
        ("file:///etc/passwd", "any", "redirect-policy", "scheme"),
        ("javascript:alert(1)", "any", "redirect-policy", ""),
        ("http://[::1", "any", "redirect-policy", "no URL"),
        ("http://one.example:PORT/start?token=hidden", "same-host", "redirect-loop", "back to"),
        ("/start?token=hidden#other", "same-host", "redirect-loop", "back to"),
        ("http://0x7f.0.0.1:PORT/", "any", "dns-nxdomain", "0x7f"),
        ("http://2130706433:PORT/", "any", "dns-nxdomain", "2130706433"),
    ],
)
def test_what_is_refused(location: str, follow: str, failure: str, detail: str) -> None:
    sample = visit({"/start": moved(location)}, follow)
    assert sample.failure == failure
    assert detail in sample.detail
    assert "hidden" not in sample.model_dump_json()


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "http://out.example/",
        "http://0.0.0.0:PORT/",
    ],
)
def test_no_redirect_leads_out_of_what_is_allowed(location: str) -> None:
    with pytest.raises(CannotSee) as seen:
        visit({"/start": moved(location)}, "any")
    assert seen.value.reason == Reason.DENIED
    assert "allow" in str(seen.value)


def test_another_host_is_followed_where_the_estate_says_so() -> None:
    sample = visit({"/start": moved("http://two.example:PORT/b"), "/b": page()}, "any")
    assert (sample.failure, sample.status) == (None, 200)


def test_a_redirect_that_is_the_answer() -> None:
    assert visit({"/start": moved("/a")}, "same-host", 302).failure is None
    assert visit({"/start": moved("/a")}, "none").failure == "bad-status"
    assert visit({"/start": page(status=b"302 Found")}).failure == "bad-status"


def test_five_redirects_and_no_more() -> None:
    chain = {f"/{number}": moved(f"/{number + 1}") for number in range(9)}
    five = {"/start": moved("/6"), **chain, "/9": moved("/10"), "/10": page()}
    assert (visit(five).failure, len(visit(five).hops)) == (None, 5)
    six = visit({"/start": moved("/5"), **chain, "/9": moved("/10"), "/10": page()})
    assert (six.failure, six.detail) == ("redirect-loop", "more than 5 redirects")


def test_never_from_https_to_http(tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    with (
        served(says(page())) as clear,
        served(says(moved(f"http://one.example:{clear}/")), tls=authority.server("one.example")) as secure,
    ):
        state = run(
            HANDS.http.visit(Page(f"https://one.example:{secure}/", authority=authority.file, follow="any"), LONG)
        )
    assert only(state).failure == "redirect-policy"
    assert only(state).detail.startswith("a redirect from https")


def test_from_http_to_https(tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    with (
        served(says(page()), tls=authority.server("one.example")) as secure,
        served(says(moved(f"https://one.example:{secure}/"))) as clear,
    ):
        state = run(HANDS.http.visit(Page(f"http://one.example:{clear}/", authority=authority.file), LONG))
    assert (only(state).failure, only(state).tls) == (None, "TLSv1.3")


@given(st.one_of(st.text(), st.text("http://[]@:%?#.\\a1\u0660\u3002\u00df", max_size=40)))
@settings(max_examples=150, deadline=None)
def test_no_location_is_more_than_a_server_can_say(location: str) -> None:
    start = httpx.URL("https://one.example/start")
    with suppress(Fault, CannotSee):
        following = follow(Page("https://one.example/start", follow="any"), start, location)
        assert following.scheme == "https"
        assert len(shown(following)) <= 200
        run(HANDS.guard.find(following.host))
