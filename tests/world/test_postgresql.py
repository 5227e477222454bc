"""Connection strings, without a server of their kind: what is refused, what is silent, where nobody connects to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import anyio
import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.guard import Guard
from audit.world.postgresql import PostgresqlHand
from audit.world.resolver import Resolver
from audit.world.secrets import Secrets
from tests.world.servers import closed_port

LOOPBACK = Guard((ip_network("127.0.0.0/8"),), Resolver({"db.example": ("127.0.0.1",), "away.example": ("10.1.1.1",)}))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        yield server


def refusal(tmp_path: Path, dsn: str, seconds: float = 30) -> CannotSee:
    (tmp_path / "dsn").write_text(dsn)
    (tmp_path / "dsn").chmod(0o600)
    hand = PostgresqlHand(Secrets(tmp_path), LOOPBACK)
    with pytest.raises(CannotSee) as gap:
        anyio.run(hand.rows, Secret("file", "dsn"), ("SELECT 1",), timedelta(seconds=seconds))
    assert "planted" not in str(gap.value)
    return gap.value


def connected(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


def test_nobody_listens(tmp_path: Path) -> None:
    gap = refusal(tmp_path, f"postgresql://audit:planted@127.0.0.1:{closed_port()}/x")
    assert gap.reason is Reason.UNREACHABLE


def test_a_silent_server(tmp_path: Path, listener: socket.socket) -> None:
    gap = refusal(tmp_path, f"host=db.example port={listener.getsockname()[1]} password=planted", seconds=0.5)
    assert gap.reason is Reason.TIMEOUT
    assert "within 500ms" in str(gap)  # ours: that of the driver is two seconds at least
    assert connected(listener)


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"E\x00\x00\x00\x08nono", b"R\xff\xff\xff\xff", b""]
)
def test_a_server_of_another_kind(tmp_path: Path, listener: socket.socket, answer: bytes) -> None:
    listener.settimeout(30)

    def serve() -> None:
        peer = listener.accept()[0]
        peer.recv(4096)
        peer.sendall(answer)
        peer.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    gap = refusal(tmp_path, f"host=127.0.0.1 port={listener.getsockname()[1]} password=planted sslmode=disable")
    assert gap.reason in (Reason.UNREACHABLE, Reason.INCOMPLETE)
    thread.join(30)


@pytest.mark.parametrize(
    "dsn",
    [
        "host=away.example password=planted",
        "host=10.9.9.9",
        "host=db.example hostaddr=10.9.9.9",
        "host=db.example,away.example",
        "host=169.254.169.254",
        "postgresql://audit:planted@127.0.0.1,10.9.9.9/x",
        "service=planted",
        "host=127.0.0.1 replication=database",
        "nonsense planted",
        "host=127.0.0.1 nosuch=planted",
    ],
)
def test_what_leads_out_of_allow_or_is_no_connection_string(tmp_path: Path, dsn: str) -> None:
    assert refusal(tmp_path, dsn).reason is Reason.DENIED


def test_an_unknown_name(tmp_path: Path) -> None:
    assert refusal(tmp_path, "host=gone.example").reason in (Reason.UNREACHABLE, Reason.DENIED)


def test_the_environment_leads_nowhere(
    tmp_path: Path, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = str(listener.getsockname()[1])
    for name, value in (("PGHOST", "127.0.0.1"), ("PGHOSTADDR", "127.0.0.1"), ("PGPORT", port)):
        monkeypatch.setenv(name, value)
    refusal(tmp_path, "dbname=x password=planted", seconds=1)
    refusal(tmp_path, "host=/nowhere password=planted", seconds=1)
    assert not connected(listener)


def test_a_secret_that_is_not_there(tmp_path: Path) -> None:
    hand = PostgresqlHand(Secrets(tmp_path), LOOPBACK)
    with pytest.raises(CannotSee) as gap:
        anyio.run(hand.rows, Secret("env", "NO_SUCH_DSN"), (), timedelta(seconds=1))
    assert gap.value.reason is Reason.DENIED
