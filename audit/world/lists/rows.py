"""The bytes of a CSV or XLSX file to its rows of texts, each with its number."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from audit.model.message import say
from audit.world.lists.workbook import is_workbook, workbook_rows
from audit.world.lists.wrong import MOST_ROWS, refused, too_many

MOST_COLUMNS: Final = 256
_MOST_CELL: Final = 4000
Row = tuple[int, list[str]]


def rows(content: bytes, path: str) -> Iterator[Row]:
    """Every row that is not blank; BadList with file:row:column."""
    found = workbook_rows(content, path) if is_workbook(content) else _comma_rows(content, path)
    for count, (number, cells) in enumerate(found):
        if count > MOST_ROWS:
            raise too_many(path)
        if len(cells) > MOST_COLUMNS:
            wrong = say("there are more than {most} columns", most=MOST_COLUMNS)
            raise refused(path, number, MOST_COLUMNS + 1, wrong, say("export fewer"))
        for column, cell in enumerate(cells, 1):
            if len(cell) > _MOST_CELL:
                wrong = say("the cell holds {count} letters", count=f"{len(cell):,}")
                raise refused(path, number, column, wrong, say("at most {most}", most=_MOST_CELL))
        if any(cell.strip() for cell in cells):
            yield number, cells


def text_of(content: bytes, path: str) -> str:
    """The text: UTF-8, or CP949 as spreadsheets of Korean Windows write it."""
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise refused(path, 1, 1, say("this is no text"), say("export it as CSV in UTF-8, or as XLSX"))


def _comma_rows(content: bytes, path: str) -> Iterator[Row]:
    text = text_of(content, path)
    head = next((line for line in text.splitlines() if line.strip()), "")
    sign = max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, cells
            number = reader.line_num + 1
    except csv.Error as broken:
        raise refused(
            path, number, 1, say("{why}", why=str(broken)), say("quote the cell, close its quotes")
        ) from broken
