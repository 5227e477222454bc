"""How a command ends: the documented exit codes with the one exception that carries them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; over several causes the first of 70, 7, 6, 4, 1, 3, 5, 0 wins."""

    READY = 0
    FAILED = 1
    USAGE = 2
    NOT_VERIFIED = 3
    INVALID = 4
    EXPIRED = 5
    LOCKED = 6
    STORAGE = 7
    INTERNAL = 70
    INTERRUPTED = 130


class Stop(Exception):
    """A command cannot go on: exit code, then lines for people. Raised anywhere in app or store, printed by the CLI."""

    def __init__(self, code: Exit, *lines: str) -> None:
        super().__init__(code, *lines)
        self.code = code
        self.lines: Sequence[str] = lines
