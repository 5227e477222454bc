"""`haechi kinds`: the catalogue in, everything that can be looked at with what that asks of it out."""

from __future__ import annotations

import click

from audit.cli.asked import speaking
from audit.cli.voice import tell


@click.command("kinds")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE",
    help="Only one list: copies, endpoints, failover, monitoring, power-protection, lists; may be repeated.",
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
def command(names: tuple[str, ...], roles: tuple[str, ...], form: str, lang: str) -> None:
    """List what an inventory can name as `kind:`, or tell all about the kinds of a NAME.

    Of a NAME: each key with what may be written there, an example to copy, every command, statement or request that
    a look sends, the rights that it needs.

    \b
    Examples:
      haechi kinds
      haechi kinds restic
      haechi kinds etcd --role failover --format json
      haechi kinds --role copies --format markdown
    """
    from audit.catalogue import discover
    from audit.cli import kinds_listed, kinds_told
    from reports.translate import Translator

    catalogue = discover()
    found = kinds_listed.chosen(catalogue, roles)
    speak = Translator(lang)
    if names:
        found = tuple(kind for name in dict.fromkeys(names) for kind in kinds_told.meant(found, name))
    if names and form != "markdown":
        told = {"text": kinds_told.text, "json": kinds_told.document}[form]
        lines = told([kinds_told.whole(catalogue, kind) for kind in found], speak)
    else:
        shapes = {"text": kinds_listed.table, "json": kinds_listed.document, "markdown": kinds_listed.markdown}
        lines = shapes[form](found, speak)
    for text in lines:
        tell(text)
