"""Figures of devices, as they come, in; how often they really change out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from audit.model.facts import PowerState
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.scene import NOON, scene
from checks.facility.nut import Nut, report
from checks.facility.refresh import Estimate, Watched, estimate, watch
from tests.world.hands import run


def series(period: float, seconds: float, each: float, **more: Any) -> list[tuple[float, dict[str, float]]]:
    """What a device shows that measures once a period, asked `each` seconds."""
    found = []
    for number in range(int(seconds / each) + 1):
        at = round(number * each, 6)
        wave = (int(at / period) * 7919) % 23 if period else 5
        found.append((at, {"a": 50.0 + wave, "b": 20.0, **{name: make(at, number) for name, make in more.items()}}))
    return found


@pytest.mark.parametrize("period", [1, 2, 5, 10, 20])
def test_the_period_of_a_device_is_found_by_looking_more_often(period: int) -> None:
    found = estimate(series(period, 90, 0.5))
    assert found.period is not None
    assert abs(found.period.total_seconds() - period) <= 0.5
    assert (found.flat, found.moving, found.still) == (False, ("a",), ("b",))


def test_a_flat_line_has_no_period() -> None:
    found = estimate(series(0, 60, 1))
    assert (found.flat, found.period, found.watched) == (True, None, timedelta(seconds=60))


def test_one_change_is_no_period() -> None:
    found = estimate(series(40, 60, 1))
    assert (found.flat, found.period, found.changes) == (False, None, 1)


def test_what_only_counts_is_no_reading() -> None:
    counting: Any = {
        "questions": lambda at, number: float(number), "uptime": lambda at, number: at * 100 + number % 3,
        "clock": lambda at, number: float(int(at / 5) * 5),
    }  # fmt: skip
    found = estimate([(at, figures) for at, figures in series(0, 60, 1, **counting)])
    assert found.counters == ("clock", "questions", "uptime")
    assert found.flat
    assert estimate(series(2, 60, 1, **counting)).moving == ("a",)


def test_nothing_but_counters_says_neither_flat_nor_alive() -> None:
    found = estimate([(float(at), {"n": float(at)}) for at in range(20)])
    assert found == Estimate(timedelta(seconds=19), None, 0, (), (), ("n",))
    assert estimate([]).changes == 0


@dataclass
class Clock:
    """Time that goes by only where somebody waits."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def pause(self, time: timedelta) -> None:
        self.seconds += time.total_seconds()


def watched(figures: list[dict[str, float] | CannotSee], **written: Any) -> Any:
    device = Watched.model_validate({"watch-for": timedelta(seconds=4), "each": timedelta(seconds=1), **written})

    async def main() -> Any:
        left = iter(figures[1:])

        async def read() -> dict[str, float]:
            found = next(left)
            if isinstance(found, CannotSee):
                raise found
            return found

        assert isinstance(figures[0], dict)
        clock = Clock()
        return await watch(device, figures[0], read, replace(scene(), clock=clock, pause=clock.pause))

    return run(main())


def test_a_watch_asks_as_often_as_it_is_told() -> None:
    facts, absent = watched([{"a": float(value)} for value in (1, 3, 2, 5, 4)])
    assert (facts["flat"], set(facts), absent) == (False, {"flat", "watched", "refresh"}, {})
    assert facts["refresh"] == timedelta(seconds=1)


def test_a_watch_that_breaks_off_tells_nothing() -> None:
    facts, absent = watched([{"a": 1.0}, {"a": 2.0}, CannotSee(Reason.TIMEOUT, say("late"))])
    assert facts == {}
    assert {why.reason for why in absent.values()} == {Reason.TIMEOUT}


def test_without_a_watch_nobody_knows() -> None:
    facts, absent = watched([{"a": 1.0}], **{"watch-for": None})
    assert (facts, sorted(absent)) == ({}, ["flat", "refresh", "watched"])
    assert absent["refresh"].reason is Reason.INCOMPLETE


def test_a_flat_watch_says_so_and_no_period() -> None:
    facts, absent = watched([{"a": 1.0}] * 5)
    assert facts["flat"] is True
    assert sorted(absent) == ["refresh"]


@pytest.mark.parametrize(("window", "each"), [(3, 1), (200, 1), (1, 0.01)])
def test_a_watch_has_bounds(window: float, each: float) -> None:
    with pytest.raises(ValidationError):
        Watched.model_validate({"watch-for": timedelta(seconds=window), "each": timedelta(seconds=each)})


def test_a_supply_of_nut_is_watched_too() -> None:
    said = 'VAR u ups.status "OL"\nVAR u input.voltage "220.{}"\nVAR u battery.voltage.nominal "24"\nEND LIST VAR u\n'
    protection = Nut.model_validate(
        {"id": "u", "kind": "nut", "host": "h", "ups": "u", "watch-for": timedelta(seconds=4)}
    )
    lines = {"LIST UPS": "END LIST UPS\n", "LIST VAR u": said.format(1), "GET NUMLOGINS u": "NUMLOGINS u 0\n",
             "LOGOUT": "OK\n"}  # fmt: skip

    async def main() -> Any:
        return await report.look(protection, scene(talk={"h:3493": lines}))

    seen = run(main())
    assert isinstance(seen, PowerState)
    assert (seen.flat, seen.logins) == (True, 0)
    assert not seen.has("refresh")
