"""Token servers that give, refuse, lie or keep silent, to what is sent to the page."""

from __future__ import annotations

import base64
import contextlib
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee
from audit.world.secrets import Secrets
from audit.world.stock import Stock
from audit.world.trust import Trust
from audit.world.world import Page, Token
from tests.world.hands import LONG, SOON, hands, only, run
from tests.world.servers import Talk, asked, closed_port, page, served, silent
from tests.world.stocked import HOSTS, visit


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Secret:
    monkeypatch.setenv("HAECHI_CLIENT", "planted client")
    return Secret("env", "HAECHI_CLIENT")


def giving(requests: list[bytes], body: bytes = b'{"access_token":"planted-token","token_type":"Bearer"}') -> Talk:
    def talk(channel: socket.socket) -> None:
        head = asked(channel)
        requests.append(head)
        channel.sendall(page(body))

    return talk


def test_a_token_for_the_page_and_for_nobody_else(tmp_path: Path, secret: Secret) -> None:
    tokens: list[bytes] = []
    pages: list[bytes] = []

    def talk(channel: socket.socket) -> None:
        head = asked(channel)
        pages.append(head)
        away = b"/old" in head
        where = b"Location: http://b.example:%d/" % channel.getsockname()[1]
        channel.sendall(page(b"", where, status=b"302 Found") if away else page())

    with served(giving(tokens)) as issuer, served(talk) as port:
        token = Token(f"http://a.example:{issuer}/token", "client id", secret, "read all")
        sample = only(visit(tmp_path, f"http://a.example:{port}/old", token=token, follow="any"))
        assert sample.failure is None
    head, _, form = tokens[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /token HTTP/1.1")
    assert b"Basic " + base64.b64encode(b"client+id:planted+client") in head
    assert form in (b"", b"grant_type=client_credentials&scope=read+all")
    assert b"Authorization: Bearer planted-token" in pages[0]
    assert b"planted-token" not in pages[1]


def test_no_text_holds_a_token_and_only_the_newest_are_remembered(tmp_path: Path, secret: Secret) -> None:
    own, secrets = hands(hosts=HOSTS), Secrets(tmp_path)
    hand = Stock(own.guard, Trust(tmp_path), Trust(tmp_path), secrets)
    bodies = iter(b'{"access_token":"planted%d","token_type":"bearer"}' % number for number in range(260))

    def talk(channel: socket.socket) -> None:
        asked(channel)
        channel.sendall(page(next(bodies)))

    async def visits(token: Token) -> None:
        http = replace(own.http, stock=hand)
        for _ in range(258):
            with contextlib.suppress(CannotSee):
                await http.visit(Page("http://10.0.0.1/", transport="httpx", token=token), LONG)

    with served(talk) as issuer:
        run(visits(Token(f"http://a.example:{issuer}/", "c", secret)))
    assert secrets.redact("planted0 planted1 planted2 planted257") == "planted0 planted1 [hidden] [hidden]"


@pytest.mark.parametrize(
    ("body", "says_why"),
    [(b"nothing", "no JSON"), (b"[" * 50_000, "no JSON"), (b'{"access_token":"a\\r\\nX-B: c"}', "no access_token"),
     (b'{"access_token":"planted-token"}', "not bearer"), (b"[]", "no access_token"), (b"x" * 100_000, "no JSON")],
)  # fmt: skip
def test_without_a_token_nothing_is_asked_for(tmp_path: Path, secret: Secret, body: bytes, says_why: str) -> None:
    asks: list[bytes] = []
    with served(giving([], body)) as issuer, served(giving(asks)) as port:
        token = Token(f"http://a.example:{issuer}/", "client", secret)
        with pytest.raises(CannotSee) as seen:
            visit(tmp_path, f"http://a.example:{port}/", token=token)
    assert says_why in str(seen.value)
    assert "planted" not in str(seen.value)
    assert asks == []


def test_a_token_server_that_is_silent_refused_or_not_allowed(tmp_path: Path, secret: Secret) -> None:
    with served(silent) as issuer, pytest.raises(CannotSee, match="in time"):
        visit(tmp_path, "http://a.example/", token=Token(f"http://a.example:{issuer}/", "c", secret), timeout=SOON)
    with pytest.raises(CannotSee, match="Connection refused"):
        visit(tmp_path, "http://a.example/", token=Token(f"http://a.example:{closed_port()}/", "c", secret))
    with pytest.raises(CannotSee, match="outside"):
        visit(tmp_path, "http://a.example/", token=Token("http://10.0.0.1/", "c", secret))
