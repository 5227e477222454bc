"""`haechi schema`: the name of a format in, its JSON Schema or the built-in policy out."""

from __future__ import annotations

import json

import click

from audit.cli.voice import tell


@click.command("schema")
@click.argument("what", type=click.Choice(("inventory", "run", "uptime", "outages", "policy")))
def command(what: str) -> None:
    """Print the JSON Schema of an inventory, of a run, of what `uptime` or `outages` print, or the built-in policy.

    The policy is YAML in the form in which an inventory changes single values of it, under the key `policy`.

    \b
    Examples:
      haechi schema inventory > haechi.schema.json
      haechi schema policy
    """
    if what == "run":
        from reports.schema import run_schema

        tell(json.dumps(run_schema(), indent=1))
        return
    if what in ("uptime", "outages"):
        from reports.looks_back import outages_schema, uptime_schema

        tell(json.dumps(uptime_schema() if what == "uptime" else outages_schema(), indent=1))
        return
    from audit.catalogue import discover

    if what == "inventory":
        from audit.inventory.schema import inventory_schema

        tell(json.dumps(inventory_schema(discover()), indent=1))
        return
    import yaml

    from audit.model.estate import Estate

    policy = {"policy": discover().policy(Estate()).as_plain()}
    tell(yaml.safe_dump(policy, sort_keys=False, allow_unicode=True, width=120).rstrip())
