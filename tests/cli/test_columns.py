"""A text with a width in, lines that are no wider on a terminal out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.cells import cell_len

from audit.cli.columns import cells, folded, padded

LETTERS = some.text("가나힣한글ab c.,`-·日。", max_size=60)


@given(LETTERS)
def test_cells_are_those_of_a_terminal(text: str) -> None:
    assert cells(text) == cell_len(text)
    assert cells(padded(text, 90)) == 90


def test_a_letter_that_is_joined_takes_no_column() -> None:
    assert cells("é") == cells("é".encode().decode()) == 1


@given(LETTERS, some.integers(10, 40), some.sampled_from(["", "  ", "항목: "]))
def test_folded_lines_fit_with_every_word(text: str, width: int, head: str) -> None:
    lines = list(folded(text, width, first=head, rest=" " * cells(head)))
    assert lines
    assert all(cells(line) <= width for line in lines)
    assert all(line == line.rstrip() for line in lines)
    assert "".join(lines).replace(" ", "") == (head + text).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["- "[:1]]),
        ("가나 다라 마바", ["- 가나 다라", "  마바"]),
        ("가나다라마바사", ["- 가나다라마", "  바사"]),
        ("가나  [다라]", ["- 가나", "  [다라]"]),
        ("a  b", ["- a  b"]),
    ],
)
def test_folding(text: str, lines: list[str]) -> None:
    assert list(folded(text, 12, first="- ", rest="  ")) == lines
