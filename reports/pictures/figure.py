"""One question to a picture with the same figures as a table."""

from __future__ import annotations

from dataclasses import dataclass

from reports.pictures.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture, or several where one would be taller than a page."""

    id: str
    title: str
    lead: str
    wide: tuple[Drawing, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first cell of each is what the row is about."""
    narrow: tuple[Drawing, ...] = ()
    """The same for a small screen; without it the wide one is moved sideways there."""
    legend: tuple[tuple[str, str], ...] = ()
    """The look of a swatch, with what it means."""
    notes: tuple[str, ...] = ()
    unit: str = ""
    """What the figures in the picture count, where the lead does not say it."""
    names: int = 1
    """How many columns hold words; the others hold figures."""
