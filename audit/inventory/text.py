"""The bytes of a file to its text, or the spot where it is none with what would be right."""

from __future__ import annotations

import re
from typing import Final

import yaml

from audit.inventory.tree import Spot, quoted
from audit.model.message import Message, say

MOST_BYTES: Final = 8_000_000
MOST_PROBLEMS: Final = 10_000

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SYNTAX: Final = (
    (
        "mapping values are not allowed",
        say("a ':' stands where none may"),
        say("put the text in quotes, or mend the indentation"),
    ),
    (
        "could not find expected ':'",
        say("a key has no ':'"),
        say("write 'key: value', with the indentation of its neighbours"),
    ),
    (
        "did not find expected key",
        say("this line does not fit those above"),
        say("indent it as its neighbours are indented"),
    ),
    (
        "did not find expected '-'",
        say("this line does not fit those above"),
        say("indent it as its neighbours are indented"),
    ),
    ("block sequence entries are not", say("a list starts where none may"), say("put the list on lines of its own")),
    (
        "did not find expected ',' or ']'",
        say("a list in [ ] has no end"),
        say("write ',' between its parts and ']' after them"),
    ),
    (
        "did not find expected ',' or '}'",
        say("a mapping in { } has no end"),
        say("write ',' between its keys and '}' after them"),
    ),
    ("found unexpected end of stream", say("a text in quotes has no end"), say("write the closing quote")),
    (
        "found unknown escape character",
        say("'\\' starts a sign that YAML does not know"),
        say("use '...' instead of \"...\""),
    ),
    ("found unexpected document indicator", say("a new document starts inside a value"), say("take the line out")),
    (
        "did not find expected node content",
        say("a value should stand here"),
        say("write one, or put the sign in quotes"),
    ),
    ("tab character", say("a tab stands where only spaces may"), say("indent with spaces")),
)


class Refused(Exception):
    """The file cannot be read any further."""

    def __init__(self, spot: Spot, says: Message, hint: Message) -> None:
        super().__init__(str(says))
        self.spot = spot
        self.says = says
        self.hint = hint


def decoded(data: bytes) -> str:
    """The text; Refused where the bytes are none."""
    if len(data) > MOST_BYTES:
        says = say("the file has more than {size} MB", size=MOST_BYTES // 1_000_000)
        raise Refused((1, 1), says, say("split it into several files"))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused((1, 1), say("the file is written in UTF-16"), say("save it as UTF-8"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        spot = _spot(data[: broken.start].decode("utf-8", "replace"))
        says = say("the byte {byte} is not UTF-8", byte=f"0x{data[broken.start]:02x}")
        raise Refused(spot, says, say("save the file as UTF-8")) from broken
    found = _FORBIDDEN.search(text)
    if found:
        says = say("the invisible sign {sign} stands here", sign=f"U+{ord(found[0]):04X}")
        raise Refused(_spot(text[: found.start()]), says, say("take it out, or write it in quotes"))
    return text


def _spot(before: str) -> Spot:
    """Line and column of what follows a text."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def explained(broken: yaml.MarkedYAMLError, text: str) -> tuple[Spot, Message, Message]:
    """What the parser could not understand, in plain words: the spot, what is wrong, what would be right."""
    mark = broken.problem_mark or broken.context_mark
    spot = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    what = f"{broken.problem or ''} {broken.context or ''}".strip()
    if "cannot start any token" in what:
        # A mark does not always know its place in the text, but always its line and column.
        line = text.splitlines()[spot[0] - 1 : spot[0]]
        sign = line[0][spot[1] - 1 : spot[1]] if line else ""
        if sign == "\t":
            return spot, say("a tab stands where only spaces may"), say("indent with spaces")
        return spot, say("{sign} cannot start a value", sign=quoted(sign)), say("put the value in quotes")
    for sign, says, hint in _SYNTAX:
        if sign in what:
            return spot, says, hint
    return spot, say("this is not YAML ({what})", what=what), say("mend the indentation or the quotes near this line")
