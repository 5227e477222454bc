"""The path on which losses stop a system to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from audit.analysis.faults.witness import Step
from audit.model.clean import json_text, line
from audit.model.place import NOWHERE
from audit.model.standbys import View
from reports.translate import Translator

SCHEMA: Final = "haechi.path/1"


def path_json(ref: str, losses: Sequence[str], view: View | None, steps: Sequence[Step]) -> Iterator[str]:
    """One document; `view` is the one in which the system stops, None where it goes on in both."""
    document = {
        "schema": SCHEMA,
        "system": json_text(ref),
        "losses": [json_text(name) for name in losses],
        "stops": {"optimistic": "surely", "pessimistic": "perhaps", None: "no"}[view],
        "steps": [
            {
                "falls": json_text(step.ref),
                "because": [json_text(name) for name in step.because],
                "inventory": json_text(str(step.place)) if step.place is not NOWHERE else None,
                "evidence": [json_text(name) for name in step.evidence],
                "confirmed": json_text(step.confirmed) or None,
            }
            for step in steps
        ],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def path_text(
    ref: str, losses: Sequence[str], view: View | None, steps: Sequence[Step], speak: Translator
) -> Iterator[str]:
    """Lines for people."""
    lost = " + ".join(map(line, losses))
    if view is None:
        yield speak.text("{system} goes on when {lost} is lost", system=line(ref), lost=lost)
        return
    if view == "optimistic":
        yield speak.text("{system} stops for certain when {lost} is lost:", system=line(ref), lost=lost)
    else:
        yield speak.text(
            "{system} stops when {lost} is lost, unless an untried failover works:", system=line(ref), lost=lost
        )
    for number, step in enumerate(steps, 1):
        at = f"  ({line(str(step.place))})" if step.place is not NOWHERE else ""
        if step.because:
            needed = ", ".join(map(line, step.because))
            says = speak.text("{node} falls with {needed}", node=line(step.ref), needed=needed)
        else:
            says = speak.text("{node} is lost", node=line(step.ref))
        yield f"{number:>4}  {says}{at}"
        if step.evidence:
            yield "        " + speak.text("evidence: {ids}", ids=", ".join(map(line, step.evidence)))
        if step.confirmed:
            yield "        " + speak.text("its needs were confirmed: {who}", who=line(step.confirmed))
