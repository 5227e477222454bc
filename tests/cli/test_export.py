"""`haechi export`, `haechi explain ESTATE SYSTEM LOSS` on a small estate to what they print, with their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audit.analysis.faults.answer import answer
from audit.analysis.faults.openpsa import read
from audit.cli import main
from tests.analysis.faults.test_ways import PAIR


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    (tmp_path / "estate.yaml").write_text(PAIR)
    return tmp_path


def test_export_of_one_system(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = estate / "login.xml"
    assert main(["export", str(estate), "--open-psa", "--system", "login", "--output", str(path)]) == 0
    assert capsys.readouterr().out == ""
    told = answer(read(path.read_bytes()), 2, 99)
    assert main(["cutsets", str(estate), "login", "--order", "2", "--format", "json", "--top", "99"]) == 0
    ours = json.loads(capsys.readouterr().out)
    assert {str(size): count for size, count in enumerate(told.orders) if size} == ours["orders"]


def test_export_of_all_to_standard_output(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(estate), "--open-psa", "--by", "hazard", "--view", "optimistic"]) == 0
    assert capsys.readouterr().out.count('<define-gate name="top') == 3


def test_a_path_for_certain(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["explain", str(estate), "loans", "daejeon#c5", "busan", "--format", "json"]
    assert main(words) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["stops"] == "surely"
    assert told["steps"][0] == {
        "falls": "daejeon#c5", "because": [], "inventory": None, "evidence": [], "confirmed": None
    }  # fmt: skip
    assert told["steps"][-1]["falls"] == "kibo/loans"
    assert told["steps"][-1]["inventory"].startswith("estate.yaml:")


def test_a_path_perhaps(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(estate), "loans", "daejeon/hall", "--lang", "en"]) == 3
    printed = capsys.readouterr().out
    assert "unless an untried failover works" in printed
    assert "kibo/loans falls with daejeon/hall" in printed


def test_what_goes_on(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(estate), "login", "feed-a", "--lang", "en"]) == 0
    assert "kibo/login goes on when feed-a is lost" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("explain", "{}", "loans"), "name what is lost too"),
        (("explain", "{}", "lons", "busan"), "did you mean"),
        (("explain", "{}", "loans", "bussan"), "did you mean"),
        (("explain", "backup.age", "--format", "json"), "is for an inventory"),
        (("export", "{}"), "--open-psa"),
        (("export", "{}", "--open-psa", "--system", "logon"), "did you mean"),
        (("cutsets", "{}", "login", "--order", "all"), "--order all is for --open-psa"),
        (("cutsets", "{}", "login", "--order", "0"), "neither a number"),
    ],
)
def test_wrong_words_are_told(
    words: tuple[str, ...], says: str, estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*(word.format(estate) for word in words), "--lang", "en"]) == 2
    assert says in capsys.readouterr().err


def test_a_file_that_cannot_be_written(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = estate / "none" / "x.xml"
    assert main(["export", str(estate), "--open-psa", "--output", str(path), "--lang", "en"]) == 7
    assert "cannot write" in capsys.readouterr().err
