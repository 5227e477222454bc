"""Every text of the tree in, a Korean text with the same placeholders out."""

from __future__ import annotations

import ast
from datetime import date, datetime

import pytest

from audit.model.message import say
from reports.format import LANGUAGES
from reports.translate import Translator
from tests.reports.messages import PLACEHOLDER, ROOT, entries, missing, sources, spoken, wanted
from tests.reports.printed import printed
from tests.reports.sample import AT, dossier


def test_every_text_has_korean() -> None:
    lacking = list(missing())
    if lacking:
        pytest.fail("\n".join(f"{places[0]}: {text}" for text, places in lacking), pytrace=False)


def test_nothing_is_translated_that_nobody_says() -> None:
    assert sorted(set(entries()) - set(wanted())) == []


def test_the_placeholders_agree() -> None:
    for text, entry in entries().items():
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(str(entry.string))), text
        assert text.count("`") == str(entry.string).count("`"), text


def test_every_sentence_is_a_literal_that_can_be_translated() -> None:
    loose = []
    for path in sources():
        source = path.read_text("utf-8")
        if str(path.relative_to(ROOT)) == "audit/model/message.py":
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                first = node.args[0] if node.args else None
                stored = isinstance(first, ast.Attribute) and first.attr == "template"
                if not stored and not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                    loose.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert loose == []


def test_the_scanner_sees_what_it_should() -> None:
    source = 'say("a {b}", b=1)\nsay("two "\n    "parts")\nspeak.text("c")\nsay(template)\nother.text("d")\n'
    assert list(spoken(source)) == [(1, "a {b}"), (2, "two parts"), (4, "c"), (5, None)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_speaks_its_own_words(language: str) -> None:
    page = printed("html", dossier(60, 3, 3), language)
    assert ("미충족" in page) == (language == "ko")
    assert (">not met<" in page) == (language == "en")
    assert ("What one fire takes" in page) == (language == "en")


def test_quantities_dates_and_words_are_written_as_the_language_does() -> None:
    korean, english = Translator("ko"), Translator("en")
    assert korean.quantity("5h 10m") == "5시간 10분"
    assert english.quantity("5h 10m") == "5h 10m"
    assert korean.quantity("2026-11-21T20:55:13+00:00") == "2026. 11. 22. 05:55"
    assert english.quantity("2026-11-21") == "21 Nov 2026"
    assert korean.quantity("2026-99-99") == "2026-99-99"
    assert korean.message(say("{date}", date="9999-12-31T23:59:59+00:00")) == "9999-12-31T23:59:59+00:00"
    assert korean.day(date(2026, 1, 2)) == "2026. 1. 2."
    assert Translator("ko", "UTC").instant(AT) == "2026. 11. 21. 20:55"
    assert korean.quantity("yes") == "예"
    assert korean.quantity(say("not met")) == "미충족"
    assert korean.quantity("<= 9y") == "≤ 9년"
    assert korean.quantity("site, power, operator") == "시설, 전원 인입, 운영 업체"
    assert korean.message(say("{path} is not there", path="site")) == "site이(가) 없음"
    assert english.quantity(">= 30 km") == "≥ 30 km"
    assert korean.number(1370.4) == "1,370"
    assert korean.instant(datetime.fromisoformat("2026-11-21T00:00:00+00:00")) == "2026. 11. 21. 09:00"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("원장", "원장이 없음"),
        ("자료", "자료가 없음"),
        ("노드 3", "노드 3이 없음"),
        ("노드 2", "노드 2가 없음"),
        ("a", "a이(가) 없음"),
    ],
)
def test_particles_fit_the_word_before_them(value: str, said: str) -> None:
    assert Translator("ko").message(say("{path} is not there", path=value)) == said


def test_values_are_never_read_as_templates() -> None:
    hostile = say("{path} is not there", path="{path}{why}%s%(x)s")
    assert Translator("ko").message(hostile) == "{path}{why}%s%(x)s이(가) 없음"
    assert Translator("en").message(hostile) == "{path}{why}%s%(x)s is not there"
