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
@hearing
def command(folder: Path) -> None:
    """Write a commented inventory to start from into DIR.

    Nothing that is there is overwritten. The JSON Schema beside it lets an editor complete keys and underline
    mistakes.

    \b
    Example:
      haechi init my-estate
    """
    from audit.catalogue import discover
    from audit.inventory.start import start

    for path in start(folder, discover()):
        tell(line(str(path)))
    says = say("Put your own systems in, then run: haechi validate {folder}", folder=folder)
    talk(says, current())
