"""Any text to the same text as the data types of OSCAL allow it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from audit.model.clean import line, redacted, terminal

VERSION: Final = "1.2.1"
NAMESPACE: Final = "urn:haechi:ns:oscal:1"
"""Of every property that OSCAL itself does not define."""
_ROOT: Final = uuid5(NAMESPACE_URL, NAMESPACE)
_MARKUP: Final = re.compile(r"([\\`*\[\]<>~^{}|])")
_LATEST: Final = 2999
"""The last year that a date of OSCAL can have."""


def identity(kind: str, *names: str) -> str:
    """The UUID of a thing: of version 5, the same in every document that tells of it."""
    # Not uuid5 itself, which cannot take a name that is no Unicode.
    named = "\0".join((kind, *names)).encode("utf-8", "surrogatepass")
    made = hashlib.sha1(_ROOT.bytes + named, usedforsecurity=False).digest()
    return str(UUID(bytes=made[:16], version=5))


def token(text: str) -> str:
    """A token: letters, digits, `.`, `-` and `_`, with no digit at its start."""
    made = "".join(sign if sign in "._-" or unicodedata.category(sign)[0] in "LN" else "_" for sign in text)
    return made if made and (made[0] == "_" or unicodedata.category(made[0])[0] == "L") else f"_{made}"


def words(text: str) -> str:
    """A string: one line that begins and ends with a sign that can be seen."""
    return line(redacted(text) if "://" in text else text).strip() or "-"


def marked(text: str) -> str:
    """One line of Markdown in which the text itself marks nothing."""
    return _MARKUP.sub(r"\\\1", words(text))


def prose(text: str) -> str:
    """Lines of Markdown in which the text itself marks nothing."""
    return _MARKUP.sub(r"\\\1", terminal(redacted(text) if "://" in text else text)).strip() or "-"


def instant(at: datetime) -> str:
    """A point in time; in UTC, because OSCAL knows few offsets."""
    return at.astimezone(UTC).isoformat()


def writable(at: datetime) -> bool:
    """Whether OSCAL can write the date."""
    return 1900 < at.year < _LATEST


def reference(path: str) -> str:
    """A relative reference to a file that somebody else named."""
    return quote(line(path), safe="/") or "-"


def own(name: str, value: str | float) -> dict[str, str]:
    """A property of ours."""
    return {"name": name, "ns": NAMESPACE, "value": words(str(value))}


def properties(**values: str | float | None) -> dict[str, Any]:
    """`{"props": [...]}` with what has a value, else nothing; `_` in a name stands for `-`."""
    found = [own(name.replace("_", "-"), value) for name, value in values.items() if value not in (None, "")]
    return {"props": found} if found else {}
