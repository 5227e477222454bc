"""The address of a store in, what the watch measured with what happened to it out, kept for years."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from types import MappingProxyType, TracebackType
from typing import Final, Self

from sqlalchemy import Connection, bindparam, func, insert, select, update

from audit.model.clean import line
from audit.model.event import Event
from audit.model.history import Stretch
from audit.model.measurement import Measurement
from audit.model.message import say
from audit.store import eventlog, journal, proofs
from audit.store.database import Database, Purpose, open_database
from audit.store.marks import read_marks
from audit.store.packing import Packed, instant, micros, packed
from audit.store.past import Past
from audit.store.rolling import Rolling, newest
from audit.store.schema import unwatched
from audit.store.series import Series
from audit.store.tables import HEAD, SERIES, WATCH
from audit.store.trouble import damaged, speaking

_ALIVE: Final = (
    update(WATCH)
    .where(WATCH.c.number == bindparam("mine"), WATCH.c.number == select(func.max(WATCH.c.number)).scalar_subquery())
    .values(alive=bindparam("at"), began=func.coalesce(WATCH.c.began, bindparam("at")))
)


def open_history(url: str, *, watching: bool, making: bool = True) -> History:
    """A path or `sqlite:///PATH` (a file), or `postgresql://...`, as for `open_store`.

    With `watching` it takes the lock of the watch, which is another one than that of a run: Stop(LOCKED) where another
    watch holds it. Without, all but `note` and `roll` serve: a person may acknowledge beside a watch. Stop(STORAGE)
    where it cannot be read or written, Stop(USAGE) where there is none to read. Without `making`, no file is made.
    """
    opened = open_database(url, Purpose.WATCH, writing=watching, making=making)
    history = History(opened)
    with ExitStack() as stack:
        stack.callback(history.leave)
        if watching:
            history.take_over()
        stack.pop_all()
    return history


class History:
    """What is written here is never changed: rows of measurements older than asked for are dropped, when their hours
    were rolled up; hours become days.

    An error of the database is a Stop(STORAGE), or Stop(LOCKED); nothing of what was being written is there then.
    """

    def __init__(self, opened: Database) -> None:
        self.name = opened.name
        """The address for people; holds no password."""
        self._opened = opened
        self._there = opened.version == HEAD
        """Whether there are tables of the watch; a store of an older program has none."""
        self._mine = 0
        self._series = Series()
        self._past = Past(self._series)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Close the connections, give back the lock."""
        with self._opened.lock, self._speaking():
            self._opened.engine.dispose()

    def holds(self) -> bool:
        """Whether the lock is surely still held; where not, another watch may be writing. A database elsewhere is
        asked: it may take seconds."""
        return self._opened.holds()

    def holder(self) -> str:
        """Who watches now; empty where nobody does."""
        with self._speaking():
            return self._opened.holder()

    def size(self) -> int:
        """Bytes that the store takes."""
        with self._speaking():
            return self._opened.size()

    def take_over(self) -> None:
        """From now on this is the one that writes: whoever wrote before, even if it still runs, is refused."""
        who = line(f"{os.uname().nodename}, process {os.getpid()}")
        with self._writing() as connection:
            number = (connection.execute(select(func.max(WATCH.c.number))).scalar() or 0) + 1
            connection.execute(insert(WATCH), {"number": number, "process": who})
        self._mine = number

    def note(self, measurements: Sequence[Measurement], alive: datetime) -> None:
        """Store what was measured, all or nothing, with the instant up to which the watch is known to have run."""
        with self._fenced(alive) as connection:
            if measurements:
                try:
                    payload, first, last = packed(measurements, self._series.known)
                except KeyError:
                    self._series.learn(connection, measurements)
                    payload, first, last = packed(measurements, self._series.known)
                entry = journal.Entry(journal.MEASUREMENTS, payload, first, last, len(measurements))
                journal.append(connection, entry)

    def tell(self, events: Sequence[Event]) -> None:
        """Write events into the log; anybody may, beside a watch."""
        if not self._there:
            raise unwatched(self.name)
        if events:
            with self._writing() as connection:
                eventlog.tell(connection, events)

    def events(
        self,
        *,
        kinds: Collection[str] = (),
        subject: str = "",
        since: datetime | None = None,
        after: int = 0,
        holding: str = "",
    ) -> tuple[Event, ...]:
        """The log in order: of these kinds, of this subject, not before an instant, after a number, with a text in
        what they hold, which is JSON without spaces."""
        if not self._there:
            return ()
        with self._reading() as connection:
            return eventlog.told(connection, kinds, subject, since, after, holding)

    def alive(self) -> datetime | None:
        """The last instant at which a watch is known to have run."""
        wanted = select(WATCH.c.alive).where(WATCH.c.alive.is_not(None)).order_by(WATCH.c.number.desc()).limit(1)
        if not self._there:
            return None
        with self._reading() as connection:
            written = connection.execute(wanted).scalar()
            return datetime.fromisoformat(written) if written is not None else None

    def last_due(self, vantage: str) -> Mapping[str, datetime]:
        """When the last measurement of each subject was due; of a row of missed looks, the last of them."""
        if not self._there:
            return MappingProxyType({})
        with self._reading() as connection:
            wanted = select(SERIES.c.number, SERIES.c.subject, SERIES.c.last_due).where(SERIES.c.vantage == vantage)
            rows = connection.execute(wanted).all()
            last = {row.number: row.last_due for row in rows if row.last_due is not None}
            for series, due in newest(connection, read_marks(connection).rolled):
                last[series] = max(due, last.get(series, due))
        return MappingProxyType({row.subject: instant(last[row.number]) for row in rows if row.number in last})

    def subjects(self) -> tuple[str, ...]:
        """Everything that was ever measured, in order."""
        if not self._there:
            return ()
        with self._reading() as connection:
            return tuple(sorted(connection.execute(select(SERIES.c.subject).distinct()).scalars()))

    def vantages(self, subject: str) -> tuple[str, ...]:
        """From where a subject was ever measured, in order."""
        if not self._there:
            return ()
        with self._reading():
            return tuple(vantage for vantage, _ in self._series.of(subject))

    def stretches(self, subject: str, start: datetime, end: datetime, vantage: str = "") -> tuple[Stretch, ...]:
        """The hours that reach into [start, end), in order; days where only days are left. Spans are cut to it.

        Latencies, lateness, error are those of the whole hour or day. Without a vantage, those of every one.
        """
        if not self._there:
            return ()
        with self._reading() as connection:
            found = [
                stretch
                for name, number in self._series.of(subject)
                if vantage in ("", name)
                for stretch in self._past.stretches(connection, number, micros(start), micros(end))
            ]
        return tuple(sorted(found, key=lambda stretch: stretch.start))

    def raw(self, subject: str, start: datetime, end: datetime, vantage: str = "") -> Iterator[Measurement]:
        """The measurements that speak of [start, end) as long as they are kept, in the order in which they were due.

        Those of all subjects where `subject` is empty.
        """
        if not self._there:
            return iter(())
        with self._reading() as connection:
            numbers = {number for name, number in self._series.of(subject) if vantage in ("", name)}
            wanted = numbers.__contains__ if subject else _every
            found = [
                (measurement.due, place, measurement)
                for place, measurement in enumerate(
                    measurement
                    for content in journal.contents(connection, micros(start), micros(end))
                    for payload in journal.payloads(content)
                    for _, measurement in Packed(payload).measurements(self._series.name, wanted)
                )
                if (measurement.until or max(measurement.at, measurement.due)) >= start
                and min(measurement.at, measurement.due) < end
            ]
        return (measurement for _, _, measurement in sorted(found, key=lambda one: one[:2]))

    def roll(self, now: datetime, raw: timedelta) -> int:
        """Roll up the hours that are over, drop what was measured longer ago than `raw`; how many stretches it made."""
        return Rolling(self._reading, self._fenced, self._series.name).run(now, raw)

    def verify(self) -> tuple[str, ...]:
        """What was changed since it was written, in words; nothing where all is whole."""
        if not self._there:
            return ()
        with self._reading() as connection:
            return tuple(proofs.problems(connection))

    def head(self) -> tuple[int, str]:
        """The number of the newest entry of the journal with the hash that proves all before it, `sha256:...`."""
        if not self._there:
            return 0, ""
        with self._reading() as connection:
            number, link = journal.head(connection)
            return number, "sha256:" + link.hex()

    @contextmanager
    def _fenced(self, alive: datetime | None = None) -> Iterator[Connection]:
        """A transaction that only the newest watch gets: another one that lost its lock may not know it yet."""
        with self._writing() as connection:
            if alive is not None:
                given = {"mine": self._mine, "at": eventlog.written(alive)}
                newest_one = connection.execute(_ALIVE, given).rowcount == 1
            else:
                newest_one = connection.execute(select(func.max(WATCH.c.number))).scalar() == self._mine
            if not newest_one:
                raise Purpose.WATCH.locked(self.name, self._opened.holder() or say("a newer one"))
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self._opened.intact()
        with ExitStack() as stack:
            stack.callback(self._series.forget)
            with self._speaking(), self._opened.engine.execution_options(immediate=True).begin() as connection:
                yield connection
            stack.pop_all()
        self._opened.intact()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._speaking(), self._opened.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            try:
                if self._there:
                    self._series.read(connection)
                yield connection
            except (ValueError, LookupError, TypeError, ArithmeticError) as broken:
                raise damaged(self.name) from broken

    def _speaking(self) -> AbstractContextManager[None]:
        return speaking(self.name)


def _every(number: int) -> bool:
    return True
