"""`haechi whatif`: an inventory with what is lost of it in, what stops and what is destroyed by that out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


@click.command("whatif")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("lost", nargs=-1, required=True)
@printing
@speaking
def command(estate: Path, lost: tuple[str, ...], form: str, lang: str) -> Exit:
    """Say what stops when LOST is lost, all of it at once: sites, rooms, compartments, feeds, suppliers, systems.

    A fire compartment is written SITE#COMPARTMENT. Nothing is touched, only the inventory is read. Exit code 1 where a
    system of grade 1 or 2 stops for certain, else 0.

    \b
    Examples:
      haechi whatif my-estate main-site
      haechi whatif my-estate main-site/room-1 feed-b --format json
    """
    from audit.analysis.faults.falling import fall
    from audit.app.falling import foremost, graph_of, nodes_of
    from audit.cli.fallen import fall_json, fall_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    graph = graph_of(estate)
    found = fall(graph, nodes_of(graph, lost))
    for text in fall_json(graph, found) if form == "json" else fall_text(found, Translator(lang)):
        tell(text)
    return Exit.FAILED if foremost(graph, (system.ref for system in found.surely)) else Exit.READY
