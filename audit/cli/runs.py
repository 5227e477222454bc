"""`haechi runs`: a store in, its runs as lines out."""

from __future__ import annotations

import json

import click

from audit.cli.asked import printing, stored
from audit.cli.voice import tell
from audit.model.clean import line


@click.command("runs")
@printing
@stored
def command(form: str, store: str) -> None:
    """List the stored runs, newest first.

    \b
    Examples:
      haechi runs
      haechi runs --store /srv/audit/haechi.db --format json
    """
    from audit import app

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
        tell(json.dumps(rows))
    for row in rows if form == "text" else ():
        again = f"  judged again from {row['judged-from']}" if row["judged-from"] else ""
        tell(line(f"{row['id']}  {row['started']}  {row['state']:<11}  {row['estate']}{again}"))
