"""A line of text to about how wide it is drawn, or to as much of it as fits."""

from __future__ import annotations

import unicodedata
from typing import Final

from audit.model.clean import line

ELLIPSIS: Final = "…"
_NARROW: Final = frozenset("iljtfrI.,:;'|!()[]{} `/\\-")
_BROAD: Final = frozenset("mwMW@%&—…–→")


def width(text: str, size: float) -> float:
    """How wide a line is at a size of letters, in the unit of that size: rather too much than too little."""
    return size * sum(map(_share, text))


def _share(sign: str) -> float:
    """The width of one sign as a share of the height of letters."""
    if sign in _NARROW:
        return 0.38
    if sign in _BROAD:
        return 1.0
    if sign.isascii():
        return 0.7 if sign.isupper() else 0.6
    if unicodedata.combining(sign):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(sign) in "WFA" or sign.isalpha() else 1.2


def fitted(text: str, size: float, most: float) -> str:
    """The line, cut with an ellipsis where it is wider than `most`; empty where not even that fits."""
    clean = " ".join(line(text).split())
    if width(clean, size) <= most:
        return clean
    room = most - width(ELLIPSIS, size)
    taken = 0.0
    for at, sign in enumerate(clean):
        taken += width(sign, size)
        if taken > room:
            return clean[:at].rstrip() + ELLIPSIS if at else ELLIPSIS * (room >= 0)
    return clean
