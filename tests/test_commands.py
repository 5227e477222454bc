"""The words of `run`, `plan`, `show`, `judge`, `runs` in, what they print with how they end out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audit.cli import main
from audit.model.exit import Exit

TEXT = """
estate: {id: all}
institutions:
  - id: kibo
    accountable: {name: Kim, email: kim@example.org}
    systems:
      - {id: guarantee, grade: 1, endpoints: [{id: web, kind: tcp, host: 127.0.0.1, port: 9}]}
  - {id: semas, systems: [{id: shop, grade: 3}]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "estate.yaml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    out, err = capfd.readouterr()
    return code, out, err


def test_plan_touches_nothing(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capfd, "plan", "estate.yaml", "--on", "guarantee", "--area", "availability")
    assert code == Exit.READY
    assert out == "kibo/guarantee/web  availability.tcp.connection  at 127.0.0.1  in at most 17s\n"
    assert err.startswith("1 looks, ")
    assert "are left out and count as unknown" in err
    code, out, _ = said(capfd, "plan", "estate.yaml", "--format", "json")
    assert {"check": "availability.answers", "subject": "kibo/guarantee/web"} in json.loads(out)["findings"]
    assert sorted(path.name for path in folder.iterdir()) == ["estate.yaml"]


def test_run_show_judge_runs(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capfd, "run", "estate.yaml", "--format", "json", "--at", "2026-09-01T09:00:00")
    assert (code, err) == (Exit.FAILED, "")
    run = json.loads(out)
    by_pair = {(one["check"], one["subject"]): one for one in run["findings"]}
    look = by_pair["availability.answers", "kibo/guarantee/web"]
    # The estate allows no address: nothing was touched, and that is said.
    assert (look["verdict"], look["reason"], look["at"]) == ("unknown", "denied", "2026-09-01T00:00:00+00:00")
    code, out, _ = said(capfd, "show", "--format", "json")
    assert (code, json.loads(out)) == (Exit.READY, run)
    code, out, _ = said(capfd, "show", run["run"]["id"][:17], "--format", "json")
    assert json.loads(out) == run
    code, out, _ = said(capfd, "judge", "--format", "json", "--fail-on", "critical")
    again = json.loads(out)
    assert (code, again["findings"]) == (Exit.FAILED, run["findings"])
    code, out, _ = said(capfd, "runs")
    lines = out.splitlines()
    assert (code, len(lines)) == (Exit.READY, 2)
    assert lines[0].startswith(again["run"]["id"])
    assert f"judged again from {run['run']['id']}" in lines[0]
    code, out, _ = said(capfd, "runs", "--format", "json")
    assert [one["state"] for one in json.loads(out)] == ["complete", "complete"]


def test_a_report_in_a_file(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capfd, "run", "estate.yaml", "--format", "html", "--output", "report.html", "--lang", "ko")
    assert (code, out) == (Exit.FAILED, "")
    assert err.startswith("보고서: ")
    assert (folder / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (("run", "none.yaml"), Exit.USAGE, ""),
        (("run", "estate.yaml", "--check", "backup.agee"), Exit.USAGE, "did you mean 'backup.age'?"),
        (("run", "estate.yaml", "--deadline", "soon"), Exit.USAGE, "expected a duration"),
        (("run", "estate.yaml", "--at", "soon"), Exit.USAGE, "expected a date and time"),
        (("run", "estate.yaml", "--fail-on", "never"), Exit.USAGE, "never"),
        (("run", "estate.yaml", "--store", "none/haechi.db"), Exit.STORAGE, "none/haechi.db"),
        (("run", "estate.yaml", "--store", "mysql://x"), Exit.USAGE, "unknown kind of store"),
        (("run", "broken.yaml"), Exit.INVALID, "broken.yaml:1:10"),
        (("show",), Exit.USAGE, "there is no store haechi.db; `haechi run ESTATE` makes one"),
        (("judge", "2026"), Exit.USAGE, ""),
    ],
)
def test_what_cannot_be_done(
    folder: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...], code: Exit, line: str
) -> None:
    (folder / "broken.yaml").write_text("estate: {ide: x}")
    ended, out, err = said(capfd, *words)
    assert (ended, out) == (code, "")
    assert line in err
    assert "Traceback" not in err


def test_gates(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ("run", "estate.yaml", "--check", "availability.answers")
    assert said(capfd, *words)[0] == Exit.NOT_VERIFIED
    assert said(capfd, *words, "--unproven-on", "never")[0] == Exit.READY
