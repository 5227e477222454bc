"""Verified bundles of institutions in, their runs with what was signed in the store of a ministry out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from audit.model.event import Event
from audit.model.message import Message, say
from audit.store import eventlog
from audit.store.bundling_measured import take
from audit.store.bundling_verifier import Bundle, Part
from audit.store.checkpoint import Checkpoint
from audit.store.record import packed
from audit.store.tables import EVENT, FINDING, OBSERVATION, RUN, SIGHT, SOURCE

MERGED: Final = "haechi.merged/1"
CARRIED: Final = "haechi.merged-event/1"
REFUSED: Final = "haechi.refused/1"
MEASURED: Final = frozenset(("drill", "switch", "switch-began"))
"""The kinds of events that tell what was drilled."""
_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A bundle that was verified, with who made it."""

    bundle: Bundle
    checkpoint: Checkpoint
    institution: str
    older: Mapping[int, bytes]
    """The roots that its log proves to have had, by size."""

    @property
    def run(self) -> str:
        """The newest one."""
        return self.runs[0]

    @property
    def runs(self) -> tuple[str, ...]:
        return tuple(str(part.head["id"]) for part in self.bundle.runs)

    def roots(self) -> dict[str, str]:
        """Of each run, as the last event that seals it says."""
        sealed = {
            run: str(values["root"])
            for event in self.bundle.events
            if event[2] == "checkpoint"
            for run, values in json.loads(event[4])["runs"].items()
        }
        return {run: sealed[run] for run in self.runs}


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a bundle."""

    run: str
    """The newest one."""
    institution: str
    state: str
    """merged, known (nothing was new), more (new events of a known run) or refused."""
    events: int = 0
    conflicts: tuple[Message, ...] = ()
    runs: tuple[str, ...] = ()
    """All that it holds, the newest first."""


def merge(connection: Connection, sent: Sent, at: datetime) -> Merged:
    """Put one bundle into a store, all or nothing, in a transaction that waits for its turn."""
    told = [
        json.loads(text)
        for text in connection.execute(select(EVENT.c.content).where(EVENT.c.kind == "import")).scalars()
    ]
    known = [one for one in told if isinstance(one, dict) and one.get("schema") == MERGED]
    carried = {
        one["number"]: one
        for one in told
        if isinstance(one, dict) and one.get("schema") == CARRIED and one["origin"] == sent.checkpoint.origin
    }
    roots = sent.roots()
    rows = connection.execute(select(RUN.c.id, RUN.c.root).where(RUN.c.id.in_(roots)))
    there = {str(run): str(root) for run, root in rows}
    refused = [*_same_runs(roots, there), *_fork(sent, known, carried)]
    if refused:
        values = {**_values(sent, REFUSED, sent.run), "why": [str(one) for one in refused]}
        if not any(one.get("schema") == REFUSED and _same(one, values) for one in told if isinstance(one, dict)):
            eventlog.tell(connection, [Event(at, "import", sent.run, MappingProxyType(values))])
        return Merged(sent.run, sent.institution, "refused", 0, tuple(refused), sent.runs)
    conflicts = (*_odd(sent, known), *_shared(connection, sent, known), *_foreign(sent))
    new = [event for event in sent.bundle.events if event[0] not in carried]
    parts = [part for part in sent.bundle.runs if part.head["id"] not in there]
    if parts:
        _insert(connection, sent.bundle, parts, roots)
    events = []
    for run in reversed(sent.runs):
        values = _values(sent, MERGED, run)
        if not any(_same(one, values) for one in known):
            events.append(Event(at, "import", run, MappingProxyType(values)))
    for number, when, kind, subject, content in new:
        values = {"schema": CARRIED, "origin": sent.checkpoint.origin, "institution": sent.institution,
                  "number": number, "at": when, "kind": kind, "content": json.loads(content)}  # fmt: skip
        events.append(Event(at, "import", subject, MappingProxyType(values)))
    eventlog.tell(connection, events)
    mine = ("measured", sent.institution)
    days = [json.loads(content) for _, _, kind, subject, content in new if (kind, subject) == mine]
    conflicts += tuple(_unread(take(connection, sent.institution, days)))
    state = "merged" if parts else "more" if events else "known"
    return Merged(sent.run, sent.institution, state, len(new), conflicts, sent.runs)


def _values(sent: Sent, schema: str, run: str) -> dict[str, Any]:
    one = sent.checkpoint
    return {"schema": schema, "institution": sent.institution, "origin": one.origin, "run": run,
            "root": sent.roots()[run], "size": one.size, "log": one.root.hex(), "checkpoint": str(one)}  # fmt: skip


def _same(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    return all(one.get(name) == two[name] for name in ("origin", "run", "root", "size", "log"))


def _same_runs(roots: Mapping[str, str], there: Mapping[str, str]) -> Iterator[Message]:
    for run, root in roots.items():
        if there.get(run, root) != root:
            yield say("run {run} is here already with another content", run=run)


def _fork(
    sent: Sent, known: Sequence[Mapping[str, Any]], carried: Mapping[int, Mapping[str, Any]]
) -> Iterator[Message]:
    """Whether the log of an institution is not the one that it sent before."""
    one = sent.checkpoint
    for old in known:
        if old["origin"] == one.origin and old["size"] <= one.size:
            root = {**sent.older, one.size: one.root}.get(old["size"])
            if root is not None and root.hex() != old["log"]:
                yield say("the log of {origin} does not go on from what it was at size {size}: it was altered",
                          origin=one.origin, size=old["size"])  # fmt: skip
                return
    for number, when, kind, _, content in sent.bundle.events:
        old_one = carried.get(number)
        if old_one is not None and (old_one["at"], old_one["kind"], old_one["content"]) != (
            when,
            kind,
            json.loads(content),
        ):
            yield say("event {number} of {origin} is not the one that it sent before", number=number, origin=one.origin)
            return


def _odd(sent: Sent, known: Sequence[Mapping[str, Any]]) -> Iterator[Message]:
    one = sent.checkpoint
    newest = max((old["size"] for old in known if old["origin"] == one.origin), default=0)
    if newest > one.size:
        yield say("the bundle is older than what is there: its log ends with event {size}, {newest} were sent before",
                  size=one.size, newest=newest)  # fmt: skip
    elif newest and newest != one.size and newest not in sent.older:
        yield say("nothing proves that the log of {origin} goes on from size {size}", origin=one.origin, size=newest)
    for origin in sorted({old["origin"] for old in known if old["institution"] == sent.institution} - {one.origin}):
        yield say("{institution} sent another log before: {origin}", institution=sent.institution, origin=origin)
    for other in sorted({old["institution"] for old in known if old["origin"] == one.origin} - {sent.institution}):
        yield say("the same log was sent as that of {other}", other=other)


def _shared(connection: Connection, sent: Sent, known: Sequence[Mapping[str, Any]]) -> Iterator[Message]:
    """Subjects of which another institution tells too."""
    mine = {json.loads(line)["subject"] for part in sent.bundle.runs for line in part.findings}
    others: dict[str, set[str]] = {}
    for old in known:
        if old["institution"] != sent.institution:
            others.setdefault(old["institution"], set()).add(old["run"])
    for institution, runs in sorted(others.items()):
        wanted = select(FINDING.c.subject).distinct().where(FINDING.c.run.in_(sorted(runs)))
        both = sorted(mine.intersection(connection.execute(wanted).scalars()))
        if both:
            yield say("{count} subjects are told of by {other} too: {some}",
                      count=len(both), other=institution, some=", ".join(both[:5]))  # fmt: skip


def _unread(days: Sequence[str]) -> Iterator[Message]:
    named = sorted(set(days))
    if named:
        some = ", ".join(named[:5]) + (", ..." if len(named) > 5 else "")
        yield say("what was measured on these days cannot be read: {days}", days=some)


def _foreign(sent: Sent) -> Iterator[Message]:
    """Drills and switches of what is not of the institution: they are kept, and count for nothing."""
    below = sent.institution + "/"
    others = sorted(
        {event[3] for event in sent.bundle.events if event[2] in MEASURED and not (event[3] + "/").startswith(below)}
    )
    if others:
        yield say("drills and switches of what is not of {institution} count for nothing: {some}",
                  institution=sent.institution, some=", ".join(others[:5]))  # fmt: skip


def _insert(connection: Connection, bundle: Bundle, parts: Sequence[Part], roots: Mapping[str, str]) -> None:
    _once(connection, SOURCE, [{"id": key, "content": content} for key, content in sorted(bundle.sources.items())])
    for part in parts:
        head, run = part.head, part.head["id"]
        row = {name: head[name] for name in ("id", "started", "ended", "at", "state", "tool")}
        row |= {
            "estate_id": head["estate"][0],
            "estate_sha256": head["estate"][1],
            "root": roots[run],
            "judged_from": head["judged-from"],
            "selection": json.dumps(head["selection"]),
            "names": json.dumps(head["names"]),
            "sources": json.dumps(part.files),
        }
        connection.execute(insert(RUN), row)
        plain = [(json.loads(line.decode("utf-8", "surrogatepass"))["subject"], line) for line in part.observations]
        ids = [(subject, _id(line), line) for subject, line in plain]
        _once(connection, OBSERVATION, [{"id": key, "content": packed(line)} for _, key, line in ids])
        _once(connection, SIGHT, [{"run": run, "subject": subject, "observation": key} for subject, key, _ in ids])
        findings = [(line, json.loads(line.decode("utf-8", "surrogatepass"))) for line in part.findings]
        rows = [
            {"run": run, "position": position, "subject": one["subject"], "rule": one["check"],
             "verdict": one["verdict"], "line": line}
            for position, (line, one) in enumerate(findings)
        ]  # fmt: skip
        for at in range(0, len(rows), _BATCH):
            connection.execute(insert(FINDING), rows[at : at + _BATCH])


def _once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert what is not there yet."""
    inserts = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    for at in range(0, len(rows), _BATCH):
        connection.execute(inserts(table).on_conflict_do_nothing(), rows[at : at + _BATCH])


def _id(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
