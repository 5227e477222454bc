"""A store with the names of runs to those runs as they were judged: findings, inventory, policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from audit.app.bundled import NO_SENDERS, Sent, of_one_past, sent_runs
from audit.app.seen import verified
from audit.app.stored import stored_estate
from audit.catalogue import Catalogue
from audit.inventory.collecting import collecting_later
from audit.inventory.near import near
from audit.model.clean import line
from audit.model.estate import Estate
from audit.model.evidence import Finding, Run
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.plan import Plan
from audit.plan import plan
from audit.store import open_store
from audit.store.brief import Brief
from audit.store.memory import Store

PREVIOUS: Final = "previous"


@dataclass(frozen=True, slots=True)
class Past:
    """One stored run with what it was judged by."""

    run: Run
    estate: Estate
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One stored run as it is held against another one."""

    run: Run
    estate: Estate
    findings: tuple[Brief, ...]


def two_runs(old: str, new: str, store: str, catalogue: Catalogue) -> tuple[Compared, Compared]:
    """Two stored runs, their seals verified; `previous` is the run of the same estate before the other one.

    Stop(USAGE) where there is none, or where one of them was never finished.
    """
    with collecting_later(), open_store(store, writing=False) as memory:
        sent = sent_runs(store)
        later = _named(memory, new) if new != PREVIOUS else _before(memory, _named(memory, old), sent)
        earlier = _before(memory, later, sent) if old == PREVIOUS else _named(memory, old, later, sent)
        runs = (earlier, later)
        for run in runs:
            if run.state == "running":
                raise Stop(Exit.USAGE, say("the run {run} was never finished; `haechi runs` lists others", run=run.id))
        for run in runs:
            verified(memory, run.id)
        sources = [memory.sources(run.id) for run in runs]
        first = stored_estate(sources[0], catalogue, earlier.estate_id)
        same = sources[0] == sources[1] and earlier.estate_id == later.estate_id
        second = first if same else stored_estate(sources[1], catalogue, later.estate_id)
        found = [memory.briefs(run.id) for run in runs]
    return Compared(earlier, first, found[0]), Compared(later, second, found[1])


def _named(memory: Store, name: str, like: Run | None = None, sent: Sent = NO_SENDERS) -> Run:
    """A run; `latest` is the newest one that was finished, of the estate of another one where that is given."""
    if name != "latest":
        return memory.run(name)
    own = (run for run in _audits(memory) if run.state != "running" and (like is None or of_one_past(run, like, sent)))
    return next(own, None) or memory.run(name)


def _audits(memory: Store) -> tuple[Run, ...]:
    """The runs, newest first, without those that only answered whether work may begin."""
    return tuple(run for run in memory.runs() if not run.selection.about_work)


def _before(memory: Store, run: Run, sent: Sent) -> Run:
    """The newest run of the same estate that was finished before this one began."""
    older = (
        one
        for one in _audits(memory)
        if of_one_past(one, run, sent) and one.state != "running" and (one.started, one.id) < (run.started, run.id)
    )
    found = next(older, None)
    if found is None:
        raise Stop(Exit.USAGE, say("there is no run of the same estate before {run}", run=run.id))
    return found


def runs_over_time(
    store: str, catalogue: Catalogue, estate: str, last: int, sent_by: str = ""
) -> Iterator[tuple[Past, Plan]]:
    """The newest finished runs of an estate (the estate of the latest run where none is named), oldest first, each
    with the plan by which its findings are weighed; an inventory that stayed the same is read once.

    Of several senders whose estates have the same id, those of the newest run; `sent_by` names another one.
    """
    with collecting_later(), open_store(store, writing=False) as memory:
        sent = sent_runs(store)
        _known(sent_by, sent)
        own = [run for run in _audits(memory) if not sent_by or sent_by in sent.get(run.id, ())]
        wanted = estate or (own[0] if own else memory.run("latest")).estate_id
        runs = [run for run in own if run.estate_id == wanted and run.state != "running"]
        runs = [run for run in runs if of_one_past(run, runs[0], sent)]
        if not runs:
            known = ", ".join(sorted({run.estate_id for run in memory.runs()})) or "-"
            says = say("no finished run of {estate} in {store}; there are runs of {known}", estate=repr(wanted),
                       store=memory.name, known=known)  # fmt: skip
            raise Stop(Exit.USAGE, says)
        held: tuple[object, Plan] | None = None
        for run in reversed(runs[:last]):
            verified(memory, run.id)
            sources = memory.sources(run.id)
            key = (sources, run.selection)
            if held is None or held[0] != key:
                held = (key, plan(stored_estate(sources, catalogue, run.estate_id), catalogue, run.selection))
            yield Past(run, held[1].estate, memory.findings(run.id)), held[1]


def _known(sender: str, sent: Sent) -> None:
    """Stop(USAGE) where an institution sent nothing."""
    names = sorted({name for some in sent.values() for name in some})
    if sender and sender not in names:
        close = near(sender, names)
        hint = (
            say("did you mean {close}?", close=repr(close))
            if close
            else say("known are {names}", names=line(", ".join(names[:20])) or "-")
        )
        raise Stop(Exit.USAGE, say("{name} sent no run; {hint}", name=repr(line(sender)), hint=hint))
