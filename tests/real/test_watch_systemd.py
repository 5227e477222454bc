"""A watch that systemd began in, what it tells of itself out."""

from __future__ import annotations

import signal
import socket
import threading
from pathlib import Path

import pytest

from audit.model.exit import Exit
from tests.watching.served import PATIENCE, Place, wait_until, watching

pytestmark = [pytest.mark.real, pytest.mark.waiting]


def test_systemd_is_told(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        listener.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        monkeypatch.setenv("WATCHDOG_USEC", "1000000")
        heard: list[str] = []

        def hear() -> None:
            # All the time, as systemd does: what comes to a queue that is full is lost.
            while not heard or "STOPPING=1" not in heard[-1]:
                heard.append(listener.recv(4096).decode())

        systemd = threading.Thread(target=hear, daemon=True)
        systemd.start()
        with watching(place.estate, place.store, place.said) as watch:
            wait_until(
                lambda: {"READY=1", "WATCHDOG=1"} <= {line for said in heard for line in said.split("\n")}, "signs"
            )
            watch.stored(1)
            watch.send(signal.SIGTERM)
            assert watch.ended() == Exit.READY
            systemd.join(PATIENCE)
    assert "STOPPING=1" in heard[-1]
