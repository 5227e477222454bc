"""Terminals of all widths in, whether what people read there fits out."""

from __future__ import annotations

import pytest

from audit.cli import main
from audit.cli.columns import cells
from audit.model.exit import Exit

Output = pytest.CaptureFixture[str]


def too_wide(words: str, columns: int, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(words.split()) == Exit.READY
    shown = capsys.readouterr().out.partition("\nExamples")[0].splitlines()
    return [text for text in shown if cells(text) > columns]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize("words", ["kinds --role copies", "doctor"])
def test_a_list_fits_its_terminal(
    words: str, columns: int, language: str, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert too_wide(f"{words} --lang {language}", columns, capsys, monkeypatch) == []


@pytest.mark.parametrize("columns", [62, 80, 120])
def test_what_must_hold_stands_below_where_there_is_no_room_beside(
    columns: int, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert too_wide("checks --area funding --lang en", columns, capsys, monkeypatch) == []


def test_an_explanation_fits_its_terminal(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    assert too_wide("explain backup.age --lang en", 60, capsys, monkeypatch) == []
