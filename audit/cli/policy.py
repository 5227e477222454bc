"""`haechi policy`: an inventory in, every value of the policy that holds with its source out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking


@click.command("policy")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option("--changed", is_flag=True, help="Only what the estate sets otherwise than the built-in policy.")
@click.option("--check", "checks", multiple=True, metavar="ID", help="Only the values of this check; may be repeated.")
@printing
@speaking
def command(estate: Path, *, changed: bool, checks: tuple[str, ...], form: str, lang: str) -> None:
    """Print every value of the policy that holds: its source (built in, or file:line:column), stricter or laxer.

    Nothing is touched, only the inventory is read. Exit code 0, or 4 where the inventory or its policy is not valid.

    \b
    Examples:
      haechi policy my-estate
      haechi policy my-estate --changed --format json
      haechi policy my-estate --check backup.age
    """
    from audit.app import planned
    from audit.catalogue import discover
    from audit.cli.policy_rows import as_json, as_text, chosen
    from audit.cli.voice import tell
    from reports.translate import Translator

    catalogue = discover()
    plan = planned(estate, catalogue=catalogue)
    values = chosen(tuple(catalogue.policy_told(plan.estate)), checks, catalogue.checks)
    # What was set otherwise first counts what was written, even where it repeats the built-in value.
    values = tuple(one for one in values if one.written or not changed)
    lines = as_json(plan.estate, values) if form == "json" else as_text(values, Translator(lang))
    for text in lines:
        tell(text)
