"""`haechi plan`: an inventory in, what a run would look at and judge out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from audit.cli.asked import hearing, printing, selecting, selection
from audit.cli.tongue import current, told
from audit.cli.voice import talk, tell
from audit.model.clean import line
from audit.model.message import say


@click.command("plan")
@click.argument("estate", type=click.Path(path_type=Path))
@selecting
@printing
@hearing
def command(estate: Path, form: str, **asked: Any) -> None:
    """Show what a run would look at, without touching anything.

    One line for each look: subject, probe, host, the longest time that it may take.

    \b
    Examples:
      haechi plan my-estate
      haechi plan my-estate --area backup --institution agency
    """
    from audit import app
    from audit.model.units import plain

    plan = app.planned(estate, selection(asked))
    looks = [
        {"subject": task.subject, "probe": task.probe, "host": task.host, "deadline": plain(task.deadline)}
        for task in plan.tasks
    ]
    if form == "json":
        findings = [{"check": check, "subject": ref} for check, ref in plan.pairs]
        document = {"schema": "haechi.plan/1", "looks": looks, "findings": findings, "left-out": len(plan.outside)}
        tell(json.dumps(document, indent=1))
        return
    language = current()
    for look in looks:
        tell(line(told(say("{subject}  {probe}  at {host}  in at most {deadline}", **look), language)))
    counts = {"looks": len(plan.tasks), "findings": len(plan.pairs)}
    if not plan.outside:
        talk(say("{looks} looks, {findings} findings", **counts), language)
        return
    left_out = f"{len(plan.outside)}"
    says = say(
        "{looks} looks, {findings} findings; {more} more are left out and count as unknown", more=left_out, **counts
    )
    talk(says, language)
