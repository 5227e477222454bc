"""A dossier with what is left after each kind of loss in, its section, line, records out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import jsonschema
import pytest

from audit.model.dossier import Dossier
from audit.model.evidence import Finding
from audit.model.fate import Fate
from audit.model.message import say
from audit.model.restoring import RestoreTime
from audit.model.survival import SCENARIOS, Outcome
from audit.model.verdict import Reason, Verdict
from reports.left import LISTED, left, summary
from reports.schema import run_schema
from reports.translate import Translator
from tests.reports.hostile import CONTROLS, POLYGLOT
from tests.reports.printed import printed
from tests.reports.sample import dossier

HOUR = timedelta(hours=1)
ENGLISH = Translator("en")


def outcomes(ref: str, taint: str = "") -> tuple[Outcome, ...]:
    """Something of each form."""
    copy, gone = f"{ref}/nightly{taint}", f"{ref}/near{taint}"
    fates = (Fate(copy, True, say("{copy} is left", copy=copy)), Fate(gone, False, say("{copy} burnt", copy=gone)))
    maybe = (Fate(copy, None, say("nobody knows of {copy}", copy=copy)),)
    return (
        Outcome("host-loss", "m" + taint, fates, HOUR, HOUR, restore=RestoreTime(2 * HOUR, "drilled", 9, 9.0)),
        Outcome("site-loss", "s" + taint, (), None, None),
        Outcome("ransomware", "", maybe, HOUR, None, Reason.INCOMPLETE, say("it is {what}", what="dark" + taint)),
        Outcome("operator-error", "", fates, HOUR, HOUR),
        Outcome("supplier-loss", why=say("no supplier"), kind="exempt"),
        Outcome("system-loss", reason=Reason.INCOMPLETE, why=say("not told"), kind="untold"),
    )


VERDICTS = (
    Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.UNKNOWN,
)  # fmt: skip


def judged(base: Dossier, taint: str = "") -> Dossier:
    """A dossier that judged each data set, as in `outcomes`."""
    refs = [data.ref for _, system in base.estate.systems() for data in system.data]
    model = base.findings[0]
    findings: list[Finding] = []
    for ref in refs:
        for scenario, verdict in zip(SCENARIOS, VERDICTS, strict=True):
            reason = Reason.INCOMPLETE if verdict is Verdict.UNKNOWN else None
            findings.append(
                replace(model, check=f"backup.{scenario}", subject=ref, verdict=verdict, reason=reason, waiver=None)
            )
    found = {ref: outcomes(ref, taint) for ref in refs}
    return replace(base, findings=(*base.findings, *findings), scenarios=found)


WHOLE = judged(dossier(40, 11, 6))
HOSTILE = judged(dossier(20, 2, 2, taint=POLYGLOT), POLYGLOT)


def test_each_form_has_its_words() -> None:
    row = left(WHOLE, ENGLISH).rows[0]
    assert [cell.rpo for cell in row.cells] == ["1h", "everything", "1h – everything", "1h", "–", "?"]
    assert [cell.sign for cell in row.cells] == ["✓", "✗", "?", "✓", "–", "?"]
    assert row.cells[0].rto == "2h (measured)"
    assert row.cells[0].copies == ("nightly",)


def test_the_worst_are_listed_and_all_are_counted() -> None:
    found = left(WHOLE, ENGLISH)
    assert (len(found.rows), found.more) == (LISTED, 66 - LISTED)
    assert found.counts[1] == (("fail", 66),)
    assert found.rows[0].grade == 1


def test_the_line_counts_what_applies() -> None:
    told = summary(WHOLE, ENGLISH)
    assert "its machine is lost 66/66" in told
    assert "its site is lost 0/66" in told
    assert "supplier" not in told
    assert told in printed("terminal", WHOLE)


def test_without_a_data_set_nothing_is_said() -> None:
    bare = dossier(20)
    assert summary(bare, ENGLISH) == ""
    assert 'id="left"' not in printed("html", bare)
    assert json.loads(printed("json", bare))["scenarios"] == {}


@pytest.mark.parametrize("sample", [WHOLE, HOSTILE], ids=["whole", "hostile"])
def test_the_json_keeps_its_schema(sample: Dossier) -> None:
    document = json.loads(printed("json", sample))
    jsonschema.validate(document, run_schema(), jsonschema.Draft202012Validator)
    one = next(iter(document["scenarios"].values()))
    assert list(one) == list(SCENARIOS)
    assert one["host-loss"]["rpo"] == {"least": 3600.0, "most": 3600.0}
    assert one["host-loss"]["rto"] == {"seconds": 7200.0, "basis": "drilled"}
    assert one["ransomware"]["rpo"] == {"least": 3600.0, "most": None}
    assert [copy["left"] for copy in one["host-loss"]["copies"]] == [True, False]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", ["html", "json", "jsonl", "terminal"])
def test_hostile_names_do_not_act(name: str, language: str) -> None:
    text = printed(name, HOSTILE, language)
    assert [sign for sign in CONTROLS if sign in text] == []
    if name == "html":
        assert "<script" not in text
        assert 'id="left"' in text
