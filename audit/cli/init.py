"""`haechi init`: a folder in, a commented inventory to start from written into it."""

from __future__ import annotations

from pathlib import Path

import click

from audit.catalogue import discover
from audit.inventory.start import start
from audit.model.clean import line


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write a commented inventory to start from into DIR.

    Nothing that is there is overwritten. The JSON Schema beside it lets an editor complete keys and underline
    mistakes.
    """
    for path in start(folder, discover()):
        click.echo(line(str(path)))
    click.echo(line(f"Put your own systems in, then run: haechi validate {folder}"), err=True)
