"""What is demanded of each grade: targets, thresholds of the checks, weights of the readiness figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, ValidatorFunctionWrapHandler, WrapValidator

from audit.model.item import Item, unmarked
from audit.model.message import say
from audit.model.place import Place
from audit.model.unfit import Unexpected
from audit.model.units import Duration, parse_duration, parse_length, parse_size, plain
from audit.model.verdict import CannotSee, NotApplicable, Reason, Severity

N = TypeVar("N")
GRADES: Final = (1, 2, 3, 4)
NONE: Final = "-"


def _table(value: Any) -> Any:
    return unmarked(value) if isinstance(value, dict) else value


def _by_grade(value: Any) -> Any:
    """One value for all grades, or a mapping from grade to value, to that mapping."""
    table = _table(value)
    if isinstance(table, dict):
        if set(table) <= {str(grade) for grade in GRADES}:
            return {int(grade): text for grade, text in table.items()}
        got = say("keys {keys}", keys=", ".join(map(repr, table)))
        raise Unexpected(say("one value, or values by grade such as {1: 15m, 2: 1h}"), got)
    return dict.fromkeys(GRADES, table)


ByGrade = Annotated[dict[int, str], BeforeValidator(_by_grade)]


class Placed(dict[str, Any]):
    """Changes of a policy with the spot of each value, by its path such as `backup.age/age/1`."""

    def __init__(self, values: Mapping[str, Any], where: Mapping[str, Place]) -> None:
        super().__init__(values)
        self.where = where


def _placed(written: Any, read: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(written, Placed):
        return Placed(read(written), written.where)
    return Placed(read(written), dict(_spots(written, "")))


def _spots(written: Any, path: str) -> Iterator[tuple[str, Place]]:
    """Where each value below a mapping of an inventory stands; `limits` is no part of a path."""
    place = written.get("@") if isinstance(written, dict) else None
    if isinstance(place, Place):
        for key, value in unmarked(written).items():
            below = path if key == "limits" else f"{path}/{key}" if path else str(key)
            yield below, place.of(str(key))
            yield from _spots(value, below)


class TargetChanges(Item):
    """Changed targets of one grade."""

    rto: Duration | None = None
    rpo: Duration | None = None


class CheckChanges(Item):
    """A changed severity or changed limits of one check."""

    severity: Severity | None = None
    limits: Annotated[dict[str, ByGrade], BeforeValidator(_table)] = {}


class PolicyChanges(Item):
    """The single values that an estate sets differently from the built-in policy."""

    grades: Annotated[dict[str, TargetChanges], BeforeValidator(_table), WrapValidator(_placed)] = {}
    checks: Annotated[dict[str, CheckChanges], BeforeValidator(_table), WrapValidator(_placed)] = {}

    def where(self, *path: str) -> Place | None:
        """Where a value was written, by its path: `("checks", "backup.age", "age", "1")`, `("grades", "1", "rto")`.

        A limit that was written once for all grades stands at the spot of its own.
        """
        table = getattr(self, path[0])
        spots = table.where if isinstance(table, Placed) else {}
        parts = path[1:]
        return spots.get("/".join(parts)) or spots.get("/".join(parts[:-1]) if len(parts) == 3 else "")


@dataclass(frozen=True, slots=True)
class Targets:
    """The recovery time and recovery point that a grade demands."""

    rto: timedelta
    rpo: timedelta


TARGETS: Final[Mapping[int, Targets]] = MappingProxyType(
    {
        1: Targets(timedelta(hours=2), timedelta(minutes=15)),
        2: Targets(timedelta(hours=8), timedelta(hours=1)),
        3: Targets(timedelta(hours=24), timedelta(hours=24)),
        4: Targets(timedelta(hours=72), timedelta(hours=24)),
    }
)
"""Proposals: a two-hour rule was cited for grade 1 in 2023; the rest has no public source."""
GRADE_WEIGHT: Final[Mapping[int, int]] = MappingProxyType({1: 8, 2: 4, 3: 2, 4: 1})
SEVERITY_WEIGHT: Final[Mapping[Severity, int]] = MappingProxyType(
    {Severity.CRITICAL: 10, Severity.HIGH: 5, Severity.MEDIUM: 2, Severity.LOW: 1}
)


def parse_number(text: object) -> float:
    """`3` or `20 %` to a number of moderate size."""
    try:
        number = float(str(text).removesuffix("%"))
    except ValueError:
        number = inf
    if not abs(number) < 1e15:
        raise Unexpected(say("a number such as 3 or 20 %"), repr(str(text)))
    return number


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one check for one grade; reading one that the grade does not have ends in `not-applicable`."""

    grade: int
    values: Mapping[str, str]

    def word(self, name: str) -> str:
        """The limit as text."""
        value = self.values[name]
        if value == NONE:
            raise NotApplicable(say("the policy demands nothing of grade {grade} here", grade=self.grade))
        return value

    def _read(self, name: str, parse: Callable[[object], N]) -> N:
        """An estate may write any text as a limit: what cannot be read decides nothing."""
        word = self.word(name)
        try:
            return parse(word)
        except ValueError as broken:
            says = say("the policy has a limit {name} that cannot be read: {broken}", name=name, broken=broken)
            raise CannotSee(Reason.INCOMPLETE, says) from broken

    def duration(self, name: str) -> timedelta:
        return self._read(name, parse_duration)

    def number(self, name: str) -> float:
        """A plain number, or per cent as they are written: `20 %` is 20."""
        return self._read(name, parse_number)

    def length(self, name: str) -> float:
        """Metres."""
        return self._read(name, parse_length)

    def size(self, name: str) -> int:
        """Bytes."""
        return self._read(name, parse_size)

    def words(self, name: str) -> tuple[str, ...]:
        """A list written as `hot, warm`."""
        return tuple(part.strip() for part in self.word(name).split(","))

    def flag(self, name: str) -> bool:
        return self.word(name) == "true"


LimitTable = Mapping[str, tuple[str, str, str, str]]
"""A check's limits as it declares them: name to the values of grade 1, 2, 3, 4."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The effective policy: the built-in one with the estate's changes laid over."""

    targets: Mapping[int, Targets]
    limits: Mapping[str, Mapping[str, Mapping[int, str]]]
    severities: Mapping[str, Severity]

    def of(self, check: str, grade: int) -> Limits:
        """The limits of one check for one grade."""
        return Limits(grade, {name: values[grade] for name, values in self.limits.get(check, {}).items()})

    def as_plain(self) -> dict[str, Any]:
        """The whole policy as plain values, in the form in which an estate writes changes."""
        return {
            "grades": {
                grade: {"rto": plain(goal.rto), "rpo": plain(goal.rpo)} for grade, goal in sorted(self.targets.items())
            },
            "checks": {
                check: {
                    "severity": str(severity),
                    "limits": {name: dict(values) for name, values in self.limits.get(check, {}).items()},
                }
                for check, severity in sorted(self.severities.items())
            },
        }


def effective(limits: Mapping[str, LimitTable], severities: Mapping[str, Severity], changes: PolicyChanges) -> Policy:
    """The policy that holds: what the checks declare, with an estate's changes laid over.

    A change of what no longer exists, as an inventory of a stored run may hold it, changes nothing.
    """
    targets = dict(TARGETS)
    for grade, change in changes.grades.items():
        goal = targets[int(grade)]
        targets[int(grade)] = Targets(
            change.rto if change.rto is not None else goal.rto, change.rpo if change.rpo is not None else goal.rpo
        )
    tables: dict[str, dict[str, dict[int, str]]] = {
        check: {name: dict(zip(GRADES, values, strict=True)) for name, values in table.items()}
        for check, table in limits.items()
    }
    levels = dict(severities)
    for check, changed in changes.checks.items():
        if check not in levels:
            continue
        for name, values in changed.limits.items():
            tables[check].get(name, {}).update(values)
        if changed.severity is not None:
            levels[check] = changed.severity
    return Policy(MappingProxyType(targets), MappingProxyType(tables), MappingProxyType(levels))
