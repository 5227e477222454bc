"""`haechi programme`: an inventory with a programme of it in, what is left of its money when somebody withdraws out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


@click.command("programme")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("programme")
@click.option(
    "--drop", "dropped", multiple=True, metavar="ID", help="As if this contributor withdrew; may be repeated."
)
@printing
@speaking
def command(estate: Path, programme: str, dropped: tuple[str, ...], form: str, lang: str) -> Exit:
    """Say what PROGRAMME rests on: who pays, how firmly, without whom it falls, what is left when somebody withdraws.

    Also when there is enough money to begin, and what closes all ways to apply or to pay out at once. Nothing is
    touched, only the inventory is read. Exit code 1 where what was signed or paid is not enough, 3 where the amounts
    cannot be added, 0 where it holds.

    \b
    Examples:
      haechi programme my-estate retail-fund
      haechi programme my-estate retail-fund --drop big-shop --format json
    """
    from audit.analysis.contributions import contributions
    from audit.app.falling import graph_of
    from audit.cli.funded import as_json, as_text, payers_of, programme_of
    from audit.cli.voice import tell
    from reports.translate import Translator

    graph = graph_of(estate)
    item = programme_of(graph, programme)
    found = contributions(graph, item, payers_of(graph, dropped))
    for text in as_json(item, found) if form == "json" else as_text(item, found, Translator(lang)):
        tell(text)
    if found.mixed:
        return Exit.NOT_VERIFIED
    return Exit.READY if found.asked.holds_surely else Exit.FAILED
