"""A dossier in, SARIF 2.1.0 out: rules, results at their places, what is not verified as open."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from audit.model.dossier import Dossier
from tests.reports.hostile import CONTROLS
from tests.reports.printed import printed
from tests.reports.sample import dossier
from tests.reports.scenes import hostile, rich

SAMPLES = {"whole": dossier(400), "rich": rich(), "hostile": hostile(), "empty": dossier(0, 0, 0)}


def run_of(sample: Dossier, language: str = "en") -> Any:
    """The one run of the log."""
    log = json.loads(printed("sarif", sample, language))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


@pytest.mark.parametrize("name", SAMPLES)
def test_every_result_keeps_the_rules_of_the_standard(name: str) -> None:
    run = run_of(SAMPLES[name])
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(run["results"]) == len(SAMPLES[name].findings)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        # Section 3.27.10: what did not fail has no level.
        assert (result["level"] == "none") == (result["kind"] != "fail")
        assert set(result["partialFingerprints"]) == {"haechi/v1"}
        for location in result["locations"]:
            assert location["logicalLocations"][0]["fullyQualifiedName"]
            spot = location.get("physicalLocation")
            if spot:
                assert spot["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
                assert not set(spot["artifactLocation"]["uri"]) & set(' #[]<>"\\')
                assert min(spot["region"].values(), default=1) >= 1
        text = result["message"]["text"]
        assert text.replace("{{", "").count("{") == text.replace("}}", "").count("}") == 0


def test_the_verdict_decides_the_kind() -> None:
    sample = rich()
    kinds = Counter(one["kind"] for one in run_of(sample)["results"])
    verdicts = Counter(str(one.verdict) for one in sample.findings)
    assert kinds["pass"] == verdicts["pass"]
    assert kinds["fail"] == verdicts["fail"]
    assert kinds["open"] + kinds["review"] == verdicts["unknown"]
    assert kinds["review"] == sum(str(one.reason) == "contradicted" for one in sample.findings) > 0
    assert kinds["notApplicable"] == verdicts["not-applicable"]
    for one in run_of(sample)["results"]:
        assert ("not verified" in one["message"]["text"]) == (one["properties"]["verdict"] == "unknown")


def test_places_are_those_of_the_inventory() -> None:
    sample = rich()
    by_print = {one["partialFingerprints"]["haechi/v1"]: one for one in run_of(sample)["results"]}
    for finding in sample.findings:
        location = by_print[finding.fingerprint]["locations"][0]
        if not finding.where.file:
            assert "physicalLocation" not in location
            continue
        region = location["physicalLocation"]["region"]
        assert region["startLine"] == finding.where.line
        assert region.get("startColumn", 0) == finding.where.column
    assert '"uri": "a%20b%23%5B1%5D.yaml"' in printed("sarif", sample)


def test_a_waiver_is_a_suppression_and_a_lapsed_one_is_none() -> None:
    sample = rich()
    results = run_of(sample)["results"]
    waived = [one for one in results if "suppressions" in one]
    assert len(waived) == sum(one.waiver is not None for one in sample.findings) > 0
    (suppression,) = waived[0]["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"] == "the new centre opens in December"
    assert suppression["properties"]["until"] == "2026-12-31"


def test_a_run_that_was_broken_off_was_no_success() -> None:
    sample = rich()
    broken = replace(sample, run=replace(sample.run, state="interrupted"))
    (told,) = run_of(broken)["invocations"]
    assert told["executionSuccessful"] is False
    assert "interrupted by hand" in told["toolExecutionNotifications"][0]["message"]["text"]
    (whole,) = run_of(sample)["invocations"]
    assert whole["executionSuccessful"] is True
    assert whole["startTimeUtc"] == "2026-11-21T20:54:33.000Z"


def test_text_of_an_inventory_makes_no_link_and_shows_no_password() -> None:
    text = printed("sarif", rich())
    assert "CANARY" not in text
    assert "\\\\[x\\\\](y)" in text
    for result in run_of(hostile())["results"]:
        assert [sign for sign in CONTROLS if sign in result["message"]["text"]] == []


def test_severities_are_those_of_the_policy() -> None:
    rules = run_of(dossier(40))["tool"]["driver"]["rules"]
    levels = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in rules}
    assert levels["backup.age"] == "error"
    assert levels["availability.latency"] == "warning"
    assert levels["operations.drill"] == "note"
