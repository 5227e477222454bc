"""The checks of a catalogue to the list of them: a table, a table of Markdown, a document of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from audit.cli.columns import across, cells, folded, padded
from audit.contract import Check
from audit.model.clean import json_text, line
from audit.model.exit import Exit, Stop
from audit.model.message import say
from reports.translate import Translator

_WIDTH: Final = 160
_LEAST: Final = 30


def chosen(checks: Sequence[Check], areas: Sequence[str]) -> Sequence[Check]:
    """The checks of some areas, or all of them; Stop(USAGE) for an area that there is not."""
    known = tuple(dict.fromkeys(check.area for check in checks))
    for area in areas:
        if area not in known:
            close = get_close_matches(area, known, 1)
            if close:
                hint = say("did you mean {close}?", close=repr(close[0]))
            else:
                hint = say("known are {names}", names=", ".join(known))
            raise Stop(Exit.USAGE, say("unknown area {area}; {hint}", area=repr(area), hint=hint))
    return tuple(check for check in checks if not areas or check.area in areas)


def table(checks: Sequence[Check], speak: Translator) -> Iterator[str]:
    """Columns as wide as they need to be; the question fills the rest of the terminal."""
    rows = [(check.id, check.control, str(check.severity), check.method, check.least.word) for check in checks]
    heads = tuple(map(speak.message, (say("check"), say("control"), say("severity"), say("how"), say("least"))))
    widths = [max(cells(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    before = sum(widths) + 2 * len(widths)
    width = across(_WIDTH)
    room = width - before if width - before >= _LEAST else 0
    yield from _row(heads, widths, speak.text("what must hold"), room)
    for row, check in zip(rows, checks, strict=True):
        yield from _row(row, widths, line(speak.text(check.question)), room)
    yield ""
    says = speak.text(
        "{count} checks; how: A active look, F export or inventory read, G computed on the graph, E document, ",
        count=len(checks),
    )
    yield from folded(says, width)
    yield from folded(speak.text("H person's statement, D drill. `haechi explain CHECK` tells more."), width)


def _row(row: Sequence[str], widths: Sequence[int], question: str, room: int) -> Iterator[str]:
    lead = "".join(padded(cell, width + 2) for cell, width in zip(row, widths, strict=True))
    if not room:
        # Beside the other columns there is no room for it: it stands below them.
        yield lead.rstrip()
        yield from folded(question, across(_WIDTH), first="  ", rest="  ")
        return
    parts = folded(question, room)
    for number, part in enumerate(parts):
        yield (lead if number == 0 else " " * cells(lead)) + part


def markdown(checks: Sequence[Check], speak: Translator) -> Iterator[str]:
    """The table of the README."""
    yield "| check | control | severity | method | least evidence | what must hold |"
    yield "|---|---|---|---|---|---|"
    for check in checks:
        question = line(speak.text(check.question)).replace("|", "\\|")
        cells = (f"`{check.id}`", check.control, check.severity, check.method, check.least.word, question)
        yield "| " + " | ".join(cells) + " |"


def document(checks: Sequence[Check], speak: Translator) -> Iterator[str]:
    """One JSON array."""
    rows = [
        {
            "id": check.id,
            "area": check.area,
            "control": check.control,
            "method": check.method,
            "severity": str(check.severity),
            "least": check.least.word,
            "answers": list(check.answers),
            "limits": {name: list(values) for name, values in check.limits.items()},
            "question": json_text(speak.text(check.question)),
            "why": json_text(speak.text(check.why)),
            "fix": json_text(speak.text(check.fix)),
        }
        for check in checks
    ]
    yield json.dumps(rows, indent=2)
