"""`haechi whatif`: an inventory with what happens to it in, what stops, burns, cannot start again out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


@click.command("whatif")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("lost", nargs=-1, required=True)
@click.option(
    "--hours",
    type=click.FloatRange(0, 1e6, min_open=True),
    metavar="H",
    help="As an outage of so many hours in which nothing is destroyed; what bears that long does not stop.",
)
@click.option(
    "--view",
    type=click.Choice(("both", "optimistic", "pessimistic")),
    default="both",
    show_default=True,
    help="optimistic: only what stops in any case; pessimistic: whatever may stop counts as stopped.",
)
@click.option("--top", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="Of each sort so many.")
@printing
@speaking
def command(
    estate: Path, lost: tuple[str, ...], hours: float | None, view: str, top: int, form: str, lang: str
) -> Exit:
    """Say what follows when LOST happens, all of it at once.

    LOST is a site, a room (a fire in it takes its compartment), SITE#COMPARTMENT, a feed, a supplier, a machine, a
    system, a declared hazard, contractor:SUPPLIER, or "maker:VENDOR MODEL". Nothing is touched, only the inventory is
    read. Exit code 1 where a system of grade 1 or 2 stops for certain (with --view pessimistic: perhaps), else 0.

    \b
    Examples:
      haechi whatif my-estate main-site
      haechi whatif my-estate main-site/room-1 feed-b --format json
      haechi whatif my-estate feed-a --hours 4
    """
    from audit.analysis.aftermath import aftermath, in_view, outage
    from audit.app.falling import foremost, graph_of, happenings_of
    from audit.cli.after import after_json, after_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    graph = graph_of(estate)
    events = happenings_of(graph, lost)
    if hours is not None:
        events = tuple(outage(one, hours) for one in events)
    found = in_view(aftermath(graph, events), view)
    for text in after_json(graph, found) if form == "json" else after_text(graph, found, top, Translator(lang)):
        tell(text)
    return Exit.FAILED if foremost(graph, (one.ref for one in found.stops if one.surely)) else Exit.READY
