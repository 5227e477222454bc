"""An estate with its store to every time that was ever measured beside what was promised."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime
from typing import Final

from audit.analysis.promises import Entry, Goal, Then, goals, ledger
from audit.app import drilling_record, switching_record
from audit.app.bundled import sent_runs
from audit.app.past import listed_outages
from audit.app.stored import stored_estate
from audit.catalogue import Catalogue
from audit.inventory.collecting import collecting_later
from audit.model.estate import Estate
from audit.model.exit import Stop
from audit.store import open_store

EVER: Final = datetime.fromisoformat("1970-01-02T00:00:00+00:00")


def promises(estate: Estate, store: str, catalogue: Catalogue, on: str = "") -> tuple[Entry, ...]:
    """Every measurement at or below `on`, over the whole past of the store until now."""
    now = datetime.now(UTC)
    on = "" if on == estate.ref else on
    drills = [one for one in drilling_record.recorded(store) if not on or estate.covers(on, one.copy_ref)]
    switches = [one for one in switching_record.recorded(store) if not on or estate.covers(on, one.failover_ref)]
    outages = listed_outages(estate, store, EVER, now, now, on) or ()
    known = goals(estate, catalogue.policy(estate))
    measured = bool(drills or switches or outages)
    return ledger(known, _then(estate, store, catalogue) if measured else _nobody, drills, switches, outages)


def _nobody(system: str, at: datetime) -> Goal | None:
    return None


def _then(estate: Estate, store: str, catalogue: Catalogue) -> Then:
    """The promises of each inventory that was ever audited here, or sent by the institution that the system belongs
    to; the first one speaks for what was before it."""
    starts: list[datetime] = []
    told: list[dict[str, Goal]] = []
    senders: list[frozenset[str]] = []
    newest: object = None
    sent = sent_runs(store)
    with collecting_later(), open_store(store, writing=False) as memory:
        for run in reversed(memory.runs()):
            state = (run.estate_sha256, sent.get(run.id, frozenset()))
            if run.estate_id != estate.ref or run.judged_from or state == newest:
                continue
            try:
                then = stored_estate(memory.sources(run.id), catalogue, run.estate_id)
            except Stop:
                continue  # an inventory that cannot be read any more tells nothing
            newest = state
            starts.append(run.started)
            told.append(goals(then, catalogue.policy(then)))
            senders.append(state[1])

    def of(system: str, at: datetime) -> Goal | None:
        institution = system.partition("/")[0]
        heard = [place for place, names in enumerate(senders) if not names or institution in names]
        if not heard:
            return None
        place = bisect_right(heard, at, key=starts.__getitem__) - 1
        return told[heard[max(place, 0)]].get(system)

    return of
