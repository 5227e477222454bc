"""`haechi concentration`: an inventory in, how much of it leans on each site, feed, supplier, maker, carrier out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


@click.command("concentration")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option(
    "--layer",
    "layers",
    multiple=True,
    type=click.Choice(("site", "feed", "supplier", "maker", "network", "contributor", "operator")),
    help="Only this layer; may be repeated.",
)
@click.option(
    "--by",
    "basis",
    type=click.Choice(("users", "applicants", "grade")),
    help="What is at stake with a system; without it the first of these that all systems declare.",
)
@click.option(
    "--top", type=click.IntRange(1, 100_000), default=5, show_default=True, help="Show so many members of each layer."
)
@printing
@speaking
def command(estate: Path, layers: tuple[str, ...], basis: str | None, top: int, form: str, lang: str) -> Exit:
    """Say how much leans on each site, feed, supplier, maker, carrier, contributor, operator: by name, and in truth.

    Direct is the share that names a member itself, or stands in a place that names it. Hidden is the share that stops
    when the member is lost, through all that stands between. Nothing is touched, only the inventory is read. Exit
    code 0.

    \b
    Examples:
      haechi concentration my-estate
      haechi concentration my-estate --layer site --layer feed --by users --format json
    """
    from audit.app.falling import graph_of
    from audit.cli.concentrated import as_json, as_text
    from audit.cli.voice import tell
    from audit.model.concentration import LAYERS, concentrations
    from reports.translate import Translator

    graph = graph_of(estate)
    asked = [layer for layer in LAYERS if not layers or layer in layers]
    found = concentrations(graph, asked, basis)  # type: ignore[arg-type]
    for text in as_json(graph, found, top) if form == "json" else as_text(found, top, Translator(lang)):
        tell(text)
    return Exit.READY
