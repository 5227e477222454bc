"""A store with the checkpoints that somebody kept of it to everything in it that was altered, first of all first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.store import journal, proofs
from audit.store.checkpoint import Checkpoint
from audit.store.checkpoint_log import (
    Log,
    Parts,
    Sealed,
    parts_of,
    read_log,
    rows_of,
    sealed_in,
    sealed_values,
    series_sum,
)
from audit.store.database import Purpose, open_database
from audit.store.merkle import root_of
from audit.store.record import unpacked
from audit.store.seal import first_change
from audit.store.tables import FINDING, HEAD, JOURNAL, OBSERVATION, RUN, SIGHT, SOURCE
from audit.store.trouble import UNREADABLE, stop_for

Says = Message | str
_DAMAGED: Final = (11, 26)
"""What SQLite says of a file that is damaged, or is no database any more."""
_SEEN: Final = select(SIGHT.c.subject, OBSERVATION.c.id, OBSERVATION.c.content).join_from(SIGHT, OBSERVATION)


@dataclass(frozen=True, slots=True)
class Examined:
    """What the walk through a store found."""

    faults: tuple[Says, ...]
    """Everything that was altered, in the order of the walk."""
    size: int = 0
    """How many events there are."""
    runs: int = 0
    open_runs: tuple[str, ...] = ()
    """Closed runs that no checkpoint covers."""


def examine(url: str, checkpoints: Sequence[Checkpoint]) -> Examined:
    """Walk everything: the file, the log, the runs, what was measured. Stop where there is no such store."""
    try:
        opened = open_database(url, Purpose.RUN, writing=False)
    except Stop as stop:
        return Examined((_damage(stop),))
    with opened.lock:
        try:
            with opened.engine.connect() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execution_options(isolation_level="REPEATABLE READ")
                return _walk(connection, checkpoints, whole=opened.version == HEAD)
        except DBAPIError as broken:
            trouble = stop_for(broken, opened.name)
            trouble.__cause__ = broken
            return Examined((_damage(trouble),))
        except UNREADABLE:
            return Examined((say("the file is damaged: {why}", why=opened.name),))


def _damage(stop: Stop) -> Says:
    """What a store that cannot be read says of itself; any other trouble is not one of the record."""
    cause = stop.__cause__
    original = getattr(cause, "orig", None)
    code = getattr(original, "sqlite_errorcode", None)
    decoded = "decode" in str(original)
    decoded |= isinstance(cause, UNREADABLE)
    if stop.code is not Exit.STORAGE or (cause is not None and not decoded and (code or 0) & 0xFF not in _DAMAGED):
        raise stop
    return stop.says[0]


def _walk(connection: Connection, checkpoints: Sequence[Checkpoint], *, whole: bool) -> Examined:
    faults: list[Says] = list(_file(connection))
    log = read_log(connection) if whole else Log([])
    faults += _log(log, checkpoints)
    seals = list(sealed_in(connection)) if whole else []
    known: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for seal in seals:
        for name, values in seal.runs.items():
            if name in known and known[name][1].get("root") != values.get("root"):
                first = known[name][0]
                faults.append(
                    say("event {number} seals run {run} under another root than event {first}",
                        number=seal.number, run=name, first=first)
                )  # fmt: skip
            known.setdefault(name, (seal.number, values))
    rows = rows_of(connection)
    for row in rows:
        faults += _run(connection, row, known.get(row["id"], (0, None))[1])
    there = {row["id"] for row in rows}
    faults += [
        say("run {run} is gone, which event {number} sealed", run=name, number=number)
        for name, (number, _) in known.items()
        if name not in there
    ]
    faults += _strays(connection, rows)
    if whole:
        faults += _measured(connection, seals)
    signed = max((one.size for one in checkpoints), default=0)
    uncovered = tuple(row["id"] for row in rows if row["root"] and known.get(row["id"], (signed + 1, None))[0] > signed)
    return Examined(tuple(faults), len(log.hashes), len(rows), uncovered)


def _file(connection: Connection) -> Iterator[Says]:
    if connection.dialect.name != "sqlite":
        return
    found = connection.execute(text("PRAGMA integrity_check(1)")).scalar()
    if found != "ok":
        yield say("the file is damaged: {why}", why=str(found).replace("\n", " "))
    for row in connection.execute(text("PRAGMA foreign_key_check")).all():
        yield say("a row of table {table} belongs to nothing that is there", table=row[0])
        break


def _log(log: Log, checkpoints: Sequence[Checkpoint]) -> Iterator[Says]:
    if log.broken is not None:
        yield log.broken
    good = 0
    for one in sorted(checkpoints, key=lambda checkpoint: checkpoint.size):
        if one.size > len(log.hashes):
            yield say(
                "the log ends with event {number} where a checkpoint covers {size}: it was rolled back or cut off, or "
                "this is another store",
                number=len(log.hashes),
                size=one.size,
            )
            return
        if root_of(log.hashes[: one.size]) == one.root:
            good = one.size
        elif not 0 < log.at <= one.size:
            yield say(
                "events {first} to {last} are not those under the checkpoint of {origin}: somebody wrote them anew, or "
                "this is another store",
                first=good + 1,
                last=one.size,
                origin=one.origin,
            )
            return


def _run(connection: Connection, row: Mapping[str, Any], sealed: Mapping[str, Any] | None) -> Iterator[Says]:
    name = row["id"]
    try:
        parts = parts_of(connection, row)
        now = sealed_values(parts)
        yield from (say("run {run}: {what}", run=name, what=what) for what in _contents(connection, parts))
        if row["state"] == "running":
            if row["root"] or sealed is not None or parts.findings:
                yield say("run {run}: it was closed once and stands open now", run=name)
            return
        if sealed is not None and now["root"] != sealed["root"]:
            place = first_change(sealed["tags"], parts.hashes())
            same = now["count"] == sealed["count"]
            if place is not None and same:
                yield say("run {run}: {what} is not what was sealed", run=name, what=parts.named(place))
            elif place is not None:
                yield say(
                    "run {run}: it has {count} records where {sealed} were sealed; the first that differs is {what}",
                    run=name,
                    count=now["count"],
                    sealed=sealed["count"],
                    what=parts.named(place),
                )
            else:
                yield say("run {run}: it has {count} records where {sealed} were sealed",
                          run=name, count=now["count"], sealed=sealed["count"])  # fmt: skip
        elif sealed is not None and now["files"] != sealed["files"]:
            yield say("run {run}: the names of its files are not those that were sealed", run=name)
        if row["root"] != now["root"] and (sealed is None or sealed["root"] == now["root"]):
            yield say("run {run}: its head, its observations or its findings are not those that were sealed", run=name)
    except (*UNREADABLE, OperationalError) as broken:
        # A text that is no UTF-8 is told of by the database itself.
        yield say("run {run}: it cannot be read any more ({why})", run=name, why=type(broken).__name__)


def _contents(connection: Connection, parts: Parts) -> Iterator[Message]:
    contents = {
        key: bytes(content)
        for key, content in connection.execute(
            select(SOURCE.c.id, SOURCE.c.content).where(SOURCE.c.id.in_(set(parts.sources.values())))
        )
    }
    for name, key in sorted(parts.sources.items()):
        if key not in contents or _id(contents[key]) != key:
            yield say("the file {name} is not what was stored", name=name)
    for subject, key, content in connection.execute(_SEEN.where(SIGHT.c.run == parts.run.id)):
        try:
            plain = unpacked(bytes(content))
            same = _id(plain) == key and json.loads(plain.decode("utf-8", "surrogatepass"))["subject"] == subject
        except UNREADABLE:
            same = False
        if not same:
            yield say("the observation of {subject} is not what was stored", subject=subject)
    for number, (position, subject, rule, verdict, written) in enumerate(parts.findings):
        plain = json.loads(written.decode("utf-8", "surrogatepass"))
        # A database may not take a lone surrogate in its columns.
        if (position, subject, rule, verdict) != (number, plain["subject"], plain["check"], plain["verdict"]):
            yield say("finding {number}, {check} on {subject}, does not stand where it says it is",
                      number=position, check=rule, subject=subject)  # fmt: skip


def _strays(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> Iterator[Says]:
    """What belongs to no run: where a run was taken out, it is left behind."""
    used: set[str] = set()
    for row in rows:
        try:
            used |= set(json.loads(row["sources"]).values())
        except UNREADABLE:
            continue  # told of already, with its run
    for key in connection.execute(select(SOURCE.c.id)).scalars():
        if key not in used:
            yield say("a file is left of a run that is gone: {id}", id=key)
    lost = select(OBSERVATION.c.id).where(OBSERVATION.c.id.not_in(select(SIGHT.c.observation)))
    for key in connection.execute(lost).scalars():
        yield say("an observation is left of a run that is gone: {id}", id=key)
    for table in (SIGHT, FINDING):
        gone = select(table.c.run).distinct().where(table.c.run.not_in(select(RUN.c.id)))
        for name in connection.execute(gone).scalars():
            yield say("table {table} has rows of run {run}, which is gone", table=table.name, run=name)


def _measured(connection: Connection, seals: Sequence[Sealed]) -> Iterator[Says]:
    try:
        yield from proofs.problems(connection)
        for seal in seals[-1:]:
            entry, link = seal.journal
            found = _link_at(connection, entry)
            if entry and found is None:
                yield say("the journal is shorter than the {number} entries that event {event} sealed",
                          number=entry, event=seal.number)  # fmt: skip
            elif entry and found not in ("", link):
                yield say("the journal up to entry {number} is not the one that event {event} sealed",
                          number=entry, event=seal.number)  # fmt: skip
            if series_sum(connection, seal.series[0]) != seal.series[1]:
                yield say("the names of the series are not those that event {event} sealed", event=seal.number)
    except UNREADABLE as broken:
        yield say("what was measured cannot be read any more ({why})", why=type(broken).__name__)


def _link_at(connection: Connection, entry: int) -> str | None:
    """The link of an entry of the journal; empty where it was dropped by age, None where there is none."""
    wanted = select(JOURNAL).where(JOURNAL.c.number >= entry).order_by(JOURNAL.c.number).limit(1)
    row = connection.execute(wanted).first()
    if row is None:
        return None
    if row.number == entry:
        return bytes(row.link).hex()
    if not row.content:
        return ""
    link, number = bytes(row.previous), row.number - row.entries
    for payload in journal.payloads(bytes(row.content)):
        if number < entry:
            link, number = journal.linked(link, row.kind, payload), number + 1
    return link.hex()


def _id(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
