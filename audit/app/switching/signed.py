"""An authorization with the signatures beside it to the two people who stand for it, or why they do not."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Final

from audit.model.authorization import NAMESPACE
from audit.model.estate import Estate
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.model.verdict import CannotSee
from audit.world.switching.signatures import Signer, signatures_beside, verified

WANTED: Final = 2


def approved(content: bytes, file: Path, estate: Estate) -> tuple[Signer, Signer]:
    """Two different people with two different keys who both signed this very text; Stop(USAGE) where there are not."""
    if estate.about.signers is None:
        says = say("this estate has no list of people who may sign; write `signers: FILE` under `estate:`")
        raise Stop(Exit.USAGE, says)
    signers = Path(estate.root) / estate.about.signers
    good: list[Signer] = []
    refused: list[Message] = []
    for signature in signatures_beside(file.absolute()):
        try:
            good.append(verified(content, signature, signers, NAMESPACE, datetime.now(UTC)))
        except CannotSee as gap:
            refused.append(gap.says)
    two = different(good)
    if two is None:
        names = ", ".join(sorted({one.name for one in good})) or "-"
        says = say("two different people have to sign {file}, each with a key of their own; it is signed by: {names}",
                   file=file.name, names=names)  # fmt: skip
        raise Stop(Exit.USAGE, says, *refused)
    return two


def different(signed: Sequence[Signer]) -> tuple[Signer, Signer] | None:
    """Two of the signers that are neither the same person nor have the same key."""
    return next(
        (
            (one, other)
            for one, other in combinations(signed, WANTED)
            if _folded(one.name) != _folded(other.name) and one.key != other.key
        ),
        None,
    )


def _folded(name: str) -> str:
    """Names that only look different, such as in wide letters, are of one person."""
    return unicodedata.normalize("NFKC", name).casefold()
