"""The text that a person signed for a judged run to what it states."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.model.facts import Facts

KIND: Final = "signature"
"""The kind of its events in the log of a store; their subject is the id of the run."""
PURPOSE: Final = "assessment"
NAMESPACE: Final = "haechi-assessment"
"""Of the signatures: one that was made for a piece of evidence is none for an assessment."""
HEAD: Final = "# What I sign for Haechi, namespace haechi-assessment, version 1"
WORDS: Final = "I have read this assessment. I answer for it and for what it says is open."


@dataclass(frozen=True, slots=True)
class Assent:
    """What somebody signed of a run; everything but the last four is read from the signed text itself."""

    run: str
    root: str
    name: str
    role: str
    institutions: tuple[str, ...]
    """Those for which the person answers."""
    scope: str
    readiness: str
    judged: str
    signed_at: datetime
    text: str
    state: str
    """What verifying the signature tells, as a signature of evidence does: `good`, `tampered`, `unknown-signer`, ..."""
    key: str = ""
    """Fingerprint."""
    signer: str = ""
    """The name under which the list of signers knows the key."""

    @property
    def good(self) -> bool:
        """Whether somebody listed signed just this, under the name that stands in it."""
        return self.state == "good"


class AssentState(Facts):
    """What the person who answers for an institution signed last; seen from the log, under its mark."""

    run: str
    name: str
    signer: str = ""
    """The name under which the list of signers knows the key; empty where the signature does not count."""
    signed_at: datetime
    state: str
    """As that of an `Assent`."""
    whole: bool
    """Whether the run looked at all of the institution, to its end."""


MARK: Final = "#signed"


def signed_for(ref: str) -> str:
    """The subject under which it is seen what was signed for an institution."""
    return ref + MARK


def read_back(values: Mapping[str, Any]) -> Assent | None:
    """What an event of the log holds; None where it is no such signature, or its text cannot be read."""
    if values.get("purpose") != PURPOSE:
        return None
    text = values.get("text")
    if not isinstance(text, str) or not text.startswith(HEAD + "\n"):
        return None
    try:
        told = {key: json.loads(value) for key, _, value in (line.partition(": ") for line in text.splitlines()[1:])}
        return Assent(
            run=str(told["run"]),
            root=str(told["root"]),
            name=str(told["name"]),
            role=str(told["role"]),
            institutions=tuple(map(str, told["for"])),
            scope=str(told["scope"]),
            readiness=str(told["readiness"]),
            judged=str(told["judged"]),
            signed_at=datetime.fromisoformat(str(told["signed"])),
            text=text,
            state=str(values.get("state", "")),
            key=str(values.get("key", "")),
            signer=str(values.get("signer", "")),
        )
    except (ValueError, KeyError, TypeError):
        return None
