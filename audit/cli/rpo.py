"""`haechi rpo`: an inventory in, how much work each loss takes, beside what was promised, out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking, stored
from audit.model.exit import Exit


@click.command("rpo")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("system", default="")
@click.option("--lost", multiple=True, metavar="NODE", help="What is lost, all at once; without it each kind of loss.")
@click.option("--run", default="", metavar="RUN", help="A stored run whose observations count, such as `latest`.")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="How many systems are shown.")
@printing
@speaking
@stored
def command(
    estate: Path, system: str, lost: tuple[str, ...], run: str, top: int, form: str, lang: str, store: str
) -> Exit:
    """Say how much work of SYSTEM, or of each one with data, is lost at most, data set by data set.

    Without --lost it is the worst loss of a machine, a site, a supplier, the system that makes the backups, beside an
    attack and a wrong command. Without --run only what the inventory declares counts. Exit code 1 where a system of
    grade 1 or 2 surely loses more than promised, 3 where of such a one nobody can tell, else 0.

    \b
    Examples:
      haechi rpo my-estate
      haechi rpo my-estate portal --lost main-site --run latest --format json
    """
    from audit.analysis.recovery_point import points
    from audit.app.recovering import asked
    from audit.cli.promised import points_json, points_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    given = asked(estate, lost, system, run, store)
    found = points(given.graph, given.policy, given.looks, given.lost, given.only, top)
    if form == "json":
        tell(points_json(given.graph.estate.about.id, run, found, top))
    else:
        for text in points_text(run, found, top, Translator(lang)):
            tell(text)
    kept = [one.kept for one in found if one.system.grade <= 2]
    return Exit.FAILED if False in kept else Exit.NOT_VERIFIED if None in kept else Exit.READY
