"""Programmes with who pays into them to bars against the threshold, each contributor gone in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.model.estate import Estate
from audit.model.meaning import Paid, Span
from reports.pictures.amounts import count, money
from reports.pictures.bars import Bars, Row
from reports.pictures.drawing import NARROW, WIDE, Drawing
from reports.pictures.figure import Figure
from reports.translate import Translator

PROGRAMMES: Final = 4
MOST: Final = 8


def payers(found: Sequence[Paid], estate: Estate, speak: Translator) -> Figure | None:
    """What is left of each programme when one contributor withdraws; None where nobody pays into any."""
    some = sorted((one for one in found if one.bars), key=lambda one: (-_short(one), one.programme))
    shown = some[:PROGRAMMES]
    if not shown:
        return None
    title = speak.text("Who carries which programme")
    more = len(some) - len(shown)
    return Figure(
        id="paid",
        title=title,
        lead=speak.text(
            "What was signed or paid is filled; what was only promised is hatched. "
            "The line is what the programme needs. Below the first bar, each contributor withdraws in turn; "
            "✗ marks where the promises no longer reach the line, ? where only promises do."
        ),
        wide=tuple(_drawing(one, WIDE, estate, speak) for one in shown),
        narrow=tuple(_drawing(one, NARROW, estate, speak) for one in shown),
        heads=(
            speak.text("Programme"),
            speak.text("Who withdraws"),
            speak.text("Signed or paid"),
            speak.text("With all that is promised"),
            speak.text("Needed"),
        ),
        rows=tuple(
            (
                estate.named(one.programme, speak.language),
                _who(gone, estate, speak),
                money(least, one.currency, speak),
                money(most, one.currency, speak),
                money(one.threshold, one.currency, speak) if one.threshold is not None else "–",
            )
            for one in shown
            for gone, least, most in one.bars
        ),
        legend=(("sure", speak.text("signed or paid")), ("perhaps", speak.text("only promised"))),
        notes=(speak.text("Programmes that are not shown here: {count}.", count=f"{more:,}"),) if more > 0 else (),
        names=2,
    )


def _short(one: Paid) -> int:
    """How many withdrawals break it."""
    return sum(_sign(one, least, most) != "✓" for _, least, most in one.bars)


def _sign(one: Paid, least: float, most: float) -> str:
    if one.threshold is None or least >= one.threshold:
        return "✓" if one.threshold is not None else ""
    return "?" if most >= one.threshold else "✗"


def _who(gone: str, estate: Estate, speak: Translator) -> str:
    return (
        speak.text("without {who}", who=estate.named(gone, speak.language)) if gone else speak.text("nobody withdraws")
    )


def _row(one: Paid, bar: tuple[str, float, float], estate: Estate, speak: Translator) -> Row:
    gone, least, most = bar
    low, high = count(least, speak), count(most, speak)
    told = f"{_sign(one, least, most)} {low if low == high else f'{low} – {high}'}".strip()
    return Row(_who(gone, estate, speak), Span(least, max(least, most)), told)


def _drawing(one: Paid, wide: float, estate: Estate, speak: Translator) -> Drawing:
    name = estate.named(one.programme, speak.language)
    bars = sorted(one.bars[1:], key=lambda bar: (bar[2], bar[0]))[:MOST]
    rows = [_row(one, bar, estate, speak) for bar in (one.bars[0], *bars)]
    mark = money(one.threshold, one.currency, speak) if one.threshold is not None else ""
    chart = Bars(
        tuple(rows),
        one.threshold,
        speak.text("needed: {money}", money=mark) if mark else "",
        name=f"{name} ({one.currency})" if one.currency else name,
    )
    shapes, height = chart.drawn(wide)
    tells = speak.text(
        "{count} withdrawals, each alone; {short} of them leave too little for certain",
        count=len(one.bars) - 1,
        short=_short(one),
    )
    return Drawing(wide, height, name, tells, shapes)
