"""`haechi diff`: two inventories in, what changed between them out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--order",
    type=click.IntRange(1, 2),
    default=2,
    show_default=True,
    help="Compare single losses (1), or pairs of losses too (2).",
)
@click.option("--top", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Show so many of each.")
@printing
@speaking
def command(old: Path, new: Path, order: int, top: int, form: str, lang: str) -> Exit:
    """Say what the inventory NEW has that OLD had not: systems and things, promises, losses that stop systems.

    Nothing is touched, only the inventories are read. Exit code 1 where a system of grade 1 has a single point of
    failure that it had not, or had when it was of a lower grade, else 0.

    \b
    Examples:
      haechi diff my-estate-2026 my-estate
      haechi diff before.yaml after.yaml --order 1 --format json
    """
    from audit.analysis.comparing import difference
    from audit.app.falling import graph_of
    from audit.cli.changed import as_json, as_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    first, second = graph_of(old), graph_of(new)
    found = difference(first, second, order)
    lines = (
        as_json(first, second, found, order, top) if form == "json" else as_text(found, order, top, Translator(lang))
    )
    for text in lines:
        tell(text)
    return Exit.FAILED if found.worse else Exit.READY
