"""Results of other tools to the evidence that is written of them, or to why there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.app.importing.read import results
from audit.app.importing.result import Verdict
from audit.cli import main
from audit.model.exit import Stop
from audit.store.history import open_history

CHECK = "security.clean-room"
LYNIS = (
    "# Lynis Report\nreport_version_major=1\nreport_version_minor=0\nreport_datetime_end=2026-11-01 23:30:00\n"
    "lynis_version=3.0.8\nsuggestion[]=BOOT-5122|Set a password|-|-|\nfinish=true\n"
)
SARIF: dict[str, Any] = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "scan", "version": "4"}},
            "invocations": [{"executionSuccessful": True, "endTimeUtc": "2026-11-01T10:00:00Z"}],
            "results": [],
        }
    ],
}
OCSF = {
    "class_uid": 2003,
    "time": 1_790_000_000_000,
    "metadata": {"version": "1.3.0", "product": {"name": "prowler", "version": "5"}},
    "finding_info": {"uid": "u1"},
    "compliance": {"control": "SI-2", "status_id": 1},
}
CHAOS = {
    "chaoslib-version": "1.40.0",
    "status": "completed",
    "deviated": False,
    "end": "2026-11-01T10:00:00.5",
    "experiment": {"title": "lose a room"},
    "steady_states": {"before": {"steady_state_met": True}, "after": {"steady_state_met": True}},
    "run": [{"activity": {"name": "cut"}, "status": "succeeded"}],
}
JUNIT = (
    '<testsuites><testsuite name="s" timestamp="2026-11-01T10:00:00"><testcase classname="a" name="b"/>'
    "</testsuite></testsuites>"
)


def counts(kind: str, written: object, **change: Any) -> dict[str, int]:
    if isinstance(written, dict):
        written = json.dumps(written | change)
    found = results(str(written).encode(), kind, "file")
    return {verdict.value: found.count(verdict) for verdict in Verdict if found.count(verdict)} | {"well": found.well}


def sarif(**change: Any) -> dict[str, Any]:
    return SARIF | {"runs": [SARIF["runs"][0] | change]}


@pytest.mark.parametrize(
    ("kind", "written", "well"),
    [
        ("lynis", LYNIS, True),
        ("lynis", LYNIS.replace("finish=true\n", ""), False),
        ("lynis", LYNIS + "warning[]=PKGS-7392|Old|-|\n", False),
        ("sarif", SARIF, True),
        ("sarif", sarif(invocations=[]), False),
        ("sarif", sarif(invocations=[{"executionSuccessful": False}]), False),
        ("sarif", sarif(results=None), False),
        ("sarif", sarif(results=[{"ruleId": "r", "message": {"text": "x"}}]), False),
        ("sarif", sarif(results=[{"ruleId": "r", "level": "note"}]), True),
        ("sarif", sarif(results=[{"ruleId": "r", "kind": "open"}]), False),
        ("sarif", sarif(results=[{"ruleId": "r", "suppressions": [{"kind": "external"}]}]), False),
        ("ocsf", OCSF, True),
        ("ocsf", OCSF | {"compliance": {"control": "SI-2", "status_id": 3}}, False),
        ("ocsf", OCSF | {"compliance": {"control": "SI-2", "status_id": 99}}, False),
        ("ocsf", OCSF | {"compliance": {"control": "SI-2"}}, False),
        ("ocsf", OCSF | {"class_uid": 2002, "status_id": 4}, True),
        ("ocsf", OCSF | {"class_uid": 2002, "status_id": 3}, False),
        ("chaos-toolkit", CHAOS, True),
        ("chaos-toolkit", CHAOS | {"deviated": True}, False),
        ("chaos-toolkit", CHAOS | {"status": "interrupted"}, False),
        ("chaos-toolkit", CHAOS | {"steady_states": {}}, False),
        ("chaos-toolkit", CHAOS | {"run": []}, False),
        ("junit", JUNIT, True),
        ("junit", JUNIT.replace("/></testsuite>", "><failure/></testcase></testsuite>"), False),
        ("junit", JUNIT.replace("/></testsuite>", "><skipped/></testcase></testsuite>"), False),
        ("junit", '<testsuite name="empty"/>', False),
    ],
)
def test_only_what_ran_to_its_end_is_well(kind: str, written: object, *, well: bool) -> None:
    assert counts(kind, written)["well"] is well


def test_one_finding_a_line() -> None:
    text = "\n".join(json.dumps(OCSF) for _ in range(3))
    assert counts("ocsf", text) == {"pass": 3, "well": True}


@pytest.mark.parametrize(
    ("kind", "written", "where"),
    [
        ("lynis", LYNIS.replace("major=1", "major=2"), "file:2:1: version '2'"),
        ("lynis", "nonsense\n", "file:1:1: "),
        ("sarif", json.dumps(SARIF, indent=1).replace("2.1.0", "3.0"), "file:2:1: version '3.0'"),
        ("sarif", "[]", "file:1:1: this is no SARIF log"),
        ("ocsf", json.dumps(OCSF).replace("1.3.0", "2.0.0"), "file:1:1: version '2.0.0'"),
        ("ocsf", json.dumps(OCSF, indent=1).replace("2003", "2004"), "file:2:1: class 2004"),
        ("chaos-toolkit", json.dumps(CHAOS, indent=1).replace("1.40.0", "2.0"), "file:2:1: version '2.0'"),
        ("chaos-toolkit", "{}", "file:1:1: this is no journal"),
        ("junit", "<html/>", "file:1:1: this is no JUnit but 'html'"),
        ("junit", "<testsuite>\n<a>", "file:2:"),
        ("junit", '<!DOCTYPE a [<!ENTITY b "c">]><testsuite name="&b;"/>', "file:1:1: this XML defines entities"),
        ("junit", "<testsuite>" * 60, "file:1:1: this XML is nested"),
        ("sarif", "[" * 200_000, "file:1:1: "),
        ("sarif", '{"a": NaN}', "file:1:1: "),
        ("sarif", '{"a":\n', "file:2:1: this is no JSON"),
        ("ocsf", '{"a": ' + "9" * 5000 + "}", "file:1:1: "),
    ],
)
def test_what_is_not_known_is_refused_with_its_line(kind: str, written: str, where: str) -> None:
    with pytest.raises(Stop) as stopped:
        results(written.encode(), kind, "file")
    assert stopped.value.lines[0].startswith(where)


class TestCommand:
    @pytest.fixture
    def estate(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(tmp_path)
        folder = tmp_path / "estate"
        folder.mkdir()
        (folder / "estate.yaml").write_text("institutions: [{id: k, systems: [{id: s, grade: 1}]}]\n")
        return folder

    def take(self, estate: Path, text: str, *more: str, kind: str = "lynis") -> int:
        (estate.parent / "report.dat").write_text(text)
        words = (
            "--check",
            CHECK,
            "--on",
            "s",
            "--by",
            "Park",
            "--expires",
            "2027-03-31",
            "--store",
            "x.db",
            "--lang",
            "en",
        )
        return main(["import", str(estate), "report.dat", "--as", kind, *words, *more])

    def events(self) -> list[Any]:
        with open_history("x.db", watching=False) as history:
            return [dict(event.values) for event in history.events(kinds=("import",))]

    def test_evidence_is_written_once_and_decides_nothing_unsigned(
        self, estate: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.take(estate, LYNIS) == 0
        capsys.readouterr()
        files = sorted(estate.rglob("*"))
        assert self.take(estate, LYNIS, "--format", "json") == 0
        again = json.loads(capsys.readouterr().out)
        assert (again["new"], again["evidence"]) == (False, "clean-room-s-2026-11-01")
        assert sorted(estate.rglob("*")) == files
        assert len(self.events()) == 1
        written = (estate / "evidence" / "clean-room-s-2026-11-01.yaml").read_text()
        assert "collected: 2026-11-01" in written
        assert "not judged by Haechi: Lynis 3.0.8" in written
        assert main(["run", str(estate), "--check", CHECK, "--store", "x.db", "--format", "json"]) in (0, 1, 3)
        (finding,) = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["subject"] == "k/s"]
        assert finding["verdict"] == "unknown"

    def test_what_failed_is_noted_and_is_no_evidence(self, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.take(estate, LYNIS + "warning[]=PKGS-7392|Old \x1b[31m|-|\n") == 1
        assert "\x1b" not in capsys.readouterr().out
        assert list(estate.iterdir()) == [estate / "estate.yaml"]
        (event,) = self.events()
        assert event["counts"]["fail"] == 1
        assert event["evidence"] is None

    def test_only_the_results_that_are_meant(self, estate: Path) -> None:
        text = json.dumps([OCSF, OCSF | {"compliance": {"control": "AC-1", "status_id": 3}}])
        assert self.take(estate, text, kind="ocsf") == 1
        assert self.take(estate, text, "--rule", "SI-*", kind="ocsf") == 0
        assert self.take(estate, text, "--rule", "XX-*", kind="ocsf") == 2

    def test_an_old_report_is_not_made_young(self, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.take(estate, LYNIS, "--collected", "2026-11-20") == 2
        undated = LYNIS.replace("report_datetime_end=2026-11-01 23:30:00\n", "")
        assert self.take(estate, undated) == 2
        assert "--collected" in capsys.readouterr().err
        assert self.take(estate, undated, "--collected", "2026-10-01") == 0

    @pytest.mark.parametrize("more", [("--check", "security.clean-rom"), ("--on", "t"), ("--expires", "soon")])
    def test_wrong_words(self, estate: Path, more: tuple[str, ...]) -> None:
        assert self.take(estate, LYNIS, *more) == 2
        assert list(estate.glob("evidence/*.yaml")) == []
