"""A dossier in, a workbook out that a foreign reader opens: text is text, figures are figures, no formulas."""

from __future__ import annotations

import io
import re
import time
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from rich.cells import cell_len

from audit.model.dossier import Dossier
from reports import formats, xlsx
from tests.reports.hostile import CONTROLS
from tests.reports.sample import dossier
from tests.reports.scenes import hostile, rich

SAMPLES = {"whole": dossier(400), "rich": rich(), "hostile": hostile(), "empty": dossier(0, 0, 0)}


def written(sample: Dossier, language: str = "en") -> bytes:
    """The file."""
    return b"".join(next(formats()["xlsx"].pages(sample, language)).chunks)


def opened(sample: Dossier, language: str = "en") -> Any:
    """The workbook, as openpyxl reads it; a warning of it is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(io.BytesIO(written(sample, language)))


def cells(book: Any) -> Iterator[Any]:
    for sheet in book:
        for row in sheet.iter_rows():
            yield from row


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_foreign_reader_opens_it_and_finds_no_formula(name: str, language: str) -> None:
    book = opened(SAMPLES[name], language)
    for cell in cells(book):
        assert cell.data_type in ("s", "n", "inlineStr"), cell.coordinate
        assert cell.hyperlink is None
        if isinstance(cell.value, str):
            assert [sign for sign in CONTROLS if sign in cell.value] == []
    assert len(set(book.sheetnames)) == len(book.sheetnames) == (7 if name in ("rich", "hostile") else 6)
    for sheet in book:
        assert sheet.freeze_panes is not None
        for column, head in enumerate(sheet[1], 1):
            width = sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width
            assert width >= cell_len(str(head.value)), head.value


def test_the_parts_of_the_file_hold_no_formula_and_no_link() -> None:
    with zipfile.ZipFile(io.BytesIO(written(hostile()))) as parts:
        for name in parts.namelist():
            text = parts.read(name).decode("utf-8")
            assert "<f>" not in text
            assert "hyperlink " not in text.lower()
        assert not [name for name in parts.namelist() if "vba" in name.lower() or "externalLink" in name]


def test_the_same_run_gives_the_same_bytes_at_any_time() -> None:
    first = written(rich())
    time.sleep(2.1)  # a zip archive counts in steps of two seconds
    assert written(rich()) == first
    assert written(rich(), "ko") != first


def test_every_finding_is_a_row_the_most_urgent_first() -> None:
    sample = rich()
    sheet = opened(sample)["All findings"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert {row[-1] for row in rows} == {one.fingerprint for one in sample.findings}
    verdicts = [row[4] for row in rows]
    assert verdicts == sorted(verdicts, key=["✗ not met", "? not verified", "✓ met", "– not applicable"].index)
    assert sheet.auto_filter.ref == f"A1:T{len(rows) + 1}"
    assert {type(row[7]) for row in rows} == {int}
    coloured = {cell.value: cell.font.color.rgb for cell in sheet["E"][1:]}
    assert len(set(coloured.values())) == 4


def test_a_lapsed_waiver_comes_first_and_measures_have_a_sheet() -> None:
    book = opened(rich())
    states = [row[0].value for row in book["Waivers"].iter_rows(min_row=2)]
    assert len(states) == 2
    assert "past its date" in states[0]
    assert [row[4].value for row in book["Measures"].iter_rows(min_row=2)] == ["Park", "Choi"]


def test_figures_are_numbers() -> None:
    book = opened(dossier(400))
    summary = {row[0].value: row[1].value for row in book["Summary"].iter_rows(min_row=2)}
    assert summary["not verified"] == dossier(400).readiness.unknown
    assert isinstance(book["Losses"]["C2"].value, int)


def test_text_that_looks_like_rich_text_of_the_library_stays_text() -> None:
    trick = "<r><t>x</t></r><f>1+1</f><r></r>"
    sample = dossier(12, 1, 1)
    told = replace(sample, findings=tuple(replace(one, measured=trick) for one in sample.findings))
    sheet = opened(told)["All findings"]
    assert {str(cell.value).strip() for cell in sheet["J"][1:]} == {trick}


def test_what_excel_would_unescape_is_read_back_as_it_was() -> None:
    sample = dossier(12, 1, 1)
    told = replace(sample, findings=tuple(replace(one, measured="a_x0041_b") for one in sample.findings))
    with zipfile.ZipFile(io.BytesIO(written(told))) as parts:
        text = "".join(parts.read(name).decode() for name in parts.namelist() if "sheet2" in name)
    assert "_x005F_x0041_" in text


def test_a_cell_is_never_longer_than_a_cell_may_be() -> None:
    assert xlsx.cell("가" * 40_000) == "가" * 32_766 + "\ufffd"
    assert len(xlsx.cell("😀" * 40_000).encode("utf-16-le")) <= 2 * 32_767
    assert xlsx.cell("short") == "short"


def test_findings_beyond_the_rows_of_a_sheet_go_to_the_next() -> None:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(xlsx.workbook(dossier(400), "en", 150))))
    pages = [name for name in book.sheetnames if name.startswith("All findings")]
    assert pages == ["All findings", "All findings 2", "All findings 3"]
    assert sum(book[name].max_row - 1 for name in pages) == 400
    assert all(re.fullmatch(r"A1:T\d+", book[name].auto_filter.ref) for name in pages)
