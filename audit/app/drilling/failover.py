"""A failover in, the record of bringing up its data there out: every copy that is needed, in scratch space."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from audit.app import DEFAULT_STORE, hands
from audit.app.drilling import Drilled, drill
from audit.app.drilling.preflight import consented
from audit.app.past import named
from audit.app.stored import whole
from audit.app.switching_record import lasting, recorded, standing, tell
from audit.catalogue import Catalogue, discover
from audit.inventory.load import load
from audit.model.drilling import Checked, Promise, RestoreState
from audit.model.estate import Data, Estate, System
from audit.model.exit import Exit, Stop
from audit.model.graph import Graph
from audit.model.message import say
from audit.model.policy import Policy
from audit.model.restoring import restoring
from audit.model.switching import SwitchState
from audit.model.technology import Copy, Failover
from audit.model.units import plain
from audit.model.verdict import Level
from audit.store.history import open_history
from audit.world.world import World

STEPS: Final = ("detect", "decide", "switch", "verify")


@dataclass(frozen=True, slots=True)
class Raised:
    """What came of bringing up one place: the drill of each copy, the record where all of them could be tried."""

    ref: str
    drills: tuple[Drilled, ...]
    state: SwitchState | None
    promise: Promise
    zone: str

    @property
    def exit(self) -> Exit:
        if self.state is None:
            return Exit.NOT_VERIFIED
        return Exit.READY if self.state.proven else Exit.FAILED


@dataclass(frozen=True, slots=True)
class Needed:
    """One data set with the copy that would be brought up."""

    data: Data
    copy: Copy


def raise_there(
    path: Path,
    subject: str,
    *,
    store: str = DEFAULT_STORE,
    catalogue: Catalogue | None = None,
    world: Callable[[Estate], World] = hands,
    on_drilled: Callable[[Drilled], object] | None = None,
) -> tuple[Raised, ...]:
    """Bring up every data set of a system from a copy at the place of its failover; of each failover of a system.

    Nothing of the real group is touched. Stop(USAGE) where a data set has no copy there, or none with consent, before
    any of them is restored; the other ends are those of a restore drill.
    """
    known = catalogue or discover()
    estate = whole(load(path, known))
    ref = named(estate, subject)
    graph, policy = Graph(estate), known.policy(estate)
    chosen = [(system, one, tuple(_needed(estate, known, graph, system, one)))
              for _, system in estate.systems() for one in system.failover if ref in (system.ref, one.ref)]  # fmt: skip
    if not chosen:
        raise Stop(Exit.USAGE, say("{subject} is neither a failover nor a system that has one", subject=ref))
    found = []
    for system, switch, needed in chosen:
        began = datetime.now(UTC)
        drills = tuple(
            one
            for each in needed
            for one in drill(
                path, each.copy.ref, store=store, catalogue=known, world=world, on_drilled=on_drilled
            )
        )  # fmt: skip
        state = _state(switch, system, needed, drills, began, policy)
        if state is not None:
            with open_history(store, watching=False) as history:
                tell(history, state)
        found.append(Raised(switch.ref, drills, state, _promised(system, policy), estate.about.timezone))
    return tuple(found)


def standing_switches(
    path: Path, store: str, catalogue: Catalogue | None = None
) -> tuple[tuple[SwitchState, Promise, str], ...]:  # fmt: skip
    """The switch that stands for each failover of an inventory, with what was promised, the time zone of the estate."""
    known = catalogue or discover()
    estate = whole(load(path, known))
    policy = known.policy(estate)
    found: dict[str, SwitchState] = {}
    for state in sorted(recorded(store), key=lambda state: state.ended):
        found[state.failover_ref] = standing(found.get(state.failover_ref), state)
    return tuple(
        (found[one.ref], _promised(system, policy), estate.about.timezone)
        for _, system in estate.systems()
        for one in system.failover
        if one.ref in found
    )


def exit_of(raised: tuple[Raised, ...]) -> Exit:
    """The exit code of several: of the worst of them."""
    codes = [one.exit for one in raised]
    return next(code for code in (Exit.FAILED, Exit.NOT_VERIFIED, Exit.READY) if code in codes)


def _needed(
    estate: Estate, catalogue: Catalogue, graph: Graph, system: System, switch: Failover
) -> Iterator[Needed]:  # fmt: skip
    """Each data set with the first copy at the other place that may be drilled; Stop(USAGE) where one has none."""
    there = graph.sites(switch.to)
    if not system.data:
        raise Stop(Exit.USAGE, say("the inventory lists no data of {system}: nothing to bring up", system=system.ref))
    for data in system.data:
        stand = [one for one in data.copies if graph.sites(one.at) & there and catalogue.drill_of(type(one))]
        if not stand:
            says = say("{data}: no copy that a drill can bring up stands at {place}", data=data.ref, place=switch.to)
            raise Stop(Exit.USAGE, says)
        copy = next((one for one in stand if one.drill is not None), stand[0])
        consented(copy, estate, datetime.now(UTC))
        yield Needed(data, copy)


def _state(
    switch: Failover, system: System, needed: tuple[Needed, ...], drills: tuple[Drilled, ...], began: datetime,
    policy: Policy,
) -> SwitchState | None:  # fmt: skip
    """The record of all of them together; None where one could not be tried, which proves nothing either way."""
    states = [one.state for one in drills if one.state is not None]
    if len(states) != len(needed) or not all(state.has("rto") and state.has("rpo") for state in states):
        return None
    took = sum((_took(one, state) for one, state in zip(needed, states, strict=True)), timedelta(0))
    declared, steps = _steps(switch)
    ended = datetime.now(UTC)
    checks = [_check(one, state) for one, state in zip(needed, states, strict=True)]
    return SwitchState(
        level=Level.DRILLED,
        id=f"{began:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        failover_ref=switch.ref,
        kind="isolated",
        realism="partial",
        started=began,
        ended=ended,
        expires=ended + lasting(policy, system.grade),
        parts=tuple(part for state in states for part in state.parts),
        rto=took + declared,
        rpo=max(state.rpo for state in states),
        checks=(*checks, Checked(name="steps", held=True, detail=steps)),
        tool=", ".join(dict.fromkeys(state.tool for state in states if state.tool))[:300],
    )


def _took(one: Needed, state: RestoreState) -> timedelta:
    """For the whole, reckoned up where the consent is for a share."""
    reckoned = restoring(one.copy, one.data, state) if state.share < 1 else None
    return reckoned.took if reckoned is not None else state.rto


def _check(one: Needed, state: RestoreState) -> Checked:
    share = "" if state.share >= 1 else f", {state.share * 100:.3g} % of it"
    canary = "" if one.data.canary is not None else ", no canary is named"
    failed = "".join(f", {check.name} failed" for check in state.checks if not check.held)[:120]
    detail = f"{one.copy.ref} L{state.integrity} in {plain(_took(one, state))}{share}{canary}{failed}"
    return Checked(name=one.data.ref, held=state.proven, detail=detail[:300])


def _steps(switch: Failover) -> tuple[timedelta, str]:
    """What was declared of the steps that no such drill measures, with the words for it."""
    known = {name: getattr(switch.steps, name, None) for name in STEPS}
    declared = {name: took for name, took in known.items() if took is not None}
    missing = [name for name, took in known.items() if took is None]
    words = []
    if declared:
        words.append("declared and added: " + ", ".join(f"{name} {plain(took)}" for name, took in declared.items()))
    if missing:
        words.append("neither measured nor declared: " + ", ".join(missing))
    return sum(declared.values(), timedelta(0)), "; ".join(words)


def _promised(system: System, policy: Policy) -> Promise:
    target = policy.targets[system.grade]
    return Promise(
        rpo=system.rpo if system.rpo is not None else target.rpo,
        rto=system.rto if system.rto is not None else target.rto,
    )
