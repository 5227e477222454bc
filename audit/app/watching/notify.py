"""What the watch does to the words that systemd wants to hear of it."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Notify:
    """Speaks to the socket that systemd names; says nothing where there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        every = environment.get("WATCHDOG_USEC", "")
        ours = environment.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
        self.watchdog = int(every) / 2e6 if every.isdecimal() and ours else 0.0
        """Seconds between two signs of life; 0 where nobody waits for them."""

    def say(self, *words: str) -> None:
        """`READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=...`."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
            # A supervisor that does not read must not hold up the loop.
            speaker.setblocking(False)
            speaker.sendto("\n".join(words).encode(), self._address)
