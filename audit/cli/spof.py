"""`haechi spof`: an inventory in, every single loss that stops a system out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


@click.command("spof")
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
    """List what stops systems when it is lost alone: the single points of failure, worst first.

    Nothing is touched, only the inventory is read. Exit code 1 where a system of grade 1 or 2 has one, else 0.

    \b
    Examples:
      haechi spof my-estate
      haechi spof my-estate --on agency/portal --format json
      haechi spof my-estate --by hazard
    """
    from audit.analysis.faults.falling import weaknesses
    from audit.app.falling import foremost, graph_of, system_of
    from audit.cli.fallen import weak_json, weak_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    graph = graph_of(estate)
    ref = system_of(graph, system) if system else ""
    found, reached = weaknesses(graph, 1, ref, by)
    if form == "json":
        lines = weak_json(graph, found, 1, reached, top)
    else:
        lines = weak_text(found, 1, reached, top, Translator(lang))
    for text in lines:
        tell(text)
    return Exit.FAILED if any(foremost(graph, one.surely) for one in found) else Exit.READY
