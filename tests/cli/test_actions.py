"""Words after `haechi actions` in, its answers with its exit codes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.cli import main
from audit.model.verdict import Verdict
from tests.app.register_stores import finding, keep

FAIL, PASS = Verdict.FAIL, Verdict.PASS
AGE, TARGETS = "backup.age", "operations.targets"
NAME = finding(AGE, FAIL).fingerprint


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = tmp_path / "haechi.db"
    keep(path, 0, {AGE: FAIL, TARGETS: FAIL})
    return str(path)


@pytest.fixture
def asked(store: str, capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(*words: str, by: str = "") -> tuple[int, str, str]:
        code = main(["actions", *words, "--store", store, *(("--by", by) if by else ())])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ask


def test_the_whole_way(store: str, asked: Any) -> None:
    assert asked("list") == (0, "", "the register is empty; `haechi actions add` writes the first measure\n")
    code, out, err = asked("add", NAME, "--due", "2026-01-31", by="Kim")
    assert (code, out.split()) == (0, [NAME])
    assert "new measures 1, known before 0" in err
    code, out, _ = asked("add", "--from-run", "latest", "--severity", "critical", "--format", "json", by="Kim")
    assert (len(json.loads(out)["new"]), json.loads(out)["known"]) == (1, [NAME])
    code, out, _ = asked("update", NAME[:5], "--state", "verify", "--milestone", "2026-01-20 Order", by="Lee")
    assert (code, out.splitlines()[-1]) == (0, "  [ ] 20 Jan 2026 Order")
    assert asked("update", NAME, "--reached", "Order", by="Lee")[1].splitlines()[-1] == "  [x] 20 Jan 2026 Order"

    code, out, _ = asked("overdue", "--at", "2026-03-05T00:00+09:00")
    assert code == 1
    assert "33 days overdue, tell Kim Example" in out
    assert asked("overdue", "--at", "2026-01-31T23:59+09:00")[0] == 0
    found = json.loads(asked("list", "--overdue", "--format", "json")[1])
    assert (found["schema"], [one["id"] for one in found["actions"]]) == ("haechi.actions/1", [NAME])

    run = keep(Path(store), 5, {AGE: PASS, TARGETS: FAIL})
    closed = json.loads(asked("list", "--state", "closed", "--format", "json")[1])["actions"]
    assert [(one["id"], one["closed-by"]) for one in closed] == [(NAME, run.id)]
    assert asked("overdue", "--at", "2026-03-05T00:00+09:00")[0] == 0
    history = json.loads(asked("timeline", NAME, "--format", "json")[1])["history"]
    assert [one["what"] for one in history] == ["closed", "born", "changed", "ignored", "changed"]
    assert "passed: closed" in asked("timeline")[1]


def test_export_and_import(asked: Any, tmp_path: Path) -> None:
    asked("add", "--from-run", "latest", by="Kim")
    sheet = tmp_path / "a.csv"
    assert asked("export", "--output", str(sheet))[0] == 0
    assert asked("import", str(sheet), by="Lee")[2] == "new 0, changed 0, as before 2\n"
    sheet.write_text(sheet.read_text("utf-8").replace("Lee Example", "Park"), "utf-8")
    assert asked("import", str(sheet), "--dry-run", by="Lee")[2].startswith("nothing was written")
    assert asked("import", str(sheet), by="Lee")[2] == "new 0, changed 2, as before 0\n"
    sheet.write_text("id,due\nffff,x\n", "utf-8")
    code, _, err = asked("import", str(sheet), by="Lee")
    assert (code, err) == (4, "a.csv:2:check: expected the check of a finding, got nothing\n")
    whole = json.loads(asked("export", "--format", "json")[1])
    assert {one["owner"] for one in whole["actions"]} == {"Park"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add",), "name a FINGERPRINT, or --from-run RUN"),
        (("add", "ffff"), "no finding 'ffff'"),
        (("add", "--from-run", "nope"), "no run 'nope'"),
        (("update", NAME, "--state", "clsoed"), "one of open, planned, doing, verify"),
        (("update", "ffff", "--owner", "x"), "no measure 'ffff' in the register"),
        (("update", NAME, "--state", "closed"), "nobody closes a measure by hand"),
        (("retire", NAME, "--reason", "x"), "still in the inventory"),
    ],
)
def test_what_is_wrong_ends_in_two(asked: Any, words: tuple[str, ...], says: str) -> None:
    asked("add", NAME, by="Kim")
    code, out, err = asked(*words, by="Kim")
    assert (code, out) == (2, "")
    assert says in err


def test_wrong_names_and_times(asked: Any) -> None:
    asked("add", NAME, by="Kim")
    assert "did you mean 'kibo'?" in asked("list", "--institution", "kbio")[2]
    assert "did you mean 'Lee Example'?" in asked("list", "--owner", "Lee Exampel")[2]
    assert asked("list", "--at", "yesterday")[0] == 2
    assert asked("list", "--at", "2026-01-01")[0] == 2
    assert asked("update", NAME, "--owner", "x")[0] == 2  # by nobody
