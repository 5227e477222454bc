"""`haechi report`: a stored run in, a report in any format out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import stored, writing


@click.command("report")
@click.argument("run", default="latest")
@writing("html")
@stored
def command(run: str, form: str, output: Path | None, lang: str, store: str) -> None:
    """Write the report of a run: its id, the beginning of one, or `latest`.

    \b
    Examples:
      haechi report --output report.html
      haechi report latest --format csv --lang ko --output findings.csv
    """
    from audit import app
    from audit.cli.put import put

    put(app.dossier_of(run, store=store).dossier, form, output, lang)
