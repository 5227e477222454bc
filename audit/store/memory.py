"""A database in, the verbs of an append-only memory of runs out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import islice
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Connection, Engine, Select, Table, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from audit.model.evidence import ABOUT_WORK, Finding, Observation, Run
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store.brief import Brief, briefs
from audit.store.many import many
from audit.store.record import (
    FactsOf,
    finding_from,
    finding_line,
    observation_from,
    packed,
    run_from,
    run_row,
    sources_of,
    unpacked,
)
from audit.store.seal import sealed_root
from audit.store.tables import FINDING, OBSERVATION, RUN, SIGHT, SOURCE
from audit.store.trouble import UNREADABLE, speaking, understanding

T = TypeVar("T")
BATCH: Final = 5_000
_NEWEST: Final = (RUN.c.started.desc(), RUN.c.id.desc())
_ABOUT_WORK: Final = RUN.c.selection.startswith(json.dumps({"checks": ABOUT_WORK})[:-1], autoescape=True)
_CLOSING: Final = ("ended", "at", "state", "root")
"""The columns of a run that its end fills in."""
_SEEN: Final = select(SIGHT.c.subject, OBSERVATION.c.id, OBSERVATION.c.content).join_from(SIGHT, OBSERVATION)
_MANY: Final = 500
"""Rows that are read at once."""
_AT_ONCE: Final = 500
"""So many names of subjects fit into one question."""


class Store:
    """Runs with what they saw and found; a closed run is never written to again.

    `begin`, `see`, `close` write a run; `run`, `runs`, `sources`, `observations`, `findings` read; `verify` compares
    what is stored with the seal.
    """

    def __init__(self, engine: Engine, name: str, lock: ExitStack, writer: Callable[[], str]) -> None:
        self.name = name
        """The address for people; holds no password."""
        self._engine = engine
        self._lock = lock
        self._writer = writer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Close the connections, give back the lock."""
        with self._lock, self._speaking():
            self._engine.dispose()

    def writer(self) -> str:
        """Who holds the lock now; empty where nobody does."""
        return self._writer()

    def begin(self, run: Run, sources: Mapping[str, bytes]) -> None:
        """A new run with the files of its inventory, each stored once."""
        ids = {name: _id(content) for name, content in sources.items()}
        with self._writing() as connection:
            _once(connection, SOURCE, [{"id": ids[name], "content": text} for name, text in sources.items()])
            connection.execute(insert(RUN), run_row(run, ids))

    def see(self, run: str, observations: Iterable[Observation]) -> None:
        """What a run saw; an observation that is known already is not stored a second time."""
        with self._writing() as connection:
            for batch in _batches(observations, BATCH):
                contents = [(seen.subject, seen.canonical()) for seen in batch]
                rows = [(subject, _id(content), content) for subject, content in contents]
                _once(connection, OBSERVATION, [{"id": key, "content": packed(text)} for _, key, text in rows])
                _once(connection, SIGHT, [{"run": run, "subject": ref, "observation": key} for ref, key, _ in rows])

    def close(self, run: Run, findings: Sequence[Finding]) -> Run:
        """The end of a run: its findings, all or none, under the seal that the answer carries as `root`."""
        lines = [finding_line(finding) for finding in findings]
        sources = sources_of(self._row(run.id)).values()
        sealed = replace(run, root=sealed_root(run, sources, self._sights(run.id), lines))
        numbered = enumerate(zip(findings, lines, strict=True))
        with self._writing() as connection:
            for batch in _batches(numbered, BATCH):
                connection.execute(
                    insert(FINDING),
                    [
                        {
                            "run": run.id,
                            "position": position,
                            "subject": finding.subject,
                            "rule": finding.check,
                            "verdict": finding.verdict.value,
                            "line": line,
                        }
                        for position, (finding, line) in batch
                    ],
                )
            changed = connection.execute(
                update(RUN)
                .where(RUN.c.id == run.id, RUN.c.state == "running")
                .values({name: value for name, value in run_row(sealed, {}).items() if name in _CLOSING})
            )
            if changed.rowcount != 1:
                says = say("the run {run} is closed already; a closed run is never written again", run=run.id)
                raise Stop(Exit.STORAGE, says)
        return sealed

    def run(self, name: str) -> Run:
        """A run by its id, an unambiguous beginning of it, or `latest`."""
        with self._reading():
            return run_from(self._row(name))

    def runs(self) -> tuple[Run, ...]:
        """Every run, newest first."""
        with self._reading():
            return tuple(run_from(row) for row in self._rows(select(RUN).order_by(*_NEWEST)))

    def sources(self, run: str) -> dict[str, bytes]:
        """The files of a run's inventory by name."""
        with self._reading():
            names = sources_of(self._row(run))
            wanted = select(SOURCE.c.id, SOURCE.c.content).where(SOURCE.c.id.in_(set(names.values())))
            contents = {row["id"]: bytes(row["content"]) for row in self._rows(wanted)}
            return {name: contents[key] for name, key in names.items() if key in contents}

    def observations(self, run: str, facts_of: FactsOf, *, of: Collection[str] | None = None) -> dict[str, Observation]:
        """What a run saw, by subject; of the named subjects alone where `of` names them."""
        whole = _SEEN.where(SIGHT.c.run == run)
        names = sorted(of or ())
        asked = [names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE)]
        wanted = [whole] if of is None else [whole.where(SIGHT.c.subject.in_(some)) for some in asked]
        with self._reading():
            return {
                row["subject"]: observation_from(unpacked(row["content"]), facts_of)
                for query in wanted
                for row in self._rows(query)
            }

    def findings(self, run: str) -> tuple[Finding, ...]:
        """What a run found, in its order."""
        with self._reading():
            return tuple(map(finding_from, self._lines(run)))

    def briefs(self, run: str) -> tuple[Brief, ...]:
        """What a run found, in its order, by what runs are compared by."""
        with self._reading():
            return tuple(briefs(self._lines(run)))

    def lines(self, run: str, pairs: Collection[tuple[str, str]]) -> Iterator[bytes]:
        """The findings of a run about these subjects and checks, each in canonical form as it was sealed."""
        wanted = select(FINDING.c.subject, FINDING.c.rule, FINDING.c.line).where(FINDING.c.run == run)
        subjects = sorted({subject for subject, _ in pairs})
        if len(subjects) <= _AT_ONCE:  # more would take a second look at every finding, or overflow the question
            wanted = wanted.where(FINDING.c.subject.in_(subjects))
        with self._speaking(), self._engine.connect() as connection:
            for subject, rule, line in connection.execute(wanted.order_by(FINDING.c.position)):
                if (subject, rule) in pairs:
                    yield bytes(line)

    def verify(self, run: str) -> tuple[str, ...]:
        """What was changed since a run was closed, in words; nothing where its seal is whole."""
        with self._reading():
            return self._problems(self._row(run))

    def _problems(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        found = run_from(row)
        if found.state == "running":
            return ()
        problems = [f"the content of {name} is not what was stored" for name in self._changed_sources(row)]
        for seen in self._rows(_SEEN.where(SIGHT.c.run == found.id)):
            try:
                whole = _id(unpacked(seen["content"])) == seen["id"]
            except UNREADABLE:
                whole = False
            if not whole:
                problems.append(f"the observation of {seen['subject']} is not what was stored")
        if sealed_root(found, sources_of(row).values(), self._sights(found.id), self._lines(found.id)) != found.root:
            problems.append("its head, its observations or its findings are not those that were sealed")
        return tuple(problems)

    def _changed_sources(self, row: Mapping[str, Any]) -> list[str]:
        contents = self.sources(row["id"])
        return [name for name, key in sources_of(row).items() if name not in contents or _id(contents[name]) != key]

    def _row(self, name: str) -> Mapping[str, Any]:
        newest = select(RUN).order_by(*_NEWEST).limit(2)
        if name == "latest":
            rows = list(self._rows(select(RUN).order_by(case((_ABOUT_WORK, 1), else_=0), *_NEWEST).limit(1)))
        else:
            start = func.substr(RUN.c.id, 1, len(name))
            rows = [row for row in self._rows(newest.where(start == name)) if name]
            rows = [row for row in rows if row["id"] == name] or rows
        if not rows:
            hint = say("`haechi runs` lists them") if name != "latest" else say("`haechi run ESTATE` makes one")
            raise Stop(Exit.USAGE, say("no run {run} in {store}; {hint}", run=repr(name), store=self.name, hint=hint))
        if len(rows) > 1:
            raise Stop(
                Exit.USAGE, say("more than one run begins with {start}; `haechi runs` lists them", start=repr(name))
            )
        return rows[0]

    def _sights(self, run: str) -> list[str]:
        # Sorted here: databases disagree about the order of text.
        wanted = select(SIGHT.c.subject, SIGHT.c.observation).where(SIGHT.c.run == run)
        return [row["observation"] for row in sorted(self._rows(wanted), key=lambda row: str(row["subject"]))]

    def _lines(self, run: str) -> Iterator[bytes]:
        wanted = select(FINDING.c.line).where(FINDING.c.run == run).order_by(FINDING.c.position)
        with self._speaking(), self._engine.connect() as connection, closing(many(connection, wanted, _MANY)) as found:
            for rows in found:
                yield from [row[0] for row in rows]

    def _rows(self, wanted: Select[Any]) -> Iterator[Mapping[str, Any]]:
        with self._speaking(), self._engine.connect() as connection:
            for row in connection.execute(wanted):
                yield row._asdict()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._speaking(), self._engine.begin() as connection:
            yield connection

    def _reading(self) -> AbstractContextManager[None]:
        return understanding(self.name)

    def _speaking(self) -> AbstractContextManager[None]:
        return speaking(self.name)


def _once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert what is not there yet."""
    if rows:
        inserts = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
        connection.execute(inserts(table).on_conflict_do_nothing(), rows)


def _batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def _id(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
