"""Letters, one a minute, to the measurements of a watch with what a clock that looks each second says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import settings, strategies

from audit.model.history import Window
from audit.model.measurement import MISSED, Measurement, State

START = datetime(2026, 9, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
STATES = {"u": State.UP, "d": State.DOWN, "g": State.DEGRADED, "p": State.PARTIAL, "x": State.UNKNOWN}
NOTHING = timedelta(0)
patient = settings(max_examples=60, deadline=None)
"""For properties: how long one example takes says nothing on a machine that others use too."""


def looked(at: datetime, state: State, reason: str = "", **more: object) -> Measurement:
    """One measurement without lateness."""
    return Measurement("kibo/guarantee/web", at, at, state, reason, **more)  # type: ignore[arg-type]


def minutes(letters: str, start: datetime = START) -> tuple[Measurement, ...]:
    """`uuddxp.u`: up, down, degraded (g), unknown, partial with one of three addresses; a dot is no measurement."""
    found = []
    for number, letter in enumerate(letters):
        if letter != ".":
            reason = {"d": "refused", "x": "timeout", "p": "refused"}.get(letter, "")
            good, tried = (1, 3) if letter == "p" else (0, 3) if letter == "d" else (3, 3)
            found.append(looked(start + number * MINUTE, STATES[letter], reason, good=good, tried=tried))
    return tuple(found)


def missed(first: datetime, last: datetime) -> Measurement:
    """A row of looks that did not happen, noticed after the last of them."""
    return Measurement("kibo/guarantee/web", first, last + MINUTE, State.UNKNOWN, MISSED, until=last)


def second_by_second(
    measurements: Iterable[Measurement], windows: Sequence[Window], start: datetime, end: datetime, counts: str | None
) -> Counter[str]:
    """The slow way: of each whole second of the period, which word is true of it; times must be whole seconds.

    It knows nothing of spans: it asks which measurement was the last before, which one is the next after.
    """
    ordered = sorted(measurements, key=lambda one: one.due)
    said: Counter[str] = Counter()
    moment = start
    while moment < end:
        said[_word(ordered, windows, moment, counts)] += 1
        moment += SECOND
    return said


def _word(ordered: Sequence[Measurement], windows: Sequence[Window], moment: datetime, counts: str | None) -> str:
    for window in windows:
        withdrawn = window.withdrawn is not None and moment >= window.withdrawn
        if window.start <= moment < window.end and window.declared <= window.start and not withdrawn:
            return "maintenance"
    before = [one for one in ordered if one.due <= moment]
    after = [one for one in ordered if one.due > moment]
    if not before:
        return "unwatched"
    last = before[-1]
    speaks = max(last.due, last.until or last.due) + 2 * last.every
    if moment >= speaks:
        return "unwatched"
    word = _count(last, counts)
    if after and after[0].due <= speaks and not word.startswith("unknown"):
        other = _count(after[0], counts)
        if not other.startswith("unknown") and other != word:
            return "between"
    return word


def _count(one: Measurement, counts: str | None) -> str:
    if one.state in (State.UP, State.DEGRADED):
        return "up"
    if one.state is State.DOWN:
        return "down"
    if one.state is State.PARTIAL:
        good = {"any": one.good > 0, "all": False, "quorum": one.good > one.tried / 2}
        return "between" if counts is None else "up" if good[counts] else "down"
    return f"unknown {one.reason}"


@strategies.composite
def series(draw: strategies.DrawFn, *, longest: int = 25) -> tuple[Measurement, ...]:
    """A few measurements at whole seconds with jitter, holes and rows of missed looks."""
    at, found = START, []
    for _ in range(draw(strategies.integers(0, longest))):
        at += timedelta(seconds=draw(strategies.integers(1, 200)))
        letter = draw(strategies.sampled_from("uuudgpx"))
        good = draw(strategies.integers(1, 2)) if letter == "p" else 0 if letter in "dx" else 3
        if letter == "x" and draw(strategies.booleans()):
            last = at + draw(strategies.integers(0, 4)) * MINUTE
            found.append(missed(at, last))
            at = last
            continue
        reason = draw(strategies.sampled_from(("refused", "reset"))) if letter in "dpx" else ""
        found.append(looked(at, STATES[letter], reason, good=good, tried=3))
    return tuple(found)


@strategies.composite
def periods(draw: strategies.DrawFn) -> tuple[datetime, datetime]:
    start = START + timedelta(seconds=draw(strategies.integers(-300, 2000)))
    return start, start + timedelta(seconds=draw(strategies.integers(0, 2000)))


@strategies.composite
def maintenances(draw: strategies.DrawFn) -> tuple[Window, ...]:
    found = []
    for number in range(draw(strategies.integers(0, 3))):
        start, end = draw(periods())
        declared = start + timedelta(seconds=draw(strategies.integers(-900, 900)))
        over = draw(strategies.one_of(strategies.none(), strategies.integers(0, 2000)))
        withdrawn = declared + timedelta(seconds=over) if over is not None else None
        found.append(Window(f"window-{number}", "kibo", start, end + SECOND, declared, withdrawn))
    return tuple(found)
