"""`haechi alerts`: a store in, the alerts that stand as lines out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from audit.cli.asked import printing, speaking, stored
from audit.cli.tongue import told
from audit.cli.voice import talk, tell
from audit.cli.wrong import Wrong
from audit.model.clean import line
from audit.model.message import say


@click.command("alerts")
@click.argument("estate", required=False, type=click.Path(path_type=Path))
@click.option("--test", "channel", metavar="CHANNEL", help="Send a test alert through this channel of ESTATE now.")
@printing
@stored
@speaking
def command(estate: Path | None, channel: str | None, form: str, store: str, lang: str) -> None:
    """List the alerts that are not over, or send a test alert.

    \b
    Examples:
      haechi alerts
      haechi alerts my-estate --test mail
    """
    if channel is not None:
        if estate is None:
            raise Wrong(say("--test needs the inventory that names the channel"))
        from audit.app.watching.acknowledge import try_channel

        code = try_channel(estate, channel, store)
        talk(say("test alert sent; acknowledge it with `haechi ack {code}`", code=code), lang)
        return
    if estate is not None:
        raise Wrong(say("ESTATE goes with --test; the list is of the store (--store)"))
    from audit.app.watching.acknowledge import waiting

    found = waiting(store)
    rows: list[dict[str, Any]] = [
        {
            "code": one.code,
            "kind": one.kind,
            "subject": one.subject or None,
            "sent": one.first.isoformat(timespec="seconds"),
            "channels": list(one.channels),
            "fallen": list(one.fallen),
            "acknowledged": one.acknowledged.isoformat(timespec="seconds") if one.acknowledged else None,
            "by": one.by or None,
        }
        for one in found
    ]
    if form == "json":
        tell(json.dumps(rows))
        return
    if not rows:
        talk(say("no alert stands"), lang)
    for row in rows:
        state = say("acknowledged by {by}", by=row["by"]) if row["by"] else say("waits to be acknowledged")
        subject = row["subject"] or "-"
        fallen = f" +{len(row['fallen'])}" if row["fallen"] else ""
        tell(line(f"{row['code']}  {row['sent']}  {row['kind']:<14}  {subject}{fallen}  {told(state, lang)}"))
