"""Signals, broken files, a stopped or killed process in; what the store then holds out."""

from __future__ import annotations

import signal
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.model.exit import Exit
from audit.model.measurement import MISSED, State
from tests.watching import served
from tests.watching.served import (
    PROMPT,
    Place,
    doubled,
    inventory,
    log,
    measured,
    states,
    unbroken,
    wait_until,
    watching,
)

pytestmark = [pytest.mark.real, pytest.mark.waiting]
READINGS = 4


def test_sigterm_ends_it_in_order(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(3)
        code, took = watch.stop()
    assert code == Exit.READY
    assert took < PROMPT
    assert place.course() == ["started", "ended"]
    assert place.states() <= {State.UP, State.DEGRADED}
    assert not doubled(measured(place.store))
    assert "watching 1 subjects of e" in place.said.read_text()
    assert "Traceback" not in place.said.read_text()


def test_ctrl_c_is_an_interruption(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(1)
        watch.send(signal.SIGINT)
        assert watch.ended() == Exit.INTERRUPTED
    assert place.kinds()[-1] == "ended"


def test_it_ends_by_itself(place: Place) -> None:
    with watching(place.estate, place.store, place.said, "--for", "2s", "--quiet") as watch:
        assert watch.ended() == Exit.READY
    assert place.said.read_text() == ""


def test_down_is_told_and_up_again(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(1)
        place.page.ill = True
        watch.until("k/s/web is down: 127.0.0.1: bad-status")
        place.page.ill = False
        watch.until("k/s/web is up again")
        watch.stop()
    kinds = place.kinds()
    assert kinds.index("down") < kinds.index("up")


def test_a_changed_file_is_read(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(1)
        port = f", {{id: port, kind: tcp, host: 127.0.0.1, port: {place.page.port}}}"
        place.write(inventory(place.page.port, endpoints=port))
        watch.until("the inventory was read again: 2 subjects, 1 new, 0 gone")
        wait_until(lambda: len(place.of("k/s/port")) > 1, "the new subject")
        before = len(place.of("k/s/web"))
        place.write("estate: {id: e}\nnonsense: [")
        watch.until("not usable")
        wait_until(lambda: len(place.of("k/s/web")) > before + 2, "the old one going on")
        assert watch.said.count("estate.yaml:") == 1
        place.write(inventory(place.page.port))
        watch.until("1 subjects, 0 new, 1 gone")
        for _ in range(READINGS):
            count = len(place.of("k/s/web"))
            wait_until(lambda before=count: len(place.of("k/s/web")) > before + 2, "some looks")  # type: ignore[misc]
            watch.send(signal.SIGHUP)
            watch.until("the inventory was read again", place.kinds().count("reloaded") + 1)
        watch.stop()
    course = ["started", "reloaded", "reload-refused", "reloaded", *["reloaded"] * READINGS, "ended"]
    assert place.course() == course
    assert not doubled(measured(place.store))
    assert unbroken(place.of("k/s/web"))
    rows = [one for one in place.of("k/s/web") if one.reason == MISSED]
    about = timedelta(seconds=1.5)
    read = [event.at for event in log(place.store, "reloaded")]
    near = [[row for row in rows if row.due - about < at < (row.until or row.due) + about] for at in read]
    # A machine that is too busy misses looks at other times as well.
    busy = any(not any(row in some for some in near) for row in rows)
    assert busy or not all(near), "with each reading one was missed, and none without one"


def test_sighup_reads_the_inventory(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(1)
        watch.send(signal.SIGHUP)
        watch.until("the inventory was read again")
        assert watch.stop()[0] == Exit.READY


def test_killed_at_any_moment(place: Place) -> None:
    """What was stored stays; what was not is missed, and no look is there twice."""
    acknowledged: set[tuple[str, datetime]] = set()
    for pause in (0.0, 0.4, 0.9):
        with watching(place.estate, place.store, place.said) as watch:
            least = len(measured(place.store)) + 3
            watch.stored(least)
            time.sleep(pause)
            acknowledged |= {(one.subject, one.due) for one in measured(place.store)}
            watch.send(signal.SIGKILL)
            watch.ended()
    found = measured(place.store)
    assert acknowledged <= {(one.subject, one.due) for one in found}
    assert not doubled(found)
    rows = place.of("k/s/web")
    assert unbroken(rows)
    assert [one.reason for one in rows].count(MISSED) >= 1


def test_stopped_for_a_while(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(2)
        watch.send(signal.SIGSTOP)
        asleep = datetime.now(UTC)
        time.sleep(5)
        awake = datetime.now(UTC)
        watch.send(signal.SIGCONT)
        wait_until(lambda: place.of("k/s/web")[-1].due > awake + timedelta(seconds=2), "looks after it")
        watch.stop()
    found = place.of("k/s/web")
    rows = [one for one in found if one.reason == MISSED and one.due < awake and (one.until or one.due) > asleep]
    assert len(rows) == 1
    assert rows[0].until is not None
    assert rows[0].until - rows[0].due >= timedelta(seconds=3)
    assert State.DOWN not in place.states()
    assert "down" not in place.course()
    assert not doubled(tuple(found))


def test_the_second_one_stands_by(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as first:
        first.stored(2)
        with watching(place.estate, place.store, place.said.with_name("second")) as second:
            second.until("standing by")
            first.send(signal.SIGKILL)
            first.ended()
            gone = time.monotonic()
            # Nobody is there to say so until it takes over.
            place.write("estate: {id: e}\nnonsense: [")
            second.until("watching 1 subjects")
            assert time.monotonic() - gone < PROMPT
            second.until("the inventory is not usable; the watch goes on with the one before it")
            count = len(measured(place.store))
            second.stored(count + 2)
            assert second.stop()[0] == Exit.READY
    assert place.course() == ["started", "took-over", "reload-refused", "ended"]
    assert not doubled(measured(place.store))


def test_one_that_stands_by_ends_too(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as first:
        first.stored(1)
        with watching(place.estate, place.store, place.said.with_name("second")) as second:
            second.until("standing by")
            code, took = second.stop()
    assert code == Exit.READY
    assert took < PROMPT


def test_a_store_that_is_away_for_a_while(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(2)
        thief = sqlite3.connect(place.store, served.PATIENCE, isolation_level=None)
        thief.execute("BEGIN IMMEDIATE")
        looked = datetime.now(UTC)
        watch.until("nothing can be stored")
        assert place.health()["store"] == "lost"
        time.sleep(3)
        back = datetime.now(UTC)
        thief.execute("ROLLBACK")
        thief.close()
        watch.until("what waited is stored again")
        watch.stop()
    found = place.of("k/s/web")
    assert not doubled(tuple(found))
    assert [one for one in found if looked < one.due < back and one.reason != MISSED]
    assert place.states() <= {State.UP, State.DEGRADED}
    assert unbroken(found)
    assert {"store-lost", "store-back"} <= set(place.kinds())


def test_it_ends_in_time_though_the_store_hangs(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(2)
        thief = sqlite3.connect(place.store, served.PATIENCE, isolation_level=None)
        thief.execute("BEGIN IMMEDIATE")
        wait_until(lambda: place.health()["buffered"] != 0, "a look that cannot be stored")
        time.sleep(2)
        code, took = watch.stop()
        thief.close()
    assert code == Exit.READY
    assert took < PROMPT
    assert "could not be stored" in place.said.read_text()


def test_a_store_that_is_deleted(place: Place) -> None:
    """No other one is made in its place as long as somebody may bring it back."""
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(2)
        for path in place.estate.parent.glob("haechi.db*"):
            path.unlink()
        watch.until("nothing can be stored, the watch goes on:")
        time.sleep(3)
        assert not Path(place.store).exists()
        assert place.health()["store"] == "lost"
        code, took = watch.stop()
    assert code == Exit.READY
    assert took < PROMPT
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(2)
        assert watch.stop()[0] == Exit.READY


def test_a_store_that_cannot_be(place: Place) -> None:
    place.store = str(place.estate.parent / "nowhere" / "haechi.db")
    with watching(place.estate, place.store, place.said) as watch:
        assert watch.ended() == Exit.STORAGE


def test_a_broken_inventory_begins_nothing(place: Place) -> None:
    place.write("estate: [")
    with watching(place.estate, place.store, place.said) as watch:
        assert watch.ended() == Exit.INVALID
    assert not Path(place.store).exists()


def test_health_with_metrics(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(2)
        told = place.health()
        assert (told["subjects"], told["store"]) == (1, "ok")
        assert told["reasons"] in ([], ["lag"], ["prober"], ["prober", "lag"])  # a busy machine is late
        assert b"haechi_up{" in place.asked("/metrics")
        watch.stop()


def test_maintenance_is_declared_once(place: Place) -> None:
    window = (
        "maintenance: [{id: disks, on: k/s, from: 2026-01-01T00:00Z, to: 2099-01-01T00:00Z, reason: r, by: b,"
        " silent: true}]\n"
    )
    place.write(inventory(place.page.port, more=window))
    for _ in range(2):
        with watching(place.estate, place.store, place.said) as watch:
            watch.stored(len(measured(place.store)) + 2)
            watch.stop()
    assert place.kinds().count("maintenance-declared") == 1
    found = place.of("k/s/web")
    assert {one.state for one in found} == {State.UNKNOWN}
    place.write(inventory(place.page.port))
    with watching(place.estate, place.store, place.said) as watch:
        wait_until(lambda: {State.UP, State.DEGRADED} & states(place.of("k/s/web")[len(found) :]) != set(), "a look")
        watch.stop()
    assert place.kinds().count("maintenance-withdrawn") == 1
