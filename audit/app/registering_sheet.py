"""The sheet of a register to the entries that bring the register up to what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from audit.app.registering import fingerprint, registered, somebody, write
from audit.app.registering_births import Written, step, told
from audit.app.registering_cells import cells_of
from audit.app.registering_rows import IDENTITY, WRITABLE, rows_of
from audit.catalogue import Catalogue, discover
from audit.inventory.near import near
from audit.model.clean import csv_cell, line, terminal
from audit.model.evidence import Finding, Run
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.model.register import Action, Milestone
from audit.model.unfit import Unexpected
from audit.model.units import parse_instant
from audit.model.verdict import Level, Severity
from audit.store import open_store

SHOWN: Final = 100
_QUOTED: Final = re.compile(r"^'(?=[^\S\n]*[=+\-@＝＋－＠])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a sheet changes, or would."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: int


def bring_in(store: str, path: Path, *, by: str, dry: str = "") -> Imported:
    """Write what a sheet says otherwise than the register, all or nothing; nothing at all where `dry` is not empty.

    An empty cell says nothing. Stop(INVALID) with FILE:ROW:COLUMN of everything that is wrong.
    """
    who, rows = somebody(by), rows_of(path)
    actions = {one.id: one for one in registered(store).actions}
    reader = _Reader(actions, discover(), *_latest(store))
    problems: list[Message] = []
    entries: dict[str, dict[str, Any]] = {}
    same = 0
    for number, row in rows:
        try:
            name, values = reader.entry(row)
            if name in entries:
                raise _Wrong("id", say("the sheet has a row for {id} already", id=name))
        except _Wrong as wrong:
            column = wrong.column
            place = say(
                "{file}:{row}:{column}: {says}", file=line(path.name), row=number, column=column, says=wrong.says
            )
            problems.append(place)
            continue
        if values:
            entries[name] = {**values, "by": who}
        else:
            same += 1
    if problems:
        more = [say("and {count} more", count=len(problems) - SHOWN)] if len(problems) > SHOWN else []
        raise Stop(Exit.INVALID, *problems[:SHOWN], *more)
    if not dry:
        write(store, entries.items())
    new = tuple(name for name in entries if name not in actions)
    return Imported(new, tuple(name for name in entries if name in actions), same)


class _Wrong(Exception):
    def __init__(self, column: str, says: Message) -> None:
        super().__init__(column, says)
        self.column, self.says = column, says


class _Reader:
    """Rows to entries."""

    def __init__(
        self, actions: Mapping[str, Action], known: Catalogue, run: Run | None, findings: Sequence[Finding]
    ) -> None:
        self._actions, self._known, self._run = actions, known, run
        self._findings = {(one.check, one.subject): one for one in findings}

    def entry(self, row: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """The fingerprint that a row is about with what it changes; nothing where it says what is so already."""
        action = self._actions.get(row.get("id", ""))
        born: dict[str, Any] = {}
        if action is None:
            name, born = self._born(row)
            action = self._actions.get(name)
        else:
            name = action.id
        now = cells_of(action) if action is not None else {}
        if action is not None:
            born = {}
            for column in IDENTITY:
                if row.get(column, "") and column != "id" and not _says(row[column], now[column]):
                    says = say("{id} has {now} here, which no sheet changes", id=name, now=repr(now[column][:80]))
                    raise _Wrong(column, says)
        values = {
            column: value
            for column in WRITABLE
            if row.get(column, "") and not _says(row[column], now.get(column, ""))
            for value in self._value(column, _plain(row[column]), action)
        }
        return name, ({"what": "born" if born else "changed", **born, **values} if born or values else {})

    def _value(self, column: str, text: str, action: Action | None) -> Iterator[Any]:
        written: dict[str, Any] = {column: text}
        if column == "milestones":
            written = {column: [one for one in text.splitlines() if one.strip()]}
            before = {_step(one) for one in action.milestones} if action is not None else set()
            steps = []
            for one in written[column]:
                try:
                    made = step(one)
                except Unexpected as wrong:
                    raise _Wrong(
                        column, say("expected {right}, got {got}", right=wrong.right, got=wrong.got)
                    ) from wrong
                if tuple(made.items()) not in before:
                    steps.append(made)
            if steps:
                yield steps
            return
        if column == "earlier":
            written = {column: [one.strip() for one in text.split(",") if one.strip()]}
        if column == "state" and action is None and text == "closed":
            yield "verify"  # somebody says so; here only a run that passes closes it
            return
        if column == "state" and action is not None and action.state.value == "closed":
            raise _Wrong(column, say("it is closed by a run; only a run that fails opens it"))
        try:
            found = told(Written(**written))
        except Stop as stop:
            raise _Wrong(column, say("{says}", says=stop.says[0])) from stop
        yield found[column]

    def _born(self, row: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        check, subject = _plain(row.get("check", "")), _plain(row.get("subject", ""))
        for column, text in (("check", check), ("subject", subject)):
            if not text:
                raise _Wrong(column, say("expected the {what} of a finding, got nothing", what=column))
        rule = self._known.checks.get(check)
        if rule is None:
            close = near(check, self._known.checks)
            hint = say("did you mean {close}?", close=close) if close else say("`haechi checks` lists them")
            raise _Wrong("check", say("unknown check {check}; {hint}", check=repr(check[:80]), hint=hint))
        found = self._findings.get((check, subject))
        seen: dict[str, str] = {"severity": rule.severity.value, "control": rule.control, "least": rule.least.word}
        if found is not None and self._run is not None:
            seen |= {"institution": found.institution, "system": found.system, "severity": found.severity.value}
            seen |= {"grade": str(found.grade), "run": self._run.id, "since": self._run.started.isoformat()}
            seen |= {"estate": self._run.estate_id}
        given = {column: _plain(row[column]) for column in IDENTITY if row.get(column, "") and column != "id"}
        made: dict[str, Any] = {**seen, **given}
        name = fingerprint(check, made.get("institution", ""), made.get("system", ""), subject)
        if row.get("id", "") not in ("", name):
            says = say("expected {right}, the fingerprint of its check, institution, system, subject", right=name)
            raise _Wrong("id", says)
        made["severity"] = self._one_of(made, "severity", Severity)
        made["least"] = self._one_of(made, "least", [one.word for one in Level])
        grade = made.get("grade", "2")
        if grade not in ("1", "2", "3", "4"):
            raise _Wrong("grade", say("expected 1, 2, 3 or 4, got {got}", got=repr(grade[:80])))
        made["grade"] = int(grade)
        if "since" in made:
            try:
                made["since"] = parse_instant(made["since"]).isoformat()
            except Unexpected as wrong:
                raise _Wrong("since", say("expected {right}, got {got}", right=wrong.right, got=wrong.got)) from wrong
        if "zone" in made:
            _check_zone(made["zone"])
        return name, made

    def _one_of(self, made: Mapping[str, Any], column: str, known: Iterable[str]) -> str:
        word = str(made[column])
        if word not in list(known):
            raise _Wrong(column, say("expected one of {all}, got {got}", all=", ".join(known), got=repr(word[:80])))
        return word


def _check_zone(name: str) -> None:
    from zoneinfo import available_timezones

    if name not in available_timezones():
        raise _Wrong("zone", say("expected a time zone such as Asia/Seoul, got {got}", got=repr(name[:80])))


def _step(one: Milestone) -> tuple[tuple[str, str], ...]:
    made = {"day": one.day.isoformat(), "text": one.text}
    return tuple((made | ({"done": one.done.isoformat()} if one.done is not None else {})).items())


def _says(cell: str, now: str) -> bool:
    """Whether a cell says what is so already, in the way in which it is exported or as it is."""
    return cell in (now, csv_cell(now), csv_cell(now).strip()) or now in (_plain(cell), terminal(_plain(cell)).strip())


def _plain(cell: str) -> str:
    """What somebody meant by a cell: the mark that keeps a spreadsheet from computing it is not part of it."""
    return _QUOTED.sub("", cell).strip()


def _latest(store: str) -> tuple[Run | None, Sequence[Finding]]:
    """The newest run that took looks of its own, with what it found; nothing where there is none."""
    try:
        with open_store(store, writing=False) as memory:
            run = next((one for one in memory.runs() if one.state == "complete" and not one.judged_from), None)
            return (run, memory.findings(run.id)) if run is not None else (None, ())
    except Stop as stop:
        if stop.code is not Exit.USAGE:
            raise
        return None, ()
