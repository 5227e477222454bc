"""`haechi drill`: a copy of an inventory in, its restore into scratch space with the record of it out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from audit.cli.asked import hearing, printing, speaking, stored
from audit.model.exit import Exit


def _share(context: click.Context, parameter: click.Parameter, written: str | None) -> float | None:
    from audit.model.drilling import parse_share

    if written is None:
        return None
    try:
        return parse_share(written)
    except ValueError as broken:
        raise click.BadParameter(str(broken)) from broken


@click.group("drill", context_settings={"help_option_names": ["-h", "--help"]})
@hearing
def command() -> None:
    """Restore backups into scratch space to prove that they can be; list and show drills.

    A drill needs the consent of somebody (`drill:` of the copy) and scratch space (`drills:` of the estate). It
    never touches the original, nor changes the backup.

    \b
    Examples:
      haechi drill list my-estate
      haechi drill restore my-estate agency/portal/records/nightly
      haechi drill failover my-estate agency/portal
      haechi drill show
    """


@command.command("restore", short_help="Restore a copy, or all with consent below SUBJECT.")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("subject")
@click.option("--point", default="", metavar="ID", help="This restore point; without it, the newest complete one.")
@click.option("--sample", "share", metavar="N%", callback=_share, help="Restore no more than this share of it.")
@printing
@stored
@speaking
def restore(estate: Path, subject: str, point: str, share: float | None, form: str, store: str, lang: str) -> Exit:
    """Restore SUBJECT, a copy or all copies with consent below a data set or a system, and keep the record.

    Exit code 0 where everything was brought back and held, 1 where something was not, 3 where nobody could try,
    2 without consent or scratch space, 6 while another drill works in the scratch space.

    \b
    Examples:
      haechi drill restore my-estate agency/portal/records/nightly
      haechi drill restore my-estate agency/portal --sample 5%
    """
    from audit.app.drilling import drill, exit_of
    from audit.cli.drilled import as_json, tell_one

    told = partial(tell_one, language=lang) if form == "text" else None
    done = drill(estate, subject, store=store, point=point, share=share, on_drilled=told)
    if form == "json":
        as_json(done)
    return exit_of(done)


@command.command("failover", short_help="Bring up all data from the copies at the other place.")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("subject")
@printing
@stored
@speaking
def failover(estate: Path, subject: str, form: str, store: str, lang: str) -> Exit:
    """Bring up all data of SUBJECT, a failover or a system, from the copies at its other place, in scratch space.

    The real group is not touched: `haechi switch` switches that.

    Exit code 0 where all of it was brought back and held, 1 where something was not, 3 where nobody could try, 2 where
    a data set has no copy there or no consent, 6 while another drill works in the scratch space.

    \b
    Examples:
      haechi drill failover my-estate agency/portal
      haechi drill failover my-estate agency/portal/to-busan --format json
    """
    from audit.app.drilling.failover import exit_of, raise_there
    from audit.cli.drilled import tell_one
    from audit.cli.switched import tell_raised

    told = partial(tell_one, language=lang) if form == "text" else None
    done = raise_there(estate, subject, store=store, on_drilled=told)
    tell_raised([(one.ref, one.state, one.promise, one.zone) for one in done], form, lang)
    return exit_of(done)


@command.command("list", short_help="List the copies with their newest drills.")
@click.argument("estate", type=click.Path(path_type=Path))
@printing
@stored
@speaking
def listed(estate: Path, form: str, store: str, lang: str) -> None:
    """List the copies of ESTATE that may be drilled, or were, with their newest drills; then its measured switches.

    \b
    Examples:
      haechi drill list my-estate
      haechi drill list my-estate --format json
    """
    from audit.cli.drilled import overview

    overview(estate, store, form, lang)


@command.command("show", short_help="Show one stored drill or switch.")
@click.argument("drill", default="latest")
@printing
@stored
@speaking
def show(drill: str, form: str, store: str, lang: str) -> None:
    """Show one stored drill or switch: its id, the beginning of one, the copy or failover, or `latest`.

    \b
    Examples:
      haechi drill show
      haechi drill show 20261121T2055
      haechi drill show agency/portal/records/nightly --format json
    """
    from audit.cli.drilled import one

    one(drill, store, form, lang)
