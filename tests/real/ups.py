"""The programs of NUT become a server with made-up devices, on loopback, for as long as needed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.real.children import PATIENCE, free_port, tied, wait_until
from tests.real.daemons import end

GOOD = """
device.mfr: Example
device.model: Online 5000
battery.charge: 98
battery.runtime: 2640
battery.date: 2024/03/01
battery.temperature: 25.5
ups.load: 41
ups.status: OL CHRG
ups.test.result: Done and passed
ups.test.date: 11/02/2025
"""
AGED = GOOD.replace("2024/03/01", "2014/08/01").replace("OL CHRG", "OL RB") + "ups.alarm: Replace battery!\n"
_DEVICES = {"good": GOOD, "aged": AGED, "frozen": GOOD}


@dataclass
class Upsd:
    """A NUT server with its drivers: good, aged, frozen."""

    folder: Path
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def stop_driver(self, name: str) -> None:
        """Take a driver away from under the server, as a crash would."""
        self.processes[name].kill()
        self.processes[name].wait(PATIENCE)

    def hold_driver(self, name: str) -> None:
        """Let a driver hang: it stays connected, and says nothing any more."""
        self.processes[name].send_signal(signal.SIGSTOP)

    def heed(self, age: int) -> None:
        """For how many seconds the server takes the last word of a driver for good, written into its settings."""
        (self.folder / "upsd.conf").write_text(f"LISTEN 127.0.0.1 {self.port}\nMAXAGE {age}\n")

    def wait_for_staleness(self, name: str) -> None:
        """Until the server gives nothing of a device any more."""
        self.heed(5)
        self.processes["upsd"].send_signal(signal.SIGHUP)
        wait_until(lambda: "DATA-STALE" in self.ask(f"GET VAR {name} ups.status"), f"staleness of {name}")

    def ask(self, line: str) -> str:
        """One line to the server, its answer back."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            connection.sendall(line.encode() + b"\n")
            return connection.makefile().readline()


@contextmanager
def started_upsd(daemon: Path, driver: Path) -> Iterator[Upsd]:
    """Start the drivers, then the server; end all of them."""
    folder = Path(tempfile.mkdtemp(prefix="haechi-nut-"))
    upsd = Upsd(folder)
    try:
        (folder / "ups.conf").write_text(
            "".join(
                f"[{name}]\ndriver = dummy-ups\nport = {folder}/{name}.dev\nmode = dummy-once\npollinterval = 1\n"
                for name in _DEVICES
            )
        )
        # On a busy machine a driver that is well is silent for some seconds now and then.
        upsd.heed(120)
        (folder / "upsd.users").write_text("")
        (folder / "nut.conf").write_text("MODE=netserver\n")
        for name, content in _DEVICES.items():
            (folder / f"{name}.dev").write_text(content)
        if os.getuid() == 0:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, "nut", "nut")
        for name in _DEVICES:
            upsd.processes[name] = _child(folder, [str(driver), "-a", name, "-F"])
            wait_until((folder / f"dummy-ups-{name}").exists, f"the driver of {name}")
        upsd.processes["upsd"] = _child(folder, [str(daemon), "-F"])
        wait_until(lambda: _answers(upsd), "upsd")
        yield upsd
    finally:
        for process in upsd.processes.values():
            end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _child(folder: Path, words: list[str]) -> subprocess.Popen[bytes]:
    places = {name: str(folder) for name in ("NUT_CONFPATH", "NUT_STATEPATH", "NUT_ALTPIDPATH")}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            # One that was stopped heeds nothing else.
            [*tied("nut", "KILL"), *words],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **places},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _answers(upsd: Upsd) -> bool:
    if upsd.processes["upsd"].poll() is not None:
        raise RuntimeError((upsd.folder / "log").read_text("utf-8", "replace")[-2000:])
    try:
        answers = [upsd.ask(f"GET VAR {name} ups.status") for name in _DEVICES]
    except OSError:
        return False
    return all(answer.startswith("VAR ") and "WAIT" not in answer for answer in answers)
