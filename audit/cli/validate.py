"""`haechi validate`: an inventory in, everything that is wrong in it out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.cli.tongue import KOREAN, told
from audit.cli.voice import talk, tell
from audit.model.exit import Exit
from audit.model.message import say


@click.command("validate")
@click.argument("estate", type=click.Path(path_type=Path))
@printing
@speaking
def command(estate: Path, form: str, lang: str) -> Exit:
    """Say everything that is wrong in the inventory ESTATE, a folder or a file.

    Each problem is one line of standard output, file:line:column: what is wrong; what would be right. Exit code 4
    where there are some, 0 where there are none.

    \b
    Examples:
      haechi validate my-estate --lang ko
      haechi validate my-estate/shared.yaml --format json
    """
    from audit.catalogue import discover
    from audit.inventory.load import load
    from audit.inventory.told import as_json, as_text

    loaded = load(estate, discover())
    speak, korean = partial(told, language=lang), partial(told, language=KOREAN)
    for text in as_json(loaded, korean) if form == "json" else as_text(loaded, speak):
        tell(text)
    if loaded.estate is not None:
        return Exit.READY
    talk(say("problems in {estate}: {count}", count=f"{len(loaded.problems):,}", estate=estate), lang)
    return Exit.INVALID
