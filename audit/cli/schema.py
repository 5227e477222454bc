"""`haechi schema`: the name of a format in, its JSON Schema or the policy that holds out."""

from __future__ import annotations

import json
from pathlib import Path

import click

from audit.cli.voice import tell
from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import say


@click.command("schema")
@click.argument("what", type=click.Choice(("inventory", "run", "uptime", "outages", "policy")))
@click.argument("estate", required=False, type=click.Path(path_type=Path))
def command(what: str, estate: Path | None) -> None:
    """Print the JSON Schema of an inventory, of a run, of what `uptime` or `outages` print, or the policy that holds.

    The policy is YAML in the form in which an inventory changes single values of it, under the key `policy`: the
    built-in one, or with an ESTATE the one that holds there, with the source of each value that it set as a comment
    above. `haechi policy ESTATE` tells the source of every value.

    \b
    Examples:
      haechi schema inventory > haechi.schema.json
      haechi schema policy
      haechi schema policy my-estate
    """
    if estate is not None and what != "policy":
        raise Stop(Exit.USAGE, say("only `haechi schema policy` takes an inventory"))
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

    catalogue, told = discover(), Estate()
    if estate is not None:
        from audit.app import planned

        told = planned(estate, catalogue=catalogue).estate
        for value in catalogue.policy_told(told):
            if value.written:
                name = " ".join(part for part in (value.check, value.name) if part)
                grade = f" grade {value.grade}" if value.grade is not None else ""
                source = f"# {value.where}: {name}{grade} is {value.direction}"
                tell(line(f"{source}: {value.value}, built in {value.built_in}"))
    policy = {"policy": catalogue.policy(told).as_plain()}
    tell(yaml.safe_dump(policy, sort_keys=False, allow_unicode=True, width=120).rstrip())
