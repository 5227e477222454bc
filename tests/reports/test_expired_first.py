"""A dossier with an expired waiver in, every format out: that waiver is told before everything else."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from audit.model.dossier import Dossier
from audit.model.verdict import Verdict
from audit.model.waivers import Waivers
from reports import formats
from reports.format import write
from tests.reports.printed import printed
from tests.reports.scenes import past as waiver
from tests.reports.scenes import rich


@pytest.fixture(scope="module")
def whole() -> Dossier:
    """The subject of the finding that was excused has another one, so that its findings do not stand together."""
    made = rich()
    excused = [one for one in made.findings if one.verdict is Verdict.FAIL and one.waiver is None][-1]
    estate = made.estate.model_copy(update={"waivers": (*made.estate.waivers[:-1], waiver(excused))})
    other = replace(excused, check="operations.owner", verdict=Verdict.PASS, reason=None)
    made = replace(
        made, estate=estate, findings=tuple(sorted((*made.findings, other), key=lambda one: (one.subject, one.check)))
    )
    return replace(made, waivers=Waivers(made.estate, made.at).standing(made.findings))


@pytest.fixture(scope="module")
def past(whole: Dossier) -> str:
    """The subject of the finding that it excused."""
    return whole.waivers[0].waiver.on


def test_a_build_server_meets_it_first_and_breaks(whole: Dossier, past: str) -> None:
    text = printed("junit", whole)
    first = re.search(
        r'<testsuite name="(.*?)".*?<testcase classname="waiver" name="(.*?)">\n +<failure', text, re.DOTALL
    )
    assert first is not None
    assert first[1] == "Expired waivers"
    assert past in first[2]
    assert text.index(first[0]) < text.index(whole.estate.institutions[0].ref + ":")
    totals = re.search(r'<testsuites .*?tests="(\d+)" failures="(\d+)"', text)
    assert totals is not None
    assert int(totals[1]) == text.count("<testcase")
    assert int(totals[2]) == text.count("<failure")


def test_without_one_there_is_no_such_suite(whole: Dossier) -> None:
    assert "Expired" not in printed("junit", replace(whole, waivers=()))


def test_its_finding_is_the_first_row(whole: Dossier, past: str) -> None:
    ocsf = json.loads(printed("ocsf", whole).splitlines()[0])
    assert (ocsf["resources"][0]["uid"], ocsf["unmapped"]["waiver_expired"]) == (past, "2026-11-20")
    run = json.loads(printed("sarif", whole))["runs"][0]
    assert run["results"][0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == past
    (told,) = run["invocations"][0]["toolConfigurationNotifications"]
    assert told["message"]["text"].startswith("Expired waiver: ")
    assert f",{past}," in printed("csv", whole).splitlines()[1]


def test_documents_tell_it_before_findings(whole: Dossier) -> None:
    for name in ("json", "jsonl"):
        text = printed(name, whole)
        assert text.index('"state": "expired"') < text.index('"fingerprint"')
    for name in ("oscal", "poam"):
        text = printed(name, whole)
        risks = text.partition('"risks": [')[2]
        assert '"waiver-state"' in risks.partition('"uuid"')[2].partition('"uuid"')[0], name
    assert "Expired waiver: " in "\n".join(printed("terminal", whole).splitlines()[:8])
    assert "Expired waiver: " in printed("html", whole).partition("<main")[0]


@pytest.mark.parametrize("name", ["oscal", "poam"])
def test_no_identity_stands_twice(name: str, whole: Dossier) -> None:
    found = re.findall(r'"uuid": "(.*?)"', printed(name, whole))
    assert len(found) == len(set(found))


def test_a_workbook_opens_with_it(whole: Dossier, past: str) -> None:
    stream = io.BytesIO()
    write(formats()["xlsx"], whole, "en", stream)
    book = load_workbook(stream)
    summary, found = book.worksheets[:2]
    assert summary["A2"].value == "Expired waiver"
    assert past in summary["B2"].value
    assert found["B2"].value == past
