"""`haechi show`: the name of a stored run in, its report out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import stored, writing


@click.command("show")
@click.argument("run", default="latest")
@writing("terminal")
@stored
def command(run: str, form: str, output: Path | None, lang: str, store: str) -> None:
    """Print a stored run: its id, the beginning of one, or `latest`.

    Its seal is verified first; a run that was changed after it was closed is refused (exit 7).

    \b
    Examples:
      haechi show
      haechi show 20261121T2055 --format json
    """
    from audit import app
    from audit.cli.put import put

    put(app.dossier_of(run, store=store).dossier, form, output, lang)
