"""`haechi impact`: an inventory with what is lost of it in, what that costs people and money out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import instant, printing, speaking, stored
from audit.model.exit import Exit


@click.command("impact")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("lost", nargs=-1, required=True)
@instant
@click.option(
    "--hours", type=click.FloatRange(0, 876_000), help="As if each system that stops were away for so many hours."
)
@click.option("--top", type=click.IntRange(0), default=20, show_default=True, help="How many systems to name.")
@click.option("--run", default="", metavar="RUN", help="A stored run whose measured times count, such as `latest`.")
@printing
@speaking
@stored
def command(
    estate: Path,
    lost: tuple[str, ...],
    at: str | None,
    hours: float | None,
    top: int,
    run: str,
    form: str,
    lang: str,
    store: str,
) -> Exit:
    """Say what the loss of LOST, all of it at once, costs: three figures of people, the money, the worst system first.

    Applicant-hours exposed are registered users times hours, as the ministry reckons an hour at 1.1 million; hours of
    waiting grow with the square of the outage; people miss a deadline that passes meanwhile. They are never added. How
    long a system is away follows from the inventory, unless --hours says it; --at is when it happens, by default now.
    What restore drills and switches measured, as the store keeps it, goes before what is declared. A standby that takes
    over ends what leans on it too, in its own time, also with --hours. Nothing is touched. Exit code 1 where a system
    of grade 1 or 2 stops for certain, else 0.

    \b
    Examples:
      haechi impact my-estate main-site
      haechi impact my-estate main-site/room-1 --at 2026-09-24T10:00
      haechi impact my-estate feed-b --hours 24 --format json
    """
    from audit.app.costing import cost_of
    from audit.app.falling import foremost
    from audit.cli.costed import as_json, as_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    graph, found = cost_of(estate, lost, at, hours if hours is None or hours == hours else 0.0, run, store)
    for text in as_json(graph, found, top) if form == "json" else as_text(graph, found, top, Translator(lang)):
        tell(text)
    return Exit.FAILED if foremost(graph, found.surely) else Exit.READY
