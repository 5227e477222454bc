"""A permit for dangerous work in, go or no-go with every reason out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from audit.app import DEFAULT_STORE, Outcome, audit, dossier_of, hands, instant, planned, runs
from audit.catalogue import Catalogue, discover
from audit.inventory.near import near
from audit.model.endangered import systems_in_danger
from audit.model.estate import Estate
from audit.model.evidence import ABOUT_WORK, Selection
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.model.permit import Permit, missing
from audit.model.plan import Plan
from audit.model.units import plain
from audit.model.verdict import Verdict
from audit.world.world import World

STEPS: Final = "facility.permit"
ABOUT_IT: Final = ABOUT_WORK[:3]
FRESH: Final = timedelta(hours=24)
"""For how long an answer holds."""
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Said:
    """One reason: what speaks for the work, against it, or what nobody could tell."""

    verdict: Verdict
    says: Message
    check: str = ""
    """Empty for what no check says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether work may begin."""

    permit: Permit
    at: datetime
    zone: str
    endangered: tuple[str, ...]
    """The systems that an accident could take."""
    reasons: tuple[Said, ...]
    run: str = ""
    """The stored run from which it is answered."""
    interrupted: bool = False

    @property
    def go(self) -> bool | None:
        """None where nobody can tell."""
        verdicts = {one.verdict for one in self.reasons}
        if Verdict.FAIL in verdicts:
            return False
        return None if self.interrupted or Verdict.UNKNOWN in verdicts or Verdict.PASS not in verdicts else True

    @property
    def exit(self) -> Exit:
        if self.interrupted:
            return Exit.INTERRUPTED
        return Exit.READY if self.go else Exit.NOT_VERIFIED if self.go is None else Exit.FAILED


@dataclass(frozen=True, slots=True)
class Listed:
    """One permit of an estate without any look."""

    permit: Permit
    zone: str
    state: str
    """`planned`, `open` or `over`."""
    endangered: tuple[str, ...]
    lacks: tuple[Message, ...]


def permits(path: Path, at: str | None = None, catalogue: Catalogue | None = None) -> tuple[Listed, ...]:
    """The permits of an estate in the order of their work."""
    plan = planned(path, catalogue=catalogue)
    now = instant(at, plan.estate) or datetime.now(UTC)
    ordered = sorted(plan.estate.permits, key=lambda one: (one.start, one.id))
    return tuple(
        Listed(one, plan.estate.about.timezone, _state(one, now), _systems(one, plan), tuple(_lacks(one, plan, now)))
        for one in ordered
    )


def permitted(
    path: Path,
    name: str,
    *,
    store: str = DEFAULT_STORE,
    at: str | None = None,
    from_store: bool = False,
    catalogue: Catalogue | None = None,
    world: Callable[[Estate], World] = hands,
) -> Answer:
    """Look at all that the work endangers now, or take the newest stored run, and say whether work may begin.

    Stop(USAGE) where no permit has that name.
    """
    known = catalogue or discover()
    plan = planned(path, catalogue=known)
    permit = _named(name, plan.estate)
    now = instant(at, plan.estate) or datetime.now(UTC)
    systems = _systems(permit, plan)
    own: list[Said] = [*_timed(permit, now), *_photographs(permit, Path(plan.estate.root))]
    lacks = [Said(Verdict.FAIL, one, STEPS) for one in _lacks(permit, plan, now)]
    if from_store:
        outcome = dossier_of(_newest(permit, store), store=store, catalogue=known)
        own += _stored(outcome, permit, plan.estate, now)
    else:
        chosen = Selection(ABOUT_WORK, (), (permit.ref, *systems), ())
        outcome = audit(path, store=store, selection=chosen, at=at, catalogue=known, world=world)
    found = [
        Said(one.verdict, one.says, one.check)
        for one in outcome.dossier.findings
        if one.subject == permit.ref and one.check in ABOUT_IT and not (one.check == STEPS and lacks)
    ]
    run = outcome.dossier.run
    said = (*lacks, *found, *own)
    return Answer(permit, now, plan.estate.about.timezone, systems, said, run.id, run.state == "interrupted")


def _named(name: str, estate: Estate) -> Permit:
    known = {one.id: one for one in estate.permits}
    if name in known:
        return known[name]
    says = say("no permit is called {name}", name=repr(name))
    close = near(name, known)
    raise Stop(Exit.USAGE, says, *([say("did you mean {close}?", close=repr(close))] if close else []))


def _newest(permit: Permit, store: str) -> str:
    """The newest run in which the permit was judged, as far as what was asked tells."""
    asked = (one.run for one in runs(store=store))
    mine = (run.id for run in asked if not run.selection.about_work or permit.ref in run.selection.subjects)
    return next(mine, "latest")


def _systems(permit: Permit, plan: Plan) -> tuple[str, ...]:
    return tuple(system.ref for system in systems_in_danger(permit, plan.graph))


def _lacks(permit: Permit, plan: Plan, now: datetime) -> Iterable[Message]:
    limits = plan.policy.of(STEPS, plan.subjects[permit.ref].grade)
    return missing(permit, limits.number("charge"), now)


def _state(permit: Permit, now: datetime) -> str:
    return "planned" if now < permit.start else "open" if now <= permit.end else "over"


def _timed(permit: Permit, now: datetime) -> Iterator[Said]:
    if now > permit.end:
        yield Said(Verdict.FAIL, say("the time of the permit ended at {end}", end=plain(permit.end)))
    elif permit.start - now > FRESH:
        says = say("the work begins at {start}; ask again within {hours} before it",
                   start=plain(permit.start), hours=plain(FRESH))  # fmt: skip
        yield Said(Verdict.UNKNOWN, says)


def _stored(outcome: Outcome, permit: Permit, estate: Estate, now: datetime) -> Iterator[Said]:
    """What keeps a stored run from answering for now."""
    run = outcome.dossier.run
    judged = run.at or run.started
    if not timedelta(0) <= now - judged <= FRESH:
        says = say("the newest run, {run}, was judged at {at}, not within the last {hours}",
                   run=run.id, at=plain(judged), hours=plain(FRESH))  # fmt: skip
        yield Said(Verdict.UNKNOWN, says)
    if run.estate_sha256 != estate.sha256:
        yield Said(Verdict.UNKNOWN, say("the inventory was changed after the newest run, {run}", run=run.id))
    for check in ABOUT_IT:
        if not any(one.subject == permit.ref and one.check == check for one in outcome.dossier.findings):
            says = say("the newest run, {run}, did not ask {check} about the permit", run=run.id, check=check)
            yield Said(Verdict.UNKNOWN, says, check)


def _photographs(permit: Permit, root: Path) -> Iterator[Said]:
    """Each photograph that is not there, or not the one that was taken."""
    home = root.resolve()
    for step in permit.steps:
        if step.photo is None or step.sha256 is None:
            continue
        values = {"step": step.step, "file": step.photo}
        try:
            path = (home / step.photo).resolve()
            there = path.is_relative_to(home) and path.is_file()
            total = _sum(path) if there else ""
        except (OSError, ValueError, RuntimeError):
            there, total = False, ""
        if not there:
            yield Said(Verdict.UNKNOWN, say("the photograph of {step} cannot be read: {file}", **values), STEPS)
        elif total != step.sha256.lower():
            says = say("the photograph of {step} is not the one that was taken: {file}", **values)
            yield Said(Verdict.FAIL, says, STEPS)


def _sum(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            whole.update(part)
    return whole.hexdigest()
