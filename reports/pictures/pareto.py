"""The worst single losses to bars of applicant-hours, the longest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Final, Literal

from audit.model.estate import Estate
from audit.model.meaning import Bar, Span
from reports.pictures.amounts import count, span
from reports.pictures.bars import Bars, Row, Scale
from reports.pictures.drawing import NARROW, WIDE, Drawing
from reports.pictures.figure import Figure
from reports.pictures.naming import called, told
from reports.translate import Translator

MOST: Final = 15
Counted = Literal["people", "systems"]


def pareto(bars: Sequence[Bar], estate: Estate, speak: Translator, scale: Scale = "linear") -> Figure | None:
    """The losses that cost most; None where there is none. `scale` is told in the text where it is not linear."""
    people = any(bar.exposure.least > 0 or (bar.exposure.most or 0) > 0 for bar in bars)
    counted: Counted = "people" if people else "systems"
    order = sorted((bar for bar in bars if _size(bar, counted).most != 0), key=lambda bar: _rank(bar, counted))
    shown = order[:MOST]
    if not shown:
        return None
    rows = tuple(_row(bar, estate, speak, counted) for bar in shown)
    title = (
        speak.text("What each single loss costs")
        if counted == "people"
        else speak.text("How many systems each loss stops")
    )
    first = rows[0]
    tells = speak.text("{count} losses; the worst: {name}, {told}", count=len(rows), name=first.name, told=first.told)
    chart = Bars(rows, scale=scale, names=0.42)
    return Figure(
        id="pareto",
        title=title,
        lead=_lead(speak, counted),
        unit=speak.text("Applicant-hours: registered people times hours") if counted == "people" else "",
        wide=(_drawing(chart, WIDE, title, tells),),
        narrow=(_drawing(chart, NARROW, title, tells),),
        heads=(
            speak.text("Loss"),
            speak.text("Applicant-hours: registered people times hours"),
            speak.text("Hours that applicants wait longer"),
            speak.text("Systems that stop"),
        ),
        rows=tuple(_figures(bar, estate, speak) for bar in shown),
        legend=(("sure", speak.text("for certain")), ("perhaps", speak.text("possible beyond that"))),
        notes=tuple(_notes(speak, len(order) - len(shown), scale)),
    )


def _lead(speak: Translator, counted: Counted) -> str:
    if counted == "people":
        return speak.text(
            "One loss at a time, followed through everything that leans on it, until it is back. "
            "An arrow means that nothing in the inventory bounds it."
        )
    return speak.text(
        "One loss at a time, followed through everything that leans on it, counted in systems: of what stops, nothing "
        "tells both how many people use it and how long it is away."
    )


def _notes(speak: Translator, more: int, scale: Scale) -> Iterator[str]:
    if scale == "log":
        yield speak.text("The scale is logarithmic: a bar that looks a little longer may be ten times as much.")
    if more > 0:
        yield speak.text("Losses that are not shown here: {count}.", count=f"{more:,}")


def _drawing(chart: Bars, wide: float, title: str, tells: str) -> Drawing:
    shapes, height = chart.drawn(wide)
    return Drawing(wide, height, title, tells, shapes)


def _size(bar: Bar, counted: Counted) -> Span:
    return bar.exposure if counted == "people" else bar.systems


def _rank(bar: Bar, counted: Counted) -> tuple[float, float, str]:
    size = _size(bar, counted)
    most = size.most if size.most is not None else inf
    return -size.least, -most, bar.ref


def _name(bar: Bar, estate: Estate, speak: Translator) -> str:
    return told(bar.says, estate, speak) if bar.says is not None else called(bar.ref, estate, speak)


def _row(bar: Bar, estate: Estate, speak: Translator, counted: Counted) -> Row:
    size = _size(bar, counted)
    return Row(_name(bar, estate, speak), size, span(size, lambda value: count(value, speak), speak))


def _figures(bar: Bar, estate: Estate, speak: Translator) -> tuple[str, ...]:
    spans = (bar.exposure, bar.waiting, bar.systems)
    return (_name(bar, estate, speak), *(span(one, lambda value: count(value, speak), speak) for one in spans))
