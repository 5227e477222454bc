"""How much leans on each site, feed, supplier to two bars: what is named, beside what really stops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from types import MappingProxyType
from typing import Final

from audit.model.estate import Estate
from audit.model.meaning import Shares, Span
from audit.model.message import say
from reports.pictures.amounts import percent
from reports.pictures.bars import Bars, Row
from reports.pictures.drawing import NARROW, WIDE, Drawing
from reports.pictures.figure import Figure
from reports.translate import Translator

MEMBERS: Final = 3
UNITS: Final = MappingProxyType(
    {
        "users": say("registered people"),
        "applicants": say("applicants an hour"),
        "grade": say("the weight of the grades of systems, as not every system declares its people"),
    }
)
LAYERS: Final = 8
A_PAGE: Final = 4
"""Layers that one sheet of paper bears."""
_WORDS: Final = MappingProxyType(
    {
        "site": say("Sites"),
        "feed": say("Power feeds"),
        "supplier": say("Suppliers"),
        "operator": say("Operators of sites"),
        "maker": say("Makers"),
        "network": say("Networks"),
        "contributor": say("Contributors"),
    }
)


def shares(found: Sequence[Shares], measure: str, estate: Estate, speak: Translator) -> Figure | None:
    """What is named against what is hidden, in a measure of `Meaning`; None where no layer has a member."""
    layers = [one for one in found if one.direct or one.hidden][:LAYERS]
    if not layers:
        return None
    title = speak.text("How much hangs on one")
    pages = [layers[at : at + A_PAGE] for at in range(0, len(layers), A_PAGE)]
    charts = [Bars(tuple(row for one in page for row in _rows(one, estate, speak)), full=1.0) for page in pages]
    tells = "; ".join(f"{_layer(one, speak)}: {_like(one, speak)}" for one in layers)
    return Figure(
        id="shares",
        title=title,
        lead=speak.text(
            "The share of all that is at stake that names each of the largest (named), beside the share that stops "
            "when it is lost (stops). What stops without being named is hidden concentration. Counted in {unit}.",
            unit=speak.message(UNITS.get(measure, UNITS["grade"])),
        ),
        wide=tuple(_drawing(chart, WIDE, title, tells) for chart in charts),
        narrow=tuple(_drawing(chart, NARROW, title, tells) for chart in charts),
        heads=(speak.text("Layer"), speak.text("Member"), speak.text("Names it"), speak.text("Stops with it")),
        rows=tuple(_figures(one, member, estate, speak) for one in layers for member in _members(one)),
        legend=(("named", speak.text("names it")), ("sure", speak.text("stops with it"))),
        notes=tuple(_notes(layers, speak)),
        names=2,
    )


def _drawing(chart: Bars, wide: float, title: str, tells: str) -> Drawing:
    shapes, height = chart.drawn(wide)
    return Drawing(wide, height, title, tells, shapes)


def _members(one: Shares) -> list[str]:
    """The largest by what stops, then by what is named."""
    hidden, direct = dict(one.hidden), dict(one.direct)
    every = dict.fromkeys((*hidden, *direct))
    return sorted(every, key=lambda ref: (-hidden.get(ref, 0.0), -direct.get(ref, 0.0), ref))[:MEMBERS]


def _rows(one: Shares, estate: Estate, speak: Translator) -> Iterator[Row]:
    hidden, direct = dict(one.hidden), dict(one.direct)
    head = f"{_layer(one, speak)} · {_like(one, speak)}"
    for ref in _members(one):
        name = estate.named(ref, speak.language)
        named, stops = direct.get(ref, 0.0), hidden.get(ref, 0.0)
        yield Row(name, Span(named, named), speak.text("named {share}", share=percent(named)), "named", head)
        yield Row("", Span(stops, stops), speak.text("stops {share}", share=percent(stops)))
        head = ""


def _like(one: Shares, speak: Translator) -> str:
    return speak.text(
        "by name as if spread over {named} equal ones, in truth over {hidden}",
        named=_equal(one.direct_index),
        hidden=_equal(one.hidden_index),
    )


def _layer(one: Shares, speak: Translator) -> str:
    word = _WORDS.get(one.layer)
    return speak.message(word) if word is not None else one.layer


def _equal(index: float) -> str:
    """The effective number, 1/HHI."""
    return f"{1 / index:,.1f}".removesuffix(".0") if isfinite(index) and index > 0 else "–"


def _figures(one: Shares, ref: str, estate: Estate, speak: Translator) -> tuple[str, ...]:
    hidden, direct = dict(one.hidden), dict(one.direct)
    figures = percent(direct.get(ref, 0.0)), percent(hidden.get(ref, 0.0))
    return _layer(one, speak), estate.named(ref, speak.language), *figures


def _notes(layers: Sequence[Shares], speak: Translator) -> Iterator[str]:
    for one in layers:
        if one.unplaced > 0:
            layer, share = _layer(one, speak), percent(one.unplaced)
            yield speak.text(
                "{layer}: for {share} of what is at stake the inventory names none.", layer=layer, share=share
            )
