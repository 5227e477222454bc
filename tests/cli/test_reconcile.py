"""`haechi reconcile` on a small estate to what it prints, with its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audit.cli import main

ESTATE = """
estate: {id: mini, lists: [{id: register, kind: assets, file: assets.csv, columns: {name: Box}}]}
institutions:
  - id: k
    systems:
      - {id: a, grade: 1, hosts: [a.example, 10.0.0.1], needs: [b]}
      - {id: b, grade: 1, hosts: [billing.example, 10.0.0.2]}
      - {id: c, grade: 1, hosts: [c.example, 10.0.0.3]}
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    (tmp_path / "estate.yaml").write_text(ESTATE)
    (tmp_path / "assets.csv").write_text("Box\na.example\nbilling.example\nc.example\n")
    return tmp_path


def test_the_lists_that_the_inventory_names(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconcile", str(estate), "--lang", "en"]) == 0
    assert "nothing is missing" in capsys.readouterr().out
    (estate / "assets.csv").write_text("Box\nbiling.example\n\x1b[31mghost\n")
    assert main(["reconcile", str(estate), "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert "did you mean k/b?" in out
    assert "\x1b" not in out


def test_a_list_on_the_command_line(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "edges.csv").write_text(
        "src,dst,port\n10.0.0.1,10.0.0.3,5432\n10.0.0.1,10.9.9.9,53\n10.0.0.2,10.0.0.3,1\n"
    )
    words = ["reconcile", str(estate), "--firewall", str(estate / "edges.csv"), "--format", "json"]
    assert main(words) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "haechi.reconcile/1"
    assert [(one["source"], one["target"], one["ports"]) for one in found["undeclared"]] == [
        ("k/a", "k/c", ["5432"]),
        ("k/b", "k/c", ["1"]),
    ]
    assert [one["address"] for one in found["strays"]] == ["10.9.9.9"]
    assert found["quiet"] == [["k/a", "k/b"]]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--assets", "nowhere.csv"), 2, "nowhere.csv"),
        (("--assets", "bad.csv"), 4, "bad.csv:2:2: "),
        (("--assets", "bad.csv", "--column", "nam=x"), 2, "did you mean 'name'"),
        (("--zone", "bad.csv"), 4, "its own name"),
        (("--assets", "."), 2, "ordinary"),
    ],
)
def test_what_cannot_be_read(
    estate: Path, words: tuple[str, ...], code: int, says: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(estate)
    (estate / "bad.csv").write_text("host,ip\na,b\n")
    assert main(["reconcile", ".", *words, "--lang", "en"]) == code
    assert says in capsys.readouterr().err


def test_no_list_at_all(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "estate.yaml").write_text("institutions: [{id: k}]\n")
    assert main(["reconcile", str(estate), "--lang", "en"]) == 2
    assert "--zone FILE" in capsys.readouterr().err


def test_mistakes_under_lists_are_lines(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "estate.yaml").write_text(ESTATE.replace("kind: assets", "kind: asset").replace("Box", "Box, nam: x"))
    assert main(["validate", str(estate), "--lang", "en"]) == 4
    assert "did you mean 'assets'" in capsys.readouterr().out
