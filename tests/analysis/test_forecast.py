"""What an inventory says, two instants, to which passes of the first are lost by the second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from audit.analysis.forecast import Forecast, forecast
from audit.model.evidence import Observation
from audit.model.facts import Sample, ServiceState
from audit.model.verdict import Severity, Verdict
from audit.plan import plan
from tests.checks.judging import catalogue, observed, scene
from tests.small import WHOLE

AT = datetime(2026, 9, 1, tzinfo=UTC)
UNTIL = date(2030, 9, 1)
ESTATE = """
estate: {id: here}
sites: [{id: daejeon, rooms: [{id: hall}, {id: cells, kind: battery}],
  batteries: [{id: string, room: cells, chemistry: lithium-ion, installed: 2020-03-02, life: 10y}]}]
suppliers: [{id: vendor}]
institutions: [{id: k, systems: [{id: s, grade: 1, at: [daejeon/hall]}, {id: t, grade: 3, at: [daejeon/hall]}]}]
evidence: [{id: e, check: peak.graceful-degradation, on: k/t, collected: 2026-08-01, expires: 2027-08-01, says: done}]
waivers:
  - {check: backup.offsite, on: k/s, reason: ordered, requested-by: A, approved-by: B, expires: 2026-12-31}
  - {check: availability.redundancy, on: k/t, reason: later, requested-by: A, approved-by: B, expires: 2031-12-31}
  - {check: availability.redundancy, on: k/s, reason: over, requested-by: A, approved-by: B, expires: 2026-01-31}
calendar: [{id: fair, from: 2026-09-20, to: 2026-10-03}, {id: seollal, from: 2027-02-01, to: 2027-02-10}]
"""


def told(until: date = UNTIL, at: datetime = AT, seen: Mapping[str, Observation] | None = None) -> Forecast:
    estate = scene(ESTATE.replace("backup.offsite", "availability.single-point")).estate
    return forecast(plan(estate, catalogue(), WHOLE), catalogue(), seen or {}, at, until)


def test_a_battery_ends_on_its_day() -> None:
    found = told()
    battery = next(one for one in found.endings if one.expiry.check == "facility.battery-life")
    assert (battery.expiry.ref, battery.expiry.grade) == ("daejeon/string", 1)
    assert battery.verdict is Verdict.FAIL
    day = battery.expiry.on
    assert date(2029, 2, 1) < day < date(2029, 4, 1), "a year is needed to replace it"
    assert battery in told(day).endings
    assert not [one for one in told(day - timedelta(days=1)).endings if one.expiry.check == "facility.battery-life"]
    assert found.gravest


def test_a_calendar_runs_out() -> None:
    ends = {one.expiry.check: one.expiry.on for one in told().endings if not one.waived}
    assert ends["peak.calendar"] == date(2026, 9, 15), "Chuseok of 2027 is within a year"


def test_waivers_that_end_are_told_apart() -> None:
    waived = [(one.expiry.check, one.expiry.ref, one.expiry.on) for one in told().endings if one.waived]
    assert waived == [("availability.single-point", "k/s", date(2027, 1, 1))]
    early = told(date(2026, 12, 31))
    assert not [one for one in early.endings if one.waived]


def test_nothing_is_lost_by_tomorrow() -> None:
    assert told(date(2026, 9, 2)).endings == ()
    assert told(date(2026, 9, 1)).endings == ()
    assert told().passes >= 3


def test_the_worst_grade_comes_first_and_within_it_the_soonest() -> None:
    keys = [(one.expiry.grade, one.unit, one.expiry.on) for one in told().endings]
    assert keys == sorted(keys)
    assert len(keys) > 2


def test_what_was_seen_is_seen_again() -> None:
    text = (
        "institutions: [{id: k, systems: [{id: s, grade: 1, endpoints: [{id: web, kind: tcp, host: h, port: 1}]}]}]\n"
    )
    estate = scene(text).estate
    ready = plan(estate, catalogue(), WHOLE)
    looks = {"k/s/web": observed("k/s/web", ServiceState(samples=(Sample(address="127.0.0.1"),)), AT)}
    found = forecast(ready, catalogue(), looks, AT, UNTIL)
    assert found.passes > 0
    assert "availability.answers" not in {one.expiry.check for one in found.endings}
    assert not [one for one in found.endings if one.severity is Severity.CRITICAL and one.expiry.ref == "k/s/web"]


def test_of_too_many_checks_those_that_no_day_changes_are_not_counted() -> None:
    estate = scene(ESTATE.replace("backup.offsite", "availability.single-point")).estate
    whole = told()
    some = forecast(plan(estate, catalogue(), WHOLE), catalogue(), {}, AT, UNTIL, most=0)
    assert some.endings == tuple(one for one in whole.endings if one.expiry.check not in some.left_out)
    assert (whole.uncounted, whole.left_out) == (0, ())
    assert "failover.recovery-time" in some.left_out
    assert some.uncounted > 0
    assert some.passes < whole.passes
