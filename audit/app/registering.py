"""A store to the register of corrective measures in it, derived from its log with what its runs found."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.analysis.register import register
from audit.app.drilling_record import ready
from audit.app.registering_log import KINDS, entries, senders
from audit.inventory.collecting import collecting_later
from audit.model.clean import line, terminal
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.evidence import Run
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.model.register import KIND, Action, Look, Sighting, urgency
from audit.model.verdict import Level, Verdict
from audit.store import open_store
from audit.store.history import open_history
from audit.store.memory import Store
from audit.world.clock import SystemClock

LONGEST: Final = 4_000
_NAMED: Final = ("subject", "check", "institution", "system")
Wanted = dict[tuple[str, str], dict[tuple[str, str], str]]
"""Subject with check, then institution with system, to the fingerprint that they make."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A register with what keeps runs from counting in it."""

    actions: tuple[Action, ...] = ()
    """By id."""
    doubts: tuple[Message, ...] = ()
    """Runs that were changed after they were sealed: nothing that they say closes anything."""


def registered(store: str) -> Registered:
    """The register of a store; empty where nothing was ever written into it. The log is read, the runs after it."""
    try:
        with collecting_later(), open_history(store, watching=False) as history:
            log = history.events(kinds=KINDS)
    except Stop as stop:
        if stop.code is not Exit.USAGE:
            raise
        return Registered()
    events = entries(log)
    if not events:
        return Registered()
    with collecting_later(), open_store(store, writing=False) as memory:
        return _derived(memory, events, senders(log))


def about(store: str, estate: Estate) -> tuple[Action, ...]:
    """The part of a register that speaks of an estate."""
    found = registered(store).actions
    return tuple(one for one in found if one.origin.estate == estate.ref or one.origin.subject in estate.index)


def worst_first(actions: Iterable[Action], at: datetime) -> list[Action]:
    """What is overdue and grave before what is not."""
    return sorted(actions, key=lambda action: urgency(action, at))


def meant(actions: Sequence[Action], written: str) -> Action:
    """The measure of that id or unambiguous beginning of one; Stop(USAGE) where there is none."""
    found = [one for one in actions if one.id == written] or [
        one for one in actions if len(written) >= 4 and one.id.startswith(written.lower())
    ]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(one.id for one in found[:5])
        raise Stop(Exit.USAGE, say("{id} may be {names}", id=repr(written[:80]), names=names))
    from audit.inventory.near import near

    close = near(written, (one.id for one in actions)) if len(actions) <= 5_000 else ""
    hint = say("did you mean {close}?", close=close) if close else say("`haechi actions list` lists them")
    raise Stop(Exit.USAGE, say("no measure {id} in the register; {hint}", id=repr(written[:80]), hint=hint))


def write(store: str, entries: Iterable[tuple[str, dict[str, Any]]]) -> datetime:
    """Write entries, each with the fingerprint that it is about, all or none, behind everything that is there."""
    now = SystemClock().now()
    events = [Event(now, KIND, name, values) for name, values in entries]
    if events:
        ready(store)
        with open_history(store, watching=False) as history:
            history.tell(events)
    return now


def somebody(by: str) -> str:
    """The name of who writes; Stop(USAGE) where there is none."""
    name = line(by).strip()[:200]
    if not name:
        raise Stop(Exit.USAGE, say("--by: expected the name of a person, got nothing"))
    return name


def clean(written: str, what: str) -> str:
    """A text of somebody, as it is kept: without controls, at most so long."""
    text = terminal(written).strip()
    if len(text) > LONGEST:
        says = say("{what}: expected at most {most} letters, got {got}", what=what, most=LONGEST, got=len(text))
        raise Stop(Exit.USAGE, says)
    return text


def fingerprint(check: str, institution: str, system: str, subject: str) -> str:
    """That of a finding about these, stable over runs."""
    parts = "\0".join((check, institution, system, subject))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _derived(memory: Store, events: Sequence[Event], sent: Mapping[str, frozenset[str]]) -> Registered:
    """The register; runs whose seal is broken are left out of it where it rests on them."""
    wanted: Wanted = defaultdict(dict)
    for event in events:
        if event.values.get("what") == "born":
            subject, check, institution, system = (text(event, name) for name in _NAMED)
            wanted[subject, check][institution, system] = event.subject
    looks: list[Look] = []
    doubts: list[Message] = []
    for run in filter(_looked, memory.runs()):
        try:
            look = _look(memory, run, wanted, sent.get(run.id, frozenset()))
            # All of them: one that was touched up may hide that something failed again by telling nothing of it.
            sound = not memory.verify(run.id)
        except (ValueError, LookupError, TypeError, AttributeError):
            sound = False  # what cannot be read is not what was sealed
        if sound:
            looks.append(look)
        else:
            doubts.append(say("the run {run} was changed after it was sealed; it counts for nothing", run=run.id))
    return Registered(register(events, looks), tuple(sorted(doubts, key=str)))


def text(event: Event, name: str) -> str:
    """One of its values, as text."""
    value = event.values.get(name, "")
    return value if isinstance(value, str) else ""


def _looked(run: Run) -> bool:
    """Whether it took looks of its own: a second judgement over old looks shows no repair."""
    return run.state != "running" and not run.judged_from


def _look(memory: Store, run: Run, wanted: Wanted, sent_by: frozenset[str]) -> Look:
    found: dict[str, Sighting] = {}
    alike: dict[tuple[str, int, str], Sighting] = {}
    for sealed in memory.lines(run.id, wanted.keys()):
        plain = json.loads(sealed.decode("utf-8", "surrogatepass"))
        name = wanted[plain["subject"], plain["check"]].get((plain["institution"], plain["system"]))
        if name is not None:
            key = plain["verdict"], plain["level"], plain["waiver"] or ""
            if key not in alike:
                alike[key] = Sighting(Verdict(key[0]), Level(key[1]), key[2])
            found[name] = alike[key]
    whole = run.state == "complete" and run.selection.everything
    return Look(run.id, run.started, run.estate_id, whole, found, sent_by)
