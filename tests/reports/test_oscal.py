"""A dossier in, assessment results with a plan of action out that two foreign validators accept."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model.dossier import Dossier
from audit.model.verdict import Verdict
from reports.assessment.words import NAMESPACE, identity, marked, prose, token, words
from tests.reports.hostile import CONTROLS, POLYGLOT
from tests.reports.printed import printed
from tests.reports.sample import dossier
from tests.reports.scenes import hostile, rich

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "data" / "oscal"
KINDS = {"oscal": "assessment-results", "poam": "plan-of-action-and-milestones"}
NAMES = {"oscal": "assessment-results", "poam": "poam"}
SAMPLES = {"whole": dossier(400), "rich": rich(), "hostile": hostile(), "empty": dossier(0, 0, 0)}
ANY = st.text(st.characters(codec=None), max_size=40)


def read(form: str, sample: Dossier, language: str = "en") -> Any:
    """The document, without its root key."""
    return json.loads(printed(form, sample, language))[KINDS[form]]


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from inside(one)
    elif isinstance(value, list):
        for one in value:
            yield from inside(one)


@pytest.mark.parametrize("form", KINDS)
@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_official_schema_accepts_it(form: str, name: str, language: str) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the schemas of OSCAL are not beside this tree")
    import jsonschema_rs

    schema = json.loads((SCHEMAS / f"oscal_{NAMES[form]}_schema_v1.2.1.json").read_text("utf-8"))
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    document = json.loads(printed(form, SAMPLES[name], language))
    assert [str(one)[:300] for one in validator.iter_errors(document)] == []
    document[KINDS[form]]["metadata"]["oscal-version"] = 1
    assert not validator.is_valid(document)


@pytest.mark.parametrize("form", KINDS)
@pytest.mark.parametrize("name", SAMPLES)
def test_trestle_accepts_it(form: str, name: str, tmp_path: Path) -> None:
    from trestle.core.validator_factory import validator_factory
    from trestle.oscal.assessment_results import AssessmentResults
    from trestle.oscal.poam import PlanOfActionAndMilestones

    path = tmp_path / "document.json"
    path.write_text(printed(form, SAMPLES[name]), "utf-8")
    kinds: dict[str, Any] = {"oscal": AssessmentResults, "poam": PlanOfActionAndMilestones}
    model = kinds[form].oscal_read(path)
    assert model is not None
    every = list(validator_factory.get_all())
    assert len(every) > 4
    assert [one for one in every if not one.model_is_valid(model, True)] == []


@pytest.mark.parametrize("form", KINDS)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_reference_leads_somewhere_and_no_uuid_stands_twice(form: str, name: str) -> None:
    document = read(form, SAMPLES[name])
    made = [one["uuid"] for one in inside(document) if "uuid" in one]
    assert [one for one, count in Counter(made).items() if count > 1] == []
    assert [one for one in made if UUID(one).version != 5 or str(UUID(one)) != one] == []
    known = set(made)
    named = ("observation-uuid", "risk-uuid", "finding-uuid", "subject-uuid", "actor-uuid", "component-uuid")
    for one in inside(document):
        wanted = [one[key] for key in named if key in one] + one.get("party-uuids", [])
        href = str(one.get("href", ""))
        wanted += [href[1:]] if href.startswith("#") else []
        assert [uuid for uuid in wanted if uuid not in known] == [], one
    roles = {role["id"] for role in document["metadata"]["roles"]}
    assert {one["role-id"] for one in inside(document) if "role-id" in one} <= roles


def test_each_verdict_is_told_as_it_is() -> None:
    sample = rich()
    (result,) = read("oscal", sample)["results"]
    states = {
        (prop(one, "verdict"), one["target"]["status"]["state"], one["target"]["status"]["reason"])
        for one in result["findings"]
    }
    assert states == {
        ("pass", "satisfied", "pass"),
        ("fail", "not-satisfied", "fail"),
        ("unknown", "not-satisfied", "other"),
    }
    unproven = [one for one in result["findings"] if prop(one, "verdict") == "unknown"]
    assert all("Not verified" in one["target"]["status"]["remarks"] for one in unproven)
    assert {prop(one, "reason") for one in unproven} >= {"unreachable", "contradicted"}
    assert len(result["observations"]) == len(sample.findings)
    ruled = [one for one in sample.findings if one.verdict is not Verdict.NOT_APPLICABLE]
    assert len(result["findings"]) == len(ruled) < len(sample.findings)
    assert {method for one in result["observations"] for method in one["methods"]} == {"TEST", "EXAMINE", "UNKNOWN"}


def prop(one: dict[str, Any], name: str) -> str | None:
    """The value of a property of ours."""
    return next((own["value"] for own in one.get("props", ()) if own["name"] == name and own["ns"] == NAMESPACE), None)


def test_what_was_asked_is_defined_where_it_is_answered() -> None:
    document = read("oscal", rich())
    asked = document["local-definitions"]["objectives-and-methods"]
    objectives = {part["id"] for one in asked for part in one["parts"]}
    targets = {one["target"]["target-id"] for one in document["results"][0]["findings"]}
    assert targets - objectives == {"kosme_hsm.battery"}
    reviewed = document["results"][0]["reviewed-controls"]["control-selections"][0]["include-controls"]
    assert {"control-id": "BKP-04"} in reviewed
    assert {"control-id": "HSM_01_a"} in reviewed


def test_waivers_are_deviations_until_their_last_day_is_over() -> None:
    risks = read("poam", rich())["risks"]
    lapsed, valid = [one for one in risks if prop(one, "waiver-state")]
    assert risks.index(lapsed) == 0
    assert (lapsed["status"], prop(lapsed, "waiver-state")) == ("open", "expired")
    assert lapsed["deadline"] == "2026-11-20T14:59:59.999999+00:00"
    assert lapsed["mitigating-factors"][0]["description"] == "a courier"
    assert (valid["status"], prop(valid, "approved-by")) == ("deviation-approved", "Choi")
    assert valid["deadline"] == "2026-12-31T14:59:59.999999+00:00"
    assert "remediations" not in valid


def test_measures_give_deadlines_owners_milestones() -> None:
    document = read("poam", rich())
    (begun,) = [one for one in document["risks"] if one["status"] == "remediating"]
    assert begun["deadline"] == "2026-11-01T14:59:59.999999+00:00"
    advice, planned = begun["remediations"]
    assert advice["lifecycle"] == "recommendation"
    assert planned["lifecycle"] == "planned"
    assert (prop(planned, "owner"), prop(planned, "budget")) == ("Park", "40,000,000 KRW")
    assert [one["timing"]["on-date"]["date"][:10] for one in planned["tasks"]] == ["2026-10-01", "2026-12-01"]
    (done,) = [one for one in document["risks"] if one["status"] == "closed"]
    assert done["remediations"][0]["lifecycle"] == "completed"
    assert any(one["related-risks"] == [{"risk-uuid": done["uuid"]}] for one in document["poam-items"])


def test_everything_open_is_in_the_plan_and_nothing_else() -> None:
    sample = rich()
    document = read("poam", sample)
    open_ones = [one for one in sample.findings if one.verdict in (Verdict.FAIL, Verdict.UNKNOWN)]
    assert {prop(one, "fingerprint") for one in document["findings"]} == {one.fingerprint for one in open_ones}
    planned = {one["finding-uuid"] for item in document["poam-items"] for one in item.get("related-findings", ())}
    assert planned == {one["uuid"] for one in document["findings"]}
    (nothing,) = read("poam", SAMPLES["empty"])["poam-items"]
    assert nothing["title"] == "Nothing is open."


def test_the_back_matter_holds_the_sums_of_inventory_and_evidence() -> None:
    document = read("oscal", rich())
    inventory, report, word = document["back-matter"]["resources"]
    assert document["import-ap"]["href"] == "#" + inventory["uuid"]
    assert inventory["rlinks"][0]["hashes"] == [{"algorithm": "SHA-256", "value": "ab" * 32}]
    assert report["rlinks"][0]["hashes"][0]["value"] == "ab" * 32
    assert report["rlinks"][0]["href"] == "papers/drill%20%EB%B3%B4%EA%B3%A0%EC%84%9C.pdf"
    assert "rlinks" not in word
    seen = document["results"][0]["observations"]
    leading = [one["href"] for each in seen for one in each.get("relevant-evidence", ())]
    assert "#" + report["uuid"] in leading
    assert any(href.startswith("urn:haechi:observation:sha256%3A") for href in leading)


def test_ids_outlive_the_run_and_the_language() -> None:
    sample = rich()
    later = replace(sample, run=replace(sample.run, id="20270101T000000Z-0001"))
    first, second, korean = read("oscal", sample), read("oscal", later), read("oscal", sample, "ko")
    for one, other in ((first, second), (first, korean)):
        assert one["uuid"] != other["uuid"]
        for key in ("findings", "risks"):
            assert [x["uuid"] for x in one["results"][0][key]] == [x["uuid"] for x in other["results"][0][key]]
    assert first["results"][0]["observations"][0]["uuid"] != second["results"][0]["observations"][0]["uuid"]


@pytest.mark.parametrize("form", KINDS)
def test_hostile_text_acts_nowhere(form: str) -> None:
    for one in inside(read(form, SAMPLES["hostile"])):
        for key, value in one.items():
            if isinstance(value, str):
                assert [sign for sign in CONTROLS if sign in value and sign != "\n"] == [], key
                if key in ("title", "description", "statement", "remarks", "prose"):
                    assert not re.search(r"(?<!\\)[<>\[\]`*{}]", value), (key, value)
    assert "CANARY" not in printed(form, rich())


@given(ANY)
def test_any_text_fits_its_data_type(text: str) -> None:
    import jsonschema_rs

    def fits(pattern: str, value: str) -> bool:
        return jsonschema_rs.is_valid({"type": "string", "pattern": pattern}, value)

    assert fits(r"^(\p{L}|_)(\p{L}|\p{N}|[.\-_])*$", token(text))
    assert fits(r"^\S(.*\S)?$", words(text))
    assert fits("^[^\n]+$", marked(text))
    assert prose(text)
    assert len(identity("x", text)) == 36


def test_our_own_marks_are_the_only_ones() -> None:
    assert marked("a *b* [c](d) <e>") == r"a \*b\* \[c\](d) \<e\>"
    assert "\\<script\\>" in marked(POLYGLOT)
