"""`haechi kinds`: the catalogue in, everything that can be looked at with what that asks of it out."""

from __future__ import annotations

import click

from audit.cli.asked import speaking
from audit.cli.voice import tell


@click.command("kinds")
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE",
    help="Only one list of the inventory: copies, endpoints, failover, monitoring, power-protection; may be repeated.",
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
def command(roles: tuple[str, ...], form: str, lang: str) -> None:
    """List what an inventory can name as `kind:`, with every command, statement or request that a look sends there.

    \b
    Examples:
      haechi kinds
      haechi kinds --role copies --format markdown
    """
    from audit.catalogue import discover
    from audit.cli.kinds_listed import chosen, document, markdown, table
    from reports.translate import Translator

    found = chosen(discover(), roles)
    shapes = {"text": table, "json": document, "markdown": markdown}
    for text in shapes[form](found, Translator(lang)):
        tell(text)
