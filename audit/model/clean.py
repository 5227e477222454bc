"""Any text to the same text without what could act on the medium that prints it, one function for each medium."""

from __future__ import annotations

import re
from typing import Final

REPLACEMENT: Final = "\ufffd"
"""Stands visibly where something was taken out, so that nobody reads a shortened name as the true one."""

_DANGEROUS: Final = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0 and C1, ESC and CSI among them
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # direction of writing and its deprecated kin
    "\u00ad\u180e\u200b\u2060-\u2065\ufeff\ufff9-\ufffb"  # invisible
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f"  # lone surrogates, non-characters, tags
)
_BREAKS: Final = "\t\n\r\x0b\x0c\x85\u2028\u2029"
_CONTROL: Final = re.compile(f"[{_DANGEROUS}]")
_BREAK: Final = re.compile(f"\r\n|[{_BREAKS}]")
_NEW_LINE: Final = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_FORMULA: Final = re.compile(r"^(?=[^\S\n]*[=+\-@＝＋－＠])", re.MULTILINE)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_JSON_RISKY: Final = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def line(text: str) -> str:
    """One line: every break and tab is a space, every control and direction mark is the replacement sign."""
    if text.isprintable():
        return text
    return _CONTROL.sub(REPLACEMENT, _BREAK.sub(" ", text))


def terminal(text: str) -> str:
    """For a terminal: like `line`, but new lines stay. Markup of a printing library is that library's to escape."""
    if text.isprintable():
        return text
    return _CONTROL.sub(REPLACEMENT, _NEW_LINE.sub("\n", text).replace("\t", " "))


def html(text: str) -> str:
    """For HTML: what `terminal` leaves. Escaping of `<`, `&` and quotes is the template's own, always on."""
    return terminal(text)


def xml(text: str) -> str:
    """For XML 1.0: only characters that XML allows; escaping is the serialiser's own."""
    return terminal(text)


def csv_cell(text: str) -> str:
    """For a cell: no physical line in it starts a formula in a spreadsheet."""
    return _FORMULA.sub("'", terminal(text))


def json_text(text: str) -> str:
    """For JSON values: the text as it is, only lone surrogates, which UTF-8 cannot carry, are replaced."""
    return text if text.isprintable() else _SURROGATE.sub(REPLACEMENT, text)


def json_escaped(document: str) -> str:
    r"""A finished JSON document with invisible and line-breaking characters written as `\uXXXX`: equal when read."""
    return _JSON_RISKY.sub(_escape, document)


def _escape(found: re.Match[str]) -> str:
    encoded = found[0].encode("utf-16-be")
    return "".join(f"\\u{encoded[at]:02x}{encoded[at + 1]:02x}" for at in range(0, len(encoded), 2))


def css_string(text: str) -> str:
    """A quoted CSS string: everything but letters, digits and spaces of ASCII is written as an escape."""
    inside = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign == " ") else f"\\{ord(sign):06x} " for sign in line(text)
    )
    return f'"{inside}"'


def redacted(text: str) -> str:
    """The text without the user-info of any URL in it: a secret never reaches an output."""
    return _USER_INFO.sub(r"\1", text)


_USER_INFO: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*://)[^\s/?#@]*@")
