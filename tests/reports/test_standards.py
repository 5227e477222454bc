"""A dossier in, SARIF, JUnit, CSV out: each as the text of its standard has it, whatever stands in the inventory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

from audit.model.waivers import Stand, Standing
from reports import formats
from tests.reports.printed import printed
from tests.reports.sample import dossier
from tests.reports.scenes import hostile, rich

HERE: Final = Path(__file__).parent
RICH: Final = rich()
LONG: Final = dossier(40, 2, 2, taint="가나다라마바사아자차" * 390)
SAMPLES: Final = MappingProxyType(
    {
        "whole": dossier(400),
        "rich": RICH,
        "hostile": hostile(),
        "long": LONG,
        "empty": dossier(0, 0, 0),
        "broken": replace(RICH, run=replace(RICH.run, state="interrupted", ended=None), not_looked_at=("a", "b")),
        "lapsed": replace(RICH, waivers=(Standing(RICH.estate.waivers[1], Stand.EXPIRED, 1, 1),)),
    }
)
# What the schema of JUnit files says by which the xUnit plugin of Jenkins refuses one: what stands within an element,
# its attributes, those that must be there.
_COUNTS: Final = frozenset({"tests", "failures", "errors"})
_TOLD: Final = (frozenset[str](), frozenset({"type", "message"}), frozenset[str]())
JUNIT: Final = MappingProxyType(
    {
        "testsuites": (frozenset({"testsuite"}), _COUNTS | {"name", "time"}, frozenset[str]()),
        "testsuite": (
            frozenset({"testsuite", "properties", "testcase", "system-out", "system-err"}),
            _COUNTS | {"name", "group", "time", "skipped", "timestamp", "hostname", "id", "package", "file"},
            _COUNTS | {"name"},
        ),
        "testcase": (
            frozenset({"skipped", "error", "failure", "system-out", "system-err"}),
            frozenset({"name", "time", "classname", "group"}),
            frozenset({"name"}),
        ),
        "failure": _TOLD,
        "error": _TOLD,
        "skipped": _TOLD,
    }
)
FIELD: Final = re.compile(r'"(?:[^"]|"")*"|[^",\r\n]*')
"""A field of RFC 4180: escaped, or without quotes, commas, breaks."""


@pytest.mark.parametrize("name", SAMPLES)
def test_sarif_keeps_the_schema_of_oasis(name: str) -> None:
    schema = json.loads((HERE / "standards" / "sarif-2.1.0-part.json").read_text("utf-8"))
    checker = jsonschema_rs.validator_for(schema, validate_formats=True)
    log = json.loads(printed("sarif", SAMPLES[name]))
    assert [str(one)[:300] for one in checker.iter_errors(log)] == []
    spoils: tuple[dict[str, object], ...] = ({"kind": "failed"}, {"extra": 1}, {"message": {}}, {"ruleIndex": -2})
    for spoil in spoils:
        log["runs"][0]["results"] = [{"message": {"text": "-"}} | spoil]
        assert not checker.is_valid(log), spoil


def wrong(node: ET.Element) -> list[str]:
    """What of an element the schema refuses."""
    within, may, must = JUNIT[node.tag]
    found = [f"{node.tag} in which {child.tag} stands" for child in node if child.tag not in within]
    found += [f"{node.tag} with {name}" for name in node.attrib if name not in may]
    found += [f"{node.tag} without {name}" for name in must if name not in node.attrib]
    return found + [one for child in node if child.tag in JUNIT for one in wrong(child)]


@pytest.mark.parametrize("name", SAMPLES)
def test_junit_keeps_the_schema_of_jenkins(name: str) -> None:
    root = ET.fromstring(printed("junit", SAMPLES[name]))  # noqa: S314 - written by ourselves
    assert wrong(root) == []
    assert int(root.attrib["tests"]) == len(root.findall("./testsuite/testcase"))
    root.set("skipped", "0")
    assert wrong(root) == ["testsuites with skipped"]


def records(text: str) -> list[list[str]]:
    """The records of a file as the grammar of RFC 4180 has it; a text that breaks it is refused."""
    made: list[list[str]] = [[]]
    at = 0
    while at < len(text):
        field = FIELD.match(text, at)
        assert field is not None
        made[-1].append(field[0][1:-1].replace('""', '"') if field[0].startswith('"') else field[0])
        at = field.end()
        if text.startswith("\r\n", at):
            made.append([])
            at += 2
        else:
            assert text[at : at + 1] == ",", (at, text[at - 40 : at + 40])
            at += 1
    return made[:-1]


@pytest.mark.parametrize("name", SAMPLES)
def test_csv_keeps_its_grammar_and_starts_no_formula(name: str) -> None:
    sample = SAMPLES[name]
    text = printed("csv", sample).removeprefix("\ufeff")
    assert text.endswith("\r\n")
    told = records(text)
    assert len(told) == len(sample.findings) + 1
    assert {len(record) for record in told} == {23}
    starts = {line.lstrip(" \t\u00a0")[:1] for record in told for cell in record for line in cell.splitlines()}
    assert not starts & set("=+-@＝＋－＠")


def test_a_run_that_was_broken_off_says_so_in_every_document() -> None:
    says = "This run is not whole: interrupted by hand. Not looked at: 2."
    broken = SAMPLES["broken"]
    for name in ("html", "terminal", "junit", "oscal", "poam"):
        text = printed(name, broken)
        assert says in text, name
        assert says not in printed(name, RICH), name
    for name in ("json", "jsonl"):
        run = json.loads(printed(name, broken).splitlines()[0] if name == "jsonl" else printed(name, broken))["run"]
        assert (run["state"], run["not-looked-at"], run["outside"]) == ("interrupted", 2, 0)
    for name in ("sarif", "ocsf", "prometheus"):
        assert "interrupted" in printed(name, broken), name
    root = ET.fromstring(printed("junit", broken))  # noqa: S314 - written by ourselves
    assert int(root.attrib["errors"]) == int(ET.fromstring(printed("junit", RICH)).attrib["errors"]) + 1  # noqa: S314


WORDS: Final = "가나다라마바사아자차"


@pytest.mark.parametrize(
    "name", ["csv", "html", "json", "jsonl", "junit", "ocsf", "oscal", "poam", "sarif", "terminal"]
)
def test_a_name_of_twelve_thousand_bytes_is_told_or_cut_in_sight(name: str) -> None:
    text = printed(name, LONG)
    assert WORDS * 10 in text or "…" in text
    assert len(text.encode()) < 60 * len(printed(name, dossier(40, 2, 2)).encode()) + 40_000_000


PROGRAM: Final = """
import hashlib
from reports import formats
from tests.reports.scenes import rich
made = rich()
for name, form in formats().items():
    for language in ("en", "ko"):
        for page in form.pages(made, language):
            print(name, language, page.name, hashlib.sha256(b"".join(page.chunks)).hexdigest())
"""


def test_two_reports_of_one_run_are_the_same_bytes_in_other_processes() -> None:
    def told(seed: str, zone: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=HERE.parents[1],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"},
            capture_output=True,
            check=True,
            timeout=120,
        ).stdout

    first = told("1", "Asia/Seoul")
    assert first == told("2", "America/New_York")
    assert first.count(b"\n") == 2 * len(formats())
