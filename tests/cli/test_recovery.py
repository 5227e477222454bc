"""`haechi recovery-order`, `rto`, `rpo`, `blackstart` on a small estate to what they print, with their exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.app.drilling_record import ready, tell
from audit.cli import main
from tests.analysis.test_recovery_time import measured
from tests.model.test_timeline import ESTATE, PROVEN


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    order = "id: kibo\n    recovery-order: [loans, vault]"
    (tmp_path / "estate.yaml").write_text(ESTATE.replace("STEPS", PROVEN).replace("id: kibo", order, 1))
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    assert main([*words, "--format", "json", "--lang", "en"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_order_with_its_contradiction(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "recovery-order", str(estate), "daejeon/hall", "--teams", "1", code=1)
    assert [(one["system"], one["told"]) for one in found["order"]] == [
        ("kibo/vault", True), ("kibo/board", False), ("kibo/loans", True),
    ]  # fmt: skip
    assert found["contradictions"][0]["before"] == "kibo/vault"
    assert found["user-hours"]["proven"] is True
    assert found["curve"][-1] == [361.0, 1.0]
    assert main(["recovery-order", str(estate), "daejeon/hall", "--lang", "en"]) == 1
    printed = capsys.readouterr().out
    assert "1. kibo/vault: from 10d, back after 12d" in printed
    assert "puts kibo/loans before kibo/vault" in printed


def test_how_long_each_is_away(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "rto", str(estate), "loans", "--lost", "daejeon/hall", code=1)
    (loans,) = found["systems"]
    assert loans["away"] == {"least": 361.0, "most": 362.0}
    assert (loans["kept"], loans["path"][-1], loans["step"]["of"]) == (False, "daejeon/hall", "daejeon/hall")
    assert told(capsys, "rto", str(estate), "pay", code=0)["kept"] == 1
    assert main(["rto", str(estate), "--lang", "ko", "--top", "1"]) == 1
    printed = capsys.readouterr().out
    assert "kibo/loans" in printed
    assert "40일" in printed
    assert "40d" not in printed


def test_measured_times_of_the_store_count(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = str(tmp_path / "kept.db")
    words = ("rto", str(estate), "loans", "--lost", "daejeon/hall", "--store", store)
    assert told(capsys, *words, code=1)["measured"] == {"restores": 0, "switches": 0}
    # Reading makes no store.
    assert not Path(store).exists()
    ready(store)
    now = datetime.now(UTC)
    tell(store, measured(ended=now, expires=now + timedelta(days=9)))
    found = told(capsys, *words, code=1)
    assert found["measured"] == {"restores": 1, "switches": 0}
    assert found["systems"][0]["away"] == {"least": 370.0, "most": 370.0}
    bases = {one["of"]: one["basis"] for one in found["systems"][0]["figures"] if one["basis"] != "declared"}
    assert bases == {"kibo/loans": "estimated"}
    cost = told(capsys, "impact", str(estate), "daejeon/hall", "--store", store, code=1)
    (loans,) = (one for one in cost["systems"] if one["system"] == "kibo/loans")
    assert (loans["back"], cost["measured"]) == ({"least": 370.0, "most": 370.0}, found["measured"])
    assert main([*words, "--lang", "en"]) == 1
    assert "reckoned up from a restore drill on" in capsys.readouterr().out
    tell(store, measured(ended=now, expires=now - timedelta(days=9)))
    assert told(capsys, *words, code=1)["systems"][0]["away"] == {"least": 361.0, "most": 362.0}


def test_how_much_is_lost(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "rpo", str(estate), "--lost", "daejeon", code=1)
    assert found["systems"][0]["lost"] == {"least": 1.0, "most": 1.0}
    assert found["basis"] == "declared"
    assert main(["rpo", str(estate), "--lang", "en"]) in (1, 3)
    assert "from what is declared alone" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["recovery-order", "rto", "rpo"])
def test_a_wrong_name_is_told(name: str, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["dajeon"] if name == "recovery-order" else ["--lost", "dajeon"]
    assert main([name, str(estate), *words, "--lang", "en"]) == 2
    assert "did you mean 'daejeon'?" in capsys.readouterr().err


def test_groups_that_wait_for_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "institutions: [{id: k, systems: [{id: a, grade: 1, needs: [b]}, {id: b, grade: 1, recovers-with: [a]}]}]\n"
    (tmp_path / "estate.yaml").write_text(text)
    found = told(capsys, "blackstart", str(tmp_path), code=1)
    assert (found["groups"], found["by-hand-at-least"]) == ([["k/a", "k/b"]], 1)


def test_an_empty_estate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "estate.yaml").write_text("estate: {id: none}\n")
    assert told(capsys, "rto", str(tmp_path))["systems"] == []
    assert told(capsys, "rpo", str(tmp_path))["systems"] == []
    assert told(capsys, "blackstart", str(tmp_path))["waiting"] == {}
