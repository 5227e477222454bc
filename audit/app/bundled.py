"""The log of a store to what bundles brought into it: drills with switches, who sent which run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Literal

from audit.analysis.windows import windows
from audit.app.registering_log import carried, senders
from audit.model.event import Event, Kind
from audit.model.evidence import Run
from audit.model.exit import Exit, Stop
from audit.model.history import Window
from audit.model.register import SENT
from audit.store.bundling_merge import MERGED
from audit.store.history import History, open_history

Measured = Literal["drill", "switch", "switch-began"]
MAINTENANCE: Final[tuple[Kind, ...]] = ("maintenance-declared", "maintenance-withdrawn")
SENT_BY: Final = "sent_by"
"""The field of a record that names its sender."""
_ABOUT: Final = ("copy_ref", "failover_ref")
"""The fields of a record that name what it is about, as its entry does."""
Sent = Mapping[str, frozenset[str]]
"""Runs by id to the institutions that sent them."""
NO_SENDERS: Final[Sent] = MappingProxyType({})
_NOBODY: Final[frozenset[str]] = frozenset()


def measured(history: History, kind: Measured, ref: str = "") -> Iterator[Event]:
    """What was made here, then what bundles brought, each with its sender among its values, by that name.

    What an institution tells of anything but its own counts for nothing, and a record that is here is told once.
    """
    here: dict[str, list[Mapping[str, object]]] = {}
    for event in history.events(kinds=(kind,), subject=ref):
        values = _plain(event)
        here.setdefault(event.subject, []).append(values)
        yield replace(event, values=values)
    for event in history.events(kinds=("import",), subject=ref, holding=f'"kind":"{kind}"'):
        sent = carried(event, kind)
        if sent is None:
            continue
        institution, values = str(sent.values[SENT]), _plain(sent)
        about = {sent.subject, *(values[name] for name in _ABOUT if isinstance(values.get(name), str))}
        own = institution and about == {sent.subject} and (sent.subject + "/").startswith(institution + "/")
        if own and values not in here.get(sent.subject, ()):
            yield replace(sent, values={**values, SENT_BY: institution})


def windows_of(history: History) -> tuple[Window, ...]:
    """Every maintenance window that was declared here, or by an institution for what is its own."""
    found = [*windows(history.events(kinds=MAINTENANCE))]
    told: dict[str, list[Event]] = {}
    for event in history.events(kinds=("import",), holding='"kind":"maintenance-'):
        for kind in MAINTENANCE:
            sent = carried(event, kind)
            if sent is not None:
                told.setdefault(str(sent.values[SENT]), []).append(sent)
    for institution, events in told.items():
        found += [one for one in windows(events) if institution and (one.on + "/").startswith(institution + "/")]
    return tuple(sorted(found, key=lambda window: (window.start, window.declared, window.id)))


def sent_runs(store: str) -> Sent:
    """Each run of a store that came in a bundle to the institutions that sent it."""
    try:
        with open_history(store, watching=False) as history:
            return senders(history.events(kinds=("import",), holding=f'"schema":"{MERGED}"'))
    except Stop as stop:
        if stop.code is not Exit.USAGE:
            raise
        return NO_SENDERS


def of_one_past(run: Run, other: Run, sent: Sent) -> bool:
    """Whether two runs look at one estate through the years: an id alone does not tell, two institutions may have
    chosen the same."""
    mine, theirs = sent.get(run.id, _NOBODY), sent.get(other.id, _NOBODY)
    return run.estate_id == other.estate_id and (mine == theirs or not mine.isdisjoint(theirs))


def _plain(event: Event) -> dict[str, object]:
    return {name: value for name, value in event.values.items() if name not in (SENT, SENT_BY)}
