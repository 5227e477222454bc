"""The spans of one subject from several vantages to the one story that they tell together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from audit.analysis.availability import DOWN, EITHER, UNWATCHED, UP, Piece, goodness, timeline
from audit.analysis.spans import REACH, merged
from audit.model.history import Span
from audit.model.measurement import State

PATH: Final = "path"
"""Reason of a partial span in which too few vantages saw the subject down: the way to it is broken, or nobody knows."""


def quorum(spans_by_vantage: Mapping[str, Sequence[Span]], need: int) -> tuple[Span, ...]:
    """Down where at least `need` vantages see it down; where fewer do, `partial` for the reason PATH.

    Of such a partial span `good` is the number of vantages that see it up, `tried` the number that see anything. Where
    one vantage alone is enough and there is only one, its spans are the story. While a vantage is between two answers,
    so is the story, unless the others decide it alone. A span may last up to where its measurement ceased to speak.
    """
    told = {name: spans for name, spans in spans_by_vantage.items() if spans}
    if len(told) == 1 and need <= 1:
        return tuple(*told.values())
    if not told:
        return ()
    every = max(span.every for spans in told.values() for span in spans)
    until = max(spans[-1].last for spans in told.values())
    lines = [_Line(tuple(spans), timeline(spans, None)) for _, spans in sorted(told.items())]
    edges = sorted({edge for line in lines for edge in line.edges()})
    story: list[Span] = []
    pending: list[tuple[datetime, datetime]] = []
    for start, end in _moments([edge for edge in edges if edge <= until]):
        seen = [one for line in lines if (one := line.at(start, end)) is not None]
        span = _told(seen, need, start, end, every)
        if span is None:
            pending.append((start, end))
            continue
        story.extend(_unsure(pending, story, span, every))
        pending.clear()
        story.append(span)
    story.extend(_unsure(pending, story, None, every))
    *whole, last = merged(story)
    # Beyond the last measurement of all, it speaks no longer than those that it was made of.
    speaks = until
    for start, end in pairwise([edge for edge in edges if edge >= until]):
        seen = [one for line in lines if (one := line.at(start, end)) is not None]
        span = _told(seen, need, start, end, every)
        if span is None or (span.state, span.reason) != (last.state, last.reason):
            break
        speaks = end
    return (*whole, replace(last, every=(speaks - until) / REACH))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one vantage knows of a moment."""

    piece: Piece
    span: Span


@dataclass(frozen=True, slots=True)
class _Line:
    spans: tuple[Span, ...]
    pieces: tuple[Piece, ...]

    def edges(self) -> Iterator[datetime]:
        """When what it knows may change."""
        for span in self.spans:
            yield span.first
            yield span.last
        for piece in self.pieces:
            yield piece.end

    def at(self, start: datetime, end: datetime) -> _Seen | None:
        """What it knows between two edges, or at one of them where both are the same."""
        span = self.spans[max(bisect_right(self.spans, start, key=lambda one: one.first) - 1, 0)]
        if start == end and span.first <= start <= span.last:
            return _Seen(Piece(start, end, goodness(span, None), span.state, span.reason), span)
        number = bisect_right(self.pieces, start, key=lambda piece: piece.start) - 1
        if number < 0 or self.pieces[number].end <= start:
            return None
        return _Seen(self.pieces[number], span)


def _moments(edges: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Each edge, then the time up to the next: a single measurement lasts for no time at all."""
    for number, edge in enumerate(edges):
        yield edge, edge
        if number + 1 < len(edges):
            yield edge, edges[number + 1]


def _told(seen: Sequence[_Seen], need: int, start: datetime, end: datetime, every: timedelta) -> Span | None:
    """The span of one moment; None where it lies between two answers."""
    known = [one for one in seen if one.piece.good is not None]
    looks = _looks(start, end, every)
    if not known:
        reason = min((one.piece.reason for one in seen if one.piece.reason != UNWATCHED), default=UNWATCHED)
        return Span(State.UNKNOWN, reason, start, end, looks, every)
    changing = [one for one in known if one.piece.good == EITHER and one.piece.state is not State.PARTIAL]
    down = [one for one in known if one.piece.good == DOWN]
    partial = [one for one in known if one.piece.state is State.PARTIAL]
    up = [one for one in known if one.piece.good == UP]
    if len(down) >= need:
        first = down[0].span
        return Span(State.DOWN, first.reason, start, end, looks, every, 0, len(known), first.detail)
    if changing:
        return None
    if down:
        first = down[0].span
        return Span(State.PARTIAL, PATH, start, end, looks, every, len(up) + len(partial), len(known), first.detail)
    if partial:
        first = min((one.span for one in partial), key=lambda span: span.good)
        return Span(State.PARTIAL, first.reason, start, end, looks, every, first.good, first.tried, first.detail)
    state = State.DEGRADED if all(one.piece.state is State.DEGRADED for one in up) else State.UP
    return Span(state, "", start, end, looks, every, len(up), len(known))


def _unsure(
    pending: Sequence[tuple[datetime, datetime]], story: Sequence[Span], follower: Span | None, every: timedelta
) -> Iterator[Span]:
    """Time between two answers is a gap between two spans that differ; elsewhere it needs a span of its own."""
    if not pending:
        return
    start, end = pending[0][0], pending[-1][1]
    before = story[-1] if story else None
    if before is not None and follower is not None:
        one, other = goodness(before, None), goodness(follower, None)
        if one != other and None not in (one, other) and end - start <= REACH * every:
            return
    yield Span(State.PARTIAL, PATH, start, end, _looks(start, end, every), every, 0, 1)


def _looks(start: datetime, end: datetime, every: timedelta) -> int:
    """As many as one vantage alone would have taken."""
    return (end - start) // every + 1 if every else 1
