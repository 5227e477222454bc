"""What stops when something is lost, or the few losses that stop most, to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from audit.analysis.faults.falling import Weakness
from audit.model.clean import json_text, line
from audit.model.graph import Graph
from audit.model.message import say
from reports.translate import Translator

ASSUMED: Final = (
    say("a need that is written is a need: what the inventory does not name takes nothing along"),
    say("a fire takes the whole compartment of its room; a lost feed or supplier stops, but destroys nothing"),
    say("a failover in mode hot or active-active is a second place; one that never really switched is one perhaps"),
    say("everything else that is named is up meanwhile"),
)


def weak_json(
    graph: Graph,
    found: Sequence[Weakness],
    asked: int,
    reached: int,
    top: int,
    *,
    count: int | None = None,
    left_out: Sequence[str] = (),
) -> Iterator[str]:
    """One document; `count` is how many there are of the largest sets, where not all of them are at hand."""
    counts = {str(size): sum(len(one.losses) == size for one in found) for size in range(1, reached + 1)}
    if count is not None and reached == asked:
        counts[str(reached)] = count
    document = {
        "schema": "haechi.weaknesses/1",
        "estate": json_text(graph.estate.about.id),
        "order": {"asked": asked, "reached": reached},
        "orders": counts,
        **(
            {"left-out": [json_text(ref) for ref in left_out[:top]], "left-out-count": len(left_out)}
            if left_out
            else {}
        ),
        "sets": [
            {
                "losses": [json_text(name) for name in one.losses],
                "stops": [json_text(ref) for ref in one.surely],
                "stops-perhaps": [json_text(ref) for ref in one.maybe],
                "applicants-per-hour": one.applicants,
            }
            for one in found[:top]
        ],
        "assumed": [str(one) for one in ASSUMED],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def weak_text(
    found: Sequence[Weakness],
    asked: int,
    reached: int,
    top: int,
    speak: Translator,
    *,
    count: int | None = None,
    left_out: Sequence[str] = (),
) -> Iterator[str]:
    """Lines for people: each set of losses with what stops."""
    more = (len(found) if count is None else count) - top
    if reached < asked:
        yield speak.text(
            "there are too many sets of {asked} losses; these are all of at most {order}", asked=asked, order=reached
        )
    if not found and asked > 1:
        yield speak.text(
            "nothing stops by two losses where neither stops it alone; `haechi spof` lists the single ones"
        )
        return
    if not found:
        yield speak.text("nothing of the inventory stops by so few losses")
        return
    for one in found[:top]:
        yield " + ".join(map(line, one.losses))
        yield from _stops(one.surely, one.maybe, speak)
        if one.applicants:
            yield "  " + speak.text("applicants an hour: {count}", count=f"{one.applicants:,.1f}")
    if more > 0:
        yield speak.text("and {count} more; `--top` shows them", count=more)
    if left_out:
        yield speak.text(
            "too many to look at them all: what stops these first is left out ({count}): {systems}",
            count=len(left_out), systems=_some(left_out),
        )  # fmt: skip
    yield from _assumed(speak)


def _stops(surely: Sequence[str], maybe: Sequence[str], speak: Translator) -> Iterator[str]:
    if surely:
        yield "  " + speak.text("stops ({count}): {systems}", count=len(surely), systems=_some(surely))
    if maybe:
        yield "  " + speak.text(
            "stops unless an untried failover works ({count}): {systems}", count=len(maybe), systems=_some(maybe)
        )


def _some(refs: Sequence[str]) -> str:
    return ", ".join(map(line, refs[:8])) + (", ..." if len(refs) > 8 else "")


def _assumed(speak: Translator) -> Iterator[str]:
    yield ""
    yield speak.text("assumed:")
    for one in ASSUMED:
        yield "  - " + speak.message(one)
