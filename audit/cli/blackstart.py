"""`haechi blackstart`: an inventory in, what could never be started again once everything is down out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.clean import json_text, line
from audit.model.exit import Exit
from reports.translate import Translator


@click.command("blackstart")
@click.argument("estate", type=click.Path(path_type=Path))
@printing
@speaking
def command(estate: Path, form: str, lang: str) -> Exit:
    """Say what runs today, yet waits for itself once everything is down, with the fewest things that break the wait.

    Nothing is touched, only `needs:` and `recovers-with:` of the inventory are read. Exit code 1 where a system of
    grade 1 or 2 could not be started, else 0.

    \b
    Examples:
      haechi blackstart my-estate
      haechi blackstart my-estate --format json
    """
    from audit.analysis.coldstart import cold_start
    from audit.app.falling import foremost, graph_of
    from audit.cli.voice import tell

    graph = graph_of(estate)
    found = cold_start(graph)
    if form == "json":
        document = {
            "schema": "haechi.blackstart/1",
            "estate": json_text(graph.estate.about.id),
            "waiting": {json_text(ref): [json_text(one) for one in others] for ref, others in found.waiting.items()},
            "by-hand": [json_text(ref) for ref in found.by_hand],
            "smallest": found.smallest,
        }
        tell(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for text in _lines(found.waiting, found.by_hand, Translator(lang), smallest=found.smallest):
            tell(text)
    return Exit.FAILED if foremost(graph, found.waiting) else Exit.READY


def _lines(
    waiting: Mapping[str, tuple[str, ...]], by_hand: tuple[str, ...], speak: Translator, *, smallest: bool
) -> Iterator[str]:
    if not waiting:
        yield speak.text("everything could be started again")
        return
    yield speak.text("never started again by itself ({count}):", count=len(waiting))
    for ref, others in waiting.items():
        yield "  " + speak.text("{system} waits for {others}", system=line(ref), others=", ".join(map(line, others)))
    names = ", ".join(map(line, by_hand))
    if smallest:
        yield speak.text(
            "the fewest that break the wait, started by hand without what they need: {systems}", systems=names
        )
    else:
        yield speak.text("these break the wait, started by hand without what they need: {systems}", systems=names)
