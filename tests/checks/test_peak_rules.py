"""Small estates with a calendar to what the rules about busy days say of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audit.contract import signed
from audit.model.evidence import Finding
from audit.model.facts import Facts
from audit.model.verdict import Verdict
from tests.checks.judging import catalogue, scene

AT = datetime(2026, 9, 1, tzinfo=UTC)
SIGNED: dict[str, Facts] = {"evidence:sheet": signed("Park")}
CLOSED = "}]}]"
CHUSEOK = "{id: chuseok-2026, from: 2026-09-14, to: 2026-09-27, demand: 3.0}"


def judged(check: str, system: str, calendar: str = CHUSEOK, more: str = "", at: datetime = AT, on: str = "k/s",
           seen: dict[str, Facts] | None = None) -> Finding:  # fmt: skip
    text = (
        "sites: [{id: d, rooms: [{id: hall}]}]\nsuppliers: [{id: vendor}]\n"
        f"institutions: [{{id: k, systems: [{{id: s, {system}{more or CLOSED}\ncalendar: [{calendar}]\n"
    )
    return scene(text).judge(catalogue().checks[check], on, seen or {}, at)


def sheet(check: str, collected: str) -> str:
    return (f"{CLOSED}\nevidence: [{{id: sheet, check: {check}, on: k/s, collected: {collected}, expires: 2028-01-01, "
            "by: Park, says: done}]")  # fmt: skip


def announced(on: str, start: str, end: str) -> str:
    return (f"{CLOSED}\nmaintenance: [{{id: w, on: {on}, from: '{start}T09:00+09:00', to: '{end}T20:00+09:00', "
            "reason: r, by: B}]")  # fmt: skip


@pytest.mark.parametrize(
    ("on", "times", "grade", "at", "verdict"),
    [
        ("2026-07-16", 1.5, 1, "2026-09-01", "pass"),
        ("2026-07-15", 1.5, 1, "2026-09-01", "fail"),
        ("2026-07-15", 1.5, 1, "2026-07-15", "pass"),
        ("2026-07-16", 1.49, 1, "2026-09-01", "fail"),
        ("2026-06-16", 1.3, 2, "2026-09-01", "pass"),
        ("2026-06-15", 1.3, 2, "2026-09-01", "fail"),
        ("2024-01-01", 1.0, 3, "2026-09-01", "pass"),
        ("2026-07-15", 1.5, 1, "2026-09-27", "fail"),
        ("2026-07-15", 1.5, 1, "2026-09-28", "unknown"),
    ],
)
def test_a_load_test_ages_as_the_peak_comes_near(on: str, times: float, grade: int, at: str, verdict: str) -> None:
    found = judged("peak.load-test", f"grade: {grade}, load-tests: [{{on: {on}, times: {times}}}]",
                   more=sheet("peak.load-test", on), at=datetime.fromisoformat(at + "T03:00+00:00"),
                   seen=SIGNED)  # fmt: skip
    assert found.verdict == verdict, found.says


def test_the_newest_load_test_counts() -> None:
    tests = "load-tests: [{on: 2026-08-20, times: 1.0}, {on: 2026-08-01, times: 2.0}]"
    assert (
        judged(
            "peak.load-test",
            f"grade: 1, {tests}",
        ).verdict
        is Verdict.FAIL
    )


@pytest.mark.parametrize(
    ("start", "end", "verdict"),
    [
        ("2026-08-31", "2026-09-01", "fail"),
        ("2026-08-30", "2026-08-30", "not-applicable"),
        ("2026-09-28", "2026-09-30", "pass"),
        ("2026-09-27", "2026-09-30", "fail"),
        ("2027-01-20", "2027-01-22", "pass"),
        ("2027-01-20", "2027-01-23", "fail"),
        ("2027-02-09", "2027-02-10", "pass"),
    ],
)
def test_maintenance_before_and_after_busy_days(start: str, end: str, verdict: str) -> None:
    """Fourteen days before Chuseok of the calendar, and before Lunar New Year (6 February), which it leaves out."""
    window = announced("k/s", start, end)
    assert judged("peak.maintenance", "grade: 1", more=window).verdict == verdict


@pytest.mark.parametrize("on", ["k", "k/s", "k/s/web", "d", "d/hall", "estate"])
def test_maintenance_of_what_is_around_a_system(on: str) -> None:
    window = announced(on, "2026-09-15", "2026-09-15")
    system = "grade: 1, at: [d/hall], endpoints: [{id: web, kind: tcp, host: h, port: 1}]"
    assert judged("peak.maintenance", system, more=window).verdict is Verdict.FAIL
    assert judged("peak.maintenance", system.replace("d/hall", "d"), more=window).verdict == (
        "not-applicable" if on == "d/hall" else "fail"
    )


def test_work_before_a_holiday_that_nobody_wrote_down() -> None:
    text = (
        "sites: [{id: d}]\ninstitutions: [{id: k, systems: [{id: s, grade: 1, at: [d]}]}]\n"
        "permits: [{id: move, kind: battery, on: [d], from: '2025-09-26T19:00+09:00', to: '2025-09-26T21:00+09:00'}]\n"
    )
    before = datetime(2025, 9, 20, tzinfo=UTC)
    found = scene(text).judge(catalogue().checks["peak.dangerous-work"], "move", {}, before)
    assert (found.verdict, "chuseok-2025" in str(found.says)) == (Verdict.FAIL, True)
    earlier = text.replace("2025-09-26", "2025-09-15")
    found = scene(earlier).judge(catalogue().checks["peak.dangerous-work"], "move", {}, before)
    assert found.verdict is Verdict.UNKNOWN, "no calendar: nobody knows what else is busy"


ROLE = "}], roles: [{id: ops, people: [{name: Lee}, {name: Han}], duty: [%s]}]}]"


@pytest.mark.parametrize(
    ("duty", "calendar", "verdict"),
    [
        ("{season: chuseok-2026, people: [Lee]}", CHUSEOK, "pass"),
        ("{season: chuseok-2026, people: [Kim]}", CHUSEOK, "fail"),
        ("{season: chuseok-2026, people: [Lee]}", CHUSEOK + ", {id: fair, from: 2026-11-01, to: 2026-11-02}", "fail"),
        ("{season: chuseok-2026, people: [Lee]}", CHUSEOK + ", {id: far, from: 2027-06-01, to: 2027-06-02}", "pass"),
        ("{season: chuseok-2026, people: [Lee]}", "", "pass"),
        ("{season: lunar-new-year-2027, people: [Lee]}", "", "fail"),
    ],
)
def test_who_is_there_over_the_holidays(duty: str, calendar: str, verdict: str) -> None:
    """Also over the holidays that only the calendar of the state knows."""
    found = judged("peak.roster", "grade: 1, recovers-with: [ops]", calendar, more=ROLE % duty)
    assert found.verdict == verdict, found.says


def test_fresh_evidence_is_due_only_before_the_peak() -> None:
    near = "{id: fair, from: 2026-09-07, to: 2026-09-09}"
    stale = sheet("failover.recovery-time", "2026-08-30")
    for at, verdict in (("2026-08-30", "not-applicable"), ("2026-08-31", "fail"), ("2026-09-08", "fail")):
        when = datetime.fromisoformat(at + "T03:00+00:00")
        assert judged("peak.fresh-evidence", "grade: 1", near, stale, when).verdict == verdict
    fresh = sheet("failover.recovery-time", "2026-08-31")
    assert judged("peak.fresh-evidence", "grade: 1", near, fresh, AT).verdict is Verdict.PASS


def test_the_whole_year_of_holidays() -> None:
    both = CHUSEOK + ", {id: seollal, from: 2027-02-05, to: 2027-02-09}"
    assert judged("peak.calendar", "grade: 1", both, on="estate").verdict is Verdict.PASS
    late = judged("peak.calendar", "grade: 1", both.replace("02-05", "02-07"), on="estate")
    assert (late.verdict, "2027-02-06" in str(late.says)) == (Verdict.FAIL, True)
