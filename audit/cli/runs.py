"""`haechi runs`: a store in, its runs as lines out."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click

from audit.cli.asked import printing, stored
from audit.cli.tongue import preferred, told
from audit.cli.voice import tell
from audit.model.clean import line
from audit.model.message import Message, say

_STATES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "broken off": say("broken off"),
        "complete": say("complete"),
        "interrupted": say("interrupted"),
        "running": say("running"),
    }
)


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
        return
    language = preferred(os.environ)
    for row in rows:
        state = told(_STATES.get(str(row["state"]), row["state"] or ""), language)
        again = (
            "  " + told(say("judged again from {run}", run=row["judged-from"]), language) if row["judged-from"] else ""
        )
        tell(line(f"{row['id']}  {row['started']}  {state:<11}  {row['estate']}{again}"))
