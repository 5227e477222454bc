"""What a system waits for after an event to each figure that its time rests on, measured or only declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import inf, isclose

from audit.model.labour import Step, StepBasis
from audit.model.message import Message, say
from audit.model.proven import Proven
from audit.model.switching import RANK
from audit.model.technology import Failover
from audit.model.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Figure:
    """One step of what decides when something is back."""

    of: str
    says: Message
    hours: float | None
    """None where nobody says."""
    basis: StepBasis
    on: date | datetime | None = None
    """When it was measured, or is said to have been."""

    @property
    def measured(self) -> bool:
        """Whether Haechi measured it, or reckoned it up from what it measured."""
        return self.basis in ("drilled", "estimated", "switched")


def figures(view: Timeline, path: Sequence[str], known: Proven) -> tuple[Figure, ...]:
    """Every step on the way, in the order in which they are made."""
    return tuple(one for ref in reversed(path) for one in _figures(view, ref, known))


def _figures(view: Timeline, ref: str, known: Proven) -> Iterator[Figure]:
    for step in view.own(ref):
        yield _own(ref, step)
    yield from _switch(view, ref, known)


def _own(ref: str, step: Step) -> Figure:
    return Figure(ref, step.says, step.hours, step.basis, step.on)


def _switch(view: Timeline, ref: str, known: Proven) -> Iterator[Figure]:
    """The switch of what a standby took over from: until it begins, then itself."""
    over = view.took_over(ref)
    if over is None:
        return
    name, before, work = over
    item = view.graph.estate.index[name]
    if not isinstance(item, Failover):
        return
    real = [one for one in item.drills if RANK.index(one.realism) >= RANK.index("real-switch") and one.took is not None]
    record = max(real, key=lambda one: one.on, default=None)
    measured = known.switches.get(name) if name in known.took else None
    says = say("switch with {failover}", failover=name)
    if measured is None and record is not None and record.took is not None:
        whole = record.took.total_seconds() / 3600
        if isclose(before + work, whole):
            yield Figure(name, says, whole, "recorded", record.on)
            return
    steps = item.steps
    told = steps is not None and steps.detect is not None and (bool(item.automatic) or steps.decide is not None)
    deciding = say("notice the loss, decide to switch with {failover}", failover=name)
    yield Figure(name, deciding, before if told else None, "declared")
    if measured is not None:
        yield Figure(name, says, _hours(work), "switched", measured.ended)
    else:
        yield Figure(name, says, _hours(work) if steps is not None and steps.switch is not None else None, "declared")


def _hours(hours: float) -> float | None:
    return None if hours == inf else hours
