"""Requests of an httpx client to what comes back over the probing engine."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest

from audit.model.verdict import CannotSee, Reason
from tests.world.certificates import Authority
from tests.world.hands import hands, run
from tests.world.servers import Talk, closed_port, page, resets, says, served, silent

HANDS = hands(hosts={"portal.example": ("127.0.0.1",), "out.example": ("10.9.8.7",)})


async def get(url: str, authority: str | None = None, *, method: str = "GET", seconds: float = 10.0) -> httpx.Response:
    transport = HANDS.http.transport(authority)
    async with httpx.AsyncClient(transport=transport, timeout=seconds) as client:
        return await client.request(method, url)


def got(talk: Talk, *, method: str = "GET", seconds: float = 10.0) -> httpx.Response:
    with served(talk) as port:
        return run(get(f"http://portal.example:{port}/health", method=method, seconds=seconds))


def test_an_answer_with_what_was_measured() -> None:
    response = got(says(page(b'{"status":"UP"}', b"X-A: b")))
    assert (response.status_code, response.json(), response.headers["x-a"]) == (200, {"status": "UP"}, "b")
    sample = response.extensions["sample"]
    assert (sample.address, sample.failure, sample.size) == ("127.0.0.1", None, 15)
    assert {"connect", "send", "first-byte", "body"} <= set(sample.phases)


def test_nothing_that_could_change_something() -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        with pytest.raises(CannotSee, match=method) as denied:
            got(says(page(b"changed")), method=method)
        assert denied.value.reason is Reason.DENIED


def test_packed_and_in_chunks() -> None:
    assert got(says(page(gzip.compress(b"ready"), b"Content-Encoding: gzip"))).text == "ready"
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nready\r\n0\r\n\r\n"
    assert got(says(chunks)).text == "ready"
    assert got(says(page(b"")), method="HEAD").text == ""


def test_under_tls(tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    with served(says(page()), tls=authority.server("portal.example")) as port:
        response = run(get(f"https://portal.example:{port}/", authority.file))
        assert response.extensions["sample"].certificate.trusted
        with pytest.raises(httpx.ConnectError, match="self-signed"):
            run(get(f"https://portal.example:{port}/"))


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (silent, httpx.ReadTimeout),
        (resets, httpx.RemoteProtocolError),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), httpx.RemoteProtocolError),
    ],
)
def test_what_is_wrong_at_the_target(talk: Talk, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        got(talk, seconds=0.5 if talk is silent else 10)


def test_nobody_there() -> None:
    with pytest.raises(httpx.ConnectError):
        run(get(f"http://127.0.0.1:{closed_port()}/"))
    with pytest.raises(httpx.ConnectError):
        run(get("http://0x7f.0.0.1/"))


def test_only_where_the_estate_allows() -> None:
    with pytest.raises(CannotSee) as seen:
        run(get("http://out.example/"))
    assert seen.value.reason == Reason.DENIED


def test_a_redirect_is_not_followed_by_itself() -> None:
    assert got(says(page(b"", b"Location: http://out.example/", status=b"302 Found"))).status_code == 302
