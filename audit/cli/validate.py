"""`haechi validate`: an inventory in, everything that is wrong in it out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing
from audit.cli.voice import talk, tell
from audit.model.clean import line
from audit.model.exit import Exit


@click.command("validate")
@click.argument("estate", type=click.Path(path_type=Path))
@printing
def command(estate: Path, form: str) -> Exit:
    """Say everything that is wrong in the inventory ESTATE, a folder or a file.

    Each problem is one line of standard output, file:line:column: what is wrong; what would be right. Exit code 4
    where there are some, 0 where there are none.

    \b
    Examples:
      haechi validate my-estate
      haechi validate my-estate/shared.yaml --format json
    """
    from audit.catalogue import discover
    from audit.inventory.load import load
    from audit.inventory.told import as_json, as_text

    loaded = load(estate, discover())
    for text in as_json(loaded) if form == "json" else as_text(loaded):
        tell(text)
    if loaded.estate is not None:
        return Exit.READY
    talk(line(f"{len(loaded.problems):,} to mend in {estate}"))
    return Exit.INVALID
