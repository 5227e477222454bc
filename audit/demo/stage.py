"""An empty folder becomes the demo's estate with its servers running; they end when the stage is left."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from select import select
from typing import Final
from zoneinfo import ZoneInfo

from audit.demo import authority, copies, estate
from audit.demo.servers import SITES
from audit.demo.signatures import signatures
from audit.model.exit import Exit, Stop
from audit.model.message import say

HOSTS: Final = tuple(
    f"*.{name}.example" for name in "mss kosme semas kibo koreg tipa kised sbdc kvic winwin kosi".split()
)
WAIT: Final = 20.0
"""Seconds in which the servers must have come up, on a machine with much else to do."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands while the demo runs."""

    estate: Path
    restic: bool
    """Whether there is a repository, which takes the restic program."""
    signed: bool
    """Whether the evidence is signed, which takes ssh-keygen."""
    ports: Mapping[str, int]
    """Where the servers listen, by the names that `audit.demo.estate.PORTS` gives them."""


@contextmanager
def stage(folder: Path, now: datetime) -> Iterator[Stage]:
    """Set everything up below `folder`, hand it out, take the servers away again however it is left."""
    keys, inventory = folder / "servers", folder / "estate"
    keys.mkdir(mode=0o700)
    authority.make(keys, HOSTS, now)
    # -P: nothing in the folder from which the demo was started may take the place of our own modules.
    with (keys / "log").open("wb") as log:
        servers = subprocess.Popen(
            (sys.executable, "-P", "-m", "audit.demo.servers", str(keys)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    try:
        ports = _ports(servers, keys / "log")
        _reached(SITES, ports["http"])
        today = now.astimezone(ZoneInfo("Asia/Seoul")).date()
        estate.write(inventory, today, ports)
        (inventory / "ca.pem").write_bytes((keys / "ca.pem").read_bytes())
        for copy in estate.copy_folders(inventory):
            copies.dumps(copy, now)
        copies.secrets(inventory, ports["closed"])
        (inventory / "scratch").mkdir(mode=0o700)
        yield Stage(inventory, copies.repository(inventory, now), signatures(inventory, keys), ports)
    finally:
        servers.kill()
        servers.communicate()


def _ports(servers: subprocess.Popen[bytes], log: Path) -> dict[str, int]:
    """The ports that the servers were given; they come in one line when all of them listen."""
    line = b""
    if servers.stdout is not None and select((servers.stdout,), (), (), WAIT)[0]:
        line = servers.stdout.readline()
    with suppress(ValueError):
        return {str(name): int(port) for name, port in json.loads(line).items()}
    said = log.read_text("utf-8", "replace").splitlines()
    raise Stop(Exit.INTERNAL, say("the demo's servers did not start"), *said[-1:])


def _reached(addresses: Sequence[str], port: int) -> None:
    """Nothing could be shown where this machine cannot reach itself, as in a container without a loopback device."""
    for address in addresses:
        try:
            socket.create_connection((address, port), timeout=5).close()
        except OSError as broken:
            says = say(
                "the demo needs the loopback address {address}: {why}; `ip link set lo up` may help",
                address=address,
                why=broken.strerror or broken,
            )
            raise Stop(Exit.FAILED, says) from broken


def now() -> datetime:
    """The instant on which everything of the demo is built, in whole seconds, as certificates and files keep them."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)
