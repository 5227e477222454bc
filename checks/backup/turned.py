"""What several backups of one source weigh becomes why the newest looks as if its source had been encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

_LEAST: Final = 3
"""Earlier ones without which nobody knows what is usual."""
_USUAL: Final = 0.1
"""The share of new data up to which a source is one that changes little."""
_GROWN: Final = 1.5
"""A source that grew more holds much that is new for a better reason."""
_LOOSE, _TIGHT = 0.8, 0.97
"""The share of their size to which data that can be packed is packed, and to which noise is."""


@dataclass(frozen=True, slots=True)
class Weight:
    """One backup by bytes and files; None for what is not known."""

    size: int | None = None
    files: int | None = None
    packed: int | None = None
    """What it takes, packed, before what others hold too is left out."""
    fresh: int | None = None
    """What of that, or of its size where that is not known, was not there before."""


def turned(now: Weight, earlier: Sequence[Weight], may_change: float) -> str:
    """Why the newest does not count; empty where it looks like those before it, which are given oldest first."""
    known = [one for one in earlier if one.size]
    if len(known) < _LEAST or not now.size or now.size > _GROWN * (known[-1].size or 0):
        return ""
    share, shares = _fresh(now), [share for one in known if (share := _fresh(one)) is not None]
    if share is not None and len(shares) >= _LEAST and share > may_change and median(shares) <= _USUAL:
        return (
            f"{share:.0%} of what it holds was never there before, where {median(shares):.0%} is usual: its source may "
            "have been encrypted"
        )
    tight, usual = _packed(now), _packed(known[0])
    if tight is not None and usual is not None and tight >= _TIGHT and usual <= _LOOSE:
        return (
            f"it can be packed to {tight:.0%} of its size, an earlier one to {usual:.0%}: its source may have been "
            "encrypted"
        )
    return ""


def _fresh(one: Weight) -> float | None:
    whole = one.packed or one.size
    return min(1.0, one.fresh / whole) if whole and one.fresh is not None else None


def _packed(one: Weight) -> float | None:
    return min(1.0, one.packed / one.size) if one.size and one.packed is not None else None
