"""A number of things to an analysis of about that size, as plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from audit.model.dossier import Dossier
from audit.model.fate import Fate
from audit.model.meaning import Bar, Layered, Matrix, Meaning, Paid, Recovery, Shares, Span, State, Task, Unknown
from audit.model.message import say
from audit.model.survival import Outcome
from tests.reports.sample import AT

STATES: Final[tuple[State, ...]] = ("down", "up", "degraded", "unknown", "down")
REAL: Final = (
    (0.0, 0.0),
    (63.8, 0.087),
    (136.0, 0.158),
    (376.0, 0.367),
    (478.0, 0.468),
    (697.0, 0.725),
    (827.0, 0.887),
    (1100.0, 0.96),
    (1700.0, 0.99),
    (2280.0, 1.0),
)
HOUR: Final = timedelta(hours=1)


def span(number: int, size: float) -> Span:
    """Exact, an interval, an open end, nothing, in turn."""
    kinds = (Span(size, size), Span(size / 3, size), Span(size / 2, None), Span(0.0, None), Span(0.0, size / 4))
    return kinds[number % len(kinds)]


def names(count: int, taint: str) -> list[str]:
    return [f"daejeon/room-{number}{taint}" for number in range(count)]


def meaning(count: int = 12, taint: str = "", size: float = 4.2e6, systems: tuple[str, ...] = ()) -> Meaning:
    """An analysis with about `count` of everything; `taint` is added to every free text."""
    rooms, refs = names(count, taint), systems or tuple(f"kibo/system-{number}{taint}" for number in range(count * 4))
    tasks = tuple(
        Task(ref, number * 1.5, number * 1.5 + 2 + number % 5, critical=number % 3 == 0)
        for number, ref in enumerate(refs[: count * 2])
    )
    return Meaning(
        at=AT,
        pareto=tuple(
            Bar(room, say("fire in {room}", room=room), span(at, size / (at + 1)), span(at, size / 9), span(at, 40.0))
            for at, room in enumerate(rooms)
        ),
        matrix=Matrix(tuple(rooms), tuple((ref, cells(row, count)) for row, ref in enumerate(refs)), more=count),
        worst=layered(count, rooms, refs),
        recovery=Recovery(
            hit=tuple(rooms[:1]),
            tasks=tasks,
            curve=tuple((float(hour), hour / 40) for hour in range(1, 37)) if count else (),
            never=refs[:2],
            floor=tuple((hour * 9.0, hour / 60) for hour in range(1, 31)) if count else (),
            untold=refs[2:5],
        ),
        shares=tuple(
            Shares(
                layer,
                tuple((room, 0.4 / (at + 1)) for at, room in enumerate(rooms)),
                ((rooms[-1], 0.93),) if rooms else (),
                0.21,
                0.8,
                0.1,
            )
            for layer in ("site", "feed", "supplier")
        ),
        paid=tuple(paid(f"programme-{number}{taint}", count, size * 1e5) for number in range(min(count, 6))),
        unknowns=tuple(
            Unknown(
                ref,
                say("nobody proved the failover of {ref}", ref=ref),
                size / (at + 2),
                say("add `at:` to {ref}", ref=ref),
            )
            for at, ref in enumerate(refs)
        ),
        beside=REAL,
    )


def cells(row: int, count: int) -> tuple[tuple[State, Span | None], ...]:
    """One system against so many hazards."""
    states = [STATES[(row + at * 7) % 5] for at in range(count)]
    return tuple((state, span(row + at, 50.0 * (at + 1)) if state != "up" else None) for at, state in enumerate(states))


def layered(count: int, rooms: list[str], refs: tuple[str, ...]) -> Layered:
    layers, before = [], rooms[:1] or ["x"]
    for depth in range(min(count, 7)):
        some = refs[depth * 3 : depth * 3 + 2 + count // 2]
        layers.append(tuple((ref, before[at % len(before)], (at + depth) % 4 != 3) for at, ref in enumerate(some)))
        before = list(some) or before
    return Layered(tuple(rooms[:1]), tuple(layers), more=count * 2)


def paid(name: str, count: int, size: float) -> Paid:
    payers = tuple(
        (f"payer-{number}", size / (number + 1), ("verbal", "signed", "paid")[number % 3]) for number in range(count)
    )
    sure, every = sum(one[1] for one in payers if one[2] != "verbal"), sum(one[1] for one in payers)
    bars = tuple((who, sure - amount * (how != "verbal"), every - amount) for who, amount, how in payers)
    return Paid(name, "KRW", size, (("", sure, every), *bars), payers)


def outcomes(ref: str, taint: str = "") -> tuple[Outcome, ...]:
    """Each kind of loss with each fate of a copy."""
    near, far = f"{ref}/near{taint}", f"{ref}/far{taint}"
    gone = Fate(near, False, say("{copy} burnt", copy=near), HOUR)
    left, perhaps = Fate(far, True, say("left"), 24 * HOUR), Fate(far, None, say("nobody knows"), 24 * HOUR)
    return (
        Outcome("host-loss", "m", (Fate(near, True, say("left"), HOUR), left), HOUR, HOUR),
        Outcome("site-loss", "s", (gone, left), 24 * HOUR, 24 * HOUR),
        Outcome("ransomware", "", (gone, perhaps), 24 * HOUR, None),
        Outcome("operator-error", "", (gone, left), 24 * HOUR, 24 * HOUR),
        Outcome("supplier-loss", kind="exempt"),
        Outcome("system-loss", kind="untold"),
    )


def meant(base: Dossier, count: int = 12, taint: str = "", size: float = 4.2e6) -> Dossier:
    """A dossier with an analysis over its own systems."""
    refs = tuple(system.ref for _, system in base.estate.systems())
    data = [one.ref for _, system in base.estate.systems() for one in system.data]
    found = {ref: outcomes(ref, taint) for ref in data}
    return replace(base, meaning=meaning(count, taint, size, refs), scenarios=found)
