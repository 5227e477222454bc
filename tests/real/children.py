"""What a real server of the tests needs: a port, patience, words before its command that tie it to the tests."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 60.0
"""Seconds for a server to come up, on a machine that has others to serve."""


def free_port() -> int:
    """A port for a server that is started within a minute: until then the kernel gives it to nobody who names none."""
    with socket.socket() as listener, socket.socket() as caller:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        caller.connect(listener.getsockname())
        # Closed at this end first, it keeps the port for a minute: only who names the number gets it, as servers do.
        listener.accept()[0].close()
        port: int = listener.getsockname()[1]
        return port


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
