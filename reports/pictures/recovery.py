"""The steps of a recovery to bars over the hours since the event, the critical ones marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import isfinite
from typing import Final

from audit.model.estate import Estate
from audit.model.meaning import Recovery, Task
from reports.pictures.amounts import hours
from reports.pictures.axis import Axis
from reports.pictures.drawing import WIDE, Box, Drawing, Shape, label
from reports.pictures.figure import Figure
from reports.pictures.naming import apart
from reports.translate import Translator

MOST: Final = 28
_ROW: Final = 21.0
_NAMES: Final = 240.0
_TIMES: Final = 96.0


def recovery(found: Recovery | None, estate: Estate, speak: Translator) -> Figure | None:
    """Which step begins and ends when; None where nothing has to be done, or nothing declares a time."""
    if found is None:
        return None
    timed = [task for task in found.tasks if isfinite(task.start) and isfinite(task.end) and task.end > task.start]
    chosen = sorted(timed, key=lambda task: (not task.critical, task.start - task.end, task.ref))[:MOST]
    tasks = sorted(chosen, key=lambda task: (task.start, task.end, task.ref))
    if not tasks:
        return None
    title = speak.text("What has to be done before all is back")
    last = max(task.end for task in tasks)
    critical = sum(task.critical for task in tasks)
    tells = speak.text(
        "{count} steps, {critical} of them on the critical path; the last ends after {time}",
        count=len(tasks),
        critical=critical,
        time=hours(last, speak),
    )
    names = apart((task.ref for task in tasks), estate, speak)
    shapes = (*_shapes(tasks, last, names, speak),)
    return Figure(
        id="recovery",
        title=title,
        lead=speak.text(
            "After the loss of {what}, in the best case: every declared time holds and every proven way works. "
            "A step with ◆ is on the critical path: every hour that it takes longer, everything takes longer.",
            what=_names(found.hit, estate, speak),
        ),
        wide=(Drawing(WIDE, _height(tasks), title, tells, shapes),),
        heads=(speak.text("Step"), speak.text("Begins"), speak.text("Ends"), speak.text("Takes")),
        rows=tuple(_row(task, names, speak) for task in tasks),
        legend=(("critical", "◆ " + speak.text("on the critical path")), ("other", speak.text("can wait"))),
        notes=tuple(_notes(found, len(found.tasks) - len(tasks), estate, speak)),
    )


def _names(refs: Sequence[str], estate: Estate, speak: Translator) -> str:
    told = ", ".join(estate.named(ref, speak.language) for ref in refs[:3])
    return told if len(refs) <= 3 else told + ", …"


def _height(tasks: Sequence[Task]) -> float:
    return len(tasks) * _ROW + 28


def _row(task: Task, names: Mapping[str, str], speak: Translator) -> tuple[str, ...]:
    name = ("◆ " if task.critical else "") + names[task.ref]
    return name, hours(task.start, speak), hours(task.end, speak), hours(task.end - task.start, speak)


def _shapes(tasks: Sequence[Task], last: float, names: Mapping[str, str], speak: Translator) -> Iterator[Shape]:
    axis = Axis(0.0, last, _NAMES, WIDE - _TIMES)
    yield from axis.drawn(2, len(tasks) * _ROW + 4, speak)
    for at, task in enumerate(tasks):
        y, (name, _, _, took) = at * _ROW + 4, _row(task, names, speak)
        start, end = axis.at(task.start), axis.at(task.end)
        yield label(_NAMES - 8, y + 14, name, _NAMES - 8, "strong" if task.critical else "", anchor="end")
        yield Box(
            start, y + 4, max(end - start, 2.0), _ROW - 8, "critical" if task.critical else "other", f"{name}: {took}"
        )
        yield label(max(end, start + 2) + 6, y + 14, took, _TIMES - 8, "quiet")


def _notes(found: Recovery, more: int, estate: Estate, speak: Translator) -> Iterator[str]:
    if more > 0:
        yield speak.text("Steps that are not shown here: {count}.", count=f"{more:,}")
    if found.never:
        names = ", ".join(estate.named(ref, speak.language) for ref in islice(found.never, 8))
        yield speak.text("Never back by itself: {count} ({names}).", count=f"{len(found.never):,}", names=names)
    if found.untold:
        names = ", ".join(estate.named(ref, speak.language) for ref in islice(found.untold, 8))
        yield speak.text(
            "These declare no time of their own and count as nothing here: {count} ({names}).",
            count=f"{len(found.untold):,}",
            names=names,
        )
