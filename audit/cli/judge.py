"""`haechi judge`: a stored run in, a new judgement of the same observations out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import gates, instant, stored, writing
from audit.model.exit import Exit
from audit.model.verdict import Severity


@click.command("judge")
@click.argument("run", default="latest")
@click.option("--policy", type=click.Path(path_type=Path), help="A file with `policy:` to lay over the run's.")
@instant
@gates
@writing("terminal")
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

    \b
    Examples:
      haechi judge latest
      haechi judge latest --policy stricter.yaml
      haechi judge 20261121T2055 --at 2026-12-31
    """
    from audit import app
    from audit.cli.put import put

    outcome = app.rejudge(run, store=store, policy=policy, at=at)
    put(outcome.dossier, form, output, lang)
    return outcome.exit(fail_on, unproven_on)
