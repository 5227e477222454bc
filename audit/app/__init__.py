"""What a command asks for in, hands, store with catalogue put together, the outcome out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from audit.analysis.dossier import assemble
from audit.analysis.readiness import exit_code
from audit.analysis.scenarios import needed
from audit.app.bundled import sent_runs
from audit.app.crew import observe
from audit.app.drilling_record import drills_of
from audit.app.judging import LONGEST, judge_in_time
from audit.app.past import known_before, strips, with_past
from audit.app.records import Records
from audit.app.registering import about
from audit.app.registering_seen import told_before
from audit.app.seen import facts_of, verified
from audit.app.signing import assents
from audit.app.stored import POLICY, stored_estate, whole
from audit.app.switching_record import switches_of
from audit.catalogue import Catalogue, discover
from audit.inventory.collecting import collecting_later
from audit.inventory.load import load
from audit.model.dossier import Dossier
from audit.model.estate import Estate, Waiver
from audit.model.evidence import Finding, Observation, Run, Selection
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.plan import Plan
from audit.model.verdict import Severity
from audit.model.waivers import Waivers
from audit.plan import plan as make_plan
from audit.store import open_store
from audit.store.history import open_history
from audit.store.memory import Store
from audit.world.build import real_world
from audit.world.world import World

DEFAULT_STORE: Final = "haechi.db"
DEFAULT_DEADLINE: Final = timedelta(minutes=10)
WHOLE: Final = Selection()
BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """A judged run with what decides the exit code."""

    dossier: Dossier
    expired: tuple[Waiver, ...] = ()

    def exit(self, fail_on: Severity = Severity.HIGH, unproven_on: Severity | None = Severity.CRITICAL) -> Exit:
        """The exit code; `unproven_on=None` never ends in NOT_VERIFIED."""
        if self.dossier.run.state == "interrupted":
            return Exit.INTERRUPTED
        return exit_code(self.dossier.findings, fail_on, unproven_on, expired=bool(self.expired))


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a run, for whoever shows it: how many looks there are, how many are done, the newest one."""

    total: int
    done: int
    newest: Observation | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One stored run as `haechi runs` lists it."""

    run: Run
    broken_off: bool
    sent_by: tuple[str, ...] = ()
    """The institutions in whose bundles it came; none for one of our own."""


def hands(estate: Estate) -> World:
    """The real hands, bound to what an estate allows."""
    return real_world(allow=estate.about.allow, root=Path(estate.root))


def planned(path: Path, selection: Selection = WHOLE, catalogue: Catalogue | None = None) -> Plan:
    """What a run of this inventory would look at; touches nothing. Stop(INVALID, problems) for a broken inventory."""
    known = catalogue or discover()
    return make_plan(whole(load(path, known)), known, selection)


def audit(
    path: Path,
    *,
    store: str = DEFAULT_STORE,
    selection: Selection = WHOLE,
    at: str | datetime | None = None,
    deadline: timedelta = DEFAULT_DEADLINE,
    longest: timedelta = LONGEST,
    catalogue: Catalogue | None = None,
    world: Callable[[Estate], World] = hands,
    on_plan: Callable[[Plan], None] = lambda plan: None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Outcome:
    """Load, plan, lock the store, look, judge, close. `at` is the instant of judgement, by default when all was seen.

    A run that is interrupted, or out of time, is closed like any other: what was not looked at is unknown.
    """
    known = catalogue or discover()
    loaded = load(path, known)
    plan = make_plan(whole(loaded), known, selection)
    judged = instant(at, plan.estate)
    on_plan(plan)
    with open_store(store, writing=True) as memory, open_history(store, watching=False) as history:
        run = _run(plan)
        memory.begin(run, loaded.sources)
        records = Records(plan.estate, history)
        seen: dict[str, Observation] = {}
        waiting: list[Observation] = []

        def keep(observation: Observation | None) -> None:
            if observation is not None:
                observation = with_past(observation, records, plan.estate)
                seen[observation.subject] = observation
                waiting.append(observation)
                on_progress(Progress(len(plan.tasks), len(seen), observation))
            if waiting and (observation is None or len(waiting) >= BATCH):
                memory.see(run.id, waiting)
                waiting.clear()

        state = observe(plan, known, lambda: world(plan.estate), deadline, keep)
        now = datetime.now(UTC)
        for proven in (
            *known_before(plan.estate, history, now),
            *told_before(plan.estate, store, memory, history, now),
        ):
            seen[proven.subject] = proven
            waiting.append(proven)
        keep(None)
        judged = judged or datetime.now(UTC)
        with collecting_later():
            findings = judge_in_time(plan, known, seen, judged, state=state, longest=longest)
        return _closed(memory, store, replace(run, at=judged, state=state), plan, known, findings, seen)


def rejudge(
    run: str = "latest",
    *,
    store: str = DEFAULT_STORE,
    policy: Path | None = None,
    at: str | datetime | None = None,
    catalogue: Catalogue | None = None,
) -> Outcome:
    """Judge the stored observations of a run again, as a new run; `at` is by default that of the first judgement."""
    known = catalogue or discover()
    changes = {POLICY + policy.name: _read(policy)} if policy is not None else {}
    with open_store(store, writing=False) as memory:
        name = memory.run(run).id  # before anything is written: for a run that is not there no store is made
    with open_store(store, writing=True) as memory:
        first = verified(memory, name)
        sources = {**memory.sources(first.id), **changes}
        plan = make_plan(stored_estate(sources, known, first.estate_id), known, first.selection)
        seen = memory.observations(first.id, lambda probe, name: facts_of(known, probe, name))
        again = replace(_run(plan), judged_from=first.judged_from or first.id)
        judged = instant(at, plan.estate) or _judged(first, seen)
        state = first.state
        if state == "running":
            # It broke off, perhaps only while it was judged: then all that it looked at is here.
            state = "complete" if all(task.subject in seen for task in plan.tasks) else "interrupted"
        with collecting_later():
            findings = judge_in_time(plan, known, seen, judged, state=state)
        # Only now: a judgement that is broken off leaves no half run behind, which would then be the latest.
        memory.begin(again, sources)
        memory.see(again.id, seen.values())
        return _closed(memory, store, replace(again, at=judged, state=state), plan, known, findings, seen)


def dossier_of(run: str = "latest", *, store: str = DEFAULT_STORE, catalogue: Catalogue | None = None) -> Outcome:
    """A stored run (its id, an unambiguous beginning of it, or `latest`) with its meaning; its seal is verified.

    Of a run that broke off, what it had seen is judged here, and nothing is stored.
    """
    known = catalogue or discover()
    with collecting_later(), open_store(store, writing=False) as memory:
        found = verified(memory, run)
        plan = make_plan(stored_estate(memory.sources(found.id), known, found.estate_id), known, found.selection)
        findings = memory.findings(found.id)
        looked_at: Collection[str] = {task.subject for task in plan.tasks}
        seen = memory.observations(found.id, lambda probe, name: facts_of(known, probe, name), of=needed(plan.estate))
        if found.state != "complete":
            seen = memory.observations(found.id, lambda probe, name: facts_of(known, probe, name))
            looked_at = seen
            if found.state == "running":
                found = replace(found, at=_judged(found, seen))
                findings = judge_in_time(plan, known, seen, _judged(found, seen), state=found.state)
    # A check that is newer than the run was not asked, and must not make it look worse than it was.
    plan = replace(plan, pairs=tuple((finding.check, finding.subject) for finding in findings))
    return _outcome(store, found, plan, known, findings, looked_at, seen)


def runs(*, store: str = DEFAULT_STORE) -> tuple[Listed, ...]:
    """The stored runs, newest first."""
    with open_store(store, writing=False) as memory:
        busy = bool(memory.writer())
        found = memory.runs()
    # One writer at a time: of the runs that never ended, only the newest can still be alive.
    alive = next((run.id for run in found if run.state == "running"), "") if busy else ""
    sent = sent_runs(store)
    return tuple(
        Listed(run, run.state == "running" and run.id != alive, tuple(sorted(sent.get(run.id, ())))) for run in found
    )


def _run(plan: Plan) -> Run:
    now = datetime.now(UTC)
    name = plan.estate.about.name
    return Run(
        id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        started=now,
        ended=None,
        tool=f"haechi {version('haechi')}",
        estate_id=plan.estate.ref,
        estate_sha256=plan.estate.sha256,
        selection=plan.selection,
        estate_names=MappingProxyType({} if name is None else {"en": name.en, "ko": name.ko}),
    )


def _closed(
    memory: Store,
    store: str,
    run: Run,
    plan: Plan,
    catalogue: Catalogue,
    findings: tuple[Finding, ...],
    seen: Mapping[str, Observation],
) -> Outcome:
    """Store the findings of a run under a seal."""
    with collecting_later():
        run = memory.close(replace(run, ended=datetime.now(UTC)), findings)
    return _outcome(store, run, plan, catalogue, findings, seen, seen)


def _outcome(
    store: str,
    run: Run,
    plan: Plan,
    catalogue: Catalogue,
    findings: tuple[Finding, ...],
    looked_at: Collection[str],
    seen: Mapping[str, Observation],
) -> Outcome:
    at = run.at or run.started
    past = strips(plan.estate, store, at, plan.policy)
    dossier = assemble(run, plan, catalogue, findings, at, looked_at, past, seen)
    acts = about(store, plan.estate)
    lying = Waivers(plan.estate, at)
    dossier = replace(dossier, drills=drills_of(seen), switches=switches_of(seen), actions=acts)
    dossier = replace(dossier, waivers=lying.standing(findings), signatures=assents(store, dossier))
    return Outcome(dossier, lying.expired(plan.pairs))


def _judged(run: Run, seen: Mapping[str, Observation]) -> datetime:
    """The instant by which a run was judged; where it broke off, that of the last thing it saw."""
    return run.at or max((observation.at for observation in seen.values()), default=run.started)


def instant(written: str | datetime | None, estate: Estate) -> datetime | None:
    """An instant as somebody wrote it; without an offset it is meant in the estate's time zone."""
    if written is None:
        return None
    try:
        at = written if isinstance(written, datetime) else datetime.fromisoformat(written)
        # Not near the ends of the calendar: ages and time zones reckon beyond it.
        if not 1970 <= at.year < 9000:
            raise ValueError(written)
    except ValueError as broken:
        says = say("expected a date and time such as 2026-11-21T20:55:13+09:00, got {written}", written=repr(written))
        raise Stop(Exit.USAGE, says) from broken
    return (at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(estate.about.timezone))).astimezone(UTC)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as broken:
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=path, why=broken.strerror)) from broken
