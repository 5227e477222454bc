"""A judged estate to its answer book: links from findings to people and money, and what nobody can say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.analysis.answering import answered
from audit.analysis.answering_questions import QUESTIONS
from audit.app import audit
from audit.catalogue import discover
from audit.cli import main
from audit.model.answer import AnswerBook
from audit.model.dossier import Dossier
from reports.answers import as_html, as_json, text

TEXT = """
estate: {id: small, name: "<script>alert(1)</script>"}
sites: [{id: busan, rooms: [{id: hall}]}]
institutions:
  - id: kibo
    accountable: {name: Kim Minji}
    systems:
      - {id: loans, grade: 1, at: [busan/hall], owner: {name: Yoo}, data: [{id: ledger, at: busan/hall}]}
  - {id: kosme}
budget: [{id: second-place, of: [kibo], needed: 5e9 KRW, funded: 1e9 KRW}]
earlier-findings: [{id: audit-1, by: Board, on: kibo, says: No copy., issued: 2024-01-01, due: 2025-01-01}]
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("answers")
    (folder / "estate.yaml").write_text(TEXT, "utf-8")
    audit(folder / "estate.yaml", store=str(folder / "haechi.db"), at=datetime(2026, 9, 1, tzinfo=UTC))
    return str(folder / "haechi.db")


@pytest.fixture(scope="module")
def dossier(store: str) -> Dossier:
    from audit.app import dossier_of

    return dossier_of(store=store).dossier


@pytest.fixture(scope="module")
def book(dossier: Dossier) -> AnswerBook:
    return answered(dossier)


def test_twenty_questions_rest_on_checks_that_exist() -> None:
    assert len(QUESTIONS) == 20
    assert {check for one in QUESTIONS for check in one.checks} <= set(discover().checks)


def test_a_finding_leads_to_person_and_money(book: AnswerBook) -> None:
    one = next(answer for answer in book.answers if answer.id == "one-copy")
    link = next(link for link in one.links if link.check == "backup.exists")
    assert (link.subject, link.person, link.plan) == ("kibo/loans/ledger", "Yoo", "")
    assert [(paid.id.rpartition(":")[2], paid.funded) for paid in link.budget] == [
        ("second-place", "1,000,000,000 KRW")
    ]
    assert link.declared.startswith("estate.yaml:")


def test_what_cannot_be_said_is_said(book: AnswerBook) -> None:
    by_id = {answer.id: answer for answer in book.answers}
    assert any("kosme" in str(why) for why in by_id["who"].missing)
    assert any("nobody has signed" in str(why) for why in by_id["signed"].missing)
    assert any("register" in str(why) for why in by_id["repairs"].missing)
    assert any("overdue" in str(fact) for fact in by_id["earlier"].lines)
    assert by_id["dangerous-work"].standing == "unanswered"
    assert any("the register holds no measure" in str(why) for why in book.unanswered)


def test_every_control_of_every_institution_is_there(book: AnswerBook, dossier: Dossier) -> None:
    asked = {(finding.control, finding.institution) for finding in dossier.findings}
    assert {(one.control, one.institution) for one in book.controls} == asked
    assert sum(sum(one.counts.values()) for one in book.controls) == len(dossier.findings)


def test_nothing_with_an_unknown_is_answered(book: AnswerBook) -> None:
    assert not [one.id for one in book.answers if one.standing == "answered" and one.missing]


def test_forms(book: AnswerBook, dossier: Dossier) -> None:
    lines = list(text(book, dossier, "en", 2))
    assert "What cannot be answered, and why" in lines
    told = json.loads(as_json(book, dossier))
    assert (told["schema"], len(told["answers"])) == ("haechi.answers/1", 20)
    assert all(one["left-out"] == 0 for one in told["answers"])
    page = as_html(book, dossier, "en", 2)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_command(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["answers", "--store", store, "--lang", "en"]) == 0
    assert "20. What does nobody know" in capsys.readouterr().out
    page = tmp_path / "answers.html"
    assert main(["answers", "--store", store, "--format", "html", "--output", str(page)]) == 0
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert main(["answers", "20990101", "--store", store]) == 2
