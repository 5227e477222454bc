"""A dossier in, every format out: what it holds, that hostile text in any field does not act on any medium."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta, timezone
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from rich.cells import cell_len

from audit.model.message import say
from audit.model.verdict import Reason, Verdict
from reports import formats
from reports.schema import run_schema
from tests.reports.hostile import CONTROLS, POLYGLOT
from tests.reports.printed import on_screen, printed
from tests.reports.sample import dossier

TEXTS = (
    "csv", "html", "json", "jsonl", "junit", "ocsf", "oscal", "poam", "prometheus", "sarif", "terminal",
)  # fmt: skip
WHOLE = dossier(400)
HOSTILE = dossier(60, 3, 3, taint=POLYGLOT)
EMPTY = dossier(0, 0, 0)


def test_every_format_of_the_folder_is_found() -> None:
    assert set(formats()) == {*TEXTS, "xlsx"}
    assert all(form.suffix.startswith(".") for form in formats().values())


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", TEXTS)
def test_every_format_prints_nothing_dangerous_and_the_same_bytes_twice(name: str, language: str) -> None:
    for sample in (WHOLE, HOSTILE, EMPTY):
        text = printed(name, sample, language)
        assert [sign for sign in CONTROLS if sign in text and sign != "\ufeff"] == []
        assert text.count("\ufeff") == (name == "csv")
        assert text == printed(name, sample, language)


@pytest.mark.parametrize("sample", [WHOLE, HOSTILE, EMPTY], ids=["whole", "hostile", "empty"])
def test_json_keeps_its_schema(sample) -> None:  # type: ignore[no-untyped-def]
    schema = run_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(printed("json", sample)), schema, jsonschema.Draft202012Validator)


def test_the_schema_refuses_what_the_contract_does_not_name() -> None:
    document = json.loads(printed("json", dossier(20)))
    checker = jsonschema.Draft202012Validator(run_schema())
    for change in (
        {"schema": "haechi.run/2"},
        {"extra": 1},
        {"findings": [document["findings"][0] | {"verdict": "ok"}]},
        {"findings": [document["findings"][0] | {"verdict": "unknown", "reason": None}]},
        {"findings": [document["findings"][0] | {"measured": 5}]},
    ):
        assert not checker.is_valid(document | change), change


def test_json_holds_every_finding_once_in_order_in_both_languages() -> None:
    document = json.loads(printed("json", WHOLE))
    findings = document["findings"]
    keys = [(one["subject"], one["check"]) for one in findings]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys) == 400
    assert {one["verdict"] for one in findings} == {str(verdict) for verdict in Verdict}
    assert {one["reason"] for one in findings} == {str(reason) for reason in Reason} | {None}
    assert document["run"] == {
        "id": WHOLE.run.id,
        "started": "2026-11-21T20:54:33+00:00",
        "ended": "2026-11-21T20:55:13+00:00",
        "tool": "haechi 0.1.0",
        "estate": {"id": "sample", "sha256": WHOLE.estate.sha256},
        "root": WHOLE.run.root,
        "state": "complete",
        "not-looked-at": 0,
        "outside": 0,
    }
    counts = Counter(one["verdict"] for one in findings)
    estate = document["readiness"]["estate"]
    assert {name: estate[name] for name in counts} == dict(counts)


def test_jsonl_is_the_run_then_a_finding_a_line() -> None:
    for sample in (WHOLE, HOSTILE):
        lines = printed("jsonl", sample).splitlines()
        document = json.loads(printed("json", sample))
        assert [json.loads(line) for line in lines[1:]] == document["findings"]
        assert json.loads(lines[0]) == {key: document[key] for key in ("schema", "run", "waivers", "readiness")}


def test_csv_is_a_rectangle_without_formulas() -> None:
    for sample in (WHOLE, HOSTILE, EMPTY):
        text = printed("csv", sample)
        assert text.startswith("\ufeff")
        rows = list(csv.reader(io.StringIO(text[1:], newline="")))
        assert {len(row) for row in rows} == {23}
        assert len(rows) == len(sample.findings) + 1
        lines = [line for row in rows for cell in row for line in cell.splitlines()]
        assert [line for line in lines if line.strip()[:1] in ("=", "+", "-", "@")] == []


def parsed(document: str) -> ET.Element:
    """The root of an XML document that we wrote ourselves."""
    return ET.fromstring(document)  # noqa: S314


def test_a_waiver_on_the_whole_estate_ends_on_its_day() -> None:
    broad = tuple(waiver.model_copy(update={"on": WHOLE.estate.ref}) for waiver in WHOLE.estate.waivers)
    whole = replace(WHOLE, estate=WHOLE.estate.model_copy(update={"waivers": broad}))
    assert printed("csv", whole, "en") == printed("csv", WHOLE, "en")


def test_junit_counts_what_it_holds() -> None:
    for sample in (WHOLE, HOSTILE, EMPTY):
        root = parsed(printed("junit", sample))
        assert int(root.attrib["tests"]) == len(sample.findings) == len(root.findall("./testsuite/testcase"))
        for kind, counted in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            counts = sum(int(suite.attrib[counted]) for suite in root)
            assert counts == len(root.findall(f".//{kind}")) == int(root.attrib.get(counted, counts))
    waived = [one for one in WHOLE.findings if one.waiver is not None]
    told = [str(case.attrib["message"]) for case in parsed(printed("junit", WHOLE)).iter("skipped")]
    assert waived
    assert sum(text.startswith("waived: ") for text in told) == len(waived)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_terminal_tells_figures_worst_findings_places_and_fixes(language: str) -> None:
    text = printed("terminal", WHOLE, language)
    assert re.search(r"C +50–67 %", text)
    worst = [
        one for one in WHOLE.findings if one.verdict is Verdict.FAIL and one.severity == "critical" and not one.waiver
    ]
    assert any(str(one.where) in text for one in worst)
    assert "--on " + worst[0].subject.partition("/")[0] in text or "--on " in text
    assert "\x1b" not in text
    assert "{" not in text


def test_a_waived_finding_is_not_what_to_look_at_first() -> None:
    text = printed("terminal", WHOLE)
    waived = [one for one in WHOLE.findings if one.waiver is not None]
    assert [one.subject for one in waived if f"{one.check}  {one.subject}" in text] == []


def test_columns_stand_under_each_other_in_korean() -> None:
    rows = [line for line in printed("terminal", WHOLE, "ko").splitlines() if re.search(r"\d+–\d+ % +\d+ %", line)]
    assert len(rows) == 11
    assert len({cell_len(row) for row in rows}) == 1


def test_a_screen_gets_colour_only_when_it_wants_it() -> None:
    assert "\x1b[" in on_screen(WHOLE)
    assert "\x1b" not in on_screen(WHOLE, colour=False)
    for width in (40, 80, 110):
        assert max(cell_len(line) for line in on_screen(WHOLE, "ko", width=width, colour=False).splitlines()) <= width


def test_markup_and_escapes_do_not_reach_a_screen() -> None:
    text = re.sub(r"\x1b\[[0-9;]*m", "", on_screen(HOSTILE, width=4000))
    assert "\x1b" not in text
    assert "[bold red]rich[/bold red]" in text


def test_an_interrupted_or_partial_run_says_so_in_the_first_lines() -> None:
    broken = replace(WHOLE, run=replace(WHOLE.run, state="interrupted"), not_looked_at=("a/b", "c/d"), outside=7)
    top = "\n".join(printed("terminal", broken).splitlines()[:5])
    assert "interrupted by hand" in top
    assert "Not looked at: 2" in top
    assert "7" in top
    page = printed("html", broken)
    assert "interrupted by hand" in page.partition("<main")[0]
    assert "<code>c/d</code>" in page


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "prometheus"])
def test_the_password_in_a_url_is_in_no_format(name: str) -> None:
    url = "https://auditor:CANARY-7f3a@backup.example/x"
    told = [
        replace(
            one,
            says=say("{host} gave no answer", host=url),
            measured=url,
            required=say("{host} gave no answer", host=url),
        )
        for one in WHOLE.findings
    ]
    leaking = replace(WHOLE, findings=tuple(told))
    text = printed(name, leaking)
    assert "backup.example" in text
    assert "CANARY" not in text


def test_times_keep_their_offset() -> None:
    seoul = timezone(timedelta(hours=9))
    moved = replace(WHOLE, findings=tuple(replace(one, at=one.at.astimezone(seoul)) for one in WHOLE.findings[:3]))
    assert all(one["at"].endswith("+09:00") for one in json.loads(printed("json", moved))["findings"])
