"""What waits for itself after everything was down, with what breaks the wait, to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from audit.analysis.coldstart import ColdStart
from audit.model.clean import json_text, line
from reports.translate import Translator


def as_json(estate: str, found: ColdStart) -> Iterator[str]:
    """One document."""
    document = {
        "schema": "haechi.blackstart/1",
        "estate": json_text(estate),
        "waiting": {json_text(ref): [json_text(one) for one in others] for ref, others in found.waiting.items()},
        "by-hand": [json_text(ref) for ref in found.by_hand],
        "smallest": found.smallest,
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def as_text(found: ColdStart, speak: Translator) -> Iterator[str]:
    """Lines for people."""
    if not found.waiting:
        yield speak.text("everything could be started again")
        return
    yield speak.text("never started again by itself ({count}):", count=len(found.waiting))
    for ref, others in found.waiting.items():
        yield "  " + speak.text("{system} waits for {others}", system=line(ref), others=", ".join(map(line, others)))
    names = ", ".join(map(line, found.by_hand))
    if found.smallest:
        yield speak.text(
            "the fewest that break the wait, started by hand without what they need: {systems}", systems=names
        )
    else:
        yield speak.text("these break the wait, started by hand without what they need: {systems}", systems=names)
