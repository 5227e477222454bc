"""How a command ends: the documented exit codes with the one exception that carries them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from audit.model.message import Message


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

    def __init__(self, code: Exit, *says: str | Message) -> None:
        super().__init__(code, *map(str, says))
        self.code = code
        self.says: Sequence[str | Message] = says
        """A text is not translated: it is what somebody else said, such as the system."""

    @property
    def lines(self) -> Sequence[str]:
        """What is said, in English."""
        return tuple(map(str, self.says))
