"""`haechi rto`: an inventory in, how long each system is away after the worst loss, beside its promise, out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking, stored
from audit.model.exit import Exit


@click.command("rto")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("system", default="")
@click.option("--lost", multiple=True, metavar="NODE", help="What is lost, all at once; without it each site and fire.")
@click.option("--run", default="", metavar="RUN", help="A stored run whose measured times count, such as `latest`.")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="How many systems are shown.")
@printing
@speaking
@stored
def command(
    estate: Path, system: str, lost: tuple[str, ...], run: str, top: int, form: str, lang: str, store: str
) -> Exit:
    """Say how long SYSTEM, or each one, is away at most, with the step that costs most, beside the promise.

    Without --lost it is the worst single loss of a site or of a fire compartment. Promises that lean on longer ones
    are told too. What restore drills and switches measured, as the store keeps it, goes before what is declared; the
    answer says which is which. Nothing is touched. Exit code 1 where a system of grade 1 or 2 surely breaks its
    promise, 3 where of such a one nobody can tell, else 0.

    \b
    Examples:
      haechi rto my-estate
      haechi rto my-estate portal --lost main-site --run latest --format json
    """
    from audit.analysis.recovery_time import achievable, inversions, single_losses
    from audit.app.recovering import timed
    from audit.cli.promised import times_json, times_text
    from audit.cli.voice import tell
    from audit.model.timeline import Clockwork
    from reports.translate import Translator

    given = timed(estate, lost, system, run, store)
    known = given.proven
    events = [given.lost] if given.lost else [(one,) for one in single_losses(given.graph)]
    clock = Clockwork(given.graph, took=known.took, drills=known.restored)
    found = achievable(clock, given.policy, events, given.only, top, known)
    turned = tuple(inversions(given.graph, given.policy, given.only))
    if form == "json":
        tell(times_json(given.graph.estate.about.id, len(events), found, turned, top, known))
    else:
        for text in times_text(found, turned, top, Translator(lang, given.graph.estate.about.timezone), known):
            tell(text)
    kept = [one.kept for one in found if one.system.grade <= 2]
    return Exit.FAILED if False in kept else Exit.NOT_VERIFIED if None in kept else Exit.READY
