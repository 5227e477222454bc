"""A store with the name of a run, or an inventory, to what was looked at of it."""

from __future__ import annotations

from pathlib import Path

from audit.analysis.coverage import Coverage, coverage
from audit.app.seen import facts_of, verified
from audit.app.stored import stored_estate, whole
from audit.catalogue import Catalogue
from audit.inventory.collecting import collecting_later
from audit.inventory.load import load
from audit.model.estate import Estate
from audit.model.evidence import Selection
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.plan import plan
from audit.store import open_store


def covered_by_plan(path: Path, catalogue: Catalogue) -> tuple[Estate, Coverage]:
    """What a run of an inventory would ask; nobody looked yet."""
    made = plan(whole(load(path, catalogue)), catalogue, Selection())
    return made.estate, coverage(made, catalogue.checks, None, {})


def covered_by_run(name: str, store: str, catalogue: Catalogue) -> tuple[Estate, Coverage]:
    """What a stored run looked at, its seal verified."""
    with collecting_later(), open_store(store, writing=False) as memory:
        run = verified(memory, name)
        if run.state == "running":
            raise Stop(Exit.USAGE, say("the run {run} was never finished; `haechi runs` lists others", run=run.id))
        made = plan(stored_estate(memory.sources(run.id), catalogue, run.estate_id), catalogue, run.selection)
        seen = memory.observations(run.id, lambda probe, kind: facts_of(catalogue, probe, kind))
        probes = {subject: look.probe for subject, look in seen.items()}
        return made.estate, coverage(made, catalogue.checks, memory.findings(run.id), probes, run.id)
