"""`haechi blackstart`: an inventory in, what could never be started again once everything is down out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


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
    from audit.cli.started import as_json, as_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    graph = graph_of(estate)
    found = cold_start(graph)
    for text in as_json(graph.estate.about.id, found) if form == "json" else as_text(found, Translator(lang)):
        tell(text)
    return Exit.FAILED if foremost(graph, found.waiting) else Exit.READY
