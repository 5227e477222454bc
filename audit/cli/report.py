"""`haechi report`: a stored run in, a report in any format out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from audit import app
from audit.model.clean import line
from reports import formats
from reports.format import LANGUAGES, write


@click.command("report")
@click.argument("run", default="latest")
@click.option("--format", "form", type=click.Choice(sorted(formats())), default="html", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="File to write; without it, standard output.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the report.")
@click.option("--store", default=app.DEFAULT_STORE, show_default=True, help="Where runs are kept: a file or a URL.")
def command(run: str, form: str, output: Path | None, lang: str, store: str) -> None:
    """Write the report of a run: its id, the beginning of one, or `latest`."""
    dossier = app.dossier_of(run, store=store).dossier
    made = write(formats()[form], dossier, lang, output if output is not None else sys.stdout)
    if made:
        beside = f" with {len(made) - 1} more pages in {made[1].parent}" if len(made) > 1 else ""
        click.echo(line(f"Report: {made[0]}{beside}"), err=True)
