"""What the watch does to the words that systemd wants to hear of it."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

_WHOLE: Final = re.compile(r"[0-9]{1,18}")
_OFTEN: Final = 0.1
"""Seconds between two signs of life at the least, whatever somebody asks for."""


class Notify:
    """Speaks to the socket that systemd names; says nothing where there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        every = environment.get("WATCHDOG_USEC", "")
        ours = environment.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
        self.watchdog = max(int(every) / 2e6, _OFTEN) if _WHOLE.fullmatch(every) and ours else 0.0
        """Seconds between two signs of life; 0 where nobody waits for them."""

    def say(self, *words: str) -> None:
        """`READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=...`."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
            # A supervisor that does not read must not hold up the loop.
            speaker.setblocking(False)
            speaker.sendto("\n".join(words).encode(), self._address)
