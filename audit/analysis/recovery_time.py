"""What can happen to an estate to how long each system is away at most, beside what was promised."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from audit.analysis.recovery import bounded, costliest
from audit.analysis.recovery_figures import Figure, figures
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.hazards import Happening, hazards
from audit.model.labour import Step
from audit.model.mandatory import mandatory_systems
from audit.model.meaning import Span
from audit.model.message import say
from audit.model.policy import Policy
from audit.model.proven import Proven
from audit.model.timeline import Both, Clockwork, Timeline

NOTHING_PROVEN: Final = Proven()


@dataclass(frozen=True, slots=True)
class Inversion:
    """A promise that leans on a longer one."""

    system: str
    hours: float
    needs: str
    takes: float


@dataclass(frozen=True, slots=True)
class Achievable:
    """How long a system is away after the worst of the events, in hours."""

    system: System
    promised: float
    written: bool
    """Whether the inventory says the promise itself; else it is that of its grade."""
    away: Span | None
    """None where it never comes back after one of them, even if everything goes well."""
    after: str = ""
    """The event that takes longest; where it stops in the optimistic view, the longest of those."""
    path: tuple[str, ...] = ()
    """What decides it: each waits for the next."""
    step: Step | None = None
    """Of the path, what costs most."""
    of: str = ""
    """Whose step that is."""
    untold: tuple[str, ...] = ()
    """What would have to say how long it takes before the end is bounded."""
    figures: tuple[Figure, ...] = ()
    """What its time rests on, step by step, in the view that decides."""

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept; None where that cannot be told."""
        if self.away is None or self.away.least > self.promised:
            return False
        return True if self.away.most is not None and self.away.most <= self.promised else None


def promised(system: System, policy: Policy) -> float:
    """Hours within which it is to be back."""
    own = system.rto if system.rto is not None else policy.targets[system.grade].rto
    return own.total_seconds() / 3600


def single_losses(graph: Graph) -> tuple[Happening, ...]:
    """Every site, every fire."""
    return tuple(one for one in hazards(graph) if one.kind in ("site", "fire"))


def achievable(
    clock: Clockwork,
    policy: Policy,
    events: Sequence[Sequence[Happening]],
    only: Collection[str] = (),
    top: int | None = None,
    known: Proven = NOTHING_PROVEN,
) -> tuple[Achievable, ...]:
    """Each system (of `only`, where any is named) with its worst event: promises surely broken first, by grade.

    What decides it is told of the first `top` alone, of all where that is not given. `known` is what was measured, with
    which the clockwork reckons.
    """
    systems = [one for _, one in clock.graph.estate.systems() if not only or one.ref in only]
    longest = {one.ref: (0.0, 0.0, -1) for one in systems}
    """System to the hours at least, at most, the event that takes longest at least, or else at most."""
    for number, event in enumerate(events):
        both = clock.after(*event)
        for ref in dict.fromkeys((*both.least.stopped(), *both.most.stopped())):
            if ref not in longest:
                continue
            least, most, worst = longest[ref]
            low = _away(both.least, ref)
            high = max(low, _away(both.most, ref))
            if worst < 0 or low > least or (low == least and high > most):
                worst = number
            longest[ref] = (max(least, low), max(most, high), worst)
    found = [_rough(one, policy, *longest[one.ref][:2]) for one in systems]
    order = {False: 0, None: 1, True: 2}
    found.sort(key=lambda one: (order[one.kept], one.system.grade, -_least(one), one.system.ref))
    told: dict[int, Both] = {}
    for place, one in enumerate(found[:top]):
        number = longest[one.system.ref][2]
        if number >= 0:
            if number not in told:
                # Not kept while they were all gone through: each is as large as the estate.
                told[number] = clock.after(*events[number])
            found[place] = _told(told[number], one, " + ".join(each.ref for each in events[number]), known)
    return tuple(found)


def _least(one: Achievable) -> float:
    return inf if one.away is None else one.away.least


def _rough(system: System, policy: Policy, least: float, most: float) -> Achievable:
    away = None if least == inf else Span(least, bounded(most))
    return Achievable(system, promised(system, policy), system.rto is not None, away)


def _told(both: Both, one: Achievable, name: str, known: Proven) -> Achievable:
    ref = one.system.ref
    view = both.least if both.least.falls(ref) < inf else both.most
    path = view.path(ref) if view.back(ref) < inf else (ref, *view.waits_in_vain(ref)[:3])
    of, step = most_of(view, path)
    found = figures(view, path, known)
    # A switch is nobody's own work; where it takes longest, it is what costs most.
    over = max((each for each in found if each.hours is not None), key=_hours, default=None)
    if over is not None and (step is None or _hours(over) > (step.hours or 0.0)):
        of, step = over.of, Step(over.says, over.hours, say("a switch of {failover}", failover=over.of), over.basis)
    return replace(one, after=name, path=path, step=step, of=of, untold=both.most.bounds(ref), figures=found)


def _hours(figure: Figure) -> float:
    return figure.hours or 0.0


def _away(view: Timeline, ref: str) -> float:
    falls, back = view.falls(ref), view.back(ref)
    return back - falls if falls < inf else 0.0


def most_of(view: Timeline, path: Sequence[str]) -> tuple[str, Step | None]:
    """Of what decides when something is back, whose step costs most; one that nobody told where none has hours."""
    steps = [(ref, step) for ref in path if (step := costliest(view, ref)) is not None]
    return max(steps, key=lambda pair: -1.0 if pair[1].hours is None else pair[1].hours, default=("", None))


def inversions(graph: Graph, policy: Policy, only: Collection[str] = ()) -> Iterator[Inversion]:
    """Each promise that is shorter than that of a system without which this one neither runs nor comes back."""
    goals = {system.ref: promised(system, policy) for _, system in graph.estate.systems()}
    for _, system in graph.estate.systems():
        if only and system.ref not in only:
            continue
        for other in mandatory_systems(graph, system):
            if goals[other.ref] > goals[system.ref]:
                yield Inversion(system.ref, goals[system.ref], other.ref, goals[other.ref])
