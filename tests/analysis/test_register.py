"""Events with what runs found in, what becomes of the measures out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from audit.analysis.register import register
from audit.model.event import Event
from audit.model.register import BY_HAND, Action, Look, State
from audit.model.verdict import Level, Verdict
from tests.analysis.registering import DAY, ONE, START, TWO, born, changed, look, retired

PASS, FAIL, UNKNOWN, NONE = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE


def only(events: list[Event], looks: list[Look] | None = None) -> Action:
    (action,) = register(events, looks or [])
    return action


def test_a_later_pass_closes_and_a_later_fail_opens_again() -> None:
    looks = [look(-0.5, {ONE: FAIL}), look(5, {ONE: PASS}), look(9, {ONE: FAIL}), look(12, {ONE: PASS})]
    assert only([born()], looks[:1]).state is State.OPEN
    closed = only([born()], looks[:2])
    assert (closed.state, closed.closed_by, closed.pending) == (State.CLOSED, "run-5", False)
    again = only([born()], looks[:3])
    assert (again.state, again.reopened, again.closed_by) == (State.OPEN, 1, "")
    done = only([born()], looks)
    assert (done.state, done.reopened) == (State.CLOSED, 1)
    assert [one.what for one in done.history] == ["born", "closed", "reopened", "closed"]


def test_what_was_repaired_between_the_finding_and_its_birth_is_closed() -> None:
    assert only([born(day=3, since=START.isoformat())], [look(1, {ONE: PASS})]).state is State.CLOSED


@pytest.mark.parametrize(
    "seen",
    [
        look(-0.5, {ONE: PASS}),
        look(-4, {ONE: PASS}),
        look(5, {ONE: PASS}, level=Level.ATTESTED),
        look(5, {ONE: UNKNOWN}),
        look(5, {ONE: NONE}),
        look(5, {ONE: FAIL}, waived="known"),
        look(5, {ONE: UNKNOWN}, waived="known"),
        look(5, {TWO: PASS}),
        look(5, {}, whole=False),
        look(5, {}),
    ],
)
def test_nothing_else_closes(seen: Look) -> None:
    for state in BY_HAND:
        action = only([born(), changed(2, 1, state=state.value)], [seen])
        assert action.state is not State.CLOSED, state
        assert action.pending


def test_nobody_closes_or_opens_by_hand() -> None:
    assert only([born(), changed(2, 1, state="closed")]).state is State.OPEN
    assert only([born(state="closed")]).state is State.OPEN
    late = only([born(), changed(2, 6, state="doing")], [look(5, {ONE: PASS})])
    assert late.state is State.CLOSED
    assert late.history[-1].what == "ignored"


def test_what_is_said_to_be_done_and_fails_is_being_done_again() -> None:
    action = only([born(), changed(2, 1, state="verify")], [look(5, {ONE: FAIL})])
    assert (action.state, action.refuted, action.reopened) == (State.DOING, 1, 0)


def test_a_subject_that_is_gone_needs_a_decision() -> None:
    looks = [look(1, {ONE: FAIL}), look(5, {})]
    gone = only([born()], looks)
    assert gone.gone
    assert gone.pending
    assert only([born(), retired(2, 4)], looks).pending  # before anybody could know
    done = only([born(), retired(2, 6)], looks)
    assert (done.retired, done.pending, done.state) == ("Choi", False, State.OPEN)
    back = only([born(), retired(2, 6)], [*looks, look(8, {ONE: FAIL})])
    assert back.pending
    assert not back.retired
    assert back.history[-1].what == "returned"
    assert only([born(), retired(2, 6)], [*looks, look(8, {ONE: UNKNOWN})]).pending
    assert only([born(), retired(2, 6), changed(3, 7, state="open")], looks).pending
    assert not only([born()], [look(1, {ONE: FAIL}), look(5, {}, whole=False)]).gone


def test_another_estate_does_not_make_a_subject_go() -> None:
    other = Look("run-9", START + 9 * DAY, "other", whole=True, found={})
    assert not only([born()], [look(1, {ONE: FAIL}), other]).gone


def test_a_day_is_over_at_its_end_in_the_zone_of_the_estate() -> None:
    action = only([born(due="2026-03-01")])
    assert action.late(datetime.fromisoformat("2026-03-01T23:59:59+09:00")) is None
    assert action.late(datetime.fromisoformat("2026-03-02T00:00:00+09:00")) is not None
    ends = datetime.fromisoformat("2026-03-02T00:00:00+09:00")
    told = [action.escalation(ends + days * DAY) for days in (13, 15, 31, 61)]
    assert [one.to if one is not None else "" for one in told] == ["", "owner", "accountable", "ministry"]
    assert only([born(due="2026-03-01")], [look(5, {ONE: PASS})]).late(ends + 99 * DAY) is None


def test_the_newest_word_counts_and_an_empty_one_takes_away() -> None:
    steps = [{"day": "2026-02-01", "text": "Order it"}]
    moved = [{"day": "2026-03-01", "text": "Order it", "done": "2026-02-27"}]
    action = only(
        [
            born(owner="Kim", due="2026-02-01", budget="40e6 KRW", milestones=steps, earlier=["d-2"]),
            changed(2, 1, owner="Lee", due="", milestones=moved, earlier=["d-1"]),
            changed(3, 2, plan="Two of them"),
        ]
    )
    assert (action.owner, action.due, str(action.budget)) == ("Lee", None, "40,000,000 KRW")
    assert [(one.day, one.done) for one in action.milestones] == [(date(2026, 3, 1), date(2026, 2, 27))]
    assert action.earlier == ("d-1", "d-2")
    assert len(action.history) == 3


@pytest.mark.parametrize(
    "values",
    [
        {"due": "soon"}, {"due": 5}, {"budget": "much"}, {"milestones": 3}, {"milestones": [{"day": 1}]},
        {"owner": ["x"]}, {"earlier": 7}, {"milestones": "text"}, {"what": "unheard of"}, {"earlier": [None]},
    ],
)  # fmt: skip
def test_an_entry_that_nobody_can_read_stays_in_the_history_and_does_nothing(values: dict[str, Any]) -> None:
    action = only([born(owner="Kim"), changed(2, 1, **values)])
    assert (action.owner, action.due, action.budget, action.milestones) == ("Kim", None, None, ())
    assert [one.what for one in action.history] == ["born", "ignored"]


@pytest.mark.parametrize(
    "values", [{"severity": "bad"}, {"grade": "x"}, {"zone": "../etc"}, {"since": "x"}, {"check": 5}]
)
def test_a_birth_that_nobody_can_read_bears_nothing(values: dict[str, Any]) -> None:
    assert register([born(**values)], []) == ()
    assert len(register([born(**values), born(2)], [])) == 1


VERDICTS = some.sampled_from(list(Verdict))
LOOKS = some.lists(
    some.tuples(some.integers(-3, 400), some.dictionaries(some.sampled_from((ONE, TWO)), VERDICTS), some.booleans()),
    unique_by=lambda one: one[0],
    max_size=12,
)
STATES = some.sampled_from([*(state.value for state in State), "nonsense"])
WRITTEN = some.lists(some.tuples(some.integers(0, 400), some.sampled_from((ONE, TWO)), STATES), max_size=12)


def told(written: list[tuple[int, str, str]]) -> list[Event]:
    """Two births, then what was written, some of it nonsense, some of it that a subject is gone."""
    entries = [born(1), born(2, TWO)]
    for number, (day, name, state) in enumerate(written, 3):
        entries.append(
            retired(number, day, name) if state == "nonsense" else changed(number, day, name, state=state, owner=state)
        )
    return entries


def seen(looks: list[tuple[int, dict[str, Verdict], bool]]) -> list[Look]:
    return [look(day + 0.25, found, whole=whole) for day, found, whole in looks]


@given(LOOKS, WRITTEN, some.randoms())
def test_order_repetition_and_what_is_about_others_do_not_matter(
    looks: list[tuple[int, dict[str, Verdict], bool]], written: list[tuple[int, str, str]], chance: Any
) -> None:
    events, runs = told(written), seen(looks)
    plain = register(events, runs)
    others = [Event(START, "down", ONE, {"what": "born"}, 900), born(901, "00000000000000cc")]
    mixed = [*events, *events[: len(events) // 2], *others]
    chance.shuffle(mixed)
    chance.shuffle(runs)
    assert [one for one in register(mixed, runs) if one.id in (ONE, TWO)] == list(plain)


@given(LOOKS, WRITTEN)
def test_closed_means_that_the_newest_decided_look_after_the_finding_passed(
    looks: list[tuple[int, dict[str, Verdict], bool]], written: list[tuple[int, str, str]]
) -> None:
    events, runs = told(written), seen(looks)
    for action in register(events, runs):
        later = [one for one in sorted(runs, key=lambda one: one.at) if one.at > action.origin.since]
        decided = [one.found[action.id].verdict for one in later if action.id in one.found]
        decided = [verdict for verdict in decided if verdict in (PASS, FAIL)]
        assert (action.state is State.CLOSED) == (decided[-1:] == [PASS])
        assert action.reopened == sum(pair == (PASS, FAIL) for pair in pairwise(decided))
        assert action.pending or action.state is State.CLOSED or action.gone


@given(LOOKS, WRITTEN)
def test_nothing_that_was_written_is_lost(
    looks: list[tuple[int, dict[str, Verdict], bool]], written: list[tuple[int, str, str]]
) -> None:
    events, runs = told(written), seen(looks)
    for action in register(events, runs):
        own = [event.at for event in events if event.subject == action.id]
        kept = {one.at for one in action.history if one.by}
        assert set(own) <= kept
        assert action.history[0].what == "born"


def test_a_year() -> None:
    """Every week a run; half of the subjects are repaired in spring, break in summer, are repaired in autumn."""
    names = [f"{number:016x}" for number in range(40)]
    events = [born(number, name, due="2026-04-01") for number, name in enumerate(names, 1)]
    events += [changed(100 + number, 80, name, state="verify") for number, name in enumerate(names)]

    def verdict(number: int, week: int) -> Verdict:
        return PASS if number % 2 and (12 <= week < 26 or week >= 40) else FAIL

    weeks = [look(week * 7 + 1, {name: verdict(at, week) for at, name in enumerate(names)}) for week in range(52)]
    counts = []
    for week in (10, 20, 30, 51):
        now = START + timedelta(days=week * 7 + 2)
        found = register([one for one in events if one.at <= now], weeks[: week + 1])
        closed, late = sum(not one.pending for one in found), sum(one.late(now) is not None for one in found)
        counts.append((closed, sum(one.reopened for one in found), sum(one.refuted for one in found), late))
    assert counts == [(0, 0, 0, 0), (20, 0, 20, 20), (0, 20, 20, 40), (20, 20, 20, 20)]
