"""Corrective measures in, what reports say of them out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import jsonschema

from audit.analysis.register import register
from audit.model.assent import Assent
from audit.model.register import Action
from audit.model.verdict import Verdict
from reports import actions
from reports.html import FORMAT as HTML
from reports.json import FORMAT as JSON
from reports.schema import run_schema
from reports.terminal import FORMAT as TERMINAL
from reports.translate import Translator
from tests.analysis.registering import ONE, TWO, born, changed, look
from tests.reports.hostile import CONTROLS, POLYGLOT
from tests.reports.sample import dossier

AT = datetime(2026, 11, 21, 20, tzinfo=UTC)


def measures(**values: Any) -> tuple[Action, ...]:
    steps = [{"day": "2026-02-01", "text": "Order it", "done": "2026-02-02"}]
    events = [
        born(owner="Lee", due="2026-08-01", budget="4e6 KRW", accountable="Choi", milestones=steps, **values),
        changed(2, 3, plan="A second place"),
        born(3, TWO, severity="low"),
    ]
    return register(events, [look(5, {ONE: Verdict.PASS}), look(9, {ONE: Verdict.FAIL}, waived="known")])


def page(whole: object) -> str:
    known = replace(dossier(), actions=whole, at=AT)  # type: ignore[arg-type]
    return b"".join(chunk for one in HTML.pages(known, "en") for chunk in one.chunks).decode()


def test_the_page_tells_of_them_the_worst_first() -> None:
    told = page(measures())
    assert 'id="actions"' in told
    assert 'href="#actions"' in told
    section = told[told.index('<section id="actions"') : told.index('<section id="institutions"')]
    for text in (
        "113 days overdue",
        "tell the ministry",
        "times reopened: 1",
        "4,000,000 KRW",
        "A second place",
        "Order it",
    ):
        assert text in section, text
    assert section.index(ONE) < section.index(TWO)
    assert "waived, which does not close it" in section
    assert 'class="nobody">nobody' in section
    assert 'id="actions"' not in page(())


def test_one_line_tells_of_all() -> None:
    known = replace(dossier(), actions=measures(), at=AT)
    line = actions.summary(known, Translator("en"))
    assert line == (
        "Corrective measures: to be done 2, overdue 1, reopened 1, waiting for a re-test 0, without a day 1, closed 0, "
        f"worst backup.age kibo/guarantee/{ONE}"
    )
    assert line.encode() in b"".join(chunk for one in TERMINAL.pages(known, "en") for chunk in one.chunks)
    assert actions.summary(dossier(), Translator("en")) == ""


def test_who_is_told_has_a_name_where_there_is_one() -> None:
    speak, ends = Translator("en"), datetime.fromisoformat("2026-08-02T00:00:00+09:00")
    told = [actions.row(measures()[0], ends + timedelta(days=days), speak).told for days in (1, 20, 40, 80)]
    assert told == ["", "tell Lee", "tell Choi", "tell the ministry"]


def test_hostile_texts_stay_texts() -> None:
    clean = POLYGLOT.replace("\ud800", "").replace("\udfff", "")
    hostile = register(
        [born(subject=clean, check=clean, owner=clean, plan=clean, milestones=[{"day": "2026-02-01", "text": clean}])],
        [],
    )

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attributes: object) -> None:
            assert tag not in ("script", "img", "iframe"), tag
            assert "onerror" not in str(attributes)

    told = page(hostile)
    Tags().feed(told)
    assert not set(CONTROLS) & set(told)
    text = actions.summary(replace(dossier(), actions=hostile, at=AT), Translator("ko"))
    assert "\n" not in text
    assert not set(CONTROLS) & set(actions.row(hostile[0], AT, Translator("en")).plan)


def test_plain_values() -> None:
    told = actions.record(measures()[0], AT)
    assert (told["state"], told["reopened"], told["overdue-days"], told["escalation"]) == ("open", 1, 113, "ministry")
    assert told["budget"] == {"amount": "4000000", "currency": "KRW"}
    assert told["milestones"] == [{"day": "2026-02-01", "text": "Order it", "done": "2026-02-02"}]
    assert measures()[0].due == date(2026, 8, 1)
    assert [actions.entry(one)["what"] for one in measures()[0].history] == ["born", "changed", "closed", "reopened"]


def test_the_json_of_a_run_holds_every_measure_and_signature() -> None:
    hostile = POLYGLOT + "".join(CONTROLS)
    signature = Assent(
        "run", "sha256:0", hostile, hostile, ("kibo",), "whole", "C", "2026", AT, "text", "unknown-signer", hostile
    )
    told = measures(), measures(control=hostile, plan=hostile, by=hostile), ()
    for actions_, signatures in zip(told, ((), (signature,), ()), strict=True):
        known = replace(dossier(), actions=actions_, signatures=signatures, at=AT)
        text = b"".join(chunk for one in JSON.pages(known, "en") for chunk in one.chunks).decode()
        document = json.loads(text)
        jsonschema.Draft202012Validator(run_schema()).validate(document)
        assert [one["id"] for one in document["measures"]] == [one.id for one in actions_]
        assert len(document["signatures"]) == len(signatures)
        assert not {"\x1b", "\u202e"} & set(text)
