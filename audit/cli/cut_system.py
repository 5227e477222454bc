"""The smallest sets of losses that stop a system to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from audit.analysis.faults.system_cuts import Cut, SystemCuts
from audit.model.clean import json_text, line
from audit.model.message import Message, say
from reports.translate import Translator

SCHEMA: Final = "haechi.cutsets/1"
ASSUMED: Final[tuple[Message, ...]] = (
    say("a need that is written is a need: what the inventory does not name takes nothing along"),
    say("a failover in mode hot or active-active is a second place; one that never really switched is one perhaps"),
    say("an outage lasts longer than every grace, battery, and tank"),
    say("what is in one set is lost at the same time; a probability is that all of it happens within one year"),
    say("events are independent of each other, as far as the inventory names nothing that they share"),
)


def system_json(estate: str, found: SystemCuts) -> Iterator[str]:
    """One document."""
    document = {
        "schema": SCHEMA,
        "estate": json_text(estate),
        "system": json_text(found.ref),
        "by": found.by,
        "order": {"asked": found.asked, "reached": found.order},
        "orders": {str(size): count for size, count in enumerate(found.perhaps) if size},
        "orders-surely": {str(size): count for size, count in enumerate(found.surely) if size},
        "probability-a-year": {
            "least": found.a_year.least,
            "most": found.a_year.most,
            "neglected": found.neglected,
            "events-without": found.silent,
        },
        "sets": [
            {
                "losses": [json_text(name) for name in one.losses],
                "stops": "surely" if one.surely else "perhaps",
                "probability-a-year": one.a_year,
                "systems": one.systems,
                "applicants-per-hour": one.applicants,
            }
            for one in found.cuts
        ],
        "assumed": [str(one) for one in ASSUMED],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def system_text(found: SystemCuts, speak: Translator) -> Iterator[str]:
    """Lines for people."""
    yield speak.text("{system}: what has to be lost together, no less of it", system=line(found.ref))
    if found.order < found.asked:
        yield speak.text(
            "there are too many sets of {asked} losses; these are all of at most {order}",
            asked=found.asked, order=found.order,
        )  # fmt: skip
    for size, (surely, perhaps) in enumerate(zip(found.surely, found.perhaps, strict=True)):
        if size:
            yield "  " + speak.text(
                "sets of {size}: {perhaps}; if every failover works {surely}",
                size=size, perhaps=f"{perhaps:,}", surely=f"{surely:,}",
            )  # fmt: skip
    yield from _likely(found, speak)
    for number, one in enumerate(found.cuts, 1):
        yield f"{number:>5}  {' + '.join(map(line, one.losses))}"
        yield "       " + _with(one, speak)
    more = sum(found.perhaps) - len(found.cuts)
    if more > 0:
        yield speak.text("and {count} more; `--top` shows them", count=f"{more:,}")
    yield ""
    yield speak.text("assumed:")
    for text in ASSUMED:
        yield "  - " + speak.message(text)


def _likely(found: SystemCuts, speak: Translator) -> Iterator[str]:
    least = f"{found.a_year.least:.3g}"
    if found.a_year.most is not None:
        yield "  " + speak.text(
            "probability within a year: {least} to {most}; {neglected} of that is what larger sets may add",
            least=least, most=f"{found.a_year.most:.3g}", neglected=f"{found.neglected:.2g}",
        )  # fmt: skip
    elif found.a_year.least:
        yield "  " + speak.text(
            "probability within a year: {least} or more; of {count} events nothing tells how often they happen: add"
            " `a-year:` to a hazard",
            least=least, count=found.silent,
        )  # fmt: skip
    elif found.silent:
        yield "  " + speak.text(
            "probability within a year: unknown; of {count} events nothing tells how often they happen",
            count=found.silent,
        )


def _with(one: Cut, speak: Translator) -> str:
    sure = speak.text("for certain") if one.surely else speak.text("unless an untried failover works")
    parts = [sure, speak.text("stops {count} systems in all", count=one.systems)]
    if one.applicants:
        parts.append(speak.text("applicants an hour: {count}", count=f"{one.applicants:,.1f}"))
    if one.a_year is not None:
        parts.append(speak.text("within a year: {likely}", likely=f"{one.a_year:.3g}"))
    return "; ".join(parts)
