"""`haechi impact`, `haechi forecast` on a small estate to what they print, with their exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.app import audit
from audit.cli import main
from audit.world.scene import scene as quiet
from tests.analysis.test_forecast import ESTATE as ENDING
from tests.analysis.test_impact import ESTATE

AT = ("--at", "2026-09-01T00:00+00:00")


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    (tmp_path / "estate.yaml").write_text(ESTATE)
    return tmp_path


@pytest.fixture
def ending(tmp_path: Path) -> Path:
    (tmp_path / "estate.yaml").write_text(ENDING)
    return tmp_path / "estate.yaml"


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    assert main([*words, "--format", "json", "--lang", "en"]) == code
    return json.loads(capsys.readouterr().out)


class TestImpact:
    def test_three_figures_apart(self, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
        found = told(capsys, "impact", str(estate), "daejeon/hall", *AT, code=1)
        assert found["schema"] == "haechi.impact/1"
        assert found["together"]["applicant-hours-exposed"] == {"least": 95_000, "most": 95_000}
        assert found["together"]["hours-of-waiting"] == {"least": 2250, "most": 2250}
        assert found["together"]["people-who-miss-a-deadline"] == {"least": 0, "most": 0}
        assert [one["system"] for one in found["systems"]] == ["k/board", "k/loans", "k/quiet"]
        assert found["silent"] == ["k/quiet"]
        assert found["season"] == {"id": "autumn", "demand": 2}
        assert found["undeclared"] == {"users": 1, "applicants": 2, "funds": 3}
        assert any("three figures" in one for one in found["assumed"])

    def test_the_ministrys_hour(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "one.yaml"
        path.write_text(
            "sites: [{id: d}]\ninstitutions: [{id: k, systems: [{id: s, grade: 4, users: 1100000, at: [d]}]}]\n"
        )
        found = told(capsys, "impact", str(path), "d", "--hours", "1")
        assert found["together"]["applicant-hours-exposed"] == {"least": 1.1e6, "most": 1.1e6}
        assert found["hours-of-the-ministry"] == {"least": 1, "most": 1}

    def test_as_text(self, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["impact", str(estate), "daejeon/hall", *AT, "--lang", "en", "--top", "2"]) == 1
        printed = capsys.readouterr().out
        assert "applicant-hours exposed: 95,000" in printed
        assert "k/board (3), away for 16h" in printed
        assert "and 1 more" in printed
        assert "the programme fund stops too" in printed
        assert main(["impact", str(estate), "maps", *AT, "--lang", "en"]) == 0
        printed = capsys.readouterr().out
        assert "goes on at 90% of its capacity" in printed
        assert "without an end" in printed
        assert main(["impact", str(estate), "daejeon/hall", *AT, "--lang", "ko"]) == 1

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("dajeon",), "did you mean 'daejeon'?"),
            (("daejeon", "--at", "yesterday"), "expected a date and time"),
            (("daejeon", "--hours", "-1"), "--hours"),
            (("daejeon", "--hours", "soon"), "--hours"),
        ],
    )
    def test_what_is_wrong(
        self, words: tuple[str, ...], says: str, estate: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["impact", str(estate), *words, "--lang", "en"]) == 2
        assert says in capsys.readouterr().err

    def test_not_a_number_of_hours_is_none(self, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert told(capsys, "impact", str(estate), "daejeon/hall", *AT, "--hours", "nan")["systems"] == []


class TestForecast:
    def test_what_ends_by_a_day(self, ending: Path, capsys: pytest.CaptureFixture[str]) -> None:
        words = ("forecast", str(ending), "--until", "2030-09-01", *AT, "--store", str(ending.parent / "none.db"))
        found = told(capsys, *words, code=1)
        assert found["schema"] == "haechi.forecast/1"
        assert found["run"] is None
        checks = {one["check"]: one for one in found["endings"]}
        assert checks["facility.battery-life"]["becomes"] == "fail"
        assert checks["backup.offsite"]["becomes"] == "waiver-ended"
        assert found["lost"] + found["waivers-ending"] == len(found["endings"])
        assert any("no run of this estate is stored" in one for one in found["assumed"])
        assert not (ending.parent / "none.db").exists()

    def test_until_the_next_peak(self, ending: Path, capsys: pytest.CaptureFixture[str]) -> None:
        store = str(ending.parent / "none.db")
        found = told(capsys, "forecast", str(ending), *AT, "--store", store)
        assert (found["until"], found["season"]) == ("2026-09-20", "fair")
        assert (
            told(capsys, "forecast", str(ending), "--until", "seollal", *AT, "--store", store)["until"] == "2027-02-01"
        )
        found = told(capsys, "forecast", str(ending), "--until", "chuseok", *AT, "--store", store)
        assert (found["until"], found["season"]) == ("2026-09-24", "chuseok-2026")

    def test_of_a_stored_run(self, ending: Path, capsys: pytest.CaptureFixture[str]) -> None:
        store = str(ending.parent / "haechi.db")
        run = audit(ending, store=store, at="2026-09-01", world=lambda estate: quiet()).dossier.run
        words = ("forecast", str(ending), "--until", "2030-09-01", *AT, "--store", store)
        found = told(capsys, *words, code=1)
        assert (found["run"], found["inventory-changed-since"]) == (run.id, False)
        ending.write_text(ENDING + "# changed\n")
        assert told(capsys, *words, code=1)["inventory-changed-since"]
        assert main([*words, "--run", "nothing", "--lang", "en"]) == 2

    def test_as_text(self, ending: Path, capsys: pytest.CaptureFixture[str]) -> None:
        store = str(ending.parent / "none.db")
        assert main(["forecast", str(ending), "--until", "2030-09-01", *AT, "--store", store, "--lang", "en"]) == 1
        printed = capsys.readouterr().out
        assert "facility.battery-life daejeon/string: fails (critical)" in printed
        assert "the waiver ends that B approved: ordered" in printed
        assert main(["forecast", str(ending), "--lang", "ko", *AT, "--store", store, "--top", "0"]) == 0

    @pytest.mark.parametrize(
        ("until", "says"),
        [("soon", "known are fair, seollal"), ("2026-08-31", "is not after"), ("2026-13-01", "expected a day")],
    )
    def test_a_wrong_day(self, until: str, says: str, ending: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["forecast", str(ending), "--until", until, *AT, "--lang", "en"]) == 2
        assert says in capsys.readouterr().err


def test_hostile_names_stay_on_their_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = '"\\u001b[2J\\u202Efair"'
    text = ESTATE.replace("{id: autumn,", "{id: autumn, name: " + name + ",")
    (tmp_path / "estate.yaml").write_text(text)
    assert main(["impact", str(tmp_path), "daejeon/hall", *AT, "--lang", "en"]) == 1
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
