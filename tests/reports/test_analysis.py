"""A dossier with an analysis in, its plain values in the JSON of the run out."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf

import jsonschema
import pytest

from audit.model.dossier import Dossier
from audit.model.meaning import Bar, Meaning, Season, Span
from reports.schema import run_schema
from tests.reports.hostile import CONTROLS, POLYGLOT
from tests.reports.meant import meant
from tests.reports.printed import printed
from tests.reports.sample import AT, dossier

BASE = dossier(20, 2, 2)
SEASON = Season("chuseok-2026", ("Chuseok", "추석"), AT.date(), AT.date(), 2.0, "calendar")
OPEN = Meaning(AT, pareto=(Bar("a", None, Span(1, None), Span(0, inf), Span(2, 2)),), seasons=(SEASON,))


@pytest.mark.parametrize(
    "sample",
    [BASE, meant(BASE), meant(dossier(20, 2, 2, taint=POLYGLOT), 5, POLYGLOT), replace(BASE, meaning=OPEN)],
    ids=["none", "whole", "hostile", "open"],
)
def test_the_json_keeps_its_schema(sample: Dossier) -> None:
    text = printed("json", sample)
    assert [sign for sign in CONTROLS if sign in text] == []
    jsonschema.validate(json.loads(text), run_schema(), jsonschema.Draft202012Validator)


def test_what_has_no_bound_is_null() -> None:
    found = json.loads(printed("json", replace(BASE, meaning=OPEN)))["analysis"]
    assert found["losses"][0]["exposure"] == {"least": 1, "most": None}
    assert found["losses"][0]["waiting"] == {"least": 0, "most": None}
    assert found["seasons"][0]["start"] == AT.date().isoformat()


def test_without_an_analysis_it_is_null() -> None:
    assert json.loads(printed("json", BASE))["analysis"] is None


def test_the_curves_are_told_by_hours() -> None:
    found = json.loads(printed("json", meant(BASE)))["analysis"]["recovery"]
    assert found["curve"][0] == {"hours": 1.0, "share": 0.025}
    assert len(found["floor"]) == 30
