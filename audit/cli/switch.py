"""`haechi switch`: a group in, what two people have to sign, or the measured switch with the record of it out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from audit.cli.asked import duration, hearing, printing, speaking, stored
from audit.model.exit import Exit

F = TypeVar("F", bound=Callable[..., Any])


def _size(context: click.Context, parameter: click.Parameter, written: str) -> int:
    from audit.model.units import parse_size

    try:
        return parse_size(written)
    except ValueError as broken:
        raise click.BadParameter(str(broken)) from broken


def _instant(context: click.Context, parameter: click.Parameter, written: str | None) -> datetime | None:
    from audit.model.units import parse_instant

    try:
        return parse_instant(written) if written is not None else None
    except ValueError as broken:
        raise click.BadParameter(str(broken)) from broken


def _length(*names: str, default: str, told: str) -> Callable[[F], F]:
    return click.option(*names, default=default, show_default=True, metavar="DURATION", callback=duration, help=told)


@click.group("switch", context_settings={"help_option_names": ["-h", "--help"]})
@hearing
def command() -> None:
    """Switch a real group to its other place, measured, once two people have signed exactly that.

    `plan` sends nothing: it writes the one request that would be sent, with all that has to hold then. `make` sends it,
    once, while a canary is written, and never switches back by itself.

    \b
    Examples:
      haechi switch plan my-estate agency/portal/pair --output authorization.yaml
      ssh-keygen -Y sign -n haechi-switch -f KEY < authorization.yaml > authorization.yaml.kim.sig
      haechi switch make my-estate agency/portal/pair --authorization authorization.yaml
    """


@command.command("plan", short_help="Write what two people have to sign; send nothing.")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("failover")
@click.option("--candidate", default="", metavar="NAME", help="Who takes over; without it, who is least behind.")
@click.option("--from", "start", metavar="TIME", callback=_instant, help="From when it is good; without it, now.")
@_length("--for", "length", default="1h", told="For how long; at most 24h.")
@_length("--most-outage", default="60s", told="Longer ends it as failed.")
@click.option(
    "--most-lag",
    default="1 MB",
    show_default=True,
    metavar="SIZE",
    callback=_size,
    help="Who takes over is less behind.",
)
@click.option("--reason", default="", metavar="TEXT", help="One line for those who sign.")
@click.option("--output", type=click.Path(path_type=Path), help="New file to write what has to be signed.")
@stored
@speaking
def plan(estate: Path, failover: str, output: Path | None, store: str, lang: str, **asked: Any) -> Exit:
    """Show the one request that would switch FAILOVER, with all that has to hold; send nothing.

    Exit code 0 where everything holds now, 1 where something does not, 3 where nobody could see, 2 for a group that
    nothing here switches.

    \b
    Examples:
      haechi switch plan my-estate agency/portal/pair
      haechi switch plan my-estate pair --candidate node2 --output authorization.yaml
    """
    from audit.app.switching import planned
    from audit.cli.switched import tell_plan

    found = planned(estate, failover, store=store, **asked)
    tell_plan(found.authorization, [(one.held, one.name, one.why) for one in found.conditions], output, lang)
    return found.exit


@command.command("make", short_help="Switch for real, as the signed file says.")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("failover")
@click.option("--authorization", required=True, type=click.Path(path_type=Path), help="What two people signed.")
@click.option("--confirm", default="", metavar="REF", help="The full reference of FAILOVER; else it is asked for.")
@printing
@stored
@speaking
def make(estate: Path, failover: str, authorization: Path, confirm: str, form: str, store: str, lang: str) -> Exit:
    """Switch FAILOVER for real, as the signed file says, and measure it.

    Exit code 0 where the other place took over with nothing lost, 1 where it did not or was not ready, 2 for an
    authorization that is not good, 3 where nobody could see, 6 while a run or another switch has the store.

    \b
    Examples:
      haechi switch make my-estate agency/portal/pair --authorization authorization.yaml
    """
    from audit.app.switching import make as made
    from audit.cli.switched import as_json, ask, tell_step, tell_switch

    confirmed = partial(ask, confirm, lang, asking=sys.stdin.isatty())
    steps = partial(tell_step, language=lang)
    found = made(estate, failover, authorization, confirm=confirmed, store=store, on_step=steps)
    if form == "json":
        as_json((found.state,), found.promise)
    else:
        tell_switch(found.state, found.promise, found.zone, lang)
    return found.exit
