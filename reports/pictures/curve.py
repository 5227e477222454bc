"""The share of systems that is back, hour by hour, to a line beside one that really happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import isfinite
from typing import Final

from audit.model.estate import Estate
from audit.model.meaning import Recovery
from reports.pictures.amounts import hours, percent
from reports.pictures.axis import Axis
from reports.pictures.drawing import SMALL, WIDE, Drawing, Label, Shape, label, polyline, rule
from reports.pictures.figure import Figure
from reports.pictures.widths import width
from reports.translate import Translator

Points = Sequence[tuple[float, float]]
_LEFT: Final = 52.0
_RIGHT: Final = 12.0
_TOP: Final = 34.0
_BOTTOM: Final = 290.0
_FIRST: Final = 0.25
_ROWS: Final = 24


def curve(found: Recovery | None, beside: Points, estate: Estate, speak: Translator) -> Figure | None:
    """How fast what stopped comes back; None where nothing stopped."""
    own = _whole(found.curve) if found is not None else []
    if found is None or not own:
        return None
    there = _whole(beside)
    title = speak.text("How fast the systems come back")
    last = max(own[-1][0] * 1.2, there[-1][0] if there else 0.0, 4.0)
    axis = Axis(max(_FIRST, last / 1e6), last, _LEFT, WIDE - _RIGHT)
    floor = _whole(found.floor)
    ours, theirs = speak.text("this estate, at best"), speak.text("NIRS Daejeon, 2025")
    worst = speak.text("this estate, at worst")
    lines = ((ours, "own", own), (worst, "own worst", floor), (theirs, "reference", there))
    told = [(name, look, points) for name, look, points in lines if points]
    tells = "; ".join(f"{name}: {_half(points, speak)}" for name, _, points in told)
    return Figure(
        id="curve",
        title=title,
        lead=speak.text(
            "The share of the stopped systems that is back, after the loss of {what}. "
            "The steps of time grow: from each mark to the next it is several times as long.",
            what=", ".join(estate.named(ref, speak.language) for ref in found.hit[:3]),
        ),
        wide=(
            Drawing(
                WIDE,
                _BOTTOM + 24,
                title,
                tells,
                (*_shapes(axis, own, floor, speak), *_reference(axis, there), *_key(told)),
            ),
        ),
        heads=(speak.text("Which"), speak.text("After"), speak.text("Share back")),
        rows=tuple(
            (name, hours(hour, speak), percent(share)) for name, _, points in told for hour, share in _thinned(points)
        ),
        legend=(("perhaps", speak.text("between the best and the worst case")),) if floor else (),
        notes=(_untold(speak),) if found.untold else (),
    )


def _untold(speak: Translator) -> str:
    return speak.text("What declares no time counts as nothing in the best case, and as never in the worst.")


def _whole(points: Points) -> list[tuple[float, float]]:
    return [(hour, min(max(share, 0.0), 1.0)) for hour, share in points if isfinite(hour) and isfinite(share)]


def _half(points: Points, speak: Translator) -> str:
    """When half of them are back, and how many in the end."""
    when = next((hour for hour, share in points if share >= 0.5), None)
    told = hours(when, speak) if when is not None else speak.text("never")
    return speak.text("half of them after {time}, {share} in the end", time=told, share=percent(points[-1][1]))


def _thinned(points: Points) -> Points:
    """So many of the points that a table bears, the last one among them."""
    step = -(-len(points) // _ROWS) or 1
    return [*points[:-1:step], points[-1]] if points else []


def _shapes(axis: Axis, own: Points, floor: Points, speak: Translator) -> Iterator[Shape]:
    best, worst = [*_steps(axis, own)], [*_steps(axis, floor)] if floor else []
    if worst:
        yield polyline([*best, *reversed(worst)], "between")
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _height(share)
        yield rule(_LEFT, y, WIDE - _RIGHT, y, "grid")
        yield Label(_LEFT - 6, y + 4, percent(share), "quiet", SMALL, "end")
    yield from axis.drawn(_height(1.0), _BOTTOM, speak)
    if worst:
        yield polyline(worst, "own worst")
    yield polyline(best, "own")


def _reference(axis: Axis, there: Points) -> Iterator[Shape]:
    if there:
        yield polyline([(axis.at(hour), _height(share)) for hour, share in there], "reference")


def _key(told: Sequence[tuple[str, str, Points]]) -> Iterator[Shape]:
    """Each line with its name."""
    x = _LEFT
    for name, look, _ in told:
        yield rule(x, 10, x + 28, 10, look)
        made = label(x + 34, 14, name, WIDE - x - 34, size=SMALL)
        yield made
        x += 34 + width(made.text, SMALL) + 24


def _height(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)


def _steps(axis: Axis, points: Points) -> Iterator[tuple[float, float]]:
    """A system is back at once, so the line rises in steps; it goes on level to the end."""
    level = 0.0
    yield axis.start, _height(points[0][1] if points[0][0] <= axis.first else level)
    for (hour, share), following in pairwise([*points, (float("inf"), points[-1][1])]):
        yield axis.at(hour), _height(level)
        yield axis.at(hour), _height(share)
        yield axis.at(following[0]), _height(share)
        level = share
