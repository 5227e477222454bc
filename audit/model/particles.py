"""A Korean text with both forms of a particle becomes one with the form that fits the word before it."""

from __future__ import annotations

import re
from typing import Final

_PARTICLE: Final = re.compile(r"(.)(은\(는\)|이\(가\)|을\(를\)|와\(과\)|\(으\)로)")
_DIGITS_WITH_FINAL: Final = "013678"


def fitted(text: str) -> str:
    """The particles take the form that the word before them asks for, where its sound can be told."""
    return _PARTICLE.sub(_chosen, text) if "(" in text else text


def _chosen(found: re.Match[str]) -> str:
    before, particle = found.groups()
    if "가" <= before <= "힣":
        final = (ord(before) - ord("가")) % 28
    elif before.isascii() and before.isdigit():
        final = (8 if before in "178" else 1) if before in _DIGITS_WITH_FINAL else 0
    elif before in "%B":  # per cent and byte end in a vowel
        final = 0
    else:
        return found[0]
    if particle == "(으)로":
        return before + ("로" if final in (0, 8) else "으로")
    first, second = particle[0], particle[2]
    if particle == "와(과)":
        first, second = second, first
    return before + (first if final else second)
