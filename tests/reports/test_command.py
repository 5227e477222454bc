"""`haechi report` over a stored run: every format to a file or to standard output, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from audit import app
from audit.cli.report import command
from audit.model.exit import Exit, Stop
from reports import formats

INVENTORY = """
estate: {id: small, name: {en: Small office, ko: 작은 사무소}}
sites:
  - {id: seoul, name: {en: Seoul office, ko: 서울 사무소}, rooms: [{id: hall}]}
institutions:
  - id: office
    name: {en: The office, ko: 사무소}
    systems:
      - {id: ledger, grade: 2, at: [seoul/hall], data: [{id: books, size: 2 TB, at: seoul/hall}]}
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with one run of a small inventory that needs no look at anything."""
    room = tmp_path_factory.mktemp("office")
    (room / "office.yaml").write_text(INVENTORY, "utf-8")
    path = str(room / "haechi.db")
    app.audit(room / "office.yaml", store=path)
    return path


@pytest.mark.parametrize("name", sorted(formats()))
def test_each_format_goes_to_standard_output_and_to_a_file(name: str, store: str, tmp_path: Path) -> None:
    plain = CliRunner().invoke(command, ["--store", store, "--format", name], catch_exceptions=False)
    assert plain.exit_code == 0
    target = tmp_path / f"report{formats()[name].suffix}"
    filed = CliRunner().invoke(command, ["latest", "--store", store, "--format", name, "--output", str(target)])
    assert filed.exit_code == 0
    assert filed.stdout == ""
    assert str(target) in filed.stderr
    assert target.read_bytes() == plain.stdout_bytes
    assert b"BKP-01" in target.read_bytes() or name in ("prometheus", "terminal", "xlsx")


def test_the_language_is_chosen(store: str) -> None:
    korean = CliRunner().invoke(command, ["--store", store, "--lang", "ko"])
    english = CliRunner().invoke(command, ["--store", store])
    assert "작은 사무소" in korean.stdout
    assert "미충족" in korean.stdout
    assert "Small office" in english.stdout
    assert "미충족" not in english.stdout


def test_the_loss_of_the_only_room_is_told(store: str) -> None:
    page = CliRunner().invoke(command, ["--store", store]).stdout
    assert "2 TB" in page.partition('id="institutions"')[0]
    document = json.loads(CliRunner().invoke(command, ["--store", store, "--format", "json"]).stdout)
    assert [one["subject"] for one in document["findings"] if one["check"] == "backup.exists"] == [
        "office/ledger/books"
    ]


def test_an_unknown_run_is_wrong_usage(store: str) -> None:
    outcome = CliRunner().invoke(command, ["nonesuch", "--store", store])
    assert isinstance(outcome.exception, Stop)
    assert outcome.exception.code is Exit.USAGE
