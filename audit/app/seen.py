"""A store with the name of a run to what that run saw, once its seal is verified."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from audit.app.past import PROVEN
from audit.app.registering_seen import SEEN
from audit.catalogue import Catalogue
from audit.model.evidence import Observation, Run
from audit.model.exit import Exit, Stop
from audit.model.facts import DocumentState, Facts
from audit.model.message import say
from audit.model.plan import DOCUMENT
from audit.store import open_store
from audit.store.memory import Store

OWN: Final[Mapping[str, type[Facts]]] = MappingProxyType({DOCUMENT: DocumentState, **PROVEN, **SEEN})


def looks_of(name: str, store: str, catalogue: Catalogue, estate: str = "") -> tuple[Run, Mapping[str, Observation]]:
    """A stored run with all that it saw; Stop where there is none, or where somebody changed it.

    `latest` is the latest run of that estate, where one is named.
    """
    with open_store(store, writing=False) as memory:
        if name == "latest" and estate:
            own = (run.id for run in memory.runs() if run.estate_id == estate and not run.selection.about_work)
            name = next(own, name)
        run = verified(memory, name)
        return run, memory.observations(run.id, lambda probe, kind: facts_of(catalogue, probe, kind))


def verified(memory: Store, name: str) -> Run:
    """The run of that name; Stop(STORAGE) where its seal is broken."""
    run = memory.run(name)
    problems = memory.verify(run.id)
    if problems:
        says = say("the run {run} in {store} was changed after it was sealed", run=run.id, store=memory.name)
        raise Stop(Exit.STORAGE, says, *problems)
    return run


def facts_of(catalogue: Catalogue, probe: str, name: str) -> type[Facts] | None:
    """The class of facts that a probe returned, found by its name below what the probe promises."""
    waiting = [OWN[probe]] if probe in OWN else []
    waiting += [one.facts for one in catalogue.probes.values() if one.id == probe]
    for kind in waiting:
        if kind.__name__ == name:
            return kind
        waiting.extend(kind.__subclasses__())
    return None
