"""What another tool found, item by item, to whether all of it is well with one sentence about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say

_SHOWN: Final = 5


class Verdict(StrEnum):
    """What one result says."""

    PASS = "pass"  # noqa: S105 - no secret
    FAIL = "fail"
    UNKNOWN = "unknown"
    """Not run, skipped, suppressed, or in words that mean nothing certain."""
    NOTE = "note"
    """A remark that demands nothing."""


@dataclass(frozen=True, slots=True)
class Item:
    """One result; all of it hostile text."""

    name: str
    verdict: Verdict
    about: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """All results of one file."""

    tool: str
    version: str
    made: datetime | None
    """When; without an offset where the file says none."""
    items: tuple[Item, ...]
    silent: bool = False
    """The tool lists only what is wrong, and says that it came to its end: no result is a good one."""

    def only(self, rules: Sequence[str]) -> Results:
        """Those whose name or subject fits one of the patterns."""
        if not rules:
            return self
        kept = (one for one in self.items if any(fnmatchcase(one.name, rule) for rule in rules))
        # A tool that lists only what is wrong does not tell whether it looked for this.
        return replace(self, items=tuple(kept), silent=False)

    def at(self, zone: tzinfo) -> Results:
        """The same, a time without an offset read as one of this zone."""
        if self.made is None or self.made.tzinfo is not None:
            return self
        return replace(self, made=self.made.replace(tzinfo=zone))

    def count(self, verdict: Verdict) -> int:
        """How many results say so."""
        return sum(one.verdict is verdict for one in self.items)

    @property
    def well(self) -> bool:
        """Something passed, or the tool came to its end with nothing wrong; nothing failed or stayed open."""
        if self.count(Verdict.FAIL) or self.count(Verdict.UNKNOWN):
            return False
        return self.silent or self.count(Verdict.PASS) > 0

    def sentence(self, rules: Sequence[str]) -> str:
        """What the results say, for the piece of evidence, in English as it is signed."""
        counts = ", ".join(f"{self.count(verdict)} {verdict.value}" for verdict in Verdict)
        name = f"{line(self.tool)[:120]} {line(self.version)[:40]}".strip()
        about = f" for {', '.join(line(rule)[:80] for rule in rules[:_SHOWN])}" if rules else ""
        when = f" of {self.made.isoformat(timespec='seconds')}" if self.made is not None else ""
        return f"Imported, not judged by Haechi: {name}{when}{about}: {counts}"

    def worst(self) -> tuple[Item, ...]:
        """The first few that are not well."""
        bad = [one for one in self.items if one.verdict is Verdict.FAIL]
        bad += [one for one in self.items if one.verdict is Verdict.UNKNOWN]
        return tuple(bad[:_SHOWN])


def refused(file: str, row: int, wrong: Message, right: Message) -> Stop:
    """The refusal of a file: `file:line:column: what is wrong; what would be right`."""
    return Stop(Exit.INVALID, say("{place}: {says}; {hint}", place=f"{line(file)}:{row}:1", says=wrong, hint=right))


def version_refused(file: str, row: int, got: str, right: str) -> Stop:
    """The refusal of a version that nobody here has read about."""
    wrong = say("version {got} is not known", got=repr(line(got)[:40]))
    return refused(file, row, wrong, say("expected {right}", right=right))


def line_of(text: str, *words: str) -> int:
    """The line of the first of some words in a text; 1 where none is there."""
    for word in words:
        at = text.find(word)
        if at >= 0:
            return text.count("\n", 0, at) + 1
    return 1


def instant(written: object) -> datetime | None:
    """An ISO 8601 time, with its offset where one is written; None for anything else."""
    if not isinstance(written, str):
        return None
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return found


def oldest(times: Iterable[datetime | None]) -> datetime | None:
    """The earliest of them: results are as old as the oldest part of them."""
    return min((one for one in times if one is not None), key=lambda one: one.replace(tzinfo=one.tzinfo or UTC),
               default=None)  # fmt: skip
