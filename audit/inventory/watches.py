"""What the files say of the watch to the problems that no single value of it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from audit.inventory.refs import Refs
from audit.inventory.tree import Branch, branches, place_of, quoted
from audit.model.message import say
from audit.model.place import Problem
from audit.model.units import parse_duration, plain

LEAST: Final = timedelta(seconds=1)
"""The shortest cadence: closer looks would be an attack on the systems that they watch."""
LEAST_RAW: Final = timedelta(hours=2)
"""Single samples are needed until their hour is over and rolled up."""
_NAMED: Final = ("vantages", "audits", "reports", "alerts")
OWN: Final = "here"


def watches(trees: Sequence[Branch], refs: Refs) -> Iterator[Problem]:
    """Durations that are too short, names that are there twice."""
    for ref, item in refs.items.items():
        if refs.kinds[ref] == "endpoint":
            yield from _short(item, "every", LEAST)
    for tree in trees:
        watch = tree.get("watch")
        if not isinstance(watch, Branch):
            continue
        yield from _short(watch, "every", LEAST)
        yield from _short(watch, "raw", LEAST_RAW)
        heartbeat = watch.get("heartbeat")
        if isinstance(heartbeat, Branch):
            yield from _short(heartbeat, "every", LEAST)
        for key in _NAMED:
            yield from _twice(watch, key)


def _short(item: Branch, key: str, least: timedelta) -> Iterator[Problem]:
    written = item.get(key)
    try:
        found = parse_duration(written) if isinstance(written, str) else least
    except ValueError:
        return
    if found < least:
        says = say("{key}: got {got}", key=key, got=quoted(str(written)))
        yield Problem(place_of(item).of(key), says, say("expected {least} or more", least=plain(least)))


def _twice(watch: Branch, key: str) -> Iterator[Problem]:
    """Ids of one list that say the same; another vantage that is called like this one."""
    seen = {str(watch.get("vantage") or OWN)} if key == "vantages" else set()
    for item in branches(watch, key):
        name = item.get("id")
        if isinstance(name, str) and name in seen:
            says = say("{ref} is there twice", ref=quoted(name))
            yield Problem(place_of(item).of("id"), says, say("give one of them another id"))
        elif isinstance(name, str):
            seen.add(name)
