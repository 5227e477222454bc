"""Systems against hazards to a table of signs, so many rows a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from audit.model.estate import Estate
from audit.model.meaning import Matrix, Span, State
from audit.model.message import Message, say
from reports.pictures.amounts import brief_hours, hours, span
from reports.pictures.drawing import SMALL, WIDE, Area, Drawing, Shape, fields, label, rule
from reports.pictures.figure import Figure
from reports.pictures.naming import called
from reports.pictures.widths import width
from reports.translate import Translator

MOST_ROWS: Final = 40
MOST_COLUMNS: Final = 12
A_PAGE: Final = 30
_ROW: Final = 22.0
_HEAD: Final = 15.0
_NAMES: Final = 168.0
_WIDEST: Final = 90.0
_SECOND: Final = 1 / 3600
SIGNS: Final = MappingProxyType({"up": "✓", "degraded": "◐", "down": "✗", "unknown": "?"})
WORDS: Final[MappingProxyType[State, Message]] = MappingProxyType(
    {
        "up": say("goes on"),
        "degraded": say("goes on with less"),
        "down": say("stops"),
        "unknown": say("not known"),
    }
)
PATTERNED: Final = ("degraded", "unknown")
"""On these a word needs a plate of its own to be read."""
Cell = tuple[State, Span | None]


@dataclass(frozen=True, slots=True)
class _Line:
    """One system, or the head of an institution where it has no cells."""

    name: str
    cells: tuple[Cell, ...] = ()


def matrix(found: Matrix | None, estate: Estate, speak: Translator) -> Figure | None:
    """Which hazard stops which system for how long; None where there is nothing to tell."""
    if found is None or not found.rows or not found.hazards:
        return None
    found = replace(found, rows=tuple((ref, tuple(map(_felt, cells))) for ref, cells in found.rows))
    named = [called(ref, estate, speak) for ref in found.hazards]
    names = named[:MOST_COLUMNS]
    rows = sorted(found.rows[:MOST_ROWS], key=lambda row: _institution(row[0]))
    title = speak.text("Which hazard stops which system, for how long")
    pages = [rows[at : at + A_PAGE] for at in range(0, len(rows), A_PAGE)]
    return Figure(
        id="matrix",
        title=title,
        lead=speak.text(
            "The worst hazards against the systems of the highest grade. "
            "A sign tells what happens; behind it stands how long the system is away, as far as that is known: "
            "m minutes, h hours, d days."
        ),
        wide=tuple(_drawing(page, names, title, estate, speak) for page in pages),
        heads=(speak.text("System"), *names),
        rows=tuple(
            (estate.named(ref, speak.language), *(_told(cell, speak) for cell in cells[:MOST_COLUMNS]))
            for ref, cells in rows
        ),
        legend=tuple((f"cell-{state}", f"{SIGNS[state]} {speak.message(word)}") for state, word in WORDS.items()),
        notes=tuple(_notes(found, speak)),
        names=1 + len(names),
    )


def _felt(cell: Cell) -> Cell:
    """A length that nobody could measure is none: it only keeps events in their order."""
    state, away = cell
    return (state, replace(away, least=0.0)) if away is not None and 0 < away.least < _SECOND else cell


def _notes(found: Matrix, speak: Translator) -> Iterator[str]:
    systems = found.more + max(0, len(found.rows) - MOST_ROWS)
    if systems:
        yield speak.text("Systems that are not shown here: {count}.", count=f"{systems:,}")
    if len(found.hazards) > MOST_COLUMNS:
        yield speak.text("Hazards that are not shown here: {count}.", count=f"{len(found.hazards) - MOST_COLUMNS:,}")


def _institution(ref: str) -> str:
    return ref.partition("/")[0]


def _told(cell: Cell, speak: Translator) -> str:
    state, away = cell
    word = f"{SIGNS[state]} {speak.message(WORDS[state])}"
    return f"{word}, {span(away, lambda value: hours(value, speak), speak)}" if away is not None else word


def _lines(rows: Sequence[tuple[str, tuple[Cell, ...]]], estate: Estate, speak: Translator) -> Iterator[_Line]:
    """The systems, each institution with its name above its first one."""
    before = None
    for ref, cells in rows:
        if _institution(ref) != before:
            before = _institution(ref)
            yield _Line(estate.named(before, speak.language))
        yield _Line(estate.named(ref, speak.language), cells)


def _drawing(
    rows: Sequence[tuple[str, tuple[Cell, ...]]], names: Sequence[str], title: str, estate: Estate, speak: Translator
) -> Drawing:
    lines = tuple(_lines(rows, estate, speak))
    wide = min(_WIDEST, (WIDE - _NAMES) / len(names))
    top = _HEAD * len(names) + 10
    down = sum(state == "down" for _, cells in rows for state, _ in cells)
    tells = speak.text(
        "{systems} systems, {hazards} hazards; stops: {count}", systems=len(rows), hazards=len(names), count=down
    )
    shapes = (*_heads(names, wide, top), *_body(lines, wide, top, speak))
    return Drawing(WIDE, top + _ROW * len(lines) + 4, title, tells, shapes)


def _heads(names: Sequence[str], wide: float, top: float) -> Iterator[Shape]:
    """The names as stairs, the last one on top: each ends above its column, so that none crosses another's line."""
    for at, name in enumerate(names):
        x = _NAMES + (at + 0.5) * wide
        y = (len(names) - at) * _HEAD
        yield rule(x, y - 3, x, top, "leader")
        yield label(x - 5, y, name, x - 5, size=SMALL, anchor="end")


def _body(lines: Sequence[_Line], wide: float, top: float, speak: Translator) -> Iterator[Shape]:
    fields_of: dict[str, list[Area]] = {state: [] for state in SIGNS}
    plates_of: dict[str, list[Area]] = {state: [] for state in SIGNS}
    labels: list[Shape] = []
    y = top
    for line in lines:
        if not line.cells:
            yield label(0, y + 16, line.name, WIDE, "strong")
        else:
            yield label(10, y + 15, line.name, _NAMES - 18)
            for at, (state, away) in enumerate(line.cells[:MOST_COLUMNS]):
                x = _NAMES + at * wide
                text = _short(state, away, wide - 4, speak)
                broad = width(text, SMALL) + 4
                fields_of[state].append(Area(x + 1, y + 1, wide - 2, _ROW - 2))
                plates_of[state].append(Area(x + (wide - broad) / 2, y + 4, broad, _ROW - 8))
                labels.append(label(x + wide / 2, y + 15, text, wide - 4, f"ink-{state}", size=SMALL, anchor="middle"))
        y += _ROW
    for look, areas in fields_of.items():
        if areas:
            yield fields(areas, f"cell-{look}")
        if areas and look in PATTERNED:
            yield fields(plates_of[look], f"plate-{look}")
    yield from labels


def _short(state: State, away: Span | None, room: float, speak: Translator) -> str:
    """The sign with as much of the hours as fits."""
    sign = SIGNS[state]
    if away is None or state == "up" or (away.least <= 0 and away.most in (0, None)):
        return sign
    least, most = brief_hours(away.least, speak), brief_hours(away.most, speak) if away.most is not None else ""
    # Without the sign where there is no room for both: a length stands in no cell of what goes on.
    if least == most:
        choices: tuple[str, ...] = (f"{sign} {least}", f"{sign}{least}", least)
    elif away.least <= 0:
        choices = (f"{sign} ≤ {most}", f"{sign}≤{most}", f"≤{most}")
    else:
        between = f"{sign} {least}–{most}" if most else f"{sign} ≥ {least}"
        choices = (between, f"{sign} ≥ {least}", f"{sign}≥{least}", f"{sign}{least}+", f"{least}+")
    return next((text for text in (*choices, sign) if width(text, SMALL) <= room), sign)
