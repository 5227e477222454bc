"""`haechi init`: a folder in, a commented inventory to start from written into it."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import hearing
from audit.cli.tongue import current
from audit.cli.voice import talk, tell
from audit.model.clean import line
from audit.model.message import say


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--small", is_flag=True, help="Only what a first audit needs: a page, a database, a backup.")
@hearing
def command(folder: Path, *, small: bool) -> None:
    """Write a commented inventory to start from into DIR.

    It has every key of the format; with --small it has forty lines. Nothing that is there is overwritten. The JSON
    Schema beside it lets an editor complete keys and underline mistakes.

    \b
    Examples:
      haechi init my-estate --small
      haechi init my-estate
    """
    from audit.catalogue import discover
    from audit.inventory.start import FIRST, WHOLE, start

    made = start(folder, discover(), FIRST if small else WHOLE)
    for path in made:
        tell(line(str(path)))
    says = say("Put your own systems into {file}, then run: haechi validate {folder}", file=made[0], folder=folder)
    talk(says, current())
