"""What waits for itself after everything was down, with what breaks the wait, to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from audit.analysis.coldstart import ColdStart
from audit.model.clean import json_text, line
from audit.model.message import say
from reports.translate import Translator

ASSUMED: Final = (
    say("everything is down at once; what needs nothing of the inventory, such as a feed, is there again by itself"),
    say("nothing starts before all that it needs, to run or to come back, is up; cooling may follow"),
    say("what somebody starts by hand runs on until the rest is up"),
)
SHOWN: Final = 20


def as_json(estate: str, found: ColdStart) -> Iterator[str]:
    """One document."""
    document = {
        "schema": "haechi.blackstart/1",
        "estate": json_text(estate),
        "waiting": {json_text(ref): [json_text(one) for one in others] for ref, others in found.waiting.items()},
        "by-hand": [json_text(ref) for ref in found.by_hand],
        "smallest": found.smallest,
        "by-hand-at-least": found.least,
        "groups": [[json_text(ref) for ref in group] for group in found.circles],
        "assumed": [str(one) for one in ASSUMED],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def as_text(found: ColdStart, speak: Translator) -> Iterator[str]:
    """Lines for people."""
    if not found.waiting:
        yield speak.text("everything could be started again")
        return
    yield speak.text("never started again by itself ({count}):", count=len(found.waiting))
    for ref, others in list(found.waiting.items())[:SHOWN]:
        names = ", ".join(map(line, others[:8])) + (", ..." if len(others) > 8 else "")
        yield "  " + speak.text("{system} waits for {others}", system=line(ref), others=names)
    if len(found.waiting) > SHOWN:
        yield "  " + speak.text("and {count} more; `--format json` tells all", count=len(found.waiting) - SHOWN)
    for group in found.circles[:SHOWN]:
        names = ", ".join(map(line, group[:8])) + (", ..." if len(group) > 8 else "")
        yield speak.text("these wait for each other ({count}): {refs}", count=len(group), refs=names)
    names = ", ".join(map(line, found.by_hand))
    if found.smallest:
        yield speak.text(
            "the fewest that break the wait, started by hand without what they need: {systems}", systems=names
        )
    else:
        yield speak.text("these break the wait, started by hand without what they need: {systems}", systems=names)
        yield speak.text("no fewer than {count} can do", count=found.least)
    yield ""
    yield speak.text("assumed:")
    for one in ASSUMED:
        yield "  - " + speak.message(one)
