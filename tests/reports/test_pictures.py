"""An analysis of any size with any name in, pictures out that are well-formed, inside their frame, without overlap."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from math import inf
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from audit.model.meaning import Bar, Matrix, Meaning, Span
from reports.pictures.album import pictures
from reports.pictures.bars import Bars, Row
from reports.pictures.drawing import NARROW, SMALL, WIDE, Area, Drawing, Stroke
from reports.pictures.figure import Figure
from reports.pictures.matrix import _NAMES, MOST_COLUMNS, _short, matrix
from reports.pictures.naming import apart
from reports.pictures.widths import ELLIPSIS, fitted, width
from reports.translate import Translator
from tests.model.estates import graph_of
from tests.reports.hostile import CONTROLS, POLYGLOT
from tests.reports.meant import meaning, meant
from tests.reports.printed import Page, printed
from tests.reports.sample import AT, dossier

SPEAK = {language: Translator(language) for language in ("en", "ko")}
BASE = dossier(20, 3, 3)
WHOLE = meant(dossier(60))
IDS = ["pareto", "matrix", "spread", "curve", "recovery", "shares", "copies", "paid", "tornado"]
SIZES = some.floats(0, 1e300) | some.sampled_from([0.0, 1.0, 1e-9, inf])


def drawn(figures: tuple[Figure, ...]) -> list[Drawing]:
    return [drawing for figure in figures for drawing in (*figure.wide, *figure.narrow)]


def wrong(drawing: Drawing) -> list[str]:
    """What is not in order in a picture: not well-formed, outside of its frame, texts that lie upon each other."""
    fromstring(drawing.svg)  # noqa: S314 - our own text, to see whether it is well-formed
    frame = Area(0, 0, drawing.width, drawing.height)
    labels = [(label.text, label.area) for label in drawing.labels]
    found = [f"outside: {text!r} {area}" for text, area in labels if not inside(area, frame)]
    pairs = combinations(sorted(labels, key=lambda one: one[1].y), 2)
    found += [f"{one!r} on {two!r}" for (one, first), (two, second) in pairs if first.touches(second)]
    return found


def inside(area: Area, frame: Area) -> bool:
    return (
        area.x >= -0.1
        and area.y >= -1.5
        and area.x + area.width <= frame.width + 0.1
        and area.y + area.height <= frame.height + 0.1
    )


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 12, 40])
@pytest.mark.parametrize(
    "taint", ["", POLYGLOT, " 소상공인시장진흥공단 정책자금 신청 접수 시스템 " * 3], ids=["plain", "hostile", "long"]
)
def test_every_picture_is_in_order(count: int, taint: str, language: str) -> None:
    sample = meant(dossier(20, 3, 3, taint=taint), count, taint)
    figures = pictures(sample, SPEAK[language])
    assert {figure.id for figure in figures} <= set(IDS)
    assert [trouble for drawing in drawn(figures) for trouble in wrong(drawing)] == []


def test_all_nine_are_there_in_order() -> None:
    assert [figure.id for figure in pictures(WHOLE, SPEAK["en"])] == IDS


@settings(max_examples=60, deadline=None)
@given(
    name=some.text(max_size=60),
    count=some.integers(1, 14),
    size=SIZES,
    language=some.sampled_from(["en", "ko"]),
)
def test_any_name_and_any_figure_leave_it_in_order(name: str, count: int, size: float, language: str) -> None:
    sample = replace(BASE, meaning=meaning(count, name, size))
    for drawing in drawn(pictures(sample, SPEAK[language])):
        assert wrong(drawing) == []
        assert "nan" not in drawing.svg
        assert "inf" not in re.sub(r"<(title|desc|text)[ >].*?</\1>|aria-label=\"[^\"]*\"", "", drawing.svg)


@settings(max_examples=80, deadline=None)
@given(spans=some.lists(some.tuples(SIZES, SIZES | some.none()), max_size=30))
def test_any_interval_is_drawn_within_its_bounds(spans: list[tuple[float, float | None]]) -> None:
    bars = tuple(
        Bar(f"r{at}", None, Span(one, two if two is None else max(one, two)), Span(0, None), Span(1, 1))
        for at, (one, two) in enumerate(spans)
    )
    for drawing in drawn(pictures(replace(BASE, meaning=Meaning(AT, pareto=bars)), SPEAK["en"])):
        assert wrong(drawing) == []
        for x, wide in re.findall(r'<rect class="(?:sure|perhaps)" x="([^"]+)" y="[^"]+" width="([^"]+)"', drawing.svg):
            assert float(x) >= 0
            assert float(x) + float(wide) <= drawing.width


def test_nothing_found_draws_nothing() -> None:
    assert pictures(BASE, SPEAK["en"]) == ()
    assert pictures(replace(BASE, meaning=Meaning(AT)), SPEAK["en"]) == ()
    assert 'id="meaning"' not in printed("html", replace(BASE, meaning=Meaning(AT)))


def test_five_hundred_of_everything_are_counted_not_drawn() -> None:
    figures = {figure.id: figure for figure in pictures(meant(dossier(60, 11, 30), 500), SPEAK["en"])}
    assert sum(len(drawing.svg) for figure in figures.values() for drawing in figure.wide) < 200_000
    told = {name: " ".join(figure.notes) for name, figure in figures.items()}
    assert "Losses that are not shown here: 485." in told["pareto"]
    assert "Hazards that are not shown here: 488." in told["matrix"]
    assert "Systems that are not shown here: 790." in told["matrix"]
    assert "Unknowns that are not shown here: 316." in told["tornado"]
    assert [wrong(drawing) for drawing in drawn(tuple(figures.values())) if wrong(drawing)] == []


def test_an_open_end_has_an_arrow_and_no_bound() -> None:
    bars = (
        Bar("open", None, Span(5, None), Span(0, 0), Span(1, 1)),
        Bar("shut", None, Span(5, 9), Span(0, 0), Span(1, 1)),
    )
    (figure,) = pictures(replace(BASE, meaning=Meaning(AT, pareto=bars)), SPEAK["en"])
    assert figure.wide[0].svg.count('class="arrow"') == 1
    assert [row[:2] for row in figure.rows] == [("open", "at least 5"), ("shut", "5 – 9")]


def test_without_people_the_systems_are_counted() -> None:
    bars = (Bar("one", None, Span(0, 0), Span(0, 0), Span(3, 4)),)
    (figure,) = pictures(replace(BASE, meaning=Meaning(AT, pareto=bars)), SPEAK["en"])
    assert figure.title == "How many systems each loss stops"
    assert "3 – 4" in figure.wide[0].svg


def test_what_a_picture_shows_stands_in_its_table_too() -> None:
    for figure in pictures(WHOLE, SPEAK["en"]):
        assert figure.rows
        assert {len(row) for row in figure.rows} == {len(figure.heads)}, figure.id


def test_a_withdrawal_that_breaks_a_programme_is_marked() -> None:
    figure = next(one for one in pictures(WHOLE, SPEAK["en"]) if one.id == "paid")
    (first, *_) = figure.wide
    marks = {text[0] for text in (label.text for label in first.labels) if text[0] in "✓?✗"}
    assert marks <= {"✓", "?", "✗"}
    assert 'class="threshold"' in first.svg


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("taint", ["", POLYGLOT], ids=["plain", "hostile"])
def test_the_page_with_pictures_is_in_order(taint: str, language: str) -> None:
    text = printed("html", meant(dossier(20, 3, 3, taint=taint), 7, taint), language)
    page = Page(text)
    assert page.wrong == []
    assert [sign for sign in CONTROLS if sign in text] == []
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "img", "use", "foreignobject", "image", "animate", "a:href"}
    ids = page.ids()
    assert len(ids) == len(set(ids))
    pictured = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert all("aria-label" in one or one.get("aria-hidden") == "true" for one in pictured)
    assert text.count('class="picture"') >= len(IDS)


def test_the_report_grows_by_less_than_300_000_bytes() -> None:
    whole = meant(dossier(60, 11, 6), 40)
    grown = len(printed("html", whole, "ko").encode()) - len(
        printed("html", replace(whole, meaning=None), "ko").encode()
    )
    assert grown < 300_000


@given(text=some.text(max_size=80), most=some.floats(0, 400))
def test_a_cut_line_fits(text: str, most: float) -> None:
    short = fitted(text, 12, most)
    assert width(short, 12) <= most
    assert "\n" not in short
    if width(" ".join(text.split()), 12) <= most and text.isprintable():
        assert short == " ".join(text.split())
    assert short == "" or short == fitted(text, 12, 1e9) or short.endswith(ELLIPSIS)


def test_a_small_screen_gets_pictures_of_its_width() -> None:
    for figure in pictures(WHOLE, SPEAK["ko"]):
        assert all(drawing.width == NARROW for drawing in figure.narrow)
        assert figure.narrow or figure.id in ("matrix", "spread", "curve", "recovery", "copies")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_cell_of_the_fullest_matrix_has_room_for_its_hours(language: str) -> None:
    room = (WIDE - _NAMES) / MOST_COLUMNS - 4
    for least in (0.5, 6.0, 30.0, 24 * 9.0, 24 * 104.0, 24 * 999.0):
        for most in (least, least * 1.3, least + 1, None):
            told = _short("down", Span(least, most), room, SPEAK[language])
            assert width(told, SMALL) <= room
            assert re.search(r"\d", told), (least, most)


def test_less_than_a_second_is_no_length_to_tell() -> None:
    found = Matrix(("a",), (("k/s", (("down", Span(1e-9, None)),)),), 0)
    figure = matrix(found, BASE.estate, SPEAK["en"])
    assert figure is not None
    assert "min" not in figure.rows[0][1]
    assert {label.text for label in figure.wide[0].labels} >= {"✗"}


def test_two_of_one_name_are_told_apart() -> None:
    estate = graph_of(
        "institutions:\n"
        "- {id: a, name: First, systems: [{id: net, name: Office, grade: 1}, {id: web, name: Web, grade: 1}]}\n"
        "- {id: b, name: Second, systems: [{id: net, name: Office, grade: 1}]}\n"
    ).estate
    names = apart(("a/net", "a/web", "b/net"), estate, SPEAK["en"])
    assert list(names.values()) == ["Office (First)", "Web", "Office (Second)"]


def test_no_line_runs_through_words_on_a_small_screen() -> None:
    rows = tuple(Row(f"r{at}", Span(1.0, 4.0), "1 – 4") for at in range(3))
    shapes, _ = Bars(rows, 4.0, "needed").drawn(NARROW)
    lines = [shape.path for shape in shapes if isinstance(shape, Stroke) and shape.look == "threshold"]
    assert len(lines) == 1 + len(rows)


def test_on_paper_nothing_is_parted_from_its_heading() -> None:
    page = printed("html", WHOLE)
    paper = page[page.index("@media print") :]
    for rule in ("figure, .lead { break-inside: avoid; }", ".lead, caption { break-after: avoid; }"):
        assert rule in paper
    assert "Applicant-hours" in page.split('<h3 id="meaning-pareto-title"')[1].split("<details")[0]
