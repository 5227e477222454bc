"""Both views of an event to every system that stops, or goes on with less, from when until when."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from audit.analysis.recovery import bounded, rough, stopping
from audit.model.meaning import Span, Stop
from audit.model.needs import Degraded, members
from audit.model.timeline import Both, Timeline


def touched(both: Both) -> Iterator[Stop]:
    """Every system and programme that stops in one of the views, then the systems that go on at less.

    Whoever tells what a loss costs begins here: so the same loss costs the same wherever it is told.
    """
    yield from (rough(both, ref, grade) for ref, grade in stopping(both))
    yield from slowed(both)


def slowed(both: Both) -> Iterator[Stop]:
    """The systems that go on without something, with the share of their capacity that is left."""
    graph = both.most.graph
    least, most = (frozenset(view.stopped()) | view.event.nodes for view in (both.least, both.most))
    for _, system in graph.estate.systems():
        if not system.degraded_without or system.ref in most:
            continue
        lacks = [one for one in system.degraded_without if not graph.met(one.on, most)]
        if not lacks:
            continue
        worst = min(lacks, key=lambda one: one.to)
        surely = not graph.met(worst.on, least)
        early, late = _away(worst, both.most), _away(worst, both.least) if surely else (0.0, inf)
        back = Span(late[1] if surely else 0.0, bounded(early[1])) if not surely or late[1] < inf else None
        falls = Span(min(early[0], late[0]), bounded(late[0]) if surely else None)
        yield Stop(system.ref, system.grade, surely, falls, back, to=worst.to)


def _away(lacks: Degraded, view: Timeline) -> tuple[float, float]:
    """From when until when something is missing, at the longest."""
    spans = [_gone(name, view) for name in members(lacks.on)]
    gone = [span for span in spans if span is not None]
    return min((start for start, _ in gone), default=0.0), max((end for _, end in gone), default=0.0)


def _gone(name: str, view: Timeline) -> tuple[float, float] | None:
    """From when until when one thing is away; None where it is not."""
    if name in view.waits.number:
        return (view.falls(name), view.back(name)) if view.falls(name) < inf else None
    if name not in view.event.nodes:
        return None
    # Nothing needs it for certain: then it is no part of the timeline.
    hours = view.event.out.get(name)
    return 0.0, hours if hours is not None else 0.0 if view.view == "optimistic" else inf
