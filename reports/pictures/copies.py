"""The copies of the most endangered data sets to marks: left, possible, struck out, for each kind of loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from audit.model.estate import Estate
from audit.model.fate import Fate
from audit.model.survival import SCENARIOS, Outcome
from reports.left import NAMES
from reports.pictures.amounts import hours
from reports.pictures.drawing import SMALL, WIDE, Box, Drawing, Shape, label, rule
from reports.pictures.figure import Figure
from reports.translate import Translator

SETS: Final = 6
A_SET: Final = 5
_ROW: Final = 22.0
_HEAD: Final = 15.0
_NAMES: Final = 240.0
_MARK: Final = 44.0


@dataclass(frozen=True, slots=True)
class _Ladder:
    """One data set: its copies, the youngest first, with what becomes of each in every kind of loss."""

    name: str
    outcomes: tuple[Outcome, ...]
    copies: tuple[tuple[str, timedelta | None, tuple[Fate | None, ...]], ...]


def copies(
    found: Mapping[str, tuple[Outcome, ...]], order: Sequence[str], estate: Estate, speak: Translator
) -> Figure | None:
    """The ladder of copies; `order` names the data sets, the most endangered first. None where none has a copy."""
    ladders = [one for ref in order if (one := _ladder(estate.named(ref, speak.language), found[ref])).copies][:SETS]
    if not ladders:
        return None
    title = speak.text("Which copies are left")
    heads = [speak.message(NAMES[scenario]) for scenario in SCENARIOS]
    tells = "; ".join(f"{one.name}: {_lost_most(one, speak)}" for one in ladders)
    top = _HEAD * len(heads) + 10
    height = top + sum(_ROW * (2 + len(one.copies)) for one in ladders)
    with_copies = sum(any(one.fates for one in outcomes) for outcomes in found.values())
    more = with_copies - len(ladders)
    return Figure(
        id="copies",
        title=title,
        lead=speak.text(
            "The copies of each data set, the youngest first, after each kind of loss. The last row of a data set is "
            "the work that is lost: from the least, if all is left that may be left, to the most."
        ),
        wide=(Drawing(WIDE, height, title, tells, (*_shapes(ladders, heads, top, speak),)),),
        heads=(speak.text("Copy"), *heads),
        rows=tuple(row for one in ladders for row in _rows(one, speak)),
        legend=(
            ("copy left", "✓ " + speak.text("left")),
            ("copy open", "? " + speak.text("possible")),
            ("copy gone", "✗ " + speak.text("lost, struck out")),
        ),
        notes=(speak.text("Data sets that are not shown here: {count}.", count=f"{more:,}"),) if more > 0 else (),
        names=1 + len(heads),
    )


def _ladder(name: str, outcomes: tuple[Outcome, ...]) -> _Ladder:
    fates = [{fate.copy: fate for fate in one.fates} for one in outcomes]
    refs = dict.fromkeys(ref for one in fates for ref in one)
    rungs = []
    for ref in refs:
        ages = [fate.age for one in fates if (fate := one.get(ref)) is not None and fate.age is not None]
        rungs.append((ref, min(ages, default=None), tuple(one.get(ref) for one in fates)))
    rungs.sort(key=lambda rung: (rung[1] is None, rung[1] or timedelta(0), rung[0]))
    return _Ladder(name, outcomes, tuple(rungs[:A_SET]))


def _lost(one: Outcome, speak: Translator) -> str:
    if one.kind != "computed":
        return "–" if one.kind == "exempt" else "?"
    least, most = (
        hours(age.total_seconds() / 3600, speak) if age is not None else speak.text("all")
        for age in (one.least, one.most)
    )
    return least if least == most else f"{least} – {most}"


def _lost_most(one: _Ladder, speak: Translator) -> str:
    gone = sum(not outcome.survivors for outcome in one.outcomes if outcome.kind == "computed")
    return speak.text("nothing is left for certain after {count} kinds of loss", count=gone)


def _sign(fate: Fate | None) -> tuple[str, str]:
    if fate is None:
        return "–", ""
    return ("✓", "left") if fate.lives else ("✗", "gone") if fate.lives is False else ("?", "open")


def _named(ref: str, age: timedelta | None, speak: Translator) -> str:
    short = ref.rpartition("/")[2]
    if age is None:
        return short
    return speak.text("{copy}, {age} old", copy=short, age=hours(age.total_seconds() / 3600, speak))


def _rows(one: _Ladder, speak: Translator) -> Iterator[tuple[str, ...]]:
    for ref, age, fates in one.copies:
        yield f"{one.name}: {_named(ref, age, speak)}", *(_sign(fate)[0] for fate in fates)
    yield speak.text("{name}: work lost", name=one.name), *(_lost(outcome, speak) for outcome in one.outcomes)


def _shapes(ladders: Sequence[_Ladder], heads: Sequence[str], top: float, speak: Translator) -> Iterator[Shape]:
    wide = (WIDE - _NAMES) / len(heads)
    for at, head in enumerate(heads):
        x, y = _NAMES + (at + 0.5) * wide, (len(heads) - at) * _HEAD
        yield rule(x, y - 3, x, top, "leader")
        yield label(x - 5, y, head, x - 5, size=SMALL, anchor="end")
    y = top
    for one in ladders:
        yield rule(0, y + 2, WIDE, y + 2, "axis")
        yield label(0, y + 17, one.name, WIDE, "strong")
        y += _ROW
        for ref, age, fates in one.copies:
            yield label(10, y + 15, _named(ref, age, speak), _NAMES - 18)
            for at, fate in enumerate(fates):
                yield from _mark(fate, _NAMES + (at + 0.5) * wide, y)
            y += _ROW
        yield label(10, y + 15, speak.text("work lost"), _NAMES - 18, "quiet")
        for at, outcome in enumerate(one.outcomes):
            yield label(
                _NAMES + (at + 0.5) * wide,
                y + 15,
                _lost(outcome, speak),
                wide - 4,
                "strong",
                size=SMALL,
                anchor="middle",
            )
        y += _ROW


def _mark(fate: Fate | None, x: float, y: float) -> Iterator[Shape]:
    sign, look = _sign(fate)
    if look:
        yield Box(x - _MARK / 2, y + 2, _MARK, _ROW - 5, f"copy {look}", str(fate.why) if fate is not None else "")
    if look == "gone":
        yield rule(x - _MARK / 2 - 4, y + 10.5, x - 9, y + 10.5, "struck")
        yield rule(x + 9, y + 10.5, x + _MARK / 2 + 4, y + 10.5, "struck")
    if look == "open":
        yield Box(x - 8, y + 4, 16, _ROW - 9, "plate-unknown")
    yield label(x, y + 15, sign, 20, f"ink-{look}" if look else "quiet", anchor="middle")
