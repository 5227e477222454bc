"""Hostile text in, text that cannot act on its medium out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model import clean
from tests.reports.hostile import CONTROLS, POLYGLOT

ANY = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize("cleaned", [clean.line, clean.terminal, clean.html, clean.xml, clean.csv_cell])
def test_no_control_is_left(cleaned) -> None:  # type: ignore[no-untyped-def]
    text = cleaned(POLYGLOT)
    assert [sign for sign in CONTROLS if sign in text] == []
    text.encode("utf-8")
    assert "owned" in text
    assert clean.REPLACEMENT in text


def test_plain_text_of_any_language_stays_as_it_is() -> None:
    for cleaned in (clean.line, clean.terminal, clean.html, clean.xml, clean.csv_cell, clean.json_text):
        assert cleaned("기술보증기금 – 5시간, é ✓ 👩‍💻") == "기술보증기금 – 5시간, é ✓ 👩‍💻"


def test_a_line_is_one_line_and_other_media_keep_their_lines() -> None:
    assert clean.line("a\r\nb\u2028c\x85d\te") == "a b c d e"
    assert clean.terminal("a\r\nb\u2028c\rd\te") == "a\nb\nc\nd e"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "\u00a0 ", "\t", "\r\n", "x\n", "x\r\n  "])
def test_no_physical_line_of_a_cell_starts_a_formula(before: str, start: str) -> None:
    rows = clean.csv_cell(f"{before}{start}1+1").splitlines()
    assert [row for row in rows if row.strip()[:1] == start] == []
    assert rows[-1].strip("' \u00a0") == f"{start}1+1"


@given(ANY)
def test_cells_and_lines_are_safe_whatever_comes(text: str) -> None:
    for row in clean.csv_cell(text).splitlines():
        assert row.lstrip(" \u00a0")[:1] not in tuple("=+-@")
    assert len(clean.line(text).splitlines()) <= 1
    assert clean.line(clean.line(text)) == clean.line(text)


@given(ANY)
def test_json_reads_back_equal_and_each_document_is_one_line(text: str) -> None:
    value = clean.json_text(text)
    document = clean.json_escaped(json.dumps(value, ensure_ascii=False))
    assert json.loads(document) == value
    assert len(document.splitlines()) == 1
    document.encode("utf-8")


def test_a_css_string_cannot_be_left() -> None:
    written = clean.css_string('";} </style><script>\\')
    assert written.count('"') == 2
    assert "<" not in written
    assert ";" not in written


def test_user_info_of_a_url_is_taken_out() -> None:
    assert clean.redacted("see https://user:pa%20ss@host/x and s3://k:v@b") == "see https://host/x and s3://b"
    assert clean.redacted("mail a@b.example, https://host/a@b") == "mail a@b.example, https://host/a@b"
