"""Both views of an event to what stops for how long, in which steps it comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Final

from audit.model.estate import Programme, System
from audit.model.labour import Step
from audit.model.meaning import Recovery, Span, Stop, Task
from audit.model.timeline import Both, Timeline

SHOWN: Final = 60
"""Tasks that a picture can hold."""


def bounded(hours: float) -> float | None:
    """An end as a figure; None where there is none."""
    return None if hours == inf else hours


def stops(both: Both) -> tuple[Stop, ...]:
    """Every system or programme that stops in one of the views; the sure ones first, by grade, the longest first."""
    found = [_stop(both, ref, grade) for ref, grade in stopping(both)]
    return tuple(sorted(found, key=lambda one: (not one.surely, one.grade, -_length(one), one.ref)))


def _length(one: Stop) -> float:
    return inf if one.back is None else one.back.least


def soonest(rows: Sequence[Stop], soon: Both) -> tuple[Stop, ...]:
    """The same rows, back no later than where what tells no hours takes none; each still after its own fall.

    What stops is reckoned as if nothing untold were over before the last one stopped that bears its loss for a while:
    of the hours that makes no bound, as it may be over sooner.
    """
    return tuple(_sooner(one, soon.least.back(one.ref)) for one in rows)


def whole(both: Both, soon: Both, rows: Sequence[Stop]) -> Recovery:
    """How everything comes back, with the hours of these rows, which `soonest` told."""
    index = both.least.graph.estate.index
    sure = [one for one in rows if one.surely and isinstance(index.get(one.ref), System)]
    ends = [one.back.least for one in sure if one.back is not None]
    return replace(recovery(both), tasks=recovery(soon).tasks, curve=curve(ends, len(sure)))


def _sooner(one: Stop, least: float) -> Stop:
    if one.back is None or one.falls.most is None:
        return one
    return replace(one, back=replace(one.back, least=min(one.back.least, max(least, one.falls.most))))


def stopping(both: Both) -> Iterator[tuple[str, int]]:
    """Every system or programme that stops in one of the views, with its grade."""
    graph = both.most.graph
    grades: Mapping[str, int] | None = None
    for ref in dict.fromkeys((*both.least.stopped(), *both.most.stopped())):
        item = graph.estate.index.get(ref)
        if isinstance(item, System):
            yield ref, item.grade
        elif isinstance(item, Programme):
            grades = graph.grades() if grades is None else grades
            yield ref, grades.get(ref, 4)


def rough(both: Both, ref: str, grade: int) -> Stop:
    """From when until when something is away, without the steps that bring it back."""
    least, most = both.least, both.most
    begins, ends = (least.falls(ref), most.falls(ref)), (least.back(ref), most.back(ref))
    back = Span(ends[0], bounded(ends[1])) if ends[0] < inf else None
    return Stop(ref, grade, begins[0] < inf, Span(min(begins), bounded(begins[0])), back)


def _stop(both: Both, ref: str, grade: int) -> Stop:
    found = rough(both, ref, grade)
    view = both.least if found.surely else both.most
    costly = costliest(view, ref)
    return replace(
        found,
        through=view.waited_for(ref) if view.back(ref) < inf else _blocker(view, ref),
        work=costly.says if costly is not None else None,
    )


def _blocker(view: Timeline, ref: str) -> str:
    """What it waits for in vain."""
    return next(iter(view.waits_in_vain(ref)), "")


def costliest(view: Timeline, ref: str) -> Step | None:
    """The step of its own that takes longest; one that nobody told where there is none with hours."""
    own = view.own(ref)
    return max(own, key=lambda one: -1.0 if one.hours is None else one.hours, default=None)


def recovery(both: Both) -> Recovery:
    """How everything comes back in the optimistic view: steps, critical path, the curve of the systems."""
    view = both.least
    graph = view.graph
    refs = [ref for ref in view.stopped() if isinstance(graph.estate.index.get(ref), System)]
    ends = sorted(view.back(ref) for ref in refs if view.back(ref) < inf)
    last = max((ref for ref in refs if view.back(ref) < inf), key=lambda ref: (view.back(ref), ref), default=None)
    critical = frozenset(view.path(last)) if last is not None else frozenset()
    tasks = sorted(_tasks(view, critical), key=lambda one: (not one.critical, one.start - one.end, one.ref))
    untold = sorted(view.name(node) for node in view.untold)
    return Recovery(
        hit=view.event.hit,
        tasks=tuple(tasks[:SHOWN]),
        curve=curve(ends, len(refs)),
        never=tuple(sorted(ref for ref in refs if view.back(ref) == inf)),
        untold=tuple(untold),
    )


def _tasks(view: Timeline, critical: frozenset[str]) -> Iterator[Task]:
    for ref in view.stopped():
        node = view.waits.number[ref]
        start, end = view.course.begun[node], view.course.back[node]
        if start < end < inf:
            yield Task(ref, start, end, ref in critical)


def curve(ends: Sequence[float], count: int) -> tuple[tuple[float, float], ...]:
    """Hours, rising, to the share of `count` that is back by then; beginning with what is back at once."""
    found = {0.0: 0.0}
    for done, hours in enumerate(sorted(ends), 1):
        found[hours] = done / count
    return tuple(found.items())
