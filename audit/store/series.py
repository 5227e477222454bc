"""The names of subjects with their vantages to the numbers under which they are stored, back again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, bindparam, func, insert, select

from audit.model.measurement import Measurement
from audit.store.tables import SERIES

_NEW: Final = (
    select(SERIES.c.number, SERIES.c.subject, SERIES.c.vantage)
    .where(SERIES.c.number > bindparam("known"))
    .order_by(SERIES.c.number)
)


class Series:
    """The series of a store as far as they were read; one of them never gets another number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._names: dict[int, tuple[str, str]] = {}
        self._vantages: dict[str, dict[str, int]] = {}
        self._read = 0
        self.known: Mapping[tuple[str, str], int] = MappingProxyType(self._numbers)
        """Subject with vantage to number."""

    def read(self, connection: Connection) -> None:
        """Read those that came since."""
        for number, subject, vantage in connection.execute(_NEW, {"known": self._read}).all():
            self._add(number, subject, vantage)
            self._read = max(self._read, number)

    def learn(self, connection: Connection, measurements: Iterable[Measurement]) -> None:
        """Give numbers to those that have none; they are only known for good when they were read back."""
        self.give(connection, dict.fromkeys((one.subject, one.vantage) for one in measurements))

    def give(self, connection: Connection, pairs: Iterable[tuple[str, str]]) -> None:
        """The same for subjects with their vantages, each once."""
        self.read(connection)
        new = [pair for pair in pairs if pair not in self._numbers]
        if not new:
            return
        top = connection.execute(select(func.max(SERIES.c.number))).scalar() or 0
        rows = [(top + place, *pair) for place, pair in enumerate(new, 1)]
        connection.execute(
            insert(SERIES),
            [{"number": number, "subject": subject, "vantage": vantage} for number, subject, vantage in rows],
        )
        for row in rows:
            self._add(*row)

    def forget(self) -> None:
        """A transaction was not stored: the numbers that it gave do not hold."""
        for number in [number for number in self._names if number > self._read]:
            subject, vantage = self._names.pop(number)
            self._numbers.pop((subject, vantage), None)
            self._vantages.get(subject, {}).pop(vantage, None)

    def name(self, number: int) -> tuple[str, str]:
        """Subject with vantage; KeyError where the number is not known."""
        return self._names[number]

    def of(self, subject: str) -> tuple[tuple[str, int], ...]:
        """Each vantage of a subject with the number, in order."""
        return tuple(sorted(self._vantages.get(subject, {}).items()))

    def _add(self, number: int, subject: str, vantage: str) -> None:
        self._numbers[subject, vantage] = number
        self._names[number] = subject, vantage
        self._vantages.setdefault(subject, {})[vantage] = number
