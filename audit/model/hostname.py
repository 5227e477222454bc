"""Names as people and machines write them to the one form in which two of them can be compared."""

from __future__ import annotations

import unicodedata

from audit.model.address import parse_address


def host_key(text: str) -> str:
    """A host name in small letters without a last dot, each label as it stands in DNS; an address in short form."""
    written = text.strip()
    if plain := address_key(written):
        return plain
    if not written.isascii():
        written = unicodedata.normalize("NFC", written)
        written = ".".join(_label(label) for label in written.replace("\u3002", ".").split("."))
    return written.lower().removesuffix(".")


def address_key(text: str) -> str:
    """An address in its short form, IPv4 inside IPv6 as IPv4; empty for what is none."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not bare or bare[0] not in "0123456789abcdefABCDEF:" or not (":" in bare or bare.count(".") == 3):
        return ""
    try:
        return str(parse_address(bare))
    except ValueError:
        return ""


def word_key(text: str) -> str:
    """A name for people: NFC, small letters, one space between words."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return label.encode("idna").decode("ascii")
    except UnicodeError:
        return label.casefold()
