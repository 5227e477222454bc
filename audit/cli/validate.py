"""`haechi validate`: an inventory in, everything that is wrong in it out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.catalogue import discover
from audit.inventory.load import load
from audit.inventory.told import as_json, as_text
from audit.model.exit import Exit


@click.command("validate")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(estate: Path, form: str) -> Exit:
    """Say everything that is wrong in the inventory ESTATE, a folder or a file.

    Each problem is one line of standard output, file:line:column: what is wrong; what would be right. Exit code 4
    where there are some, 0 where there are none.
    """
    loaded = load(estate, discover())
    for line in as_json(loaded) if form == "json" else as_text(loaded):
        click.echo(line)
    if loaded.estate is not None:
        return Exit.READY
    click.echo(f"{len(loaded.problems):,} to mend in {estate}", err=True)
    return Exit.INVALID
