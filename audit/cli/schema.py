"""`haechi schema`: the name of a format in, its JSON Schema or the built-in policy out."""

from __future__ import annotations

import json

import click
import yaml

from audit.catalogue import discover
from audit.inventory.schema import inventory_schema
from audit.model.estate import Estate


@click.command("schema")
@click.argument("what", type=click.Choice(("inventory", "run", "policy")))
def command(what: str) -> None:
    """Print the JSON Schema of an inventory file or of a run, or the built-in policy.

    The policy is YAML in the form in which an inventory changes single values of it, under the key `policy`.
    """
    if what == "policy":
        policy = {"policy": discover().policy(Estate()).as_plain()}
        click.echo(yaml.safe_dump(policy, sort_keys=False, allow_unicode=True, width=120), nl=False)
        return
    if what == "run":
        from reports.schema import run_schema

        schema = run_schema()
    else:
        schema = inventory_schema(discover())
    click.echo(json.dumps(schema, indent=1))
