"""An inventory with what a run saw of it, changed silently in one thing at a time, to who named each change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from audit.analysis.loss import losses
from audit.analysis.mutants.change import CannotChange, Change, looked, written
from audit.analysis.mutants.choosing import chosen
from audit.analysis.mutants.judged import Mutant, Tried, held_against
from audit.analysis.mutants.kinds import KINDS
from audit.analysis.mutants.sight import Kind, Sight
from audit.app.judging import LONGEST, bounded
from audit.app.seen import looks_of
from audit.app.stored import stored_estate, whole
from audit.catalogue import Catalogue, discover
from audit.inventory.collecting import collecting_later
from audit.inventory.load import load
from audit.inventory.near import near
from audit.judge import judge
from audit.model.clean import line
from audit.model.dossier import Loss
from audit.model.evidence import Finding, Observation, Run, Selection
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.model.plan import Plan
from audit.plan import plan as make_plan

WHOLE: Final = Selection()
SPARE: Final = 3
"""How many more are drawn of a kind in the place of those that cannot be written."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """The mutation test of an audit."""

    estate: str
    run: Run | None
    """The run whose observations were judged; None where the estate was judged as it is declared."""
    at: datetime
    seed: str
    tried: tuple[Tried, ...]

    @property
    def applicable(self) -> int:
        return sum(one.applicable for one in self.tried)

    @property
    def detected(self) -> int:
        return sum(one.detected for one in self.tried)

    @property
    def by_loss(self) -> int:
        """How many no finding named, only the loss analysis."""
        return sum(mutant.by == "loss" for one in self.tried for mutant in one.mutants)

    @property
    def share(self) -> float | None:
        return self.detected / self.applicable if self.applicable else None

    @property
    def exit(self) -> Exit:
        """READY where all were named, FAILED where one was not, NOT_VERIFIED where nothing could be tried."""
        if not self.applicable:
            return Exit.NOT_VERIFIED
        return Exit.READY if self.detected == self.applicable else Exit.FAILED


def mutate(
    path: Path,
    *,
    store: str,
    run: str = "latest",
    kinds: Iterable[str] = (),
    each: int = 1,
    seed: str = "0",
    longest: timedelta = LONGEST,
    catalogue: Catalogue | None = None,
    on_kind: Callable[[int, int], None] = lambda done, total: None,
) -> Mutation:
    """Change one thing at a time in memory, judge again, tell who named it. Nothing is written, nothing looked at."""
    known = catalogue or discover()
    wanted = _named(kinds)
    loaded = load(path, known)
    estate = whole(loaded)
    found, seen = _seen(run, store, known, estate.ref)
    at = found.at if found is not None and found.at is not None else datetime.now(UTC)
    tried = []
    with collecting_later(), bounded(known, longest) as rules:
        bench = _Bench(rules, loaded.sources, seen, at, estate.ref)
        for done, kind in enumerate(wanted):
            on_kind(done, len(wanted))
            tried.append(bench.tried(kind, each, seed))
    on_kind(len(wanted), len(wanted))
    return Mutation(estate.ref, found, at, seed, tuple(tried))


def _named(kinds: Iterable[str]) -> tuple[Kind, ...]:
    names = tuple(kinds)
    for name in names:
        if name not in KINDS:
            close = near(name, KINDS)
            hint = (
                say("did you mean {close}?", close=repr(close)) if close else say("`haechi mutate --list` shows them")
            )
            raise Stop(Exit.USAGE, say("no kind of change is called {name}; {hint}", name=repr(line(name)), hint=hint))
    return tuple(KINDS[name] for name in dict.fromkeys(names)) or tuple(KINDS.values())


def _seen(run: str, store: str, known: Catalogue, estate: str) -> tuple[Run | None, Mapping[str, Observation]]:
    """A stored run of this estate with what it saw; nothing where there is no store, or no run of it in there."""
    try:
        found, seen = looks_of(run, store, known, estate)
    except Stop as stop:
        if stop.code is not Exit.USAGE or run != "latest":
            raise
        return None, MappingProxyType({})
    if found.estate_id != estate:
        if run != "latest":
            raise Stop(Exit.USAGE, say("the run {run} is of {other}, not of {estate}", run=found.id,
                                       other=line(found.estate_id), estate=line(estate)))  # fmt: skip
        return None, MappingProxyType({})
    return found, seen


class _Bench:
    """One estate as it is, against which each change is held."""

    def __init__(
        self,
        known: Catalogue,
        sources: Mapping[str, bytes],
        seen: Mapping[str, Observation],
        at: datetime,
        estate: str,
    ) -> None:
        self._known, self._sources, self._seen, self._at, self._name = known, sources, seen, at, estate
        plan, findings, lost = self._judged(sources, seen)
        self._before: Mapping[tuple[str, str], Finding] = {(one.check, one.subject): one for one in findings}
        self._lost = lost
        self._sight = Sight(plan.estate, plan.graph, seen, at, self._before)

    def tried(self, kind: Kind, each: int, seed: str) -> Tried:
        """At most `each` changes of a kind, judged."""
        found = chosen(kind, self._sight, seed)
        mutants: list[Mutant] = []
        for change in found.changes[: each + SPARE]:
            mutants.append(self._mutant(kind, change))
            if sum(one.by != "not-applicable" for one in mutants) == each:
                break
        return Tried(kind.id, kind.says, kind.rules, len(found.changes), tuple(mutants), found.why)

    def _mutant(self, kind: Kind, change: Change) -> Mutant:
        try:
            sources = written(self._sources, change.edits) if change.edits else self._sources
            _, findings, lost = self._judged(sources, looked(self._seen, change.looks))
        except CannotChange as missing:
            return Mutant(change, "not-applicable", why=say("nothing to change at {place}", place=str(missing)))
        except Stop as stop:
            return Mutant(change, "not-applicable", why=_said(stop))
        return held_against(change, self._before, findings, self._lost, lost, kind.rules)

    def _judged(
        self, sources: Mapping[str, bytes], seen: Mapping[str, Observation]
    ) -> tuple[Plan, tuple[Finding, ...], tuple[Loss, ...]]:
        plan = make_plan(stored_estate(sources, self._known, self._name), self._known, WHOLE)
        return plan, judge(plan, self._known, seen, self._at), losses(plan.graph)


def _said(stop: Stop) -> Message:
    first = stop.says[0] if stop.says else ""
    return first if isinstance(first, Message) else say("{text}", text=first)
