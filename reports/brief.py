"""A text of any length to so much of it as its place on a page bears."""

from __future__ import annotations

from typing import Final

NAME: Final = 160
"""Signs of a name: nobody hides a verdict behind one of four thousand."""
NOTICE: Final = 600
ELLIPSIS: Final = "…"


def brief(text: str, most: int = NAME) -> str:
    """The text, cut with an ellipsis where it is longer than `most` signs."""
    return text if len(text) <= most else text[: most - 1].rstrip() + ELLIPSIS
