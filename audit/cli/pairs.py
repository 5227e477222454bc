"""`haechi pairs`: an inventory in, every two losses that stop a system together out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


@click.command("pairs")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option("--on", "system", default="", metavar="SYSTEM", help="Only what stops this system.")
@click.option(
    "--by",
    type=click.Choice(("component", "hazard", "site", "supplier")),
    default="component",
    show_default=True,
    help="What is lost: anything with a name, anything that can happen, a site, a supplier.",
)
@click.option(
    "--top", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Show so many, the worst first."
)
@printing
@speaking
def command(estate: Path, system: str, by: Any, top: int, form: str, lang: str) -> Exit:
    """List what stops systems when two of it are lost at once, and neither alone does, worst first.

    Nothing is touched, only the inventory is read. Exit code 0.

    \b
    Examples:
      haechi pairs my-estate
      haechi pairs my-estate --on agency/portal --top 5
      haechi pairs my-estate --by hazard
    """
    from audit.analysis.faults.falling import weaknesses
    from audit.analysis.pairing import Pairs, pairs
    from audit.app.falling import graph_of, system_of
    from audit.cli.fallen import weak_json, weak_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    graph = graph_of(estate)
    reached = 2
    if system:
        every, reached = weaknesses(graph, 2, system_of(graph, system), by)
        two = tuple(one for one in every if len(one.losses) == 2)
        found = Pairs(two[:top], len(two))
    else:
        found = pairs(graph, by, top)
    if form == "json":
        lines = weak_json(graph, found.worst, 2, reached, top, count=found.count, left_out=found.left_out)
    else:
        lines = weak_text(found.worst, 2, reached, top, Translator(lang), count=found.count, left_out=found.left_out)
    for text in lines:
        tell(text)
    return Exit.READY
