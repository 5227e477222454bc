"""The spans of one subject to its time-weighted availability over any period."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from audit.analysis.spans import REACH
from audit.analysis.windows import Period, counted, outside
from audit.model.history import Availability, Span, Window
from audit.model.measurement import State
from audit.model.watching import Counting

UNWATCHED: Final = "unwatched"
"""Reason of time for which no measurement speaks."""
NOTHING: Final = timedelta(0)

Goodness = tuple[bool, bool]
"""Whether it was up at least, up at most: (True, True) is up, (False, False) down, (False, True) either."""
UP: Final[Goodness] = (True, True)
DOWN: Final[Goodness] = (False, False)
EITHER: Final[Goodness] = (False, True)


def goodness(span: Span, counts: Counting | None) -> Goodness | None:
    """How a span counts; None where it is unknown. `counts` decides about an answer at some addresses alone."""
    if span.state in (State.UP, State.DEGRADED):
        return UP
    if span.state is State.DOWN:
        return DOWN
    if span.state is not State.PARTIAL:
        return None
    # Nobody saw it answer, as when too few of the vantages could look: no way of counting makes that up or down.
    if counts is None or span.good <= 0:
        return EITHER
    if counts == "any":
        return UP
    if counts == "all":
        return DOWN
    return UP if 2 * span.good > span.tried else DOWN


@dataclass(frozen=True, slots=True)
class Piece:
    """A time over which one thing is known, or known not to be."""

    start: datetime
    end: datetime
    good: Goodness | None
    state: State
    """Of the measurement that speaks; UNKNOWN where none does."""
    reason: str = ""


def timeline(spans: Sequence[Span], counts: Counting | None) -> tuple[Piece, ...]:
    """What is known of each moment from the first measurement to where the last one ceases to speak.

    A measurement speaks until the next, at most for twice its cadence. Where the next one says otherwise, either may
    be true of the time between both; where the next one knows nothing, the earlier still speaks until then.
    """
    pieces: list[Piece] = []
    follower: Span | None
    for number, span in enumerate(spans):
        follower = spans[number + 1] if number + 1 < len(spans) else None
        good = goodness(span, counts)
        reach = span.last + REACH * span.every
        end = reach if follower is None else max(min(reach, follower.first), span.last)
        after = good
        if follower is not None and follower.first <= reach and good is not None:
            other = goodness(follower, counts)
            if other is not None and other != good:
                after = EITHER
        if after == good:
            pieces.append(Piece(span.first, end, good, span.state, span.reason))
        else:
            pieces.append(Piece(span.first, span.last, good, span.state, span.reason))
            # Neither measurement speaks for it alone.
            pieces.append(Piece(span.last, end, after, State.UNKNOWN))
        if follower is not None and end < follower.first:
            pieces.append(Piece(end, follower.first, None, State.UNKNOWN, UNWATCHED))
    return tuple(piece for piece in pieces if piece.start < piece.end)


def availability(
    subject: str,
    spans: Sequence[Span],
    windows: Iterable[Window],
    start: datetime,
    end: datetime,
    counts: Counting | None,
) -> Availability:
    """The availability over [start, end).

    The spans are in order and may reach beyond the period on both sides: what lies just outside decides about its
    edges. The windows are those that cover the subject.
    """
    return tallied(subject, timeline(spans, counts), counted(windows), start, end)


def tallied(
    subject: str, pieces: Sequence[Piece], maintenance: Sequence[Period], start: datetime, end: datetime
) -> Availability:
    """The availability over [start, end) out of a timeline, which may serve many periods."""
    sums = dict.fromkeys(("up", "down", "between", "partial", "degraded"), NOTHING)
    reasons: dict[str, timedelta] = {}
    known = NOTHING
    rest = sum((ends - begins for begins, ends in outside(start, end, maintenance)), NOTHING)
    number = max(bisect_right(pieces, start, key=lambda piece: piece.start) - 1, 0)
    while number < len(pieces) and pieces[number].start < end:
        piece = pieces[number]
        number += 1
        begins, ends = max(piece.start, start), min(piece.end, end)
        if begins >= ends:
            continue
        length = ends - begins
        if maintenance:
            length = sum((after - before for before, after in outside(begins, ends, maintenance)), NOTHING)
        known += length
        if piece.good is None:
            reasons[piece.reason] = reasons.get(piece.reason, NOTHING) + length
            continue
        sums["up" if piece.good == UP else "down" if piece.good == DOWN else "between"] += length
        if piece.state is State.PARTIAL:
            sums["partial"] += length
        elif piece.state is State.DEGRADED:
            sums["degraded"] += length
    if known < rest:
        reasons[UNWATCHED] = reasons.get(UNWATCHED, NOTHING) + rest - known
    whole = max(end - start, NOTHING)
    return Availability(
        subject=subject,
        start=start,
        end=max(start, end),
        up=sums["up"],
        down=sums["down"],
        between=sums["between"],
        partial=sums["partial"],
        degraded=sums["degraded"],
        unknown=sum(reasons.values(), NOTHING),
        maintenance=whole - rest,
        reasons=dict(sorted((reason, length) for reason, length in reasons.items() if length)),
    )
