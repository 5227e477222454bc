"""A server that answers as told in, what came of the one request out."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from pathlib import Path

import pytest

from audit.model.authorization import Order
from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.build import real_world
from audit.world.secrets import Secrets
from audit.world.switching.asker import Asker, Way

WORD = "planted-asker-word"


@contextmanager
def answering(status: int, body: bytes, heard: list[tuple[str, str, str, str]], to: str = "") -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("content-length", "0"))
            text = self.rfile.read(size).decode()
            heard.append(("POST", self.path, text, self.headers.get("authorization", "")))
            self.send_response(status)
            if to:
                self.send_header("location", to)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            heard.append(("GET", self.path, "", ""))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the word of the library
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/switchover"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked(url: str, way: Way | None = None, network: str = "127.0.0.0/8") -> str:
    async def work() -> str:
        world = real_world(allow=(ip_network(network),), root=Path())
        asker = Asker(world.http, world.redis, Secrets(Path()))
        order = Order(request="POST", address=url, content='{"leader": "node1", "candidate": "node2"}')
        return await asker.ask(order, way or Way(), timedelta(seconds=5))

    return asyncio.run(work())


def test_it_is_sent_once_letter_by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKER", WORD)
    heard: list[tuple[str, str, str, str]] = []
    with answering(200, b"Successfully\n switched over", heard) as url:
        assert asked(url, Way("haechi", Secret("env", "ASKER"))) == "Successfully switched over"
    basic = "Basic " + base64.b64encode(f"haechi:{WORD}".encode()).decode()
    assert heard == [("POST", "/switchover", '{"leader": "node1", "candidate": "node2"}', basic)]


@pytest.mark.parametrize(
    ("status", "reason"), [(412, Reason.INCOMPLETE), (503, Reason.INCOMPLETE), (401, Reason.DENIED)]
)
def test_a_refusal(monkeypatch: pytest.MonkeyPatch, status: int, reason: Reason) -> None:
    monkeypatch.setenv("ASKER", WORD)
    heard: list[tuple[str, str, str, str]] = []
    with (
        answering(status, f"no candidate; you said {WORD}".encode(), heard) as url,
        pytest.raises(CannotSee) as gap,
    ):
        asked(url, Way("haechi", Secret("env", "ASKER")))
    assert gap.value.reason is reason
    assert f"{status} no candidate" in str(gap.value)
    assert WORD not in str(gap.value)
    assert len(heard) == 1


def test_no_redirect_is_followed() -> None:
    heard: list[tuple[str, str, str, str]] = []
    with answering(307, b"", heard, to="/elsewhere") as url, pytest.raises(CannotSee):
        asked(url)
    assert [path for _, path, _, _ in heard] == ["/switchover"]


def test_only_addresses_that_the_estate_allows() -> None:
    heard: list[tuple[str, str, str, str]] = []
    with answering(200, b"", heard) as url, pytest.raises(CannotSee):
        asked(url, network="10.0.0.0/8")
    assert heard == []
