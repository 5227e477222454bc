"""Lines on standard input to an empty network namespace that stands until there are no more.

It runs as a program of its own, as the first process of a namespace of processes: when it ends, for whatever reason,
the kernel ends everything else in there. So nothing of a drill outlives whoever holds the other end of its input.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import sys
from types import FrameType
from typing import Final

_GET_FLAGS: Final = 0x8913
_SET_FLAGS: Final = 0x8914
_UP: Final = 1


def loopback_up() -> None:
    """The loopback device of this namespace, by which a server in it reaches itself and nothing else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, _GET_FLAGS, asked))[1]
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def reap(number: int, frame: FrameType | None) -> None:
    """Whose parent has ended becomes a child of the first process."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def main() -> None:
    """Answer `ready`, then each line `up` with `up` or with why not."""
    signal.signal(signal.SIGCHLD, reap)
    os.write(1, b"ready\n")
    for line in sys.stdin.buffer:
        if line == b"up\n":
            try:
                loopback_up()
                os.write(1, b"up\n")
            except OSError as broken:
                os.write(1, f"{broken.strerror}\n".encode())


if __name__ == "__main__":
    main()
