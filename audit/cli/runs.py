"""`haechi runs`: a store in, its runs as lines out."""

from __future__ import annotations

import json

import click

from audit import app
from audit.cli.asked import stored
from audit.model.clean import line


@click.command("runs")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
@stored
def command(form: str, store: str) -> None:
    """List the stored runs, newest first."""
    rows = [
        {
            "id": listed.run.id,
            "started": listed.run.started.isoformat(timespec="seconds"),
            "state": "broken off" if listed.broken_off else listed.run.state,
            "estate": listed.run.estate_id,
            "judged-from": listed.run.judged_from or None,
            "root": listed.run.root or None,
        }
        for listed in app.runs(store=store)
    ]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=True))
    for row in rows if form == "text" else ():
        again = f"  judged again from {row['judged-from']}" if row["judged-from"] else ""
        click.echo(line(f"{row['id']}  {row['started']}  {row['state']:<11}  {row['estate']}{again}"))
