"""`haechi plan`: an inventory in, what a run would look at and judge out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from audit import app
from audit.cli.asked import selecting, selection
from audit.model.clean import line
from audit.model.plan import Plan
from audit.model.units import plain


@click.command("plan")
@click.argument("estate", type=click.Path(path_type=Path))
@selecting
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(estate: Path, form: str, **asked: Any) -> None:
    """Show what a run would look at, without touching anything."""
    plan = app.planned(estate, selection(asked))
    if form == "json":
        click.echo(json.dumps(_plain(plan), ensure_ascii=True, indent=1))
        return
    for task in plan.tasks:
        click.echo(line(f"{task.subject}  {task.probe}  at {task.host}  in at most {plain(task.deadline)}"))
    left_out = f"; {len(plan.outside)} more are left out and count as unknown" if plan.outside else ""
    click.echo(f"{len(plan.tasks)} looks, {len(plan.pairs)} findings{left_out}", err=True)


def _plain(plan: Plan) -> dict[str, Any]:
    return {
        "looks": [
            {"subject": task.subject, "probe": task.probe, "host": task.host, "deadline": plain(task.deadline)}
            for task in plan.tasks
        ],
        "findings": [{"check": check, "subject": ref} for check, ref in plan.pairs],
        "left-out": len(plan.outside),
    }
