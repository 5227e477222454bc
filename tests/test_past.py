"""A store as a watch left it in; whether findings, reports, figures say of the past what it holds out."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from socket import create_server

import pytest

from audit import app
from audit.analysis.budget import Uptime
from audit.app.past import listed_outages, named, strips, uptime
from audit.catalogue import discover
from audit.inventory.load import load
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.evidence import Finding, Selection
from audit.model.exit import Exit, Stop
from audit.model.verdict import Verdict
from tests.analysis.past import MINUTE
from tests.watched import APP, INVENTORY, PAGE, WEB, asleep, filled, inventory, steady, written

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime.now(UTC).replace(second=0, microsecond=0)


@pytest.fixture
def port() -> Iterator[int]:
    """Where something answers."""
    with create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def estate_of(path: Path) -> Estate:
    found = load(path, discover()).estate
    assert found is not None
    return found


def lines(path: Path, store: str, length: timedelta = DAY, end: datetime = NOW) -> Mapping[str, Uptime]:
    estate = estate_of(path)
    found = uptime(estate, discover().policy(estate), store, end - length, end)
    return {one.subject: one for one in found}


def test_a_system_is_as_available_as_its_worst_endpoint(tmp_path: Path) -> None:
    good = steady(APP, NOW - DAY, NOW, 5 * MINUTE)
    store = filled(tmp_path / "h.db", (*written("u1400d20u20", NOW - DAY), *good))
    found = lines(inventory(tmp_path), store)
    assert list(found) == ["kibo/guarantee", WEB, APP, "kibo/side", PAGE]
    assert found["kibo/guarantee"].worst == WEB
    assert found["kibo/guarantee"].seen == found[WEB].seen
    assert (found[WEB].seen.down, found[WEB].seen.between) == (19 * MINUTE, 2 * MINUTE)
    assert [found[ref].met for ref in (WEB, APP, "kibo/guarantee", PAGE)] == [False, True, False, None]
    assert found[APP].seen.least == 1
    assert found[PAGE].seen.coverage == 0
    left = found[WEB].budget
    assert left is not None
    assert left.allowed == DAY * (1 - 0.9995)


def test_what_lies_just_outside_decides_about_the_edges(tmp_path: Path) -> None:
    store = filled(tmp_path / "h.db", written("u120", NOW - 2 * HOUR))
    seen = lines(inventory(tmp_path), store, HOUR, NOW - HOUR / 2 + MINUTE / 2)[WEB].seen
    assert seen.up == HOUR
    assert seen.coverage == 1


def test_nine_hours_asleep_in_the_store(tmp_path: Path) -> None:
    start = NOW - 11 * HOUR
    measurements = (*written("u60", start), asleep(start + HOUR, NOW - HOUR - MINUTE), *written("u60", NOW - HOUR))
    seen = lines(inventory(tmp_path), filled(tmp_path / "h.db", measurements), 11 * HOUR)[WEB].seen
    assert seen.reasons == {"missed": 9 * HOUR}
    assert (seen.up, seen.least) == (2 * HOUR, 1)


def test_outages_of_all_endpoints_with_their_people(tmp_path: Path) -> None:
    store = filled(tmp_path / "h.db", written("u60d60u60d5", NOW - 185 * MINUTE))
    estate = estate_of(inventory(tmp_path))
    newest, hour = listed_outages(estate, store, NOW - DAY, NOW, NOW) or ()
    assert (newest.ended, newest.subject) == (False, WEB)
    assert hour.applicant_hours == pytest.approx((1_100_000 * 59 / 60, 1_100_000 * 61 / 60))
    assert listed_outages(estate, store, NOW - DAY, NOW, NOW, "kibo/side") is None
    assert listed_outages(estate, store, NOW - DAY, NOW, NOW, APP) is None
    assert listed_outages(estate, store, NOW - 150 * MINUTE, NOW - 70 * MINUTE, NOW) == (hour,)


def test_maintenance_counts_from_the_log_and_not_from_the_inventory(tmp_path: Path) -> None:
    start, end = NOW - HOUR, NOW - HOUR / 2
    values = {"id": "switch", "on": "demo", "start": start.isoformat(), "end": end.isoformat()}
    measurements = written("u60d30u30", NOW - 2 * HOUR)
    planned = f"maintenance: [{{id: switch, on: demo, from: {start.isoformat()}, to: {end.isoformat()}"
    path = inventory(tmp_path, INVENTORY + planned + ", reason: new disks, by: Lee Jun}]\n")
    silent = lines(path, filled(tmp_path / "a.db", measurements), 2 * HOUR)[WEB].seen
    assert (silent.maintenance, silent.down) == (timedelta(0), 29 * MINUTE)
    log = (Event(NOW - DAY, "maintenance-declared", "demo", values),)
    seen = lines(path, filled(tmp_path / "b.db", measurements, log), 2 * HOUR)[WEB].seen
    assert (seen.maintenance, seen.down) == (HOUR / 2, timedelta(0))


def test_two_vantages_need_both_to_say_down(tmp_path: Path) -> None:
    measurements = (*written("u60d60", NOW - 2 * HOUR), *written("u120", NOW - 2 * HOUR, vantage="far"))
    store = filled(tmp_path / "h.db", measurements)
    watch = "watch: {quorum: 2, vantages: [{id: far, at: daejeon, files: far/*.jsonl}]}"
    path = inventory(tmp_path, INVENTORY.replace("watch: {at: busan}", watch))
    assert lines(path, store, 2 * HOUR)[WEB].seen.down == timedelta(0)
    assert lines(inventory(tmp_path), store, 2 * HOUR)[WEB].seen.down > 50 * MINUTE


def test_a_strip_has_ninety_days_of_the_calendar_of_the_estate(tmp_path: Path) -> None:
    noon = NOW.replace(hour=3, minute=0)  # there: whatever is asked about stays in one day
    store = filled(
        tmp_path / "h.db",
        (*steady(WEB, noon - 3 * DAY, noon - 10 * MINUTE, 5 * MINUTE), *written("d10", noon - 10 * MINUTE)),
    )
    estate = estate_of(inventory(tmp_path))
    (strip,) = strips(estate, store, noon, discover().policy(estate))
    assert len(strip.days) == 90
    assert strip.days[-1].end == noon
    for before, after in pairwise(strip.days):
        assert before.end == after.start
        assert f"{after.start + 9 * HOUR:%H:%M}" == "00:00"  # Asia/Seoul
    assert strip.days[0].least is None
    assert strip.days[-2].least == 1
    assert strip.target == 0.9995
    assert strip.month.coverage == pytest.approx(0.1, abs=0.01)
    assert strip.ladder["p50"] == pytest.approx(0.2, rel=0.11)
    assert len(strip.outages) == 1


def test_a_strip_is_of_its_own_time_and_limits(tmp_path: Path) -> None:
    before = written("u60d30", NOW - 90 * MINUTE)
    policy = "policy: {checks: {availability.month: {limits: {coverage: 75 %}}}}\n"
    estate = estate_of(inventory(tmp_path, INVENTORY + policy))
    (then,) = strips(estate, filled(tmp_path / "a.db", before), NOW, discover().policy(estate))
    store = filled(tmp_path / "b.db", (*before, *written("u60", NOW)))
    (later,) = strips(estate, store, NOW, discover().policy(estate))
    assert (then.month, then.days, then.outages) == (later.month, later.days, later.outages)
    assert not later.outages[0].ended
    assert later.enough == 0.75


def test_where_nobody_watched_there_is_no_strip(tmp_path: Path, port: int) -> None:
    path = inventory(tmp_path, INVENTORY.replace('"9"', f'"{port}"'))
    outcome = app.audit(path, store=str(tmp_path / "run.db"), selection=Selection(subjects=("kibo/side",)))
    assert outcome.dossier.strips == ()
    found = {one.check: one for one in outcome.dossier.findings if one.subject == PAGE}
    for check in ("availability.day", "availability.month", "availability.latency-day"):
        assert found[check].verdict == Verdict.UNKNOWN
        assert "haechi watch" in str(found[check].says)
    with pytest.raises(Stop) as stop:
        lines(path, str(tmp_path / "none.db"))
    assert stop.value.code == Exit.USAGE


def test_a_run_judges_what_the_watch_measured_and_can_be_judged_again(tmp_path: Path, port: int) -> None:
    month = steady(WEB, NOW - 32 * DAY, NOW, 30 * MINUTE)
    far = steady(WEB, NOW - 2 * HOUR, NOW, 5 * MINUTE, "far")
    tests = (
        Event(NOW - 5 * DAY, "test-alert", "ops", {"code": "K7", "channel": "ops"}),
        Event(NOW - 5 * DAY + 4 * MINUTE, "acknowledged", "kibo", {"code": "K7", "by": "Lee Jun"}),
    )
    store = filled(tmp_path / "h.db", (*month, *written("d60", NOW - 50 * HOUR, PAGE), *far), tests)
    watch = "watch: {at: busan, vantages: [{id: far, at: daejeon, files: far/*.jsonl}]}"
    path = inventory(tmp_path, INVENTORY.replace("watch: {at: busan}", watch).replace('"9"', f'"{port}"'))
    outcome = app.audit(path, store=store)
    found = _verdicts(outcome.dossier.findings)
    assert found["availability.day", WEB] == "pass"
    assert found["availability.month", WEB] == "pass"
    assert found["availability.latency-day", WEB] == "pass"
    assert found["availability.month", APP] == "unknown"
    assert found["availability.day", PAGE] == "unknown"
    assert found["availability.alert", "demo"] == "pass"
    assert found["availability.vantages", "kibo/guarantee"] == "unknown"  # nobody watched its other endpoint
    assert [strip.subject for strip in outcome.dossier.strips] == [WEB, PAGE]
    again = app.rejudge(store=store)
    assert _verdicts(again.dossier.findings) == found
    shown = app.dossier_of(again.dossier.run.id, store=store)
    assert _verdicts(shown.dossier.findings) == found
    assert shown.dossier.strips == outcome.dossier.strips


def _verdicts(findings: tuple[Finding, ...]) -> Mapping[tuple[str, str], str]:
    return {(one.check, one.subject): str(one.verdict) for one in findings}


@pytest.mark.parametrize("written_name", ["kibo/guarantee/web", "web", "guarantee/web"])
def test_the_end_of_a_name_is_enough(tmp_path: Path, written_name: str) -> None:
    assert named(estate_of(inventory(tmp_path)), written_name) == WEB


@pytest.mark.parametrize("written_name", ["nothing", "", "/", "\x1b[31m"])
def test_an_unknown_name_is_wrong_usage(tmp_path: Path, written_name: str) -> None:
    with pytest.raises(Stop) as stop:
        named(estate_of(inventory(tmp_path)), written_name)
    assert stop.value.code == Exit.USAGE
