"""An open store to the leaves of its log and of its runs, to the entry of that log which seals runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring as quoted
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, func, select, text

from audit.model.event import Event
from audit.model.evidence import Run, canonical
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.store import eventlog, journal
from audit.store.many import many
from audit.store.merkle import leaf_hash, root_of
from audit.store.record import run_from, sources_of
from audit.store.seal import sealed_leaves, tags
from audit.store.tables import EVENT, FINDING, RUN, SERIES, SIGHT

KIND: Final = "checkpoint"
SCHEMA: Final = "haechi.sealed/1"
START: Final = bytes(32)
_ROWS: Final = text("SELECT number, at, kind, subject, content, link FROM event WHERE number <= :until ORDER BY number")
"""As text: what the columns are known to hold would be asked a million times."""
_LAST: Final = 2**62
_AT_ONCE: Final = 250
"""So many events are looked at in one step."""
_NEWEST: Final = select(EVENT.c.number, EVENT.c.kind).order_by(EVENT.c.number.desc()).limit(1)


def leaves(rows: Iterable[tuple[Any, ...]]) -> list[bytes]:
    """Events as they stand in the tree: the canonical form of their columns, written out because it is a million."""
    return [
        f"[{number},{quoted(at)},{quoted(kind)},{quoted(subject)},{quoted(content)}]".encode("utf-8", "surrogatepass")
        for number, at, kind, subject, content, _ in rows
    ]


@dataclass(slots=True)
class Log:
    """The hashes of the leaves of a log, with the first event that is not what was written."""

    hashes: list[bytes]
    broken: Message | None = None
    at: int = 0
    """The number of the event that is broken."""


def read_log(connection: Connection, until: int | None = None) -> Log:
    """Walk a log, up to an event where one is named."""
    log, link, new, last = Log([]), START, hashlib.sha256, 0
    given = {"until": _LAST if until is None else until}
    for rows in many(connection, _ROWS, _AT_ONCE, given):
        try:
            lines = leaves(rows)
        except TypeError:
            lines = [_leaf(row) for row in rows]
        links = [row[5] if type(row[5]) is bytes else b"" for row in rows]
        numbers = [row[0] for row in rows]
        linked = [new(before + line).digest() for before, line in zip((link, *links), lines, strict=False)]
        if log.broken is None and (linked != links or numbers != list(range(last + 1, last + 1 + len(rows)))):
            _break(log, last, [(number, linked[at] == links[at]) for at, number in enumerate(numbers)])
        log.hashes += [new(b"\0" + line).digest() for line in lines]
        link, last = links[-1], numbers[-1]
    return log


def _leaf(row: tuple[Any, ...]) -> bytes:
    """An event of a file that was written to by hand, which may hold a number where a text stands."""
    try:
        return leaves([row])[0]
    except TypeError:
        return b""


def _break(log: Log, last: int, rows: Iterable[tuple[int, bool]]) -> None:
    """Say which one is the first of these rows that is not what was written; each is its number, whether it is."""
    for number, whole in rows:
        if number != last + 1:
            log.broken = say("event {number} does not follow on event {last}", number=number, last=last)
        elif not whole:
            log.broken = say("event {number} is not what was written", number=number)
        if log.broken is not None:
            log.at = number
            return
        last = number


@dataclass(frozen=True, slots=True)
class Parts:
    """The leaves of a run, with what each of them is."""

    run: Run
    sources: Mapping[str, str]
    """The id of each file by its name."""
    sights: Sequence[tuple[str, str]]
    """Subject with the id of what was seen of it."""
    findings: Sequence[tuple[int, str, str, str, bytes]]
    """Position, subject, check, verdict, the finding itself."""

    def hashes(self) -> list[bytes]:
        """The hashes of all leaves, in their order."""
        seen = (name for _, name in self.sights)
        lines = (row[4] for row in self.findings)
        return list(map(leaf_hash, sealed_leaves(self.run, self.sources.values(), seen, lines)))

    def named(self, place: int) -> Message:
        """What a leaf is, for people."""
        if place == 0:
            return say("its head")
        place -= 1
        if place < len(self.sources):
            wanted = sorted(self.sources.values())[place]
            return say("the file {name}", name=next(name for name, key in self.sources.items() if key == wanted))
        place -= len(self.sources)
        if place < len(self.sights):
            return say("the observation of {subject}", subject=self.sights[place][0])
        place -= len(self.sights)
        if place < len(self.findings):
            position, subject, rule, _, _ = self.findings[place]
            return say("finding {number}, {check} on {subject}", number=position, check=rule, subject=subject)
        return say("its end")


def parts_of(connection: Connection, row: Mapping[str, Any]) -> Parts:
    """The leaves of one run."""
    sights = connection.execute(select(SIGHT.c.subject, SIGHT.c.observation).where(SIGHT.c.run == row["id"])).all()
    columns = (FINDING.c.position, FINDING.c.subject, FINDING.c.rule, FINDING.c.verdict, FINDING.c.line)
    lines = connection.execute(select(*columns).where(FINDING.c.run == row["id"]).order_by(FINDING.c.position))
    return Parts(
        run_from(row),
        sources_of(row),
        # Sorted here: databases disagree about the order of text.
        sorted((str(subject), str(seen)) for subject, seen in sights),
        [(position, subject, rule, verdict, bytes(line)) for position, subject, rule, verdict, line in lines],
    )


def sealed_values(parts: Parts) -> dict[str, Any]:
    """What the log keeps of a run under its seal."""
    hashes = parts.hashes()
    files = "sha256:" + hashlib.sha256(canonical(sorted(parts.sources.items()))).hexdigest()
    return {"root": "sha256:" + root_of(hashes).hex(), "files": files, "count": len(hashes), "tags": tags(hashes)}


def rows_of(connection: Connection) -> list[dict[str, Any]]:
    """The rows of all runs, oldest first."""
    return [row._asdict() for row in connection.execute(select(RUN).order_by(RUN.c.started, RUN.c.id))]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one entry of the log sealed."""

    number: int
    runs: Mapping[str, Mapping[str, Any]]
    journal: tuple[int, str]
    series: tuple[int, str]


def sealed_in(connection: Connection) -> Iterator[Sealed]:
    """Every seal in a log, in order; what cannot be read is left out, since its event is told of as changed."""
    wanted = select(EVENT.c.number, EVENT.c.content).where(EVENT.c.kind == KIND).order_by(EVENT.c.number)
    for number, content in connection.execute(wanted).all():
        try:
            values = json.loads(content)
            if values["schema"] == SCHEMA:
                (entry, link), (last, names) = values["journal"], values["series"]
                yield Sealed(number, dict(values["runs"]), (int(entry), str(link)), (int(last), str(names)))
        except (ValueError, KeyError, TypeError):
            continue


def series_sum(connection: Connection, last: int) -> str:
    """The hash over the names of the series up to a number."""
    wanted = select(SERIES.c.number, SERIES.c.subject, SERIES.c.vantage).where(SERIES.c.number <= last)
    found = hashlib.sha256()
    for number, subject, vantage in connection.execute(wanted.order_by(SERIES.c.number)):
        found.update(canonical([number, subject, vantage]))
    return found.hexdigest()


def append_seal(connection: Connection, at: datetime, wanted: Collection[str] | None) -> int:
    """Put the roots of runs into the log, those of all closed ones where none is named; the size to be signed.

    Where nothing happened since the last seal, nothing is written: to seal twice gives the same checkpoint.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": eventlog.KEY})
    known = {name: values["root"] for seal in sealed_in(connection) for name, values in seal.runs.items()}
    rows = [row for row in rows_of(connection) if row["root"] and (wanted is None or row["id"] in wanted)]
    runs = {row["id"]: sealed_values(parts_of(connection, row)) for row in rows if known.get(row["id"]) != row["root"]}
    for row in rows:
        if row["id"] in runs and runs[row["id"]]["root"] != row["root"]:
            says = say("nothing is signed: run {run} was altered; `haechi verify` tells what", run=row["id"])
            raise Stop(Exit.STORAGE, says)
    newest = connection.execute(_NEWEST).first()
    if not runs and newest is not None and newest.kind == KIND:
        return int(newest.number)
    entry, link = journal.head(connection)
    last = connection.execute(select(func.coalesce(func.max(SERIES.c.number), 0))).scalar_one()
    values = {
        "schema": SCHEMA,
        "runs": runs,
        "journal": [entry, link.hex()],
        "series": [last, series_sum(connection, last)],
    }
    subject = next(iter(runs)) if len(runs) == 1 else ""
    eventlog.tell(connection, [Event(at, "checkpoint", subject, MappingProxyType(values))])
    return int(connection.execute(_NEWEST).one().number)
