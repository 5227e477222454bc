"""What an inventory does not tell to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from audit.analysis.unknowns import Unknowns
from audit.analysis.unknowns_quiet import Row
from audit.cli.columns import padded
from audit.cli.concentrated import BASES
from audit.model.clean import json_text, line
from audit.model.graph import Graph
from audit.model.message import say
from reports.translate import Translator

ASSUMED: Final = (
    say("each unknown is resolved alone, all others stay as they are"),
    say("a system of which place or needs are not told may stop with any loss, for the pessimist"),
    say("what takes an unknown time costs as much again in every further hour"),
)
SHOWN: Final = 5


def as_json(graph: Graph, found: Unknowns, rows: Sequence[Row], top: int) -> Iterator[str]:
    """One document; what moves and stops is in the measure of `basis`, an hour."""
    document = {
        "schema": "haechi.unknowns/1",
        "estate": json_text(graph.estate.about.id),
        "basis": found.stakes.basis,
        "undeclared": len(found.stakes.silent),
        "at-stake": found.stakes.total,
        "known": found.known,
        "coverage": [{"kind": one.kind, "known": one.known, "all": one.all} for one in found.coverage],
        "worst": [
            {"loss": json_text(one.loss), "least": one.stops.least, "most": one.stops.most} for one in found.worst[:top]
        ],
        **({"untried": found.untried} if found.untried else {}),
        "count": len(rows),
        "unknowns": [
            {
                "kind": row.kind,
                "ref": json_text(row.unknown.ref),
                "moves": row.unknown.moves,
                "loss": json_text(row.loss) or None,
                "says": json_text(str(row.unknown.says)),
                "resolve": json_text(str(row.unknown.resolve)),
            }
            for row in rows[:top]
        ],
        "assumed": [str(one) for one in ASSUMED],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def as_text(found: Unknowns, rows: Sequence[Row], top: int, speak: Translator) -> Iterator[str]:
    """Lines for people."""
    yield (
        speak.text("known of {share} of all that is at stake", share=f"{found.known:.0%}")
        + ", "
        + speak.message(dict(BASES)[found.stakes.basis])
    )
    for one in found.coverage:
        if one.all:
            share = f"{one.known / one.all:.0%}"
            yield f"  {padded(speak.text(one.kind), 12)} {one.known:>7,} / {one.all:<7,} {share:>5}"
    for worst in found.worst[:SHOWN]:
        yield "  " + speak.text(
            "{loss} stops {least} to {most} of {all}", loss=line(worst.loss), least=f"{worst.stops.least:,.0f}",
            most=f"{worst.stops.most or 0.0:,.0f}", all=f"{found.stakes.total:,.0f}",
        )  # fmt: skip
    if found.untried:
        yield "  " + speak.text(
            "so much is open that it was tried out under the {tried} worst of these {all} losses alone",
            tried=len(found.worst) - found.untried, all=len(found.worst),
        )  # fmt: skip
    yield ""
    if not rows:
        yield speak.text("nothing that moves an answer is unknown")
    for row in rows[:top]:
        moves = f"{row.unknown.moves:>12,.1f}"
        loss = f"  [{line(row.loss)}]" if row.loss and row.loss != row.unknown.ref else ""
        yield f"{moves}  {line(speak.message(row.unknown.says))}{loss}"
        yield " " * 14 + line(speak.message(row.unknown.resolve))
    if len(rows) > top:
        yield speak.text("and {count} more; `--top` shows them", count=len(rows) - top)
    yield ""
    yield speak.text("assumed:")
    for assumed in ASSUMED:
        yield "  - " + speak.message(assumed)
