"""Measurements with entries of the log in, the text that Prometheus scrapes out."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from prometheus_client.parser import text_string_to_metric_families

from audit.app.watching.gauges import Gauges
from audit.app.watching.pulse import Pulse, answering, health
from audit.model.event import Event, Kind
from audit.model.item import Secret
from audit.model.measurement import LOST, MISSED, Measurement, State
from audit.model.units import plain
from audit.model.watching import Channel, Maintenance, Vantage, Watch
from tests.watching.watched import estate, place

AT: Final = datetime.fromisoformat("2026-11-22T01:00:00+00:00")
WEB: Final = "fund/system-0/e-0"
Labels = frozenset[tuple[str, str]]


def gauges(whole: Any = None, **pulse: Any) -> Gauges:
    return Gauges(whole or estate(3), lambda: Pulse(AT, **pulse), "0.1.0")


def look(state: State = State.UP, subject: str = WEB, **more: Any) -> Measurement:
    known: dict[str, Any] = {"at": AT + timedelta(milliseconds=3)} | more
    return Measurement(subject=subject, due=known.pop("due", AT), state=state, **known)


def scraped(some: Gauges) -> dict[str, dict[Labels, float]]:
    """Each name to its values by labels, as a reader of the format gets them."""
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(some.text().decode()):
        for sample in family.samples:
            values = found.setdefault(sample.name, {})
            labels = frozenset(sample.labels.items())
            assert labels not in values, (sample.name, labels)
            values[labels] = sample.value
    return found


def of(found: dict[str, dict[Labels, float]], name: str, **labels: str) -> list[float]:
    return [value for known, value in found.get(name, {}).items() if set(labels.items()) <= known]


@pytest.mark.parametrize(
    ("state", "counts", "good", "up"),
    [
        (State.UP, None, 2, [1.0]),
        (State.DEGRADED, None, 2, [1.0]),
        (State.DOWN, None, 0, [0.0]),
        (State.UNKNOWN, "any", 0, []),
        (State.PARTIAL, None, 1, []),
        (State.PARTIAL, "any", 1, [1.0]),
        (State.PARTIAL, "all", 2, [0.0]),
        (State.PARTIAL, "quorum", 1, [0.0]),
        (State.PARTIAL, "quorum", 2, [1.0]),
        (State.PARTIAL, "any", 0, []),
    ],
)
def test_up_says_only_what_is_known(state: State, counts: str | None, good: int, up: list[float]) -> None:
    some = gauges(estate(1, counts=counts))
    some.heed(look(state, good=good, tried=3))
    found = scraped(some)
    assert of(found, "haechi_up", subject=WEB, institution="fund", system="fund/system-0", grade="1") == up
    assert of(found, "haechi_state", subject=WEB, state=str(state)) == [1.0]
    assert sum(of(found, "haechi_state", subject=WEB)) == 1.0
    assert len(of(found, "haechi_state", subject=WEB)) == 5


def test_the_newest_measurement_is_held() -> None:
    some = gauges()
    later = AT + timedelta(minutes=1)
    some.heed(look(due=later, at=later, latency=0.25, phases=(0.01, 0.02, 0.03, 0.0, 0.04, 0.05)))
    some.heed(look(State.DOWN))
    found = scraped(some)
    assert of(found, "haechi_latency_seconds", subject=WEB) == [0.25]
    assert of(found, "haechi_phase_seconds", subject=WEB, phase="tls") == [0.03]
    assert of(found, "haechi_measured_timestamp_seconds", subject=WEB) == [later.timestamp()]
    assert of(found, "haechi_cadence_seconds", subject=WEB) == [60.0]
    assert of(found, "haechi_measurements_total", state="down") == [1.0]
    some.heed(look(State.DOWN, due=later + timedelta(minutes=1)))
    assert of(scraped(some), "haechi_latency_seconds", subject=WEB) == []


def test_lateness_is_counted_and_missed_looks_are_counted_one_by_one() -> None:
    some = gauges()
    some.heed(look(at=AT + timedelta(seconds=2)))
    some.heed(look(State.UNKNOWN, reason=MISSED, until=AT + timedelta(minutes=9), due=AT, at=AT + timedelta(minutes=9)))
    some.heed(look(State.UNKNOWN, reason=LOST, due=AT + timedelta(minutes=10), at=AT + timedelta(minutes=10)))
    found = scraped(some)
    assert of(found, "haechi_missed_total") == [11.0]
    assert of(found, "haechi_lateness_seconds_count") == [1.0]
    assert of(found, "haechi_lateness_seconds_sum") == [2.0]
    assert of(found, "haechi_lateness_seconds_bucket", le="1.0") == [0.0]
    assert of(found, "haechi_lateness_seconds_bucket", le="2.5") == [1.0]


def test_other_vantages_stand_beside_our_own_and_strangers_nowhere() -> None:
    watch = Watch(vantages=(Vantage(id="busan", files="/x/*.jsonl"),))
    some = gauges(estate(3, watch=watch))
    some.heed(look())
    some.heed(look(State.DOWN, vantage="busan"))
    some.heed(look(State.DOWN, vantage="evil"))
    some.heed(look(State.DOWN, subject="somebody/else"))
    found = scraped(some)
    assert of(found, "haechi_up", vantage="here") == [1.0]
    assert of(found, "haechi_up", vantage="busan") == [0.0]
    assert len(of(found, "haechi_up")) == 2
    assert of(found, "haechi_measurements_total", state="down") == [0.0]
    assert "evil" not in some.text().decode()


def event(kind: Kind, subject: str = WEB, **values: Any) -> Event:
    return Event(AT, kind, subject, values)


def test_what_was_declared_shows_until_it_is_withdrawn_or_the_inventory_forgets_it() -> None:
    some = gauges()
    assert of(scraped(some), "haechi_declared_down", subject=WEB, grade="1") == [0.0]
    some.flip(event("down"))
    some.flip(event("down", "somebody/else"))
    assert of(scraped(some), "haechi_declared_down") == [1.0, 0.0, 0.0]
    some.flip(event("up"))
    assert of(scraped(some), "haechi_declared_down") == [0.0, 0.0, 0.0]
    some.restore([WEB, "fund/system-0/e-2"])
    some.heed(look(subject="fund/system-0/e-2"))
    some.adopt(estate(2), AT + timedelta(hours=1))
    found = scraped(some)
    assert of(found, "haechi_declared_down") == [1.0, 0.0]
    assert of(found, "haechi_up") == []
    assert of(found, "haechi_reload_timestamp_seconds") == [(AT + timedelta(hours=1)).timestamp()]


def test_maintenance_is_open_only_within_its_window() -> None:
    def window(on: str, start: timedelta) -> Maintenance:
        written: dict[str, Any] = {"id": "window", "on": on, "from": plain(AT + start)}
        written["to"] = plain(AT + start + timedelta(hours=1))
        return Maintenance.model_validate(written | {"@": place(on), "reason": "x", "by": "y"})

    windows = (
        window("fund/system-0/e-1", timedelta(minutes=-30)),
        window("fund/system-0/e-2", timedelta(minutes=5)),
    )
    found = scraped(gauges(estate(3, maintenance=windows)))
    assert [of(found, "haechi_maintenance", subject=f"fund/system-0/e-{at}") for at in range(3)] == [[0], [1], [0]]


def test_alerts_are_counted_by_channel_and_outcome() -> None:
    channel = Channel.model_validate({"id": "mail", "kind": "apprise", "secret": Secret("env", "MAIL")})
    some = gauges(estate(1, watch=Watch(alerts=(channel,))))
    some.flip(event("alert", "mail"))
    some.flip(event("alert", channel="mail"))
    some.flip(event("alert-failed", "mail"))
    some.flip(event("alert", "somebody"))
    found = scraped(some)
    assert of(found, "haechi_alerts_total", channel="mail", outcome="sent") == [2.0]
    assert of(found, "haechi_alerts_total", channel="mail", outcome="failed") == [1.0]
    assert len(of(found, "haechi_alerts_total")) == 2


def test_the_watch_itself_is_told() -> None:
    found = scraped(gauges(active=False, subjects=7, lag=0.25, store=False, buffered=12, trouble="no route"))
    assert of(found, "haechi_active") == of(found, "haechi_store_ok") == [0.0]
    assert of(found, "haechi_subjects") == [7.0]
    assert of(found, "haechi_lag_seconds") == [0.25]
    assert of(found, "haechi_store_buffer") == [12.0]
    assert of(found, "haechi_prober_trouble") == [1.0]
    assert of(found, "haechi_build_info", version="0.1.0") == [1.0]


def test_labels_cannot_break_out() -> None:
    evil = 'a"} 1\nhaechi_up{x="\\'
    whole = estate(1)
    body = whole.institutions[0].model_copy(update={"place": place(evil)})
    text = gauges(whole.model_copy(update={"institutions": (body,)})).text().decode()
    (told,) = [one for one in text.splitlines() if one.startswith("haechi_declared_down{")]
    assert r'institution="a\"} 1 haechi_up{x=\"\\"' in told


def test_health_tells_how_it_is_without_naming_anything() -> None:
    def told(**pulse: Any) -> tuple[int, str, list[str]]:
        made = health(Pulse(AT, **pulse))
        read = json.loads(made.body)
        return made.status, read["status"], read["reasons"]

    assert told(subjects=5, alive=AT) == (200, "ok", [])
    assert told(active=False, subjects=5) == (200, "standby", [])
    assert told(store=False) == (200, "degraded", ["store"])
    assert told(inventory=False, lag=0.2) == (200, "degraded", ["lag", "inventory"])
    assert told(trouble="no route to fund/secret") == (503, "degraded", ["prober"])
    long_ago = AT - timedelta(minutes=3, seconds=1)
    assert told(subjects=5, alive=long_ago) == (503, "degraded", ["silent"])
    assert told(subjects=5, started=long_ago) == (503, "degraded", ["silent"])
    assert told(subjects=0, started=long_ago) == (200, "ok", [])
    assert told(subjects=5, alive=long_ago, slowest=timedelta(hours=1)) == (200, "ok", [])


def test_the_door_knows_two_pages() -> None:
    some = gauges()
    answer = answering(some.pieces, lambda: Pulse(AT))
    assert b"".join(answer("/metrics").pieces).startswith(b"# HELP haechi_up ")
    assert json.loads(answer("/healthz").body)["status"] == "ok"
    assert answer("/").status == answer("/metrics/").status == 404
