"""A request for a page becomes the answer that its host gives in the demo: most are well, some have a fault."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

PAGE: Final = (
    "<!doctype html><meta charset=utf-8><title>{host}</title>"
    "<h1>{host}</h1><p>정상 서비스 중입니다 (service is up). Synthetic page of the haechi demo.</p>\n"
)
MAINTENANCE: Final = "<!doctype html><meta charset=utf-8><p>시스템 점검 중입니다 (under maintenance).</p>\n"
SLOW: Final = 1.3
"""Seconds: more than a grade 1 system may take, less than its timeout."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a host behaves: which certificate it shows, what its page does."""

    certificate: str = "good"
    page: str = "well"


MANNERS: Final[Mapping[str, Manner]] = MappingProxyType(
    {
        "pay.kosme.example": Manner("expired"),
        "forms.semas.example": Manner("ending"),
        "ledger.koreg.example": Manner("other"),
        "board.kised.example": Manner("stranger"),
        "portal.mss.example": Manner(page="slow"),
        "review.kibo.example": Manner(page="silent"),
        "market.sbdc.example": Manner(page="maintenance"),
        "reports.tipa.example": Manner(page="error"),
        "funds.kvic.example": Manner(page="leaves"),
        "archive.kosi.example": Manner(page="bomb"),
        "news.winwin.example": Manner(page="circle"),
        "grants.tipa.example": Manner(page="cut"),
    }
)


def manner(host: str) -> Manner:
    """How the named host behaves."""
    return MANNERS.get(host.partition(":")[0].lower(), Manner())


def context(folder: Path) -> ssl.SSLContext:
    """The TLS of all hosts: each shows its own certificate to whoever names it."""
    made = {path.stem: _loaded(path) for path in folder.glob("*.pem") if path.stem != "ca"}

    def choose(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, first: ssl.SSLContext) -> None:
        connection.context = made[manner(name or "").certificate]

    door = made["good"]
    door.sni_callback = choose
    return door


def _loaded(path: Path) -> ssl.SSLContext:
    one = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    one.load_cert_chain(path)
    return one


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request, then close."""
    with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError):
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        await _answer(head.decode("latin-1"), writer)
        await writer.drain()
    with suppress(OSError):
        writer.close()


async def _answer(head: str, writer: asyncio.StreamWriter) -> None:
    request, _, rest = head.partition("\r\n")
    fields = {
        name.strip().lower(): text.strip() for name, _, text in (line.partition(":") for line in rest.split("\r\n"))
    }
    host = fields.get("host", "")
    page = manner(host).page
    if page == "silent":
        await asyncio.sleep(30)
        return
    if page == "slow":
        await asyncio.sleep(SLOW)
    body = (MAINTENANCE if page == "maintenance" else PAGE.format(host=host.partition(":")[0])).encode()
    status, extra = "200 OK", ""
    if page == "error":
        status = "503 Service Unavailable"
    elif page == "leaves":
        status, extra = "302 Found", "Location: http://169.254.169.254/latest/meta-data/\r\n"
    elif page == "circle":
        status, extra = "302 Found", f"Location: https://{host}/\r\n"
    elif page == "bomb":
        body, extra = bomb(), "Content-Encoding: gzip\r\n"
    length = len(body) + (4096 if page == "cut" else 0)
    writer.write(
        f"HTTP/1.1 {status}\r\nDate: {formatdate(usegmt=True)}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {length}\r\nConnection: close\r\n{extra}\r\n".encode()
        + (b"" if request.startswith("HEAD ") else body)
    )


@cache
def bomb() -> bytes:
    """A few kilobytes of gzip that unpack to 64 MB."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(64)), packer.flush()])
