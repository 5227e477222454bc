"""`haechi run`: an inventory in, the judged report of a look at its systems out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from audit.cli.asked import duration, gates, instant, selecting, selection, stored, writing
from audit.model.exit import Exit
from audit.model.verdict import Severity


@click.command("run")
@click.argument("estate", type=click.Path(path_type=Path))
@selecting
@gates
@writing("terminal")
@stored
@instant
@click.option(
    "--deadline",
    default="10m",
    show_default=True,
    metavar="DURATION",
    callback=duration,
    help="Time for all looks together.",
)
def command(
    estate: Path,
    fail_on: Severity,
    unproven_on: Severity | None,
    form: str,
    output: Path | None,
    lang: str,
    store: str,
    at: str | None,
    deadline: timedelta,
    **asked: Any,
) -> Exit:
    """Look at the systems of an inventory, judge what was seen, store it.

    The first Ctrl-C ends the looks and closes the run: what was seen is kept, the rest is unknown.

    \b
    Examples:
      haechi run my-estate
      haechi run my-estate --format html --output report.html
      haechi run my-estate --check backup.age --on agency/portal
    """
    from audit import app
    from audit.cli.progress import showing
    from audit.cli.put import put

    with showing(lang) as show:
        outcome = app.audit(estate, store=store, selection=selection(asked), at=at, deadline=deadline, on_progress=show)
    put(outcome.dossier, form, output, lang)
    return outcome.exit(fail_on, unproven_on)
