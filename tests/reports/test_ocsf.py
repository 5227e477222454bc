"""A dossier in, Compliance Findings of OCSF 1.5.0 out, a line each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.model.dossier import Dossier
from tests.reports.hostile import CONTROLS
from tests.reports.printed import printed
from tests.reports.sample import dossier
from tests.reports.scenes import hostile, rich

REQUIRED = {
    "activity_id": int, "category_uid": int, "class_uid": int, "type_uid": int, "severity_id": int, "time": int,
    "metadata": dict, "finding_info": dict, "compliance": dict,
}  # fmt: skip
"""Of the class, with those of the base event."""
KNOWN = {
    *REQUIRED, "activity_name", "category_name", "class_name", "type_name", "severity", "status", "status_id",
    "status_code", "status_detail", "message", "remediation", "resources", "evidences", "unmapped",
}  # fmt: skip
SAMPLES = {"whole": dossier(400), "rich": rich(), "hostile": hostile(), "empty": dossier(0, 0, 0)}


def events(sample: Dossier, language: str = "en") -> list[Any]:
    """Each line of the file."""
    return [json.loads(line) for line in printed("ocsf", sample, language).splitlines()]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_event_holds_what_the_class_requires(name: str, language: str) -> None:
    told = events(SAMPLES[name], language)
    assert len(told) == len(SAMPLES[name].findings)
    for event in told:
        assert {key: type(event[key]) for key in REQUIRED} == REQUIRED
        assert set(event) <= KNOWN
        assert (event["category_uid"], event["class_uid"], event["type_uid"]) == (2, 2003, 200301)
        assert event["time"] > 1_700_000_000_000
        assert event["metadata"]["version"] == "1.5.0"
        assert event["metadata"]["product"]["name"] == "haechi"
        assert event["finding_info"]["uid"]
        assert event["resources"][0]["uid"]
        assert {"desc"} == set(event.get("remediation", {"desc": ""}))
        assert all("data" in one for one in event.get("evidences", ()))


def test_the_status_of_a_check_without_a_result_is_neither_pass_nor_fail() -> None:
    for event in events(rich()):
        verdict = event["unmapped"]["verdict"]
        told = event["compliance"]["status_id"], event["compliance"]["status"]
        assert (
            told
            == {
                "pass": (1, "Pass"),
                "unknown": (2, "Warning"),
                "fail": (3, "Fail"),
                "not-applicable": (99, "Not applicable"),
            }[verdict]
        )
        assert event["compliance"]["status_code"].startswith(verdict)
        assert (event["severity_id"] == 1) == (verdict in ("pass", "not-applicable"))
        assert ("remediation" in event) <= (verdict in ("fail", "unknown"))
        assert len(event["compliance"]["status_details"]) == (2 if verdict == "unknown" else 1)


def test_a_waiver_suppresses_a_finding_and_does_not_pass_it() -> None:
    sample = rich()
    waived = [one for one in events(sample) if one["status_id"] == 3]
    assert len(waived) == sum(one.waiver is not None for one in sample.findings) > 0
    for event in waived:
        assert event["compliance"]["status_id"] in (2, 3)
        assert event["status_detail"] == "the new centre opens in December"
        assert event["unmapped"]["waived_until"] == "2026-12-31"


def test_hostile_text_breaks_no_line() -> None:
    text = printed("ocsf", hostile())
    assert len(text.splitlines()) == len(hostile().findings)
    assert [sign for sign in CONTROLS if sign in text] == []
    assert "CANARY" not in printed("ocsf", rich())
