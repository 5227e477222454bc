"""Workbooks of several makers in, the rows that openpyxl reads out of the same bytes out."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from audit.world.lists.workbook import workbook_rows
from audit.world.lists.wrong import BadList

VALUES = ("web1", " 웹 서버 ", "", None, 0, 7, -3, 7.5, 1e20, 443.0, True, False, "#N/A", "a\nb", "&<>", "00123",
          datetime.fromisoformat("2026-10-01 12:30"), date(2026, 3, 1))  # fmt: skip


def oracle(content: bytes) -> list[tuple[int, list[str]]]:
    """The rows as openpyxl has them, in the texts that people would read."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    found = [(number, [_text(one) for one in row]) for number, row in enumerate(sheet.values, 1)]
    width = next((len(_trimmed(row)) for _, row in found if any(row)), 0)
    return [(number, row) for number, told in found if (row := _trimmed(told[:width]))]


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row = row[:-1]
    return row


def read(content: bytes) -> list[tuple[int, list[str]]]:
    return [(number, told) for number, row in workbook_rows(content, "list") if (told := _trimmed(row))]


def drawn(seed: int) -> list[list[Any]]:
    dice = random.Random(seed)
    head = [f"column {one}" for one in range(dice.randint(1, 30))]
    return [head, *([dice.choice(VALUES) for _ in range(dice.randint(0, 32))] for _ in range(dice.randint(0, 20)))]


@pytest.mark.parametrize("seed", range(20))
def test_of_openpyxl(seed: int) -> None:
    book = openpyxl.Workbook()
    for _ in range(seed % 3):
        book.active.append([])
    for row in drawn(seed):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    assert read(stream.getvalue()) == oracle(stream.getvalue())


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}, {"in_memory": True, "date_1904": True}])
def test_of_xlsxwriter(options: dict[str, Any]) -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"default_date_format": "yyyy-mm-dd hh:mm", **options})
    book.add_chartsheet("picture")
    sheet = book.add_worksheet("hosts")
    money = book.add_format({"num_format": '#,##0 "days"'})
    for number, row in enumerate(drawn(5)):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number * 2, column * 2, value, *((money,) if isinstance(value, float) else ()))
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=hosts!$A$1:$A$2"})
    book.worksheets()[0].set_chart(chart)
    book.close()
    assert read(stream.getvalue()) == oracle(stream.getvalue())


def rewritten(sheet: str, texts: str = "<sst/>") -> bytes:
    """A workbook with other parts."""
    plain, stream = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        book.add_worksheet().write_string(0, 0, "x")
    parts = {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": texts}
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.namelist():
            new.writestr(part, parts.get(part, old.read(part)))
    return stream.getvalue()


def test_prefixes_runs_readings_and_places_that_are_not_written() -> None:
    texts = "<sst><si><r><t>서</t></r><r><t>버</t></r><rPh><t>seo</t></rPh></si></sst>"
    sheet = (
        '<x:worksheet xmlns:x="u"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c>'
        '<x:c t="inlineStr"><x:is><x:t>a</x:t><x:rPh><x:t>no</x:t></x:rPh></x:is></x:c></x:row>'
        '<x:row r="9"><x:c r="B9"><x:v>1.0</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert read(rewritten(sheet, texts)) == [(1, ["서버", "a"]), (9, ["", "1"])]


@pytest.mark.parametrize(
    "cell",
    ['<c r="A1" t="s"><v>7</v></c>', '<c r="A1" t="s"><v>-1</v></c>', '<c r="1"><v>1</v></c>', '<c r="A1"><v>x</v></c>',
     '<c r="AAAA1"><v>1</v></c>', '<c r="A1" s="9"><v>1</v>', '<c r="A1"><v>nan</v></c>', '<c r="A1"><v>1e999</v></c>'],
)  # fmt: skip
def test_what_cannot_be(cell: str) -> None:
    with pytest.raises(BadList, match="no XLSX file that can be read"):
        read(rewritten(f"<worksheet><sheetData><row r='1'>{cell}</row></sheetData></worksheet>"))


def test_a_shared_formula_is_one() -> None:
    cell = '<c r="B2"><f t="shared" si="0"/><v>1</v></c>'
    head = '<row r="1"><c r="B1" t="str"><v>x</v></c></row>'
    with pytest.raises(BadList, match="list:2:2: this cell holds a formula"):
        read(rewritten(f"<worksheet><sheetData>{head}<row r='2'>{cell}</row></sheetData></worksheet>"))
