"""What changed between two inventories to text or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from audit.analysis.comparing import Difference, Promise, Thing, Way
from audit.model.clean import json_text, line
from audit.model.graph import Graph
from audit.model.message import say
from audit.model.units import plain
from reports.translate import Translator

ASSUMED: Final = (
    say("a thing is the same where its reference is the same"),
    say("where a system promises no time of its own, the targets of its grade hold"),
    say("a loss counts that may stop a system: failovers that have never really switched do not help"),
)


def as_json(old: Graph, new: Graph, found: Difference, order: int, top: int) -> Iterator[str]:
    """One document."""
    ways = {
        "new-singles": found.new_singles,
        "gone-singles": found.gone_singles,
        "surer-singles": found.surer_singles,
        "raised-singles": found.raised_singles,
        "new-pairs": found.new_pairs,
        "gone-pairs": found.gone_pairs,
    }
    document: dict[str, Any] = {
        "schema": "haechi.diff/1",
        "old": json_text(old.estate.about.id),
        "new": json_text(new.estate.about.id),
        "worse": found.worse,
        "order": {"asked": order, "reached": found.order},
        "things": {"new": _things(found.new, top), "gone": _things(found.gone, top)},
        "promises": [
            {
                "system": json_text(one.system),
                "what": one.what,
                "old": _value(one.old),
                "new": _value(one.new),
                "direction": one.direction,
            }
            for one in found.promises[:top]
        ],
        "counts": {name: _by_grade(some) for name, some in ways.items()},
        **{name: [_way(one) for one in some[:top]] for name, some in ways.items()},
        "assumed": [str(one) for one in ASSUMED],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def _things(some: Sequence[Thing], top: int) -> dict[str, Any]:
    counts = dict(sorted(Counter(one.kind for one in some).items()))
    shown = [{"kind": one.kind, "ref": json_text(one.ref), "grade": one.grade} for one in some[:top]]
    return {"counts": counts, "shown": shown}


def _value(value: object) -> Any:
    return value if isinstance(value, int) else plain(value)


def _by_grade(some: Sequence[Way]) -> dict[str, int]:
    return {str(grade): count for grade, count in sorted(Counter(one.grade for one in some).items())}


def _way(one: Way) -> dict[str, Any]:
    return {
        "losses": [json_text(name) for name in one.losses],
        "system": json_text(one.system),
        "grade": one.grade,
        "surely": one.surely,
    }


def as_text(found: Difference, order: int, top: int, speak: Translator) -> Iterator[str]:
    """Lines for people; what is worse stands first."""
    for title, ways in (
        (speak.text("new single points of failure"), found.new_singles),
        (speak.text("single points of failure of systems that are of grade 1 now"), found.raised_singles),
        (speak.text("single points of failure that no failover helps against any more"), found.surer_singles),
        (speak.text("single points of failure that are gone"), found.gone_singles),
        (speak.text("new pairs of losses that stop a system"), found.new_pairs),
        (speak.text("pairs of losses that are gone"), found.gone_pairs),
    ):
        if ways:
            grades = ", ".join(f"{grade}: {count:,}" for grade, count in _by_grade(ways).items())
            yield f"{title} ({speak.text('by grade')} {grades})"
            yield from _ways_text(ways, top, speak)
    if found.order < order:
        yield speak.text("there are too many pairs of losses to compare them")
    for title, things in ((speak.text("new"), found.new), (speak.text("gone"), found.gone)):
        if things:
            yield f"{title}: " + ", ".join(f"{count:,} {kind}" for kind, count in _counted(things))
            yield from (f"  {one.kind:<12} {line(one.ref)}{_grade(one)}" for one in things[:top])
            if len(things) > top:
                yield "  " + speak.text("and {count} more; `--top` shows them", count=len(things) - top)
    yield from _promises_text(found.promises, top, speak)
    if not any((found.new, found.gone, found.promises, found.new_singles, found.gone_singles, found.raised_singles,
                found.surer_singles, found.new_pairs, found.gone_pairs)):  # fmt: skip
        yield speak.text("nothing that counts here has changed")
    yield ""
    yield speak.text("assumed:")
    for assumed in ASSUMED:
        yield "  - " + speak.message(assumed)


def _counted(things: Sequence[Thing]) -> list[tuple[str, int]]:
    return sorted(Counter(one.kind for one in things).items())


def _grade(one: Thing) -> str:
    return f" ({one.grade})" if one.grade is not None else ""


def _ways_text(ways: Sequence[Way], top: int, speak: Translator) -> Iterator[str]:
    for one in ways[:top]:
        losses = " + ".join(map(line, one.losses))
        perhaps = "" if one.surely else "  " + speak.text("unless an untried failover works")
        yield f"  {losses} -> {line(one.system)} ({one.grade}){perhaps}"
    if len(ways) > top:
        yield "  " + speak.text("and {count} more; `--top` shows them", count=len(ways) - top)


def _promises_text(promises: Sequence[Promise], top: int, speak: Translator) -> Iterator[str]:
    if promises:
        yield speak.text("changed promises:")
    for one in promises[:top]:
        change = speak.text("looser") if one.direction == "looser" else speak.text("tighter")
        yield f"  {line(one.system)} {one.what}: {_value(one.old)} -> {_value(one.new)} ({change})"
    if len(promises) > top:
        yield "  " + speak.text("and {count} more; `--top` shows them", count=len(promises) - top)
