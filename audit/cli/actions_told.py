"""The register of a store to the lines, the document of JSON, the sheet that `haechi actions` prints of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from audit.app.registering import Registered, meant, registered, worst_first
from audit.app.registering_births import Born
from audit.app.registering_cells import sheet
from audit.app.registering_sheet import Imported
from audit.cli.back import columns
from audit.cli.voice import talk, tell
from audit.model.clean import json_escaped, line
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.model.register import Action, Change
from audit.model.unfit import Unexpected
from audit.model.units import parse_instant
from audit.world.clock import SystemClock
from reports.actions import SCHEMA, WHATS, entry, record, row
from reports.actions import told as counted
from reports.translate import Translator

SHOWN: Final = 200
"""So many lines are for people; programs get them all."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was asked for out of a register."""

    shown: Sequence[Action]
    all: Sequence[Action]
    doubts: Sequence[Message]


def now(at: str | None) -> datetime:
    """The instant that somebody wrote, else this one."""
    if at is None:
        return SystemClock().now()
    try:
        return parse_instant(at)
    except Unexpected as wrong:
        raise Stop(Exit.USAGE, say("--at: expected {right}, got {got}", right=wrong.right, got=wrong.got)) from wrong


def today(store: str, name: str) -> str:
    """The day that it is where the estate of a measure is."""
    from zoneinfo import ZoneInfo

    zone = meant(registered(store).actions, name).origin.zone
    return SystemClock().now().astimezone(ZoneInfo(zone)).date().isoformat()


def chosen(store: str, wanted: Mapping[str, str | None], at: datetime) -> Chosen:
    """The measures that are wanted, the worst first."""
    found: Registered = registered(store)
    state, owner, institution = (wanted.get(name) for name in ("state", "owner", "institution"))
    shown = [
        one
        for one in found.actions
        if (state == "all" or (one.pending if state == "pending" else one.state == state))
        and (owner is None or one.owner == ("" if owner == "-" else owner))
        and (institution is None or one.origin.institution == institution)
        and (not wanted.get("overdue") or one.late(at) is not None)
    ]
    if institution is not None and not shown:
        _known("--institution", institution, {one.origin.institution for one in found.actions})
    if owner not in (None, "-") and not shown:
        _known("--owner", owner or "", {one.owner for one in found.actions})
    return Chosen(worst_first(shown, at), found.actions, found.doubts)


def _known(option: str, written: str, names: Iterable[str]) -> None:
    """Stop(USAGE) where nothing in the register has that name."""
    from audit.inventory.near import near

    known = sorted(filter(None, names))
    if known and written not in known:
        close = near(written, known)
        hint = say("did you mean {close}?", close=repr(close)) if close else say("no measure has it")
        raise Stop(Exit.USAGE, say("{option} {name}: {hint}", option=option, name=repr(written[:80]), hint=hint))


def listing(found: Chosen, at: datetime, form: str, language: str) -> None:
    """The chosen measures, then how many there are of all."""
    _doubted(found.doubts, language)
    if form == "json":
        _document(at=at.isoformat(), actions=[record(one, at) for one in found.shown])
        return
    speak = Translator(language)
    if not found.all:
        talk(say("the register is empty; `haechi actions add` writes the first measure"), language)
        return
    if not found.shown:
        talk(say("no measure is like that"), language)
    else:
        heads = (say("id"), say("severity"), say("state"), say("due"), say("owner"), say("check"), say("subject"))
        rows: list[Sequence[str]] = [[speak.message(head) for head in heads]]
        for one in found.shown[:SHOWN]:
            told = row(one, at, speak)
            late = ", ".join(part for part in (one.due.isoformat() if one.due else "-", told.late, told.told) if part)
            state = "; ".join((told.state, *told.marks))
            rows.append((told.id, told.severity, state, late, told.owner or "-", told.check, told.subject))
        for text in columns(rows):
            tell(text)
        if len(found.shown) > SHOWN:
            talk(say("and {count} more; --format json tells them all", count=len(found.shown) - SHOWN), language)
    talk(say("{told}", told=counted(found.all, at, speak)), language)


def one(action: Action, at: datetime, form: str, language: str) -> None:
    """One measure as it stands after something was written."""
    if form == "json":
        _document(at=at.isoformat(), actions=[record(action, at)])
        return
    told = row(action, at, Translator(language))
    parts = (told.severity, told.state, *told.marks, told.due, told.late, told.owner, told.budget, told.plan)
    tell(line(f"{told.id}  {told.check}  {told.subject}"))
    tell(line("  " + "; ".join(part for part in parts if part)))
    for done, day, text in told.steps:
        tell(line(f"  [{'x' if done else ' '}] {day} {text}"))


def births(done: Born, form: str, language: str) -> None:
    """What was written down for findings."""
    if form == "json":
        _document(run=done.run, new=list(done.new), known=list(done.known))
        return
    for name in done.new:
        tell(name)
    says = say("run {run}: new measures {new}, known before {known}", run=done.run, new=len(done.new),
               known=len(done.known))  # fmt: skip
    talk(says, language)


def brought(done: Imported, dry: str, form: str, language: str) -> None:
    """What a sheet changed, or would."""
    if form == "json":
        _document(written=not dry, new=list(done.new), changed=list(done.changed), same=done.same)
        return
    for name in done.new:
        tell(f"+ {name}")
    for name in done.changed:
        tell(f"~ {name}")
    counts = {"new": len(done.new), "changed": len(done.changed), "same": done.same}
    says = say("new {new}, changed {changed}, as before {same}", **counts)
    talk(says if not dry else say("nothing was written; it would be: {what}", what=says), language)


def told_in_order(store: str, name: str | None, form: str, language: str) -> None:
    """The history of one measure, or of all."""
    found = registered(store)
    _doubted(found.doubts, language)
    actions = [meant(found.actions, name)] if name is not None else found.actions
    told = [(one, change) for one in actions for change in one.history]
    told.sort(key=lambda pair: pair[1].at)  # a stable order: that of its own history within a measure
    if form == "json":
        history = [{"id": one.id, **entry(change)} for one, change in told]
        _document(history=history)
        return
    speak = Translator(language)
    for one, change in told:
        lead = f"{change.at.isoformat(timespec='seconds')}  "
        lead += f"{one.id}  {one.origin.check} {one.origin.subject}  " if name is None else ""
        tell(line(lead + _change(change, speak)))


def _change(change: Change, speak: Translator) -> str:
    parts = [speak.message(WHATS[change.what])]
    parts += [f"{name}: {value or '-'}" for name, value in change.values.items()]
    who = change.by or change.run
    return "; ".join(parts) + (f"  ({who})" if who else "")


def exported(store: str, at: datetime, form: str, output: Path | None, language: str) -> None:
    """Every measure, by id."""
    from audit.app.papers_added import write_new

    found = registered(store)
    _doubted(found.doubts, language)
    if form == "json":
        text = _json(at=at.isoformat(), actions=[record(one, at) for one in found.actions]) + "\n"
    else:
        # With its mark: a spreadsheet in Korea takes UTF-8 without one for another alphabet.
        text = "\ufeff" + "".join(sheet(found.actions))
    if output is None:
        click.echo(text, nl=False, file=sys.stdout)
        return
    write_new(output, text.encode(), again=output.exists())
    talk(say("Register: {path}", path=output), language)


def _doubted(doubts: Iterable[Message], language: str) -> None:
    for doubt in doubts:
        talk(doubt, language)


def _document(**content: Any) -> None:
    tell(_json(**content))


def _json(**content: Any) -> str:
    return json_escaped(json.dumps({"schema": SCHEMA, **content}, indent=2))
