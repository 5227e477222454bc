"""Two stored runs of a small estate to what `diff`, `trend`, `promises`, `coverage`, `policy` print."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from audit.app import audit, rejudge
from audit.app.drilling_record import tell
from audit.cli import main
from checks.backup.samples import restored

ESTATE = """\
estate: {id: small, timezone: Asia/Seoul}
sites: [{id: daejeon}, {id: busan}]
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        rto: 1h
        at: [daejeon]
        owner: {name: Kim, email: kim@kibo.example}
        data: [{id: ledger, at: daejeon, size: 1 TB,
                copies: [{id: nightly, kind: files, at: busan, path: "/nowhere/*.gz"}]}]
      - {id: side, grade: 3, at: [daejeon], owner: {name: Lee, email: lee@kibo.example}}
"""
WAIVER = """\
waivers:
  - {check: operations.owner, on: kibo/side, reason: being hired, compensation: the director,
     requested-by: Kim, approved-by: Lee, expires: 2026-09-30}
policy:
  grades: {1: {rto: 30m}}
"""
THEN, NOW = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
REF = ("kibo/guarantee/ledger/nightly", "kibo/guarantee")


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    assert main([*words, "--format", "json", "--lang", "en"]) == code
    return json.loads(capsys.readouterr().out)


def read(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main([*words, "--lang", "en"]) == code
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two runs: the second one of an inventory that lost an owner and gained a system."""
    made = tmp_path_factory.mktemp("over-time")
    path, store = made / "estate.yaml", str(made / "haechi.db")
    path.write_text(ESTATE, "utf-8")
    audit(path, store=store, at=THEN)
    changed = ESTATE.replace(
        "      - {id: side, grade: 3, at: [daejeon], owner: {name: Lee, email: lee@kibo.example}}\n",
        "      - {id: side, grade: 3, at: [daejeon]}\n      - {id: new, grade: 4}\n",
    )
    path.write_text(changed.replace("rto: 1h", "rto: 3d") + WAIVER, "utf-8")
    audit(path, store=store, at=NOW)
    tell(store, restored(NOW, minutes=120))
    return made


@pytest.fixture
def store(folder: Path) -> str:
    return str(folder / "haechi.db")


class TestDiff:
    def test_what_became_of_each_finding(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        found = told(capsys, "diff", "--store", store, "--top", "1000", "--fail-on", "low", code=1)
        assert found["schema"] == "haechi.change/1"
        moved = {(one["check"], one["subject"]): one["change"] for one in found["changes"]}
        assert moved["operations.owner", "kibo/side"] == "regressed"
        assert found["new-subjects"] == {"count": 1, "shown": ["kibo/new"]}
        assert found["gone-subjects"]["count"] == 0
        between = found["between"]
        assert (between["estate"], between["tool"], between["selection"]) == (True, None, False)
        assert [(one["name"], one["grade"], one["direction"]) for one in between["policy"]] == [("rto", 1, "stricter")]
        assert next((one["how"], one["check"]) for one in between["waivers"]) == ("new", "operations.owner")

    def test_the_other_way_round_it_is_fixed_and_gone(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        found = told(capsys, "diff", "latest", "previous", "--store", store, "--top", "1000", "--unproven-on", "never")
        moved = {(one["check"], one["subject"]): one["change"] for one in found["changes"]}
        assert moved["operations.owner", "kibo/side"] == "fixed"
        assert {change for (_, subject), change in moved.items() if subject == "kibo/new"} == {"gone-subject"}
        assert found["gone-subjects"]["shown"] == ["kibo/new"]

    def test_as_text(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        text = read(capsys, "diff", "previous", "latest", "--store", store, "--fail-on", "low", code=1)
        assert "regressed: was met, is not met" in text
        assert "policy stricter: rto, grade 1: 2h -> 30m" in text

    def test_a_run_against_itself(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert "nothing: same inventory" in read(capsys, "diff", "latest", "latest", "--store", store)

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("2026", "2025"), "no run"),
            (("previous", "inventories/example.yaml"), "two inventories or two runs"),
            (("latest", "nowhere.yaml"), "two inventories or two runs"),
        ],
    )
    def test_wrong_names(
        self, words: tuple[str, ...], says: str, store: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["diff", *words, "--store", store, "--lang", "en"]) == 2
        assert says in capsys.readouterr().err


class TestTrend:
    def test_one_point_a_run_oldest_first(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        found = told(capsys, "trend", "--store", store)
        assert [one["at"] for one in found["runs"]] == [THEN.isoformat(), NOW.isoformat()]
        for one in found["runs"]:
            ready = one["readiness"]
            assert ready["with-waivers"]["demonstrated"] >= ready["demonstrated"] - 1e-9
            assert set(one["institutions"]) == {"kibo"}

    def test_as_text(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        text = read(capsys, "trend", "--store", store, "--last", "1")
        assert len(re.findall(r"^20\d{6}T", text, re.MULTILINE)) == 1
        assert "another inventory" in read(capsys, "trend", "--store", store)

    def test_an_institution_that_there_is_not(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["trend", "--store", store, "--institution", "kibbo", "--lang", "en"]) == 2
        assert "did you mean 'kibo'?" in capsys.readouterr().err


class TestPromises:
    def test_a_promise_that_was_loosened_later_was_broken(
        self, folder: Path, store: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        found = told(capsys, "promises", str(folder / "estate.yaml"), "--store", store, code=1)
        (timed,) = [one for one in found["entries"] if one["what"] == "rto"]
        assert (timed["system"], timed["how"]) == ("kibo/guarantee", "restore-drill")
        assert (timed["promised"], timed["promised-then"]) == (3 * 86400, 3600)
        assert (timed["now"], timed["then"]) == ("kept", "broken")
        assert found["never-measured"] == ["kibo/side", "kibo/new"]
        text = read(capsys, "promises", str(folder / "estate.yaml"), "--store", store, "--broken", code=1)
        assert "✗ broken" in text
        assert "on that day 1h" in text


class TestCoverage:
    def test_all_controls_stand_in_rows(self, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        found = told(capsys, "coverage", "--run", "latest", "--store", store)
        assert len(found["controls"]) == len({one["control"] for one in found["controls"]}) == 119
        owner = next(one for one in found["controls"] if "operations.owner" in one["checks"])
        assert owner["cells"]["kibo/guarantee"]["best"] == "declared"
        look = next(one for one in found["controls"] if "backup.age" in one["checks"])
        assert look["cells"]["kibo/guarantee"]["not-known"] >= 1
        items = [one["clause"] for one in found["isms-p"]]
        assert (items[0], items[-1], len(items)) == ("1.1.1", "2.12.2", 19)
        assert {one["confidence"] for one in found["standards"]} == {"verified", "claimed"}

    def test_of_a_plan_nobody_looked_at_anything(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        found = told(capsys, "coverage", str(folder / "estate.yaml"))
        assert all(set(one["systems"].values()) <= {0, one["systems"]["nobody-looked"]} for one in found["controls"])

    @pytest.mark.parametrize("by", ["control", "system", "isms-p", "standard"])
    def test_as_tables(self, by: str, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert "119 controls" in read(capsys, "coverage", "--store", store, "--by", by)
        text = read(capsys, "coverage", "--store", store, "--by", by, "--format", "csv")
        assert len({len(line.split(",")) > 3 for line in text.splitlines()}) == 1
        assert read(capsys, "coverage", "--store", store, "--format", "html").count("<table>") == 4


def test_an_expired_waiver_comes_first_everywhere(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(copyfile(folder / "haechi.db", tmp_path / "haechi.db"))
    rejudge(store=store, at=NOW + timedelta(days=1))
    text = read(capsys, "show", "--store", store)
    assert "Expired waiver: operations.owner on kibo/side" in "\n".join(text.splitlines()[:3])
    assert "With waivers counted as met" in text
    document = json.loads(read(capsys, "report", "--store", store, "--format", "json"))
    assert (document["waivers"][0]["state"], document["waivers"][0]["findings"]) == ("expired", 1)
    assert document["policy"][0] | {"where": ""} == {
        "check": None, "name": "rto", "grade": 1, "value": "30m", "built-in": "2h", "direction": "stricter", "where": ""
    }  # fmt: skip
    rows = read(capsys, "report", "--store", store, "--format", "csv").splitlines()
    assert "operations.owner" in rows[1]
    assert "2026-09-30" in rows[1]
    assert "Expired waiver" in read(capsys, "report", "--store", store, "--format", "html").split("<main", 1)[0]


def test_the_policy_says_where_each_value_comes_from(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(folder / "estate.yaml")
    found = told(capsys, "policy", path, "--changed")
    assert [(one["name"], one["value"], one["direction"]) for one in found["values"]] == [("rto", "30m", "stricter")]
    assert found["values"][0]["where"].startswith("estate.yaml:")
    whole = told(capsys, "policy", path)["values"]
    assert {one["where"] for one in whole if one["name"] != "rto"} == {None}
    assert "built in 2h" in read(capsys, "policy", path, "--changed")
    assert main(["schema", "policy", path]) == 0
    assert capsys.readouterr().out.startswith("# estate.yaml:")
