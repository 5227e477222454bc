"""`haechi whatif`, `spof`, `pairs`, `cutsets` on a small estate to what they print, with their exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.cli import main
from tests.analysis.faults.test_ways import PAIR

DATA = PAIR.replace(
    "{id: board, grade: 3, at: [daejeon/hall]}",
    "{id: board, grade: 3, at: [daejeon/hall], applicants: 8760/y, data: [{id: notes, size: 858 TB, "
    "at: daejeon/hall, copies: [{id: own, kind: files, at: daejeon/batteries, path: '/srv/*.gz'}]}]}",
)


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    (tmp_path / "estate.yaml").write_text(DATA)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    assert main([*words, "--format", "json", "--lang", "en"]) == code
    return json.loads(capsys.readouterr().out)


def test_a_fire_stops_what_has_no_other_place_and_destroys_what_has_no_other_copy(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, "whatif", str(estate), "daejeon#c5")
    assert [one["system"] for one in found["stops"]] == ["kibo/board"]
    assert [one["system"] for one in found["stops-perhaps"]] == ["kibo/loans"]
    assert [one["data"] for one in found["data-destroyed"]] == ["kibo/board/notes"]
    assert found["applicants-per-hour"]["least"] == pytest.approx(1.0, rel=0.01)
    assert len(found["assumed"]) == 6


def test_a_lost_feed_destroys_nothing(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "whatif", str(estate), "feed-a")
    assert [one["system"] for one in found["stops"]] == ["kibo/board"]
    assert found["data-destroyed"] == []


def test_two_sites_at_once_stop_what_is_of_the_first_grade(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "whatif", str(estate), "daejeon", "busan", code=1)
    assert [one["system"] for one in found["stops"]] == ["kibo/login", "kibo/loans", "kibo/board"]


def test_single_losses(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "spof", str(estate), code=1)
    by_losses = {tuple(one["losses"]): one for one in found["sets"]}
    assert by_losses["kibo/login",]["stops"] == ["kibo/loans"]
    assert by_losses["daejeon/hall",]["stops"] == ["kibo/board"]
    assert by_losses["daejeon/hall",]["stops-perhaps"] == ["kibo/loans"]
    assert told(capsys, "spof", str(estate), "--on", "board")["orders"] == {"1": 4}


def test_pairs_are_no_single_losses(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "pairs", str(estate), "--top", "99")
    assert ["busan", "daejeon/hall"] in [one["losses"] for one in found["sets"]]
    assert all(len(one["losses"]) == 2 for one in found["sets"])


def test_cut_sets_of_one_system_begin_with_the_smallest(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "cutsets", str(estate), "login", "--order", "2", "--top", "99")
    assert {tuple(one["losses"]) for one in found["sets"]} >= {("busan", "daejeon/hall"), ("feed-a", "feed-b")}
    assert found["orders"]["1"] == 0


def test_as_text(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", str(estate), "daejeon#c5", "--lang", "en"]) == 0
    printed = capsys.readouterr().out
    assert "stops (1):\n    destroyed (1):\n      kibo/board (3) <- daejeon/hall" in printed
    assert "destroyed with every copy:\n    kibo/board/notes (858 TB)" in printed
    assert main(["spof", str(estate), "--on", "kibo/board", "--lang", "ko"]) == 0
    assert "daejeon/hall" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("whatif", "{}", "dajeon"), "did you mean 'daejeon'?"),
        (("whatif", "{}", "nowhere-at-all"), "nothing is called"),
        (("spof", "{}", "--on", "logon"), "did you mean"),
        (("cutsets", "{}"), "name an inventory with one of its systems"),
        (("cutsets",), "name an inventory with one of its systems"),
    ],
)
def test_a_wrong_name_is_told(
    words: tuple[str, ...], says: str, estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*(word.format(estate) for word in words), "--lang", "en"]) == 2
    assert says in capsys.readouterr().err


MONEY = """
institutions: [{id: k, systems: [{id: dns, grade: 1, recovers-with: [login]}, {id: login, grade: 1, needs: [dns]}]}]
programmes:
  - {id: retail, guarantees: 100e9 KRW, needs: [{sum: contribution, at-least: 2e9 KRW, of: [shop, bank]}]}
contributors:
  - {id: shop, contribution: 1e9 KRW, commitment: verbal}
  - {id: bank, contribution: 1e9 KRW, commitment: signed}
"""


def test_what_waits_for_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "estate.yaml").write_text(MONEY)
    found = told(capsys, "blackstart", str(tmp_path), code=1)
    assert found["waiting"] == {"k/dns": ["k/login"], "k/login": ["k/dns"]}
    assert len(found["by-hand"]) == 1
    assert main(["blackstart", str(tmp_path), "--lang", "en"]) == 1
    assert "k/dns waits for k/login" in capsys.readouterr().out


def test_a_programme_without_the_one_who_only_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "estate.yaml").write_text(MONEY)
    whole = told(capsys, "programme", str(tmp_path), "retail", code=1)
    assert whole["holds"] == {"surely": False, "perhaps": True}
    assert whole["leverage"] == 50
    without = told(capsys, "programme", str(tmp_path), "retail", "--drop", "shop", code=1)
    assert (without["holds"]["perhaps"], without["pivotal"]) == (False, ["bank", "shop"])
    assert main(["programme", str(tmp_path), "retail", "--drop", "shop", "--lang", "en"]) == 1
    assert "it does not hold: 1,000,000,000 KRW are left" in capsys.readouterr().out
    assert main(["programme", str(tmp_path), "cars", "--lang", "en"]) == 2
    assert "known are retail" in capsys.readouterr().err
