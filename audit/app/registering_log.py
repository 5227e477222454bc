"""The log of a store to the entries of the register in it, with those that bundles carried, to who sent which run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from audit.model.event import Event, Kind
from audit.model.register import KIND, SENT
from audit.store.bundling_merge import CARRIED, MERGED

KINDS: Final = (KIND, "import")
"""What is to be read of a log."""


def entries(log: Iterable[Event]) -> tuple[Event, ...]:
    """Everything that is written of measures, here or where a bundle came from.

    What was carried keeps the instant at which it was written; its number is that in this log, which is its own.
    """
    return tuple(one for event in log if (one := _entry(event)) is not None)


def senders(log: Iterable[Event]) -> Mapping[str, frozenset[str]]:
    """Each run that came in a bundle to the institutions that sent it."""
    sent: dict[str, set[str]] = {}
    for event in log:
        run, institution = event.values.get("run"), event.values.get("institution")
        if event.values.get("schema") == MERGED and isinstance(run, str) and isinstance(institution, str):
            sent.setdefault(run, set()).add(institution)
    return MappingProxyType({run: frozenset(names) for run, names in sent.items()})


def carried(event: Event, kind: Kind) -> Event | None:
    """The entry of such a kind that an event brought from another log, as it stood there; None where it is none."""
    told = event.values
    if event.kind != "import" or told.get("schema") != CARRIED or told.get("kind") != kind:
        return None
    at, content = told.get("at"), told.get("content")
    if not isinstance(at, str) or not isinstance(content, dict):
        return None
    try:
        written = datetime.fromisoformat(at)
    except ValueError:
        return None
    # Written by another program perhaps: an instant without an offset could be held against none of ours.
    written = written if written.tzinfo is not None else written.replace(tzinfo=UTC)
    values = {**content, SENT: str(told.get("institution", ""))}
    return replace(event, at=written, kind=kind, values=values)


def _entry(event: Event) -> Event | None:
    if event.kind != KIND:
        return carried(event, KIND)
    if SENT not in event.values:
        return event
    return replace(event, values={key: value for key, value in event.values.items() if key != SENT})
