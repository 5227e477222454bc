"""The text of an inventory file to the same text with one more piece of evidence in it, nothing else changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

import yaml

from audit.model.exit import Exit, Stop
from audit.model.message import say

KEYS: Final = (
    "id", "check", "on", "says", "file", "sha256", "collected", "expires", "by", "role", "signer", "signature",
    "observed", "took",
)  # fmt: skip
"""In the order in which they are written."""
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_/.\-]*")
_DATED: Final = re.compile(r"\d{4}-\d{2}-\d{2}|[0-9a-f]{64}")
_WORDS: Final = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


def entry(values: Mapping[str, str], indent: int = 2) -> str:
    """One entry of the list under `evidence:`."""
    lines = [f"{key}: {_scalar(values[key])}" for key in KEYS if key in values]
    space = " " * indent
    return f"{space}- {lines[0]}\n" + "".join(f"{space}  {line}\n" for line in lines[1:])


def sheet(values: Mapping[str, str]) -> str:
    """A file of its own."""
    return "evidence:\n" + entry(values)


def appended(text: str, values: Mapping[str, str], name: str) -> str:
    """The text with the entry behind the last one of its list; Stop(USAGE) where that cannot be done by adding lines.

    The text is that of a valid inventory file.
    """
    tree = yaml.compose(text, Loader=yaml.CSafeLoader)
    whole = text if text.endswith("\n") or not text else text + "\n"
    if tree is None:
        return whole + sheet(values)
    found = None
    if isinstance(tree, yaml.MappingNode) and not tree.flow_style:
        found = next((value for key, value in tree.value if key.value == "evidence"), None)
        if found is None:
            return whole + sheet(values)
    if not isinstance(found, yaml.SequenceNode) or found.flow_style or not found.value:
        says = say("the list of evidence in {file} is not written line by line; name another file with --to", file=name)
        raise Stop(Exit.USAGE, says)
    lines = whole.splitlines(keepends=True)
    last = found.value[-1]
    end = last.end_mark.line + (1 if last.end_mark.column else 0)
    # The mark of a block stands where the next thing begins: what lies between belongs to that.
    while end > last.start_mark.line + 1 and _idle(lines[end - 1]):
        end -= 1
    indent = found.value[0].start_mark.column - 2
    dash = re.match(r"( *)-", lines[found.value[0].start_mark.line])
    return "".join((*lines[:end], entry(values, len(dash[1]) if dash else max(indent, 0)), *lines[end:]))


def _idle(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _scalar(text: str) -> str:
    if (_PLAIN.fullmatch(text) and text.lower() not in _WORDS) or _DATED.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)
