"""`haechi forecast`: an inventory with a stored run of it in, which passes are lost before a day out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import instant, printing, speaking, stored
from audit.model.exit import Exit


@click.command("forecast")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option("--until", metavar="DAY", help="The day, or the id of busy days; by default the next busy days.")
@click.option("--run", default="latest", show_default=True, metavar="RUN", help="Whose looks are judged again.")
@instant
@click.option("--top", type=click.IntRange(0), default=50, show_default=True, help="How many to name.")
@stored
@printing
@speaking
def command(
    estate: Path, until: str | None, run: str, at: str | None, top: int, store: str, form: str, lang: str
) -> Exit:
    """Say which checks that pass now will not on a later day: drills, evidence, certificates, batteries, contracts.

    What a stored run saw is judged again as of that day, as if it looked just so then. Without a stored run only the
    inventory is judged. Nothing is touched, nothing is stored. Exit code 1 where a critical check of a system of grade
    1 or 2 is lost, else 0.

    \b
    Examples:
      haechi forecast my-estate
      haechi forecast my-estate --until 2027-02-06
      haechi forecast my-estate --until chuseok --format json
    """
    from audit.app.forecasting import forecast_of
    from audit.cli.foretold import as_json, as_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    found = forecast_of(estate, until, run=run, store=store, at=at)
    for text in as_json(found, top) if form == "json" else as_text(found, top, Translator(lang)):
        tell(text)
    return Exit.FAILED if found.forecast.gravest else Exit.READY
