"""`haechi checks`: the catalogue in, a list of every check out."""

from __future__ import annotations

import click

from audit.cli.asked import speaking
from audit.cli.voice import tell


@click.command("checks")
@click.option(
    "--area",
    "areas",
    multiple=True,
    metavar="AREA",
    help="Only the checks of an area, such as backup; may be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    show_default=True,
    help="For people, for programs, for a page.",
)
@speaking
def command(areas: tuple[str, ...], form: str, lang: str) -> None:
    """List the checks: what must hold, how it is found out, how much it matters.

    \b
    Examples:
      haechi checks
      haechi checks --area backup --lang ko
    """
    from audit.catalogue import discover
    from audit.cli.listed import chosen, document, markdown, table
    from reports.translate import Translator

    found = chosen(tuple(discover().checks.values()), areas)
    shapes = {"text": table, "json": document, "markdown": markdown}
    for text in shapes[form](found, Translator(lang)):
        tell(text)
