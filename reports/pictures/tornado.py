"""What nobody knows to bars of how much each moves the answer, the longest first."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from audit.model.estate import Estate
from audit.model.meaning import Span, Unknown
from audit.model.message import say
from reports.pictures.amounts import count
from reports.pictures.bars import Bars, Row
from reports.pictures.drawing import NARROW, WIDE, Drawing
from reports.pictures.figure import Figure
from reports.pictures.naming import told
from reports.translate import Translator

MOST: Final = 14
UNITS: Final = MappingProxyType(
    {
        "users": say("registered people, which is applicant-hours an hour"),
        "applicants": say("applicants an hour"),
        "grade": say("the weight of the grades of systems, as not every system declares its people"),
    }
)


def tornado(found: Sequence[Unknown], measure: str, estate: Estate, speak: Translator) -> Figure | None:
    """The unknowns that move the answer most, in a measure of `Meaning`; None where none moves it."""
    moving = sorted((one for one in found if one.moves > 0), key=lambda one: (-one.moves, one.ref))
    shown = moving[:MOST]
    if not shown:
        return None
    title = speak.text("What to find out first")
    rows = tuple(
        Row(told(one.says, estate, speak), Span(0.0, one.moves), count(one.moves, speak), "perhaps") for one in shown
    )
    tells = speak.text("{count} things that nobody knows; the first: {name}", count=len(moving), name=rows[0].name)
    more = len(found) - len(shown)
    return Figure(
        id="tornado",
        title=title,
        lead=speak.text(
            "By how much the interval of the worst losses would shrink if each were known or proven. "
            "Counted in {unit}.",
            unit=speak.message(UNITS.get(measure, UNITS["grade"])),
        ),
        wide=(_drawing(Bars(rows, names=0.56), WIDE, title, tells),),
        narrow=(_drawing(Bars(rows, names=0.56), NARROW, title, tells),),
        heads=(speak.text("Not known"), speak.text("What settles it"), speak.text("Moves the answer by")),
        rows=tuple(
            (told(one.says, estate, speak), speak.message(one.resolve), count(one.moves, speak)) for one in shown
        ),
        notes=(speak.text("Unknowns that are not shown here: {count}.", count=f"{more:,}"),) if more > 0 else (),
        names=2,
    )


def _drawing(chart: Bars, wide: float, title: str, tells: str) -> Drawing:
    shapes, height = chart.drawn(wide)
    return Drawing(wide, height, title, tells, shapes)
