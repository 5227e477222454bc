"""A dossier to a workbook of several sheets, in which no cell is a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final

from audit.model.clean import REPLACEMENT, redacted, terminal
from audit.model.dossier import Dossier
from audit.model.exit import Exit, Stop
from audit.model.message import say
from reports.assessment.view import View
from reports.format import Format, Page
from reports.workbook.estate import losses, summary, systems
from reports.workbook.findings import findings, fixes
from reports.workbook.follow_up import measures, waivers
from reports.workbook.sheet import Sheet

ROWS: Final = 1_048_575
"""Of one sheet below its header; what is beyond them goes to a sheet of its own."""
LONGEST: Final = 32_767
"""UTF-16 units of one cell."""
_PIECE: Final = 262_144
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\']")
"""What the name of a sheet may not hold."""
_WHITE: Final = "#FFFFFF"
_HEAD: Final = "#1E2124"
_COLOURS: Final = ("#FFFFFF", "#228738", "#DE3412", "#9E6A00", "#6D7882")


def workbook(dossier: Dossier, language: str, rows: int = ROWS) -> Iterator[bytes]:
    """The file; `rows` is how many a sheet may have below its head."""
    view = View.of(dossier, language)
    buffer = io.BytesIO()
    book = _book(buffer)
    run = dossier.run
    book.set_properties(
        {
            "title": cell(view.speak.text("Audit of {estate}", estate=run.estate_id)),
            "author": cell(run.tool),
            "comments": cell(f"{run.id} {run.root}"),
            # Not the clock: the same run gives the same bytes.
            "created": (run.ended or dossier.at).astimezone(UTC).replace(tzinfo=None, microsecond=0),
        }
    )
    looks = _looks(book, language)
    for sheet in _sheets(view):
        _fill(book, sheet, looks, rows)
    book.close()
    told = buffer.getbuffer()
    for start in range(0, len(told), _PIECE):
        yield bytes(told[start : start + _PIECE])


def _sheets(view: View) -> Iterator[Sheet]:
    """Every sheet, in the order in which they are read."""
    dossier, speak = view.dossier, view.speak
    yield summary(dossier, speak)
    yield findings(view)
    for sheet in (fixes, losses, systems, waivers):
        yield sheet(dossier, speak)
    if dossier.actions:
        yield measures(dossier, speak)


def _book(buffer: io.BytesIO) -> Any:
    try:
        from xlsxwriter import Workbook  # type: ignore[import-untyped]
    except ImportError as missing:
        raise Stop(
            Exit.USAGE, say("a workbook needs xlsxwriter, which is not installed: pip install 'haechi[xlsx]'")
        ) from missing
    return Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})


def _looks(book: Any, language: str) -> dict[str, Any]:
    """How cells look, by name; one of each, for Excel knows only so many."""
    font = {"font_name": "Malgun Gothic" if language == "ko" else "Calibri", "font_size": 10, "valign": "top"}
    plain = font | {"text_wrap": True, "num_format": "@"}
    looks = {
        "text": book.add_format(plain),
        "number": book.add_format(font | {"num_format": "#,##0.######", "align": "right"}),
        "head": book.add_format(plain | {"bold": True, "font_color": _WHITE, "bg_color": _HEAD, "border": 1}),
        "title": book.add_format(font | {"bold": True, "font_size": 14, "num_format": "@"}),
    }
    for name, colour in zip(("pass", "fail", "unknown", "not-applicable"), _COLOURS[1:], strict=True):
        looks[name] = book.add_format(plain | {"bold": True, "font_color": colour})
    return looks


def _fill(book: Any, sheet: Sheet, looks: dict[str, Any], most: int) -> None:
    number = 0
    page, row = _page(book, sheet, number, looks)
    for told in sheet.rows:
        if row > most:
            _filter(page, sheet, row)
            number += 1
            page, row = _page(book, sheet, number, looks)
        for column, value in enumerate(told):
            look = looks.get(sheet.look(column, told), looks["text"])
            # Never `write`: it guesses formulas, links, numbers from the text.
            if isinstance(value, str):
                if value:
                    page.write_string(row, column, cell(value), look)
            else:
                page.write_number(row, column, value, looks["number"])
        row += 1
    _filter(page, sheet, row)


def _page(book: Any, sheet: Sheet, number: int, looks: dict[str, Any]) -> tuple[Any, int]:
    name = _FORBIDDEN.sub(" ", cell(sheet.name))
    page = book.add_worksheet(name[:31] if not number else f"{name[:26]} {number + 1}")
    for column, (_, width) in enumerate(sheet.columns):
        page.set_column(column, column, width)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.freeze_panes(1, sheet.frozen)
    page.repeat_rows(0)
    for column, (name, _) in enumerate(sheet.columns):
        page.write_string(0, column, cell(name), looks["head"])
    return page, 1


def _filter(page: Any, sheet: Sheet, row: int) -> None:
    if sheet.filtered and row > 1:
        page.autofilter(0, 0, row - 1, len(sheet.columns) - 1)


def cell(text: str) -> str:
    """The text of a cell: nothing in it acts, nothing in it is read as markup, none is longer than a cell may be."""
    plain = terminal(redacted(text) if "://" in text else text)
    if plain.startswith("<r>") and plain.endswith("</r>"):
        plain += " "  # what looks like this is written as raw XML by the library
    if len(plain.encode("utf-16-le")) > 2 * LONGEST:
        plain = plain.encode("utf-16-le")[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + REPLACEMENT
    return plain


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", workbook(dossier, language))


FORMAT: Final = Format("xlsx", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _pages)
