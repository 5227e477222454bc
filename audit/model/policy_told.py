"""The effective policy with the built-in one to a line for each value: where it comes from, stricter or laxer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from audit.model.place import Place
from audit.model.policy import GRADES, NONE, TARGETS, LimitTable, Policy, PolicyChanges, parse_number
from audit.model.units import parse_duration, parse_length, parse_size, plain
from audit.model.verdict import Severity

Direction = Literal["same", "stricter", "laxer", "other"]
"""`other`: neither can be told, as of two ways that exclude each other."""
_LESS: Final = frozenset(
    "age skew clock slack times credit energy compartment temperature paused secrets overdue lost missing".split()
)
"""Limits of which less is stricter; asked only where the built-in values of all grades are equal."""
_MORE: Final = frozenset("coverage elsewhere spacing standbys people copies before lock".split())


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the effective policy."""

    check: str
    """Empty for the targets of a grade."""
    name: str
    """`rto`, `rpo`, `severity`, or the name of a limit."""
    grade: int | None
    """None for a severity, which holds for all."""
    value: str
    built_in: str
    direction: Direction
    where: Place | None
    """Where the estate wrote it; None where the built-in value holds because nobody did."""

    @property
    def written(self) -> bool:
        return self.where is not None


def told(
    policy: Policy, changes: PolicyChanges, limits: Mapping[str, LimitTable], severities: Mapping[str, Severity]
) -> Iterator[Value]:
    """Every value that holds: the targets of the grades, then check by check the severity, the limits."""
    for grade in GRADES:
        for name in ("rto", "rpo"):
            old, new = getattr(TARGETS[grade], name), getattr(policy.targets[grade], name)
            spot = changes.where("grades", str(grade), name)
            yield Value("", name, grade, plain(new), plain(old), _lower(old, new), spot)
    for check in sorted(policy.severities):
        was, now = severities.get(check), policy.severities[check]
        if was is not None:
            spot = changes.where("checks", check, "severity")
            yield Value(check, "severity", None, str(now), str(was), _lower(was.rank, now.rank), spot)
        for name, values in sorted(policy.limits.get(check, {}).items()):
            declared = limits.get(check, {}).get(name, ())
            for grade in GRADES if declared else ():
                old, new = declared[grade - 1], values[grade]
                spot = changes.where("checks", check, name, str(grade)) if _names(changes, check, name, grade) else None
                yield Value(check, name, grade, new, old, direction(name, declared, old, new), spot)


def _names(changes: PolicyChanges, check: str, name: str, grade: int) -> bool:
    """Whether an estate wrote this limit for this grade."""
    change = changes.checks.get(check)
    return change is not None and grade in change.limits.get(name, {})


def direction(name: str, declared: tuple[str, ...], old: str, new: str) -> Direction:
    """Whether a limit asks for more than before; `declared` are the built-in values of grade 1 to 4."""
    if old == new:
        return "same"
    if NONE in (old, new):
        return "laxer" if new == NONE else "stricter"
    sense = [one for one in declared if one != NONE]
    for read in (_figure, _seconds, parse_length, parse_size):
        was, now = _read(read, old), _read(read, new)
        if was is not None and now is not None:
            if was == now:
                return "same"
            steps = [value for value in (_read(read, one) for one in sense) if value is not None]
            up = steps[-1] > steps[0] if steps and steps[-1] != steps[0] else None
            if up is None and name not in _LESS | _MORE:
                return "other"
            less = up if up is not None else name in _LESS
            return "stricter" if (now < was) == less else "laxer"
    if old in sense and new in sense:
        return "stricter" if sense.index(new) < sense.index(old) else "laxer"
    return _words(sense, _set(old), _set(new))


def _words(sense: list[str], old: frozenset[str], new: frozenset[str]) -> Direction:
    """Lists: what the built-in ones do from grade 1 to 4 says whether a shorter one asks for more."""
    if old == new:
        return "same"
    if not sense or not (old < new or new < old):
        return "other"
    first, last = _set(sense[0]), _set(sense[-1])
    if first == last or not (first < last or last < first):
        return "other"
    return "stricter" if (new < old) == (first < last) else "laxer"


def _set(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _figure(text: str) -> float:
    return parse_number(text)


def _seconds(text: str) -> float:
    return parse_duration(text).total_seconds()


def _read(read: Callable[[str], float], text: str) -> float | None:
    try:
        return float(read(text))
    except ValueError:
        return None


def _lower(old: timedelta | int, new: timedelta | int) -> Direction:
    """Of what asks for more the less it is."""
    if old == new:
        return "same"
    return "stricter" if new < old else "laxer"  # type: ignore[operator]
