"""What a real server of the tests needs: a port, patience, words before its command that tie it to the tests."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Final

PATIENCE: Final = 180.0
"""Seconds for a server to come up, on a machine that has others to serve; who is ready sooner waits no longer."""
_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST: Final = 15_000
_USUAL: Final = 32_768
"""Where the range of the kernel begins on a machine that nobody tuned."""
_AT_ONCE: Final = 250
"""Ports of one process of the tests: more than all servers of a lab with those that are to answer nowhere."""


def free_port() -> int:
    """A port, of TCP and UDP, that nobody else gets: neither other tests nor, as it is none of its own, the kernel."""
    for port in _ports():
        with (
            socket.socket() as stream,
            socket.socket(type=socket.SOCK_DGRAM) as datagrams,
            suppress(OSError),
        ):
            # A server that was ended leaves its connections behind for a minute.
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            for one in (stream, datagrams):
                one.bind(("", port))
            return port
    raise AssertionError("ports come round for ever")


@cache
def _ports() -> Iterator[int]:
    """The ports of this process, round and round: those whose number, as the name of a socket, no other one holds.

    They lie below the range from which the kernel takes what calls and what names no port.
    """
    end = max(_USUAL, int(_RANGE.read_text().split()[0]) if _RANGE.exists() else 0)
    for first in range(_LOWEST, end - _AT_ONCE + 1, _AT_ONCE):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0haechi-tests-ports-{first}")
        except OSError:
            claim.close()
            continue
        claim.detach()  # held until this process ends
        return cycle(range(first, first + _AT_ONCE))
    raise RuntimeError("no ports are left: too many tests run on this machine at once")


def wait_until(ready: Callable[[], bool], what: str) -> None:
    """Look again until it is so."""
    began = time.monotonic()
    while not ready():
        waited = time.monotonic() - began
        if waited > PATIENCE:
            raise RuntimeError(f"{what} was not ready within {PATIENCE:g} seconds")
        # Most questions start a program, in time that what is waited for could use.
        time.sleep(min(0.25, 0.02 + waited / 10))


def tied(owner: str, ending: str = "TERM") -> tuple[str, ...]:
    """Words before a command: root runs it as `owner`; the kernel sends it `ending` should the tests be killed."""
    user = (f"--reuid={owner}", f"--regid={owner}", "--init-groups") if os.getuid() == 0 else ()
    return ("setpriv", *user, "--pdeathsig", ending, "--")
