"""Ninety days of endpoints in, what reports show of them out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from audit.model.history import Availability, Strip
from audit.model.verdict import Verdict
from reports import formats
from reports.format import write
from reports.measured import KINDS, kind, seconds_text, share_text, verdict
from reports.past import FIRST, LISTED, Past
from reports.translate import Translator
from tests.reports.hostile import POLYGLOT
from tests.reports.printed import Page, on_screen, printed
from tests.reports.sample import dossier
from tests.reports.watched import DAY, MORNING, seen, strip, watched, with_endpoints

HOUR = timedelta(hours=1)


def over(**parts: timedelta) -> Availability:
    return seen(MORNING - DAY, MORNING, **parts)


@pytest.mark.parametrize(
    ("least", "most", "told"),
    [
        (1.0, 1.0, "100 %"),
        (0.0, 0.0, "0 %"),
        (0.999999, 1.0, "99.999–100 %"),
        (0.99931, 0.99968, "99.931–99.968 %"),
        (0.992, 0.996, "99.2–99.6 %"),
        (0.9995, 0.9995, "99.95 %"),
        (None, None, "–"),
    ],
)
def test_a_share_is_rounded_outwards(least: float | None, most: float | None, told: str) -> None:
    assert share_text(least, most) == told


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({}, "met"),
        ({"down": HOUR}, "down"),
        ({"down": timedelta(seconds=20)}, "brief"),
        ({"down": timedelta(seconds=20), "between": HOUR}, "brief"),
        ({"between": HOUR}, "open"),
        ({"unknown": 13 * HOUR}, "dark"),
        ({"unknown": 11 * HOUR}, "met"),
        ({"unknown": 24 * HOUR}, "none"),
        ({"maintenance": 12 * HOUR}, "kept"),
        ({"maintenance": 11 * HOUR}, "met"),
        ({"unknown": 23 * HOUR, "down": HOUR}, "down"),
    ],
)
def test_every_kind_of_day(parts: dict[str, timedelta], found: str) -> None:
    assert found in KINDS
    assert kind(over(**parts), 0.999) == found


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({}, Verdict.PASS),
        ({"down": HOUR}, Verdict.FAIL),
        ({"between": HOUR}, Verdict.UNKNOWN),
        ({"unknown": 2 * HOUR}, Verdict.PASS),
        ({"unknown": 3 * HOUR}, Verdict.UNKNOWN),
        ({"unknown": 20 * HOUR, "down": 2 * HOUR}, Verdict.FAIL),
        ({"unknown": 24 * HOUR}, Verdict.UNKNOWN),
    ],
)
def test_a_verdict_needs_proof(parts: dict[str, timedelta], found: Verdict) -> None:
    assert verdict(Strip("x", (), over(**parts), 0.99)) is found
    assert verdict(Strip("x", (), over(**parts), 0.0)) is Verdict.NOT_APPLICABLE


def test_latencies_are_short() -> None:
    told = [seconds_text(seconds) for seconds in (0.0004, 0.0214, 0.9994, 0.9996, 1.26, 9.96, 219.6)]
    assert told == ["0 ms", "21 ms", "999 ms", "1 s", "1.3 s", "10 s", "220 s"]


@pytest.mark.parametrize("salt", [0, 1, 2, 3])
def test_the_cells_fill_the_bar_without_a_gap(salt: int) -> None:
    whole = replace(watched(), strips=(strip("guarantee-fund/intake/web-0", salt),))
    (row,) = Past(whole, Translator("en")).first
    assert row.cells[0].x == 0
    assert all(abs(one.x + one.width - after.x) < 0.01 for one, after in pairwise(row.cells))
    assert abs(row.cells[-1].x + row.cells[-1].width - 100) < 0.01
    assert all(one.title for one in row.cells)
    if salt == 0:
        assert [one.title for one in row.cells] == ["25 Aug 2026 – 22 Nov 2026: 100 %, coverage 100 %"]
    if salt == 1:
        assert "98.819–99.237 %, coverage 100 %" in " ".join(one.title for one in row.cells)


def test_the_budget_is_what_the_target_leaves() -> None:
    first, *_, last = Past(watched(), Translator("en")).first
    assert (first.allowed, first.spent, first.left) == ("21m 13s", "40m – 1h 5m", "18m 47s – 43m 47s")
    assert first.overspent
    assert last.verdict is Verdict.FAIL
    whole = replace(watched(), strips=(strip("guarantee-fund/intake/web-0", 0),))
    (well,) = Past(whole, Translator("ko")).first
    assert (well.allowed, well.spent, well.left, well.overspent) == ("21분 36초", "0초", "21분 36초", False)


def test_the_worst_come_first() -> None:
    past = Past(watched(), Translator("en"))
    assert dict(past.counts) == {Verdict.FAIL: 5, Verdict.UNKNOWN: 8, Verdict.PASS: 5}
    assert len(past) == 18
    assert [row.verdict for row in past.first] == [Verdict.FAIL] * FIRST
    own = past.of("guarantee-fund")
    assert [row.subject.partition("/")[0] for row in own] == ["guarantee-fund"] * 6
    assert [row.verdict for row in own] == sorted(
        (row.verdict for row in own), key=[Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS].index
    )


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("taint", ["", POLYGLOT], ids=["plain", "hostile"])
def test_the_page_is_in_order_can_be_heard_and_cannot_act(taint: str, language: str) -> None:
    page = Page(printed("html", watched(taint=taint), language))
    assert page.wrong == []
    assert len(page.ids()) == len(set(page.ids()))
    assert {link[1:] for link in page.links()} <= set(page.ids())
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "link", "img", "use", "foreignobject"}
    bars = [one for tag, one in page.elements if tag == "svg" and "days" in str(one.get("class"))]
    assert len(bars) == 18 + FIRST
    assert all(one.get("aria-label") for one in bars)
    assert [attributes for tag, attributes in page.elements if any(name.startswith("on") for name in attributes)] == []
    assert ("How available it was" in page.text) == (language == "en")


def test_a_day_can_be_told_without_its_colour() -> None:
    """Each kind has a filling or a shape of its own: a pattern, a foot, a half, or nothing."""
    style = (Path(__file__).resolve().parents[2] / "reports/templates/style.css").read_text("utf-8")
    template = (Path(__file__).resolve().parents[2] / "reports/templates/past.html.j2").read_text("utf-8")
    solid = {name for name in KINDS if not re.search(rf"\.day\.{name}[^}}]*url\(#|\.day\.{name} {{ fill: none", style)}
    shaped = {name for name in KINDS if f'"{name}"' in template}
    assert solid - shaped == {"met"}
    grounds = re.findall(r"url\(#(\w+)\)", style)
    layout = (Path(__file__).resolve().parents[2] / "reports/templates/layout.html.j2").read_text("utf-8")
    assert all(f'pattern id="{name}"' in layout for name in grounds)


def test_where_nothing_is_demanded_no_budget_is_told() -> None:
    loose = replace(strip("guarantee-fund/intake/web-0", 1), target=0.0)
    whole = replace(watched(), strips=(loose,))
    past = Past(whole, Translator("en"))
    assert past.counts[Verdict.NOT_APPLICABLE] == 1
    assert (past.first[0].target, past.first[0].allowed) == ("–", "")
    assert {cell.kind for cell in past.first[0].cells} >= {"met", "down"}
    text = Page(printed("html", whole)).text
    assert "May be down in 30 days" not in text
    assert "Was down" in text


def test_nobody_watched_yet() -> None:
    plain = dossier(60, 3, 3)
    assert 'id="past"' not in printed("html", plain)
    unwatched = replace(plain, estate=with_endpoints(plain.estate, 1))
    text = Page(printed("html", unwatched)).text
    assert "Nobody has watched these endpoints yet" in text
    assert "Availability over 30 days" not in printed("terminal", plain)


def test_what_was_never_measured_shows_nothing_as_well() -> None:
    whole = replace(watched(), strips=(strip("guarantee-fund/intake/web-0", 3),))
    page = printed("html", whole)
    assert "No good answer in 30 days" in page
    assert 'class="day met"' not in page.partition('<article class="past')[2].partition("</article>")[0]


def test_a_terminal_gets_one_line() -> None:
    (told,) = [line for line in printed("terminal", watched()).splitlines() if "Availability over 30 days" in line]
    assert told.endswith("not met 5, not verified 8, met 5; worst credit-fund/ledger/web-1 99.846–99.906 % of 99.95 %")
    assert "\x1b[2J" not in on_screen(watched(taint=POLYGLOT))


@pytest.mark.parametrize("name", ["csv", "json", "jsonl", "junit"])
def test_the_contracts_of_machines_stay_as_they_are(name: str) -> None:
    whole = watched()
    assert printed(name, whole) == printed(name, replace(whole, strips=()))


def test_the_pages_of_a_big_report_show_each_endpoint_once(tmp_path: Path) -> None:
    big = watched(3_300, 2, 4, each=3)
    made = write(formats()["html"], big, "en", tmp_path / "report.html")
    shown: list[str] = []
    for path in made[2:]:
        page = Page(path.read_text("utf-8"))
        assert page.wrong == []
        shown += re.findall(
            r'<article class="past .*?<span class="ref">(.*?)</span>', path.read_text("utf-8"), re.DOTALL
        )
    assert sorted(shown) == sorted(one.subject for one in big.strips)


def test_more_endpoints_than_a_page_bears_are_counted() -> None:
    many: Any = watched(60, 1, 2, each=(LISTED + 10) // 2)
    past = Past(many, Translator("en"))
    assert len(past.of("guarantee-fund")) == LISTED
    assert past.beyond("guarantee-fund") == 10
    assert "and 10 more; <code>haechi uptime</code> lists them all." in printed("html", many)
