"""The servers of the demo in, what real clients see of them out."""

import json
import os
import select
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from audit.demo import authority, power, web
from audit.demo.servers import SITES, bound
from audit.demo.stage import HOSTS

COMMAND = (sys.executable, "-P", "-m", "audit.demo.servers")


@dataclass
class Servers:
    ports: Mapping[str, int]
    folder: Path


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    authority.make(folder, HOSTS, datetime.now(UTC))
    return folder


@pytest.fixture(scope="module")
def servers(keys: Path) -> Iterator[Servers]:
    with subprocess.Popen((*COMMAND, str(keys)), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdin
        try:
            yield Servers(json.loads(child.stdout.readline()), keys)
            child.stdin.close()
            assert child.wait(60) == 0
        finally:
            child.kill()


def visit(servers: Servers, host: str, address: str = SITES[0], timeout: float = 30) -> bytes:
    trusting = ssl.create_default_context(cafile=servers.folder / "ca.pem")
    with (
        socket.create_connection((address, servers.ports["https"]), timeout) as raw,
        trusting.wrap_socket(raw, server_hostname=host) as connection,
    ):
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}:{servers.ports['https']}\r\n\r\n".encode())
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("address", SITES)
def test_a_page_at_every_site(servers: Servers, address: str) -> None:
    answer = visit(servers, "loans.kosme.example", address)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert "정상".encode() in answer


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [("expired", "expired"), ("other", "Hostname mismatch"), ("stranger", "self-signed"), ("ending", "")],
)
def test_certificates(servers: Servers, kind: str, trouble: str) -> None:
    host = next(host for host, manner in web.MANNERS.items() if manner.certificate == kind)
    if not trouble:
        assert b"200 OK" in visit(servers, host)
        return
    with pytest.raises(ssl.SSLCertVerificationError, match=trouble):
        visit(servers, host)


@pytest.mark.parametrize(
    ("page", "sign"),
    [
        ("maintenance", "점검".encode()),
        ("error", b"HTTP/1.1 503"),
        ("leaves", b"Location: http://169.254.169.254/"),
        ("circle", b"Location: https://news.winwin.example:"),
        ("bomb", b"Content-Encoding: gzip"),
        ("slow", b"200 OK"),
        ("cut", b"200 OK"),
    ],
)
def test_pages(servers: Servers, page: str, sign: bytes) -> None:
    host = next(host for host, manner in web.MANNERS.items() if manner.page == page)
    answer = visit(servers, host)
    assert sign in answer
    if page == "cut":
        head, _, body = answer.partition(b"\r\n\r\n")
        assert len(body) < int(head.decode().partition("Content-Length: ")[2].split()[0])


def test_the_silent_page(servers: Servers) -> None:
    with pytest.raises(TimeoutError):
        visit(servers, "review.kibo.example", timeout=0.3)


def test_the_bomb_is_small() -> None:
    assert len(web.bomb()) < 100_000


def test_names_over_both_ways(servers: Servers) -> None:
    question = dns.message.make_query("www.kibo.example", "A")
    for ask in (dns.query.udp, dns.query.tcp):
        reply = ask(question, SITES[0], port=servers.ports["names"], timeout=30)
        assert reply.flags & dns.flags.AA
        assert {record.to_text() for record in reply.answer[0]} == {SITES[0], SITES[1]}
    reply = dns.query.udp(
        dns.message.make_query("no.kibo.example", "A"), SITES[0], port=servers.ports["names"], timeout=30
    )
    assert reply.rcode() == dns.rcode.NXDOMAIN
    reply = dns.query.udp(
        dns.message.make_query("else.example", "A"), SITES[0], port=servers.ports["names"], timeout=30
    )
    assert reply.rcode() == dns.rcode.REFUSED


def test_the_silent_name_server(servers: Servers) -> None:
    with pytest.raises(dns.query.dns.exception.Timeout):  # type: ignore[attr-defined]
        dns.query.udp(dns.message.make_query("a.example", "A"), SITES[0], port=servers.ports["silent"], timeout=0.3)


def test_the_closed_port_refuses(servers: Servers) -> None:
    for address in SITES:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((address, servers.ports["closed"]), 30)


def test_power_protections(servers: Servers) -> None:
    def ask(*lines: str) -> str:
        with socket.create_connection((SITES[0], servers.ports["power"]), 30) as connection:
            connection.sendall("".join(f"{line}\n" for line in (*lines, "LOGOUT")).encode())
            return connection.makefile().read()

    assert 'VAR busan-a ups.status "OL"' in ask("LIST VAR busan-a")
    assert 'VAR daejeon-b ups.status "OL CHRG RB ALARM"' in ask("GET VAR daejeon-b ups.status")
    assert "ERR DATA-STALE" in ask("LIST VAR gwangju-c")
    assert "ERR UNKNOWN-UPS" in ask("LIST VAR nobody")
    assert ask("NONSENSE", "").count("ERR UNKNOWN-COMMAND") == 2
    assert "{" not in ask(*(f"LIST VAR {name}" for name in power.SUPPLIES))


def test_it_ends_with_the_one_that_started_it(keys: Path) -> None:
    program = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({COMMAND!r} + (sys.argv[1],), stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\nprint(child.pid, flush=True)\ntime.sleep(60)"
    )
    parent = subprocess.Popen((sys.executable, "-P", "-c", program, str(keys)), stdout=subprocess.PIPE)
    assert parent.stdout
    servers = int(parent.stdout.readline())
    watch = os.pidfd_open(servers)
    try:
        os.kill(parent.pid, signal.SIGKILL)
        parent.communicate(timeout=60)
        assert select.select([watch], [], [], 60)[0], "the servers outlived the demo"
    finally:
        os.close(watch)


def test_one_port_at_several_addresses() -> None:
    taken = bound(SITES, datagrams=True)
    try:
        assert {one.getsockname()[0] for one in taken} == set(SITES)
        assert len({one.getsockname()[1] for one in taken}) == 1
        assert len(taken) == 2 * len(SITES)
    finally:
        for one in taken:
            one.close()


def test_no_port_at_an_address_of_another_machine() -> None:
    with pytest.raises(OSError, match=r"192\.0\.2\.1"):
        bound(("192.0.2.1",))
