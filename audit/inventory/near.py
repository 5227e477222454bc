"""A misspelt word to the known word that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_LONGEST: Final = 80


def near(written: str, known: Iterable[str]) -> str:
    """The known word that looks most like the written one; empty where none does."""
    word = written[:_LONGEST].lower().replace("_", "-")
    close = get_close_matches(word, known, 3)
    # Two letters that changed places are the most frequent slip: `rop` means `rpo`, not `rto`.
    return next((one for one in close if sorted(one) == sorted(word)), close[0] if close else "")
