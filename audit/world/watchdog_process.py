"""Lines of another process in, the end of that process out where what one of them began does not end in time."""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

PARTS: Final = 50
"""How often a time is looked at. One in which this process itself was stopped counts as two such parts at most."""


def serve(master: int) -> None:
    """Read `SECONDS TEXT` where something begins, an empty line where it ended; the end of the input ends this too.

    Where the time of a beginning is over, its text is printed and the master is killed: it heeds nothing else.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # they are meant for the master; without it the input ends
    rest, text, seconds, left = b"", "", 0.0, 0.0
    while True:
        before = time.monotonic()
        if select.select([0], [], [], seconds / PARTS if text else None)[0]:
            got = os.read(0, 1 << 16)
            if not got:
                return
            *lines, rest = (rest + got).split(b"\n")
            if lines:
                told, _, text = lines[-1].decode("utf-8", "replace").partition(" ")
                seconds = left = float(told or 0)
        elif not stopped(master):
            left -= min(time.monotonic() - before, 2 * seconds / PARTS)
            if left <= 0:
                end(master, text)
                return


def stopped(process: int) -> bool:
    """Whether somebody holds that process, as Ctrl-Z does; where nobody can tell, it is not."""
    try:
        state = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state in (b"T", b"t")


def end(master: int, text: str) -> None:
    """Say why, then kill; nobody else may have the number of the master meanwhile, as this is its child."""
    if os.getppid() != master:
        return
    with suppress(OSError):
        os.write(2, f"{text}\n".encode())
    os.kill(master, signal.SIGKILL)


if __name__ == "__main__":
    serve(os.getppid())
