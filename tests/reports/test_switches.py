"""Measured switches in, what the formats say of them out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jsonschema

from audit.model.drilling import Promise
from audit.model.verdict import Verdict
from reports.html import FORMAT as HTML
from reports.json import FORMAT as JSON
from reports.schema import run_schema
from reports.switches import row, summary
from reports.translate import Translator
from tests.cli.test_switched import state
from tests.reports.sample import dossier

AT = datetime(2026, 9, 1, tzinfo=UTC)


def test_every_format_tells_of_it() -> None:
    whole = dossier()
    system = next(system for _, system in whole.estate.systems())
    told = state(failover_ref=f"{system.ref}/pair")
    known = replace(whole, switches=(told,), at=AT)
    document = json.loads(b"".join(chunk for page in JSON.pages(known, "en") for chunk in page.chunks))
    jsonschema.validate(document, run_schema())
    assert (document["switches"][0]["outage"], document["switches"][0]["lost"]) == (5.2, 0)
    page = b"".join(chunk for one in HTML.pages(known, "en") for chunk in one.chunks).decode()
    assert 'id="switches"' in page
    assert 'href="#switches"' in page
    assert "\x1b" not in page
    assert told.failover_ref in summary(known, Translator("en"))
    assert "in 6m, promised" in summary(known, Translator("en"))
    none = b"".join(chunk for one in HTML.pages(whole, "en") for chunk in one.chunks).decode()
    assert 'id="switches"' not in none
    assert summary(whole, Translator("en")) == ""


def test_an_old_one_proves_nothing_any_more() -> None:
    speak = Translator("en", "UTC")
    assert row(state(), Promise(), AT, speak).verdict is Verdict.PASS
    assert row(state(), Promise(), AT + timedelta(days=184), speak).verdict is Verdict.UNKNOWN
    failed = row(state(trouble="nobody took writes"), Promise(rto=timedelta(minutes=5)), AT, speak)
    assert (failed.verdict, failed.rto.met) == (Verdict.FAIL, False)
