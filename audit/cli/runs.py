"""`haechi runs`: a store in, its runs as lines out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import click

from audit.cli.asked import hearing, printing, stored
from audit.cli.columns import padded
from audit.cli.tongue import current, told
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
@hearing
def command(form: str, store: str) -> None:
    """List the stored runs, newest first; of those that came in a bundle, the institution that sent them.

    \b
    Examples:
      haechi runs
      haechi runs --store /srv/audit/haechi.db --format json
    """
    from audit import app

    found = app.runs(store=store)
    rows: list[dict[str, Any]] = [
        {
            "id": listed.run.id,
            "started": listed.run.started.isoformat(timespec="seconds"),
            "state": "broken off" if listed.broken_off else listed.run.state,
            "estate": listed.run.estate_id,
            "judged-from": listed.run.judged_from or None,
            "root": listed.run.root or None,
            "sent-by": list(listed.sent_by),
        }
        for listed in found
    ]
    if form == "json":
        tell(json.dumps(rows))
        return
    language = current()
    for row, listed in zip(rows, found, strict=True):
        state = told(_STATES.get(str(row["state"]), row["state"] or ""), language)
        again = (
            "  " + told(say("judged again from {run}", run=row["judged-from"]), language) if row["judged-from"] else ""
        )
        sent = ", ".join(listed.sent_by)
        sent = "  " + told(say("sent by {institution}", institution=sent), language) if sent else ""
        tell(line(f"{row['id']}  {row['started']}  {padded(state, 11)}  {row['estate']}{again}{sent}"))
