"""`haechi judge`: a stored run in, a new judgement of the same observations out."""

from __future__ import annotations

from pathlib import Path

import click

from audit import app
from audit.cli.asked import gates, instant, put, stored, writing
from audit.model.exit import Exit
from audit.model.verdict import Severity


@click.command("judge")
@click.argument("run", default="latest")
@click.option(
    "--policy", type=click.Path(path_type=Path), help="Inventory file with a `policy:` to lay over the run's."
)
@instant
@gates
@writing
@stored
def command(
    run: str,
    policy: Path | None,
    at: str | None,
    fail_on: Severity,
    unproven_on: Severity | None,
    form: str,
    output: Path | None,
    lang: str,
    store: str,
) -> Exit:
    """Judge the stored observations of a run again, without touching a server; stored as a new run.

    The instant of judgement is that of the first judgement, unless --at names another.
    """
    outcome = app.rejudge(run, store=store, policy=policy, at=at)
    put(outcome.dossier, form, output, lang)
    return outcome.exit(fail_on, unproven_on)
