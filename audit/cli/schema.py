"""`haechi schema`: the name of a format in, its JSON Schema or the policy that holds out."""

from __future__ import annotations

import json
from pathlib import Path

import click

from audit.cli.asked import hearing
from audit.cli.voice import tell
from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import say

_OWN = ("inventory", "policy")


@click.command("schema")
@click.argument("what", required=False)
@click.argument("estate", required=False, type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help="List the names.")
@hearing
def command(what: str | None, estate: Path | None, *, listing: bool) -> None:
    """Print the JSON Schema of an inventory, or of what a command prints as JSON; or the policy that holds.

    A document says its name under `schema`: the schema of `haechi.rto/1` is that of the name `rto`. Further keys may
    come in the same version, never others in their place. What `haechi policy` prints is called `policy-values`.

    The policy is YAML in the form in which an inventory changes single values of it, under the key `policy`: the
    built-in one, or with an ESTATE the one that holds there, with the source of each value that it set as a comment
    above. `haechi policy ESTATE` tells the source of every value.

    \b
    Examples:
      haechi schema inventory > haechi.schema.json
      haechi schema rto
      haechi schema --list
      haechi schema policy
      haechi schema policy my-estate
    """
    from reports.schemas import names, schema

    known = sorted((*_OWN, *names()))
    if listing:
        tell("\n".join(known))
        return
    if what not in known:
        from audit.inventory.near import near

        close = near(what or "", known)
        hint = say("did you mean {close}?", close=repr(close)) if close else say("`haechi schema --list` shows them")
        raise Stop(Exit.USAGE, say("no schema is called {name}; {hint}", name=repr(line(what or "")), hint=hint))
    if estate is not None and what != "policy":
        raise Stop(Exit.USAGE, say("only `haechi schema policy` takes an inventory"))
    if what not in _OWN:
        tell(json.dumps(schema(what), indent=1))
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
