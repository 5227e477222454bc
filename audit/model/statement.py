"""A piece of evidence to the one text that stands for everything it states, which is what gets signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from audit.model.estate import Evidence, day_ends

NAMESPACE: Final = "haechi-evidence"
"""Of the signatures: one that was made for another purpose never counts as evidence."""
HEAD: Final = "# What I sign for Haechi, namespace haechi-evidence, version 1"


def statement(evidence: Evidence) -> str:
    """The text: YAML with always the same keys in the same order, each on a line of its own; equal only for equals.

    Neither the id nor the name of a file is in it: what they lead to is. No part can be moved to another check or
    subject, nor be prolonged, without the signature being lost.
    """
    return "\n".join((HEAD, *_lines(evidence), ""))


def digest(evidence: Evidence) -> str:
    """The sha256 of the statement."""
    return hashlib.sha256(statement(evidence).encode()).hexdigest()


def keys_judged_at(evidence: Evidence, zone: str) -> datetime:
    """The instant at which the key of a signature must have been valid."""
    return (evidence.observed or day_ends(evidence.collected, zone)).astimezone(UTC)


def _lines(evidence: Evidence) -> Iterator[str]:
    yield f"check: {_quoted(evidence.check)}"
    yield f"on: {_quoted(evidence.on)}"
    for key, text in (("says", evidence.says), ("by", evidence.by), ("role", evidence.role)):
        if text is not None:
            yield f"{key}: {_quoted(text)}"
    yield f"collected: {evidence.collected.isoformat()}"
    yield f"expires: {evidence.expires.isoformat()}"
    if evidence.observed is not None:
        yield f"observed: {evidence.observed.astimezone(UTC).isoformat()}"
    if evidence.took is not None:
        yield f"took: {f'{evidence.took.total_seconds():.6f}'.rstrip('0').rstrip('.')}s"
    if evidence.sha256 is not None:
        yield f"sha256: {evidence.sha256.lower()}"


def _quoted(text: str) -> str:
    """As in JSON, in letters that can be seen: nobody signs a sign that turns or hides what stands around it."""
    plain = json.dumps(text, ensure_ascii=False)
    return plain if plain.isprintable() else "".join(map(_seen, plain))


def _seen(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
