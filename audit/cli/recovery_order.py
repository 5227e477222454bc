"""`haechi recovery-order`: an inventory with what is lost of it in, the order in which teams bring it back out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking, stored
from audit.model.exit import Exit


@click.command("recovery-order")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("lost", nargs=-1, required=True)
@click.option("--teams", type=click.IntRange(1, 1000), default=3, show_default=True, help="How many work at once.")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="How many lines are shown.")
@click.option("--run", default="", metavar="RUN", help="A stored run whose measured times count, such as `latest`.")
@printing
@speaking
@stored
def command(
    estate: Path, lost: tuple[str, ...], teams: int, top: int, run: str, form: str, lang: str, store: str
) -> Exit:
    """Say in which order what stops with LOST comes back soonest for the most people, with so many teams.

    LOST is one or several of sites, rooms, compartments (SITE#COMPARTMENT), feeds, suppliers, systems, hazards, all of
    it at once. The order is held against that of the inventory, against the critical path first, against a bound that
    no order beats, against every `recovery-order:` that is published. What restore drills and switches measured, as
    the store keeps it, goes before what is declared. A system of which nobody says how long it takes stands in the
    order after all that it waits for, without hours. Exit code 1 where a published order puts
    something before what it waits for, or a system of grade 1 or 2 never comes back, else 0.

    \b
    Examples:
      haechi recovery-order my-estate main-site
      haechi recovery-order my-estate main-site/room-1 --teams 5 --format json
    """
    from audit.analysis.recovery import soonest, stops, whole
    from audit.analysis.recovery_order import planned
    from audit.app.falling import foremost
    from audit.app.recovering import timed
    from audit.cli.recovered import as_json, as_text
    from audit.cli.voice import tell
    from audit.model.timeline import Clockwork
    from reports.translate import Translator

    found = timed(estate, lost, "", run, store)
    known = found.proven
    clock = Clockwork(found.graph, took=known.took, drills=known.restored, patient=True)
    both, soon = clock.after(*found.lost), clock.hasty().after(*found.lost)
    plan, rows = planned(both.least, teams), soonest(stops(both), soon)
    course = whole(both, soon, rows)
    if form == "json":
        tell(as_json(found.graph.estate.about.id, plan, course, rows, teams, top))
    else:
        for text in as_text(plan, course, rows, teams, top, Translator(lang)):
            tell(text)
    failed = plan.contradictions or foremost(found.graph, course.never)
    return Exit.FAILED if failed else Exit.READY
