"""A file that a spreadsheet wrote to the rows of a register's sheet, by column."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from audit.inventory.near import near
from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import say

WRITABLE: Final = ("owner", "due", "budget", "plan", "milestones", "earlier", "state")
IDENTITY: Final = (
    "id", "check", "control", "subject", "institution", "system", "severity", "grade", "estate", "zone", "run", "since",
    "least", "accountable",
)  # fmt: skip
DERIVED: Final = ("born", "reopened", "refuted", "verdict", "seen", "waived", "gone", "retired", "closed-by")
COLUMNS: Final = (*IDENTITY[:8], *WRITABLE, *IDENTITY[8:], *DERIVED)
LARGEST: Final = 50_000_000


def rows_of(path: Path) -> list[tuple[int, Mapping[str, str]]]:
    """The rows of a sheet by their numbers as a spreadsheet counts them."""
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    found: list[tuple[int, Mapping[str, str]]] = []
    heads: list[str] = []
    try:
        for cells in reader:
            number += 1
            if not heads:
                heads = _heads(path, cells)
            elif len(cells) > len(heads):
                says = say("{file}:{row}: {count} cells, but {heads} heads", file=line(path.name), row=number,
                           count=len(cells), heads=len(heads))  # fmt: skip
                raise Stop(Exit.INVALID, says)
            elif any(map(str.strip, cells)):
                found.append((number, MappingProxyType({
                    head: cell.strip("\r\n") for head, cell in zip(heads, cells, strict=False)
                })))  # fmt: skip
    except csv.Error as broken:
        says = say("{file}:{row}: this is no CSV: {why}", file=line(path.name), row=number + 1, why=str(broken))
        raise Stop(Exit.INVALID, says) from broken
    if not heads:
        raise Stop(Exit.INVALID, say("{file}:1: expected a row of heads such as id, owner, due", file=line(path.name)))
    return found


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=path, why=say("it is no file")))
        if path.stat().st_size > LARGEST:
            says = say("{file}: expected at most {most} MB", file=line(path.name), most=LARGEST // 1_000_000)
            raise Stop(Exit.INVALID, says)
        text = path.read_bytes().decode("utf-8-sig")
        if "\0" in text:
            row = text[: text.index("\0")].count("\n") + 1
            raise Stop(
                Exit.INVALID, say("{file}:{row}: this is no CSV: {why}", file=line(path.name), row=row, why="NUL")
            )
        return text
    except UnicodeDecodeError as broken:
        says = say("{file}: this is not UTF-8; save it as `CSV UTF-8`", file=line(path.name))
        raise Stop(Exit.INVALID, says) from broken
    except OSError as broken:
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=path, why=broken.strerror)) from broken


def _heads(path: Path, cells: Sequence[str]) -> list[str]:
    heads = [cell.strip().lower() for cell in cells]
    for number, head in enumerate(heads, 1):
        if head not in COLUMNS:
            close = near(head, COLUMNS)
            hint = say("did you mean {close}?", close=close) if close else say("one of {all}", all=", ".join(COLUMNS))
            says = say("{file}:1:{column}: unknown head {head}; {hint}", file=line(path.name), column=number,
                       head=repr(head[:80]), hint=hint)  # fmt: skip
            raise Stop(Exit.INVALID, says)
        if head in heads[: number - 1]:
            says = say("{file}:1:{column}: {head} stands there twice", file=line(path.name), column=number, head=head)
            raise Stop(Exit.INVALID, says)
    return heads
