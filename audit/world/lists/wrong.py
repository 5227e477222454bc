"""Mistakes in an exported list, as they are met, to one refusal that names them by file:row:column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from audit.model.clean import line
from audit.model.message import Message, say
from audit.model.verdict import CannotSee, Reason

SHOWN: Final = 20
MOST_ROWS: Final = 200_000


class BadList(CannotSee):
    """A list that cannot be read; `lines` name every mistake that was kept."""

    def __init__(self, says: Message, lines: tuple[Message, ...] = ()) -> None:
        super().__init__(Reason.INCOMPLETE, says)
        self.lines = lines or (says,)


@dataclass(slots=True)
class Mistakes:
    """What is wrong in one file."""

    path: str
    found: list[Message] = field(default_factory=list)
    count: int = 0

    def note(self, row: int, column: int, wrong: Message, right: Message) -> None:
        """One mistake with what would be right."""
        self.count += 1
        if len(self.found) < SHOWN:
            self.found.append(at(self.path, row, column, wrong, right))

    def settle(self) -> None:
        """BadList where anything was wrong."""
        if self.count:
            more = self.count - len(self.found)
            lines = (*self.found, *((say("and {count} more; mend these first", count=more),) if more else ()))
            raise BadList(self.found[0], lines)


def at(path: str, row: int, column: int, wrong: Message, right: Message) -> Message:
    """One line: `file:row:column: what is wrong; what would be right`."""
    return say("{place}: {says}; {hint}", place=f"{line(path)}:{row}:{column}", says=wrong, hint=right)


def refused(path: str, row: int, column: int, wrong: Message, right: Message) -> BadList:
    """The refusal of a whole file for one mistake."""
    return BadList(at(path, row, column, wrong, right))


def too_many(path: str) -> BadList:
    """The refusal of a file with more rows than anybody reads."""
    wrong = say("there are more than {most} rows", most=f"{MOST_ROWS:,}")
    return refused(path, MOST_ROWS + 1, 1, wrong, say("split the export"))
