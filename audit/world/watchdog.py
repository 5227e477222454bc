"""What may never end in, the end of the program out where it does not, even where nothing within could end it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from audit.model.clean import line

KILLED: Final = 137
"""What a shell reports for a program that was ended so: 128 + SIGKILL."""
_LONGEST: Final = 1000
"""So many letters of a text are told: what a pipe takes at once."""


class Watchdog:
    """Another process that ends this one, with a line on its standard error, where something takes too long.

    A loop inside of C, or an import that waits for ever, lets no signal and no other thread of the same process in.
    The process begins with the first thing that is watched and ends with this one, however that comes.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *thrown: object) -> None:
        if self._process is not None:
            with suppress(OSError):
                os.close(self._pipe)
            self._process.wait()
            self._process = None

    @contextmanager
    def watching(self, text: str, longest: timedelta) -> Iterator[None]:
        """Print the text and end the program unless what is done meanwhile ends in that time."""
        self.begin(text, longest)
        try:
            yield
        finally:
            self.ended()

    def begin(self, text: str, longest: timedelta) -> None:
        """From now on; a second beginning takes the place of the first."""
        if self._process is None:
            with suppress(OSError):
                self._process, self._pipe = _started()
        self._tell(f"{longest.total_seconds()} {line(text)[:_LONGEST]}\n")

    def ended(self) -> None:
        """What was begun has ended."""
        self._tell("\n")

    def _tell(self, text: str) -> None:
        if self._process is None:
            return
        with suppress(OSError):  # somebody ended it: then nothing is watched, and nothing else is worse for that
            os.write(self._pipe, text.encode("utf-8", "replace"))


def _started() -> tuple[subprocess.Popen[bytes], int]:
    reads, writes = os.pipe()
    try:
        program = str(Path(__file__).with_name("watchdog_process.py"))
        # Nothing of ours is imported there, so that it starts at once.
        process = subprocess.Popen((sys.executable, "-I", "-S", program), stdin=reads, stdout=subprocess.DEVNULL)
    except OSError:
        os.close(writes)
        raise
    finally:
        os.close(reads)
    return process, writes
