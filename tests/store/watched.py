"""The address of an empty store in, everything that the history of a watch must do is tried on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from audit.analysis.spans import joined, rolled
from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.model.history import Stretch
from audit.model.measurement import MISSED, Measurement, State
from audit.store import open_store
from audit.store.history import History, open_history
from tests.store.contract import HOSTILE, closing, finding, observations, run

NOW = datetime(2026, 11, 22, 1, 0, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEB = "kibo/guarantee/web"
RAW = 30 * DAY


def measured(number: int = 0, **changes: Any) -> Measurement:
    """The look of one minute."""
    due = NOW + number * MINUTE
    return replace(
        Measurement(
            subject=WEB,
            due=due,
            at=due + timedelta(microseconds=1_234 + number % 7),
            state=State.UP,
            latency=round(0.021_5 + number % 11 / 1000, 6),
            phases=(0.000_5, 0.001, 0.002, 0.000_01, 0.018, 0.0),
            error=0.000_25,
            took=0.022_5,
            good=2,
            tried=2,
        ),
        **changes,
    )


def down(number: int, **changes: Any) -> Measurement:
    silent: dict[str, Any] = {"state": State.DOWN, "reason": "refused", "latency": None, "phases": (), "good": 0}
    return measured(number, **{**silent, "attempts": 3, "detail": HOSTILE, **changes})


def day(subject: str = WEB, minutes: int = 1440) -> list[Measurement]:
    """A day with an outage, looks that were missed, other states."""
    looks = [measured(number, subject=subject) for number in range(minutes)]
    looks[100:130] = [down(number, subject=subject) for number in range(100, 130)]
    looks[200] = replace(looks[200], state=State.DEGRADED, attempts=2)
    looks[201] = replace(looks[201], state=State.PARTIAL, good=1, reason="connect-timeout")
    looks[202] = down(202, subject=subject, state=State.UNKNOWN, reason="prober")
    row = down(300, subject=subject, state=State.UNKNOWN, reason=MISSED, until=looks[500].due, at=looks[501].at)
    looks[300:501] = [row]
    return looks


def noted(history: History, measurements: Sequence[Measurement], size: int = 7) -> None:
    for place in range(0, len(measurements), size):
        some = measurements[place : place + size]
        history.note(some, some[-1].at)


def expected(measurements: Sequence[Measurement], hours: int = 24) -> tuple[Stretch, ...]:
    made = (rolled(measurements, NOW + number * HOUR, HOUR) for number in range(hours))
    return tuple(stretch for stretch in made if stretch.spans)


class HistoryContract:
    """What holds for every history; a subclass says where a store is."""

    @pytest.fixture
    def url(self) -> Iterator[str]:
        raise NotImplementedError

    @pytest.fixture
    def history(self, url: str) -> Iterator[History]:
        with open_history(url, watching=True) as opened:
            yield opened

    def change(self, url: str, statement: str, **values: Any) -> None:
        """What an intruder does."""
        engine = create_engine(url if "://" in url else f"sqlite:///{url}")
        with engine.begin() as connection:
            assert connection.execute(text(statement), values).rowcount
        engine.dispose()

    def test_what_goes_in_comes_out(self, history: History, url: str) -> None:
        looks = [*day(), *day("b/c"), measured(3, vantage="seoul", phases=(0.5,), latency=None)]
        noted(history, looks)
        for opened in (history, open_history(url, watching=False)):
            assert opened.subjects() == ("b/c", WEB)
            assert opened.vantages(WEB) == ("here", "seoul")
            assert opened.vantages("nobody") == ()
            assert list(opened.raw(WEB, NOW, NOW + DAY, "here")) == day()
            assert list(opened.raw(WEB, NOW, NOW + DAY)) == sorted([*day(), looks[-1]], key=lambda one: one.due)
            missed = [one for one in day() if one.until]
            assert list(opened.raw(WEB, NOW + 400 * MINUTE, NOW + 401 * MINUTE)) == missed
            assert opened.alive() == looks[-1].at
            assert opened.last_due("here") == {WEB: looks[-2].due, "b/c": looks[-2].due}
            assert opened.last_due("seoul") == {WEB: looks[-1].due}
            assert opened.verify() == ()
        opened.leave()

    def test_an_empty_history(self, history: History, url: str) -> None:
        assert history.alive() is None
        assert (history.subjects(), history.events(), history.verify()) == ((), (), ())
        assert history.stretches(WEB, NOW, NOW + DAY) == ()
        assert history.last_due("here") == {}
        history.note([], NOW)
        assert history.alive() == NOW
        assert history.roll(NOW + DAY, RAW) == 0
        assert history.size() > 0
        with open_store(url, writing=False) as runs:
            assert runs.runs() == ()

    def test_to_roll_up_changes_nothing(self, history: History, url: str) -> None:
        looks = day()
        noted(history, looks)
        whole = expected(looks)
        assert history.stretches(WEB, NOW, NOW + DAY) == whole
        assert history.roll(NOW + 10 * HOUR, RAW) == 9, "the tenth hour is still within its grace"
        assert history.stretches(WEB, NOW, NOW + DAY) == whole
        assert history.roll(NOW + 2 * DAY, RAW) == 15
        assert history.roll(NOW + 2 * DAY, RAW) == 0
        assert history.stretches(WEB, NOW, NOW + DAY) == whole
        assert list(history.raw(WEB, NOW, NOW + DAY)) == looks
        assert history.last_due("here") == {WEB: looks[-1].due}
        assert history.verify() == ()
        with open_history(url, watching=False) as reader:
            assert reader.stretches(WEB, NOW, NOW + DAY) == whole
        part = history.stretches(WEB, NOW + 90 * MINUTE, NOW + 2 * HOUR)
        ends = part[0].spans[0].first, part[-1].spans[-1].last
        assert max(abs(ends[0] - looks[90].at), abs(ends[1] - looks[119].at)) < timedelta(milliseconds=1)

    def test_years(self, history: History) -> None:
        looks = day()
        noted(history, looks)
        history.roll(NOW + 2 * DAY, RAW)
        assert history.stretches(WEB, NOW, NOW + DAY) == expected(looks), "two days are told by hours"
        history.roll(NOW + 31 * DAY, RAW)
        assert list(history.raw(WEB, NOW, NOW + DAY)) == []
        assert joined(history.stretches(WEB, NOW, NOW + DAY)) == joined(expected(looks))
        history.roll(NOW + 3 * 365 * DAY, RAW)
        kept = history.stretches(WEB, NOW - DAY, NOW + 2 * DAY)
        assert [stretch.length for stretch in kept] == [DAY, DAY], "the day of the estate is not that of UTC"
        assert joined(kept) == joined(expected(looks))
        assert sum(sum(stretch.latencies.values()) for stretch in kept) == sum(one.latency is not None for one in looks)
        assert history.last_due("here") == {WEB: looks[-1].due}
        assert history.verify() == ()
        after = measured(60 * 24 * 2000)
        history.note([after], after.at)
        assert history.last_due("here") == {WEB: after.due}

    def test_what_comes_when_its_hours_are_a_day_already_is_added(self, history: History) -> None:
        looks = day()
        late = looks[20:90]
        noted(history, [*looks[:20], *looks[90:]])
        history.roll(NOW + 5 * DAY, RAW)
        assert {one.length for one in history.stretches(WEB, NOW, NOW + DAY)} == {DAY}
        noted(history, late)
        for _ in range(2):
            assert joined(history.stretches(WEB, NOW, NOW + DAY)) == joined(expected(looks))
            history.roll(NOW + 5 * DAY + HOUR, RAW)
        assert history.verify() == ()

    def test_what_comes_late_is_added(self, history: History) -> None:
        looks = day()
        late = looks[20:90]
        noted(history, looks[:20] + looks[90:])
        history.roll(NOW + 2 * DAY, RAW)
        noted(history, late)
        assert history.stretches(WEB, NOW, NOW + DAY) == expected(looks)
        assert history.roll(NOW + 2 * DAY, RAW) == 2
        assert history.stretches(WEB, NOW, NOW + DAY) == expected(looks)
        assert history.verify() == ()

    @pytest.mark.parametrize("gone", [31, 60])
    def test_what_comes_when_the_rest_is_gone_is_added_still(self, history: History, gone: int) -> None:
        looks = day()
        late = looks[20:90]
        noted(history, looks[:20] + looks[90:])
        for end in (2 * DAY, gone * DAY):
            history.roll(NOW + end, RAW)
        noted(history, late)
        for _ in range(2):
            kept = history.stretches(WEB, NOW, NOW + DAY)
            assert joined(kept) == joined(expected(looks))
            history.roll(NOW + gone * DAY, RAW)
        assert history.verify() == ()
        history.roll(NOW + 400 * DAY, RAW)
        assert joined(history.stretches(WEB, NOW, NOW + DAY)) == joined(expected(looks))
        assert history.verify() == ()

    def test_a_clock_that_goes_back_loses_nothing(self, history: History) -> None:
        looks = day()
        ahead = [replace(one, due=one.due + 20 * 365 * DAY, at=one.at + 20 * 365 * DAY) for one in looks[:50]]
        noted(history, looks[:200])
        noted(history, ahead)
        history.roll(ahead[-1].at + DAY, 90 * 365 * DAY)
        for place in range(200, len(looks), 100):
            noted(history, looks[place : place + 100])
            history.roll(looks[place].at, RAW)
        history.roll(NOW + 2 * DAY, RAW)
        assert joined(history.stretches(WEB, NOW, NOW + DAY)) == joined(expected(looks))
        assert list(history.raw(WEB, NOW, NOW + DAY)) == looks
        assert history.verify() == ()

    def test_the_log(self, history: History, url: str) -> None:
        told = [
            Event(NOW, "started", values={"version": "0.2", "hostile": HOSTILE, "list": [1, None, {"a": 0.5}]}),
            Event(NOW + MINUTE, "down", WEB, {"since": NOW.isoformat()}),
            Event(NOW + 2 * MINUTE, "up", WEB),
            Event(NOW + MINUTE, "down", "b/c"),
        ]
        history.tell(told[:2])
        with open_history(url, watching=False) as person:
            person.tell(told[2:])
        stored = tuple(replace(event, number=number) for number, event in enumerate(told, 1))
        assert history.events() == stored
        assert history.events(kinds={"down"}) == (stored[1], stored[3])
        assert history.events(subject=WEB, kinds=("up", "down")) == stored[1:3]
        assert history.events(since=NOW + MINUTE) == stored[1:]
        assert history.events(after=2) == stored[2:]

    def test_one_watch(self, history: History, url: str) -> None:
        with pytest.raises(Stop) as stop:
            open_history(url, watching=True)
        assert stop.value.code is Exit.LOCKED
        assert "process" in stop.value.lines[0]
        assert history.holds()
        assert "process" in history.holder()
        with open_store(url, writing=True) as runs:
            runs.begin(run(), {})
            history.note([measured()], NOW)
        history.leave()
        assert not history.holds()
        with open_history(url, watching=True) as next_one:
            assert (next_one.alive(), next_one.last_due("here")) == (NOW, {WEB: NOW})

    def test_who_was_taken_over_from_writes_no_more(self, history: History, url: str) -> None:
        history.note([measured(0)], NOW)
        self.change(url, "INSERT INTO watch (number, process) VALUES (99, 'another')")
        for refused in (lambda: history.note([measured(1)], NOW), lambda: history.roll(NOW + DAY, RAW)):
            with pytest.raises(Stop) as stop:
                refused()
            assert stop.value.code is Exit.LOCKED
        assert list(history.raw(WEB, NOW, NOW + DAY)) == [measured(0)]

    def test_a_reader_does_not_write(self, history: History, url: str) -> None:
        with open_history(url, watching=False) as reader, pytest.raises(Stop) as stop:
            reader.note([measured()], NOW)
        assert stop.value.code is Exit.LOCKED

    def test_audits_beside_a_watch(self, history: History, url: str) -> None:
        failed: list[BaseException] = []

        def audit() -> None:
            try:
                for number in range(1, 4):
                    with open_store(url, writing=True) as runs:
                        runs.begin(run(number), {"a.yaml": b"x" * 5_000})
                        runs.see(run(number).id, observations())
                        runs.close(closing(run(number)), [finding(place) for place in range(5_000)])
            except (Stop, AssertionError) as broken:
                failed.append(broken)

        auditing = threading.Thread(target=audit)
        auditing.start()
        looks: list[Measurement] = []
        while auditing.is_alive():
            looks.append(measured(len(looks)))
            history.note(looks[-1:], NOW)
        auditing.join(60)
        assert [*map(str, failed)] == []
        assert list(history.raw(WEB, NOW, NOW + 999 * DAY)) == looks
        with open_store(url, writing=False) as runs:
            assert len(runs.findings(run(3).id)) == 5_000
