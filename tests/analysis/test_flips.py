"""Rows of samples become the moments at which somebody is told, or none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from audit.analysis.flips import HIGH, LOW, WINDOW, Flips
from audit.model.event import Event
from audit.model.measurement import Measurement, State
from audit.model.watching import Judgement

START = datetime(2026, 9, 1, tzinfo=UTC)
EVERY = timedelta(minutes=1)
STATES = {
    "u": State.UP, "d": State.DOWN, "p": State.PARTIAL, "?": State.UNKNOWN, "g": State.DEGRADED,
}  # fmt: skip


def sample(sign: str, step: float, vantage: str = "here") -> Measurement:
    at = START + step * EVERY
    return Measurement("a/s/web", at, at, STATES[sign], "refused" if sign in "dp" else "", every=EVERY, vantage=vantage)


def judgement(fails: int = 2, of: int = 3, recover: int = 2) -> Judgement:
    return Judgement.model_validate({"fails": fails, "of": of, "recover": recover})


def heeded(flips: Flips, row: str, start: int = 0) -> list[tuple[int, Event]]:
    found = []
    for step, sign in enumerate(row, start):
        event = flips.heed(sample(sign, step)) if sign != " " else None
        found += [(step, event)] if event is not None else []
    return found


def kinds(row: str, **rules: int) -> list[tuple[int, str]]:
    return [(step, event.kind) for step, event in heeded(Flips(judgement(**rules), 1), row)]


@pytest.mark.parametrize(
    ("row", "flips"),
    [
        ("uuuuuuuuuu", []),
        ("uuduuuuuuu", []),
        ("uududuu", [(4, "down"), (6, "up")]),
        ("uudduduu", [(3, "down"), (7, "up")]),
        ("dd", [(1, "down")]),
        ("ud?d", [(3, "down")]),
        ("ud????????d", []),
        ("udd????u?u", [(2, "down"), (9, "up")]),
        ("uddgg", [(2, "down"), (4, "up")]),
        ("uppuu", [(2, "partial"), (4, "up")]),
        ("uppdduu", [(2, "partial"), (4, "down"), (6, "up")]),
        ("uddppuu", [(2, "down"), (4, "partial"), (6, "up")]),
        ("upd", [(2, "partial")]),
    ],
)
def test_rows(row: str, flips: list[tuple[int, str]]) -> None:
    assert kinds(row) == flips


def test_what_is_over_does_not_count_towards_the_next_time() -> None:
    told = kinds("dudud uu u d", fails=3, of=10)
    assert [flip for flip in told if flip[1] != "flapping"] == [(4, "down"), (7, "up")]


def test_the_bracket_of_an_outage() -> None:
    (_, down), (_, up) = heeded(Flips(judgement(), 1), "uuudduu")
    assert down.values["first-bad"] == (START + 3 * EVERY).isoformat()
    assert down.values["last-good"] == (START + 2 * EVERY).isoformat()
    assert (down.values["reason"], down.values["vantages"]) == ("refused", ["here"])
    assert up.values["first-good"] == (START + 5 * EVERY).isoformat()
    assert up.values["was-bad-since"] == down.values["first-bad"]


def test_flapping_begins_and_ends_where_nagios_says() -> None:
    row = "u" * 21 + "ud" * 15 + "u" * 30
    events = heeded(Flips(judgement(fails=3, of=3, recover=1), 1), row)
    assert [event.kind for _, event in events] == ["flapping", "steady"]
    for (step, _), bound, above in zip(events, (HIGH, LOW), (True, False), strict=True):
        assert (share(row[: step + 1]) >= bound) is above
        assert (share(row[:step]) >= bound) is not above


def share(row: str) -> float:
    """The weighted share of changes of the last 21 samples, as Nagios writes it down."""
    last = row[-WINDOW - 1 :]
    changes = [before != after for before, after in pairwise(last)]
    return sum(0.8 + 0.4 * place / (WINDOW - 1) for place, changed in enumerate(changes) if changed) / WINDOW * 100


def test_a_flip_says_that_it_flaps_before_the_flapping_is_told() -> None:
    events = heeded(Flips(judgement(fails=1, of=1, recover=1), 1), "ud" * 15)
    said = next(step for step, event in events if event.values.get("flapping"))
    assert [event.kind for step, event in events if step == said] in (["down"], ["up"])


def test_a_quorum_of_vantages() -> None:
    flips = Flips(judgement(), 2)
    told: list[tuple[str, list[str], bool]] = []
    rows = {"here": "uudddddddd", "busan": "uuuuuudddd", "jeju": "uuuuuuuuuu"}
    for step in range(10):
        for place, (vantage, row) in enumerate(rows.items()):
            event = flips.heed(sample(row[step], step + place / 10, vantage))
            if event is not None:
                told.append((event.kind, event.values["vantages"], event.values["path"]))
    assert told == [("partial", ["here"], True), ("down", ["busan", "here"], False)]
    assert flips.down() == {"a/s/web"}


def test_silence_of_a_vantage_brings_nothing_back() -> None:
    flips = Flips(judgement(), 2)
    for step in range(4):
        for vantage in ("here", "busan"):
            flips.heed(sample("d", step + (vantage == "busan") / 10, vantage))
    assert flips.down()
    assert [flips.heed(sample("d", step)) for step in range(4, 40)] == [None] * 36
    events = [event for step in range(40, 43) if (event := flips.heed(sample("u", step))) is not None]
    assert [event.kind for event in events] == ["up"]


@pytest.mark.parametrize("row", ["uudd|duuu", "uudd|uuuu", "uupp|ddduu", "uuuu|ddd", "dd|??uu"])
def test_a_restart_goes_on_where_the_log_ends(row: str) -> None:
    before, after = row.split("|")
    straight = heeded(Flips(judgement(), 1), before + after)
    first, again = Flips(judgement(), 1), Flips(judgement(), 1)
    log = heeded(first, before)
    again.restore(event for _, event in log)
    log += heeded(again, after, len(before))
    assert [event.kind for _, event in log] == [event.kind for _, event in straight]


def test_flapping_outlives_a_restart() -> None:
    flips, again = Flips(judgement(3, 3, 1), 1), Flips(judgement(3, 3, 1), 1)
    again.restore(event for _, event in heeded(flips, "ud" * 15))
    assert heeded(again, "uuuuuuuuuu", 30) == []
    assert [event.kind for _, event in heeded(again, "u" * 30, 40)] == ["steady"]


def test_a_clock_that_was_set_back() -> None:
    flips = Flips(judgement(), 1)
    heeded(flips, "uuuuu", 100)
    assert [event.kind for _, event in heeded(flips, "udd")] == ["down"]


def test_what_is_no_longer_watched_is_forgotten_with_what_was_seen_of_it() -> None:
    flips = Flips(judgement(), 1)
    heeded(flips, "dd")
    flips.keep_only({"a/s/web"})
    assert flips.down() == {"a/s/web"}
    flips.keep_only({"a/s/other"})
    assert flips.down() == frozenset()
    # One bad sample after it came back is no outage yet.
    assert heeded(flips, "d", 2) == []


def test_the_same_sample_twice_counts_once() -> None:
    flips = Flips(judgement(), 1)
    assert [flips.heed(sample("d", 0)) for _ in range(5)] == [None] * 5


def restored(events: Iterable[Event]) -> frozenset[str]:
    flips = Flips(judgement(), 1)
    flips.restore(events)
    return flips.down()


def test_a_broken_log_is_no_crash() -> None:
    values = {"first-bad": "never", "vantages": 3, "last-good": None}
    assert restored([Event(START, "down", "a/s/web", values)]) == {"a/s/web"}
