"""Words of a command line with a store in; what `haechi uptime`, `haechi outages` print, how they end out."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest

from audit.cli import main
from audit.cli.back import Back
from audit.model.exit import Exit
from reports.looks_back import outages_schema, uptime_schema
from tests.analysis.past import MINUTE
from tests.inventory.small import estate as small
from tests.watched import INVENTORY, WEB, filled, inventory, written

NOW = datetime.now(UTC).replace(second=0, microsecond=0)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two good hours with a bad one between, up to now."""
    folder = tmp_path_factory.mktemp("store")
    return filled(folder / "haechi.db", written("u60d60u61", NOW - 180 * MINUTE))


@pytest.fixture
def estate(tmp_path: Path) -> str:
    return str(inventory(tmp_path))


def test_uptime_for_people(estate: str, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = NOW.isoformat()
    code = main(["uptime", estate, "--store", store, "--period", "3h", "--at", at, "--on", "guarantee", "--lang", "en"])
    out, err = capsys.readouterr()
    assert code == Exit.FAILED
    assert err == ""
    period, head, system, web, app = out.splitlines()
    assert "Asia/Seoul" in period
    assert head.split()[:3] == ["subject", "grade", "available"]
    assert system.startswith("kibo/guarantee  ")
    assert web.split()[:4] == ["web", "1", "66.111..67.223", "%"]
    assert "missed" in web
    assert "100 %" in web
    assert "cannot be told" in app
    assert app.split()[2] == "-"


def test_uptime_for_programs(estate: str, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["uptime", estate, "--store", store, "--period", "3h", "--at", NOW.isoformat(), "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    jsonschema.validate(told, uptime_schema(), jsonschema.Draft202012Validator)
    assert datetime.fromisoformat(told["period"]["end"]) == NOW
    rows = {one["subject"]: one for one in told["subjects"]}
    web = rows[WEB]
    assert sum(web["seconds"][name] for name in ("up", "down", "between", "unknown", "maintenance")) == 3 * 3600
    assert web["seconds"]["down"] == 59 * 60
    assert web["available"]["least"] == pytest.approx(119 / 180)
    assert web["met"] is False
    assert rows["kibo/guarantee"]["worst"] == WEB
    assert rows["kibo/side/page"]["available"] == {"least": None, "most": None}
    assert rows["kibo/side/page"]["unknown"] == {"unwatched": 3 * 3600}


def test_both_for_spreadsheets(estate: str, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command, column in (("uptime", "available_least"), ("outages", "shortest_seconds")):
        main([command, estate, "--store", store, "--period", "1d", "--format", "csv", "--on", "web"])
        out = capsys.readouterr().out
        rows = list(csv.DictReader(out.splitlines()))
        assert {len(row) for row in rows} == {len(out.splitlines()[0].split(","))}
        assert float(rows[-1][column]) > 0
        assert None not in rows[-1]


def test_outages_for_people(estate: str, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["outages", estate, "--store", store, "--lang", "en"])
    out, err = capsys.readouterr()
    assert (code, err) == (Exit.READY, "")
    head, hour = out.splitlines()
    assert head.split()[-2:] == ["applicant-hours", "reason"]
    began = (NOW - 121 * MINUTE).astimezone(ZoneInfo("Asia/Seoul"))
    assert hour.startswith(f"{began:%Y-%m-%d %H:%M:%S} .. ")
    assert "59m..1h 1m" in hour
    assert "1,081,667..1,118,333" in hour
    assert "\x1b" not in hour


def test_a_day_is_said_once() -> None:
    back = Back(small("estate: {id: demo, timezone: UTC}"), None, "", NOW, NOW, NOW)
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert back.between(noon, noon + MINUTE) == "2026-11-22 12:00:00 .. 12:01:00"
    assert back.between(noon, noon + 13 * 60 * MINUTE) == "2026-11-22 12:00:00 .. 2026-11-23 01:00:00"
    assert back.between(None, noon) == "? .. 2026-11-22 12:00:00"


def test_outages_for_programs(estate: str, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outages", estate, "--store", store, "--format", "json"]) == Exit.READY
    told = json.loads(capsys.readouterr().out)
    jsonschema.validate(told, outages_schema(), jsonschema.Draft202012Validator)
    assert (told["estate"], told["watched"], told["left_out"]) == ("demo", True, [])
    (hour,) = told["outages"]
    assert hour["seconds"] == {"shortest": 3540.0, "longest": 3660.0, "unknown": 0.0}
    assert hour["ended"] is True
    assert datetime.fromisoformat(hour["first_bad"]) - datetime.fromisoformat(hour["last_good"]) == MINUTE


@pytest.mark.parametrize("what", ["uptime", "outages"])
def test_the_schemas_are_shipped_and_refuse_what_they_do_not_name(
    what: str, estate: str, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", what]) in (None, Exit.READY)
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator(schema)
    main([what, estate, "--store", store, "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    checker.validate(told)
    rows = told["subjects" if what == "uptime" else "outages"]
    assert rows
    for broken in ({"schema": f"haechi.{what}/2"}, {"extra": 1}, {"at": None}, {"left_out": "x"}):
        assert not checker.is_valid(told | broken)
    rows[0]["seconds"]["up"] = -1
    assert not checker.is_valid(told)


def test_a_new_name_hides_no_outage(
    estate: str, store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    renamed = inventory(tmp_path, INVENTORY.replace("id: web", "id: portal"))
    for command in ("uptime", "outages"):
        main([command, str(renamed), "--store", store, "--period", "3h", "--lang", "en"])
        assert WEB in capsys.readouterr().err
        main([command, str(renamed), "--store", store, "--period", "3h", "--format", "json"])
        assert json.loads(capsys.readouterr().out)["left_out"] == [WEB]
        main([command, str(renamed), "--store", store, "--on", "kibo/side", "--format", "json"])
        assert json.loads(capsys.readouterr().out)["left_out"] == []
        main([command, str(renamed), "--store", store, "--period", "2025-12", "--format", "json"])
        assert json.loads(capsys.readouterr().out)["left_out"] == []


def test_where_nobody_watched(estate: str, store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("uptime", "outages"):
        assert main([command, estate, "--store", store, "--on", "side", "--lang", "en"]) == Exit.NOT_VERIFIED
        assert "haechi watch" in capsys.readouterr().err
        assert main([command, estate, "--store", str(tmp_path / "none.db"), "--lang", "en"]) == Exit.USAGE
        assert "haechi watch" in capsys.readouterr().err
        assert not (tmp_path / "none.db").exists()


def test_a_time_without_an_outage(estate: str, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = (NOW + MINUTE).isoformat()
    words = [estate, "--store", store, "--period", "30m", "--at", at, "--lang", "en", "--on", WEB]
    assert main(["outages", *words]) == Exit.READY
    out, err = capsys.readouterr()
    assert out == ""
    assert "no outage" in err
    assert main(["uptime", *words]) == Exit.READY
    assert "100 %" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["--period", "soon"],
        ["--period", "0d"],
        ["--period", "-3d"],
        ["--period", "900y"],
        ["--period", "2026-13"],
        ["--period", "9999-12"],
        ["--period", "2050-01"],
        ["--at", "yesterday"],
        ["--at", "0001-01-01"],
        ["--on", "\x1b[31mnothing"],
        ["--on", "guarant"],
        ["--format", "xml"],
    ],
)
def test_wrong_usage(estate: str, store: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("uptime", "outages"):
        assert main([command, estate, "--store", store, *words]) == Exit.USAGE
        out, err = capsys.readouterr()
        assert out == ""
        assert err
        assert "\x1b" not in err
        assert "Traceback" not in err


def test_a_month_is_one_of_the_calendar(estate: str, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    seoul = ZoneInfo("Asia/Seoul")

    def period(*words: str) -> tuple[datetime, datetime]:
        main(["uptime", estate, "--store", store, "--format", "json", *words])
        first = json.loads(capsys.readouterr().out)["subjects"][0]
        start, end = (datetime.fromisoformat(first[name]).astimezone(seoul) for name in ("start", "end"))
        return start, end

    start, end = period("--period", "2025-12")
    assert (start, end) == (datetime(2025, 12, 1, tzinfo=seoul), datetime(2026, 1, 1, tzinfo=seoul))
    start, end = period("--period", "month", "--at", "2026-03-09T12:00:00+09:00")
    assert (start, end - start) == (datetime(2026, 3, 1, tzinfo=seoul), timedelta(days=8, hours=12))


def test_an_invalid_inventory_is_told(tmp_path: Path, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    broken = inventory(tmp_path, "institutions: {id: kibo}\n")
    assert main(["uptime", str(broken), "--store", store]) == Exit.INVALID
    assert "estate.yaml:1" in capsys.readouterr().err


def test_in_korean(estate: str, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outages", estate, "--store", store, "--lang", "ko"]) == Exit.READY
    assert "59m..1h 1m" in capsys.readouterr().out
