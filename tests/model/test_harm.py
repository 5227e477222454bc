"""Stops of systems to what they cost: people, hours, money."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest

from audit.model.estate import Estate, System
from audit.model.harm import AN_HOUR, Reckoning, harm
from audit.model.meaning import Harm, Season, Span, Stop
from tests.checks.judging import scene

AT = datetime(2026, 9, 1, tzinfo=UTC)
HOUR = Span(1.0, 1.0)


def one(text: str, hours: Span = HOUR, seasons: tuple[Season, ...] = ()) -> Harm:
    estate, system = only(text)
    return harm(estate, [(system, hours)], AT, seasons)


def only(text: str) -> tuple[Estate, System]:
    estate = scene("institutions: [{id: k, systems: [{id: s, grade: 1, " + text + "}]}]\n").estate
    return estate, next(system for _, system in estate.systems())


def busy(start: str, end: str, demand: float) -> Season:
    return Season("busy", ("busy", "busy"), date.fromisoformat(start), date.fromisoformat(end), demand, "inventory")


def test_one_hour_is_the_ministrys_million_of_applicant_hours() -> None:
    assert one("users: 1100000").exposure == Span(1.1e6, 1.1e6)
    assert one("users: 1100000").exposure.least == AN_HOUR


def test_waiting_grows_with_the_square() -> None:
    assert one("in-flight: 100", Span(3, 3)).waiting == Span(300, 300)
    assert one("applicants: 2/h", Span(3, 3)).waiting == Span(9, 9)
    assert one("applicants: 2/h, in-flight: 100", Span(1, 10)).waiting == Span(101, 1100)
    assert one("applicants: 8760/y", Span(2, 2)).waiting.least == pytest.approx(2, rel=0.01)


def test_the_three_figures_stay_apart() -> None:
    found = one("users: 1000, applicants: 2/h, in-flight: 10", Span(2, 2))
    assert (found.exposure, found.waiting, found.missed) == (Span(2000, 2000), Span(24, 24), Span(0, 0))


def test_busy_days_multiply_those_who_come() -> None:
    season = busy("2026-09-01", "2026-09-30", 3.0)
    assert one("applicants: 2/h", Span(3, 3), (season,)).waiting == Span(27, 27)
    # From 09:00 in Seoul the season begins after fifteen hours: five of twenty are busy.
    late = one("applicants: 1/h", Span(20, 20), (busy("2026-09-02", "2026-09-02", 3.0),))
    assert late.waiting.least == pytest.approx(200 + 2 * 5 * 5 / 2)


@pytest.mark.parametrize(
    ("at", "hours", "extends", "missed"),
    [
        ("2026-09-01T12:00+00:00", 13.0, "", 600.0),
        ("2026-09-01T12:00+00:00", 12.0, "", 600.0),
        ("2026-09-01T12:00+00:00", 11.9, "", 0.0),
        ("2026-09-03T12:00+00:00", 100.0, "", 1200.0),
        ("2026-08-31T12:00+00:00", 100.0, "", 0.0),
        ("2026-09-01T12:00+00:00", 13.0, ", extends: section 7", 0.0),
        ("2026-09-01T12:00+00:00", 13.0, ", window: 12h", 1200.0),
        ("2026-09-01T12:00+00:00", 13.0, ", window: 0", 1200.0),
    ],
)
def test_deadlines(at: str, hours: float, extends: str, missed: float) -> None:
    text = f"deadlines: [{{id: round, at: '{at}', people: 1200{extends}}}]"
    assert one(text, Span(hours, hours)).missed == Span(missed, missed)


def test_a_deadline_that_moves_is_told() -> None:
    estate, system = only("deadlines: [{id: round, at: '2026-09-01T12:00+00:00', people: 9, extends: section 7}]")
    reckoning = Reckoning(estate, AT, ())
    assert [one.id for one in reckoning.extended([(system, Span(1, 13))])] == ["round"]
    assert reckoning.extended([(system, Span(1, 11))]) == ()


def test_the_manual_way_helps_in_the_best_case_alone() -> None:
    found = one("applicants: 10/h, manual: {capacity: 0.5, most: 2h}", Span(4, 4))
    assert found.waiting == Span(10 * 8 - 5 * (4 * 2 - 2), 80)
    assert one("applicants: 10/h, manual: {capacity: 1}", Span(4, 4)).waiting == Span(0, 80)
    deadline = "deadlines: [{id: r, at: '2026-09-01T04:00+00:00', people: 600, window: 4h}]"
    assert one(f"applicants: 10/h, manual: {{capacity: 0.5}}, {deadline}", Span(9, 9)).missed == Span(580, 600)
    assert one(f"manual: {{capacity: 0.5}}, {deadline}", Span(9, 9)).missed == Span(300, 600)


def test_money_flows_late_or_never() -> None:
    found = one("funds: {flow: 24e9 KRW/d, lost: 0.25, penalty: 1e6 USD/h}", Span(2, 4))
    assert found.delayed == {"KRW": Span(1.5e9, 3e9)}
    assert found.lost == {"KRW": Span(0.5e9, 1e9), "USD": Span(2e6, 4e6)}


def test_what_nothing_bounds_has_no_most() -> None:
    found = one("users: 10, applicants: 1/h, funds: {flow: 24e9 KRW/d}", Span(2, None))
    assert (found.exposure, found.waiting, found.missed) == (Span(20, None), Span(2, None), Span(0, 0))
    assert found.delayed == {"KRW": Span(2e9, None)}
    assert found.lost == {"KRW": Span(0, 0)}
    nobody = one("users: 0", Span(2, None))
    assert (nobody.exposure, nobody.silent) == (Span(0, 0), ())


def test_who_declares_nothing_is_named() -> None:
    assert one("rto: 2h").silent == ("k/s",)
    assert one("rto: 2h").exposure == Span(0, 0)


STOPS = """
institutions: [{id: k, systems: [{id: a, grade: 1, users: 100, restart: 30m}, {id: b, grade: 2, users: 10}]}]
programmes: [{id: fund, served-by: [k/a]}]
"""


def stopped(*, ref: str = "k/a", surely: bool = True, falls: Span = HOUR, back: Span | None = None,
            to: float = 1.0) -> Span:  # fmt: skip
    stop = Stop(ref, 1, surely, falls, back, to=to)
    return harm(scene(STOPS).estate, [stop], AT, ()).exposure


def test_a_stop_from_its_beginning_to_its_end() -> None:
    assert stopped(back=Span(3, 5)) == Span(200, 400)
    assert stopped(falls=Span(0, 2), back=Span(3, 5)) == Span(100, 500)
    assert stopped(surely=False, back=Span(3, 5)) == Span(0, 400)
    assert stopped() == Span(50, None), "it takes its restart at least"
    assert stopped(falls=Span(1, None), back=Span(3, 5)) == Span(0, 400)
    assert stopped(back=Span(3, 5), to=0.75) == Span(50, 100)
    assert stopped(back=Span(3, 5), to=0) == Span(200, 400), "of which nothing is left"
    assert stopped(ref="fund", back=Span(3, 5)) == Span(0, 0)
    assert stopped(ref="nowhere", back=Span(3, 5)) == Span(0, 0)


def test_all_together() -> None:
    stops = [Stop("k/a", 1, surely=True, falls=Span(0, 0), back=Span(1, 2)),
             Stop("k/b", 2, surely=True, falls=Span(0, 0), back=Span(1, None))]  # fmt: skip
    found = harm(scene(STOPS).estate, stops, AT, ())
    assert found.exposure == Span(110, None)


def slowly(flow: float, begin: float, end: float, seasons: tuple[Season, ...], taken: float, until: float) -> float:
    """The same by small steps."""
    width, total, reached = 1 / 64, 0.0, begin
    while reached < end - 1e-9:
        middle = reached + width / 2
        hours = [(one.start.day - 1) * 24 - 9 for one in seasons], [one.end.day * 24 - 9 for one in seasons]
        demand = max((one.demand for one, start, stop in zip(seasons, *hours, strict=True) if start <= middle < stop),
                     default=1.0)  # fmt: skip
        total += flow * max(demand - (taken if middle < until else 0.0), 0.0) * (end - middle) * width
        reached += width
    return total


def test_waiting_against_small_steps() -> None:
    chance = random.Random(7)
    for _ in range(60):
        days = [sorted((chance.randint(1, 6), chance.randint(1, 6))) for _ in range(chance.randint(0, 3))]
        seasons = tuple(busy(f"2026-09-0{a}", f"2026-09-0{b}", chance.choice((0.5, 2, 3))) for a, b in days)
        begin = chance.randint(0, 40)
        end, flow, taken = begin + chance.randint(1, 90), chance.randint(1, 9), chance.choice((0.0, 0.5, 1.0))
        most = chance.randint(1, 60)
        estate, system = only(f"applicants: {flow}/h, manual: {{capacity: {taken}, most: {most}h}}")
        back = Span(end, end)
        stop = Stop(system.ref, 1, surely=True, falls=Span(begin, begin), back=back)
        found = harm(estate, [stop], AT, seasons).waiting
        assert found.most == pytest.approx(slowly(flow, begin, end, seasons, 0.0, begin), rel=1e-3)
        assert found.least == pytest.approx(slowly(flow, begin, end, seasons, taken, begin + most), rel=1e-3)


def test_a_longer_outage_never_costs_less() -> None:
    chance = random.Random(8)
    text = ("users: 5, applicants: 3/h, in-flight: 7, manual: {capacity: 0.3, most: 5h}, deadlines: "
            "[{id: r, at: '2026-09-01T09:00+00:00', people: 90, window: 6h}], funds: {flow: 24e6 KRW/d}")  # fmt: skip
    for _ in range(200):
        inner = sorted(chance.uniform(0, 30) for _ in range(4))
        narrow, wide = one(text, Span(inner[1], inner[2])), one(text, Span(inner[0], inner[3]))
        for figure in ("exposure", "waiting", "missed"):
            tight, loose = getattr(narrow, figure), getattr(wide, figure)
            assert loose.least <= tight.least + 1e-9
            assert tight.least <= tight.most + 1e-9
            assert tight.most <= loose.most + 1e-9
