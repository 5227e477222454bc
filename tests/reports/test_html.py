"""A dossier in, pages out that are well-formed, accessible, self-contained, safe, legible in every scheme."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from audit.model.policy import PolicyChanges
from audit.model.verdict import Verdict
from reports import formats
from reports.format import write
from tests.reports.hostile import POLYGLOT
from tests.reports.printed import Page, printed
from tests.reports.sample import dossier

WHOLE = dossier(400)
TEMPLATES = Path(__file__).resolve().parents[2] / "reports" / "templates"


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("taint", ["", POLYGLOT], ids=["plain", "hostile"])
def test_the_page_is_in_order_and_cannot_act(taint: str, language: str) -> None:
    page = Page(printed("html", dossier(60, 3, 3, taint=taint), language))
    assert page.wrong == []
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "link", "img", "use", "foreignobject"}
    names = {name for _, attributes in page.elements for name in attributes}
    assert [name for name in names if name.startswith("on") or name in ("src", "srcset", "xlink:href")] == []
    assert [link for link in page.links() if not link.startswith("#")] == []
    (policy,) = [attributes["content"] for _, attributes in page.elements if attributes.get("http-equiv")]
    assert "default-src 'none'" in str(policy)
    if taint:
        assert "{{7*7}}" in page.text
        assert "<script>alert(1)</script>" in page.text


def test_every_link_and_label_leads_somewhere() -> None:
    page = Page(printed("html", WHOLE))
    ids = page.ids()
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.links()} <= set(ids)
    labels = {str(a["aria-labelledby"]) for _, a in page.elements if "aria-labelledby" in a}
    assert labels <= set(ids)


def test_the_page_can_be_heard() -> None:
    page = Page(printed("html", WHOLE, "ko"))
    tags = [tag for tag, _ in page.elements]
    assert dict(page.elements)["html"]["lang"] == "ko"
    assert tags.count("h1") == tags.count("main") == tags.count("header") == 1
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    heads = [attributes for tag, attributes in page.elements if tag == "th"]
    assert heads
    assert all("scope" in attributes for attributes in heads)
    pictures = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert all("aria-label" in one or one.get("aria-hidden") == "true" for one in pictures)


def test_the_first_page_answers_the_four_questions_before_any_detail() -> None:
    page = printed("html", WHOLE)
    order = [
        page.index(f'id="{name}"') for name in ("ready", "unproven", "fire", "fixes", "institutions", "i-0", "method")
    ]
    assert order == sorted(order)
    text = Page(page).text
    for expected in ("50–67 %", "coverage 83 %", "Daejeon centre", "858 TB", "1,370", "Kim Min-ji", "nobody is named"):
        assert expected in text, expected
    assert "All data is synthetic." in page.partition("<main")[0]


def test_every_finding_is_there_with_what_an_auditor_needs() -> None:
    page = printed("html", WHOLE)
    for finding in WHOLE.findings:
        assert page.count(f'id="f-{finding.fingerprint}"') == (finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN))
        assert str(finding.where) in page
        assert finding.observation is None or finding.observation in page
    assert page.count("Risk accepted until 31 Dec 2026: the new centre opens in December") == WHOLE.readiness.waived


def test_the_policy_shows_what_the_estate_set_itself() -> None:
    assert "set by this estate" not in printed("html", WHOLE)
    changes = PolicyChanges.model_validate(
        {"grades": {"1": {"rto": "1h"}}, "checks": {"backup.age": {"limits": {"age": "1h"}, "severity": "high"}}}
    )
    changed = replace(WHOLE, estate=WHOLE.estate.model_copy(update={"policy": changes}))
    assert printed("html", changed).count("set by this estate") == 3


def test_the_pages_of_a_big_report_find_each_other(tmp_path: Path) -> None:
    big = dossier(3_300, 2, 4)
    made = write(formats()["html"], big, "en", tmp_path / "report.html")
    found = 0
    for path in made:
        page = Page(path.read_text("utf-8"))
        assert page.wrong == []
        found += sum(name.startswith("f-") for name in page.ids())
        for link in page.links():
            file, _, anchor = link.partition("#")
            target = path.parent / file if file else path
            assert target in made, (path, link)
            assert not anchor or f'id="{anchor}"' in target.read_text("utf-8"), (path, link)
    assert found == 3_300
    rows = [path.read_text("utf-8").count("<tr id=") for path in made]
    assert max(rows) == 1_000


def schemes() -> dict[str, dict[str, str]]:
    """The colours of each scheme."""
    style = (TEMPLATES / "style.css").read_text("utf-8")
    found = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    light, dark, paper = (colours for colours in found if "ground" in colours)
    return {"light": light, "dark": light | dark, "print": light | paper}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    colours = schemes()[scheme]
    texts = ("text", "quiet", "link", "pass", "fail", "unknown", "other", "waived")
    grounds: dict[str, tuple[str, ...]] = dict.fromkeys(texts, ("ground", "panel"))
    for name in ("pass", "fail", "unknown", "other", "waived"):
        grounds[name] = (*grounds[name], f"{name}-ground")
    for text, behind in grounds.items():
        for ground in behind:
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for text in ("on-brand", "on-brand-quiet"):
        assert contrast(colours[text], colours["brand"]) >= 4.5
    for fill in ("pass-fill", "fail-fill", "unknown-fill", "line-strong"):
        assert contrast(colours[fill], colours["ground"]) >= 3, fill


def test_no_template_leaves_an_attribute_unquoted() -> None:
    for path in TEMPLATES.glob("*.j2"):
        source = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        source = re.sub(r'"[^"]*"', '""', source)
        assert re.findall(r"<[a-z][^>]*\s[a-z-]+=[^\"]", source) == [], path.name
        assert re.findall(r"\|\s*safe\b|autoescape", path.read_text("utf-8")) == [], path.name


def test_a_fix_of_what_nobody_saw_waits_for_a_look() -> None:
    text = printed("html", WHOLE)
    blind = sum(one.reason in ("unreachable", "denied", "timeout", "no-tool", "crashed") for one in WHOLE.findings)
    assert text.count("<b>If it proves not met</b>") == blind > 0


def test_a_site_names_who_runs_it() -> None:
    site = WHOLE.estate.sites[0].ref
    one = replace(WHOLE.findings[1], institution="", system="", unit=site, subject=site, verdict=Verdict.FAIL)
    assert "operated by Host" in printed("html", replace(WHOLE, findings=(*WHOLE.findings, one)))
