"""`haechi permit`: a permit for dangerous work in, go or no-go with each reason out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import hearing, instant, printing, speaking, stored
from audit.model.exit import Exit


@click.group("permit", context_settings={"help_option_names": ["-h", "--help"]})
@hearing
def command() -> None:
    """Say whether dangerous work may begin; list the permits of an inventory.

    Permits stand under `permits:` of an inventory.

    \b
    Examples:
      haechi permit list my-estate
      haechi permit check move-battery my-estate
    """


@command.command("check", short_help="Say go or no-go for one permit.")
@click.argument("permit")
@click.argument("estate", type=click.Path(path_type=Path), default=Path())
@click.option("--from-store", is_flag=True, help="Look at nothing; answer from the newest run, if it is fresh.")
@instant
@printing
@stored
@speaking
def check(permit: str, estate: Path, from_store: bool, at: str | None, form: str, store: str, lang: str) -> Exit:  # noqa: FBT001 - click passes by name
    """Say go or no-go for PERMIT of ESTATE: steps, people, charge, busy days, backups and standbys of all in danger.

    ESTATE is the folder in which you are, where none is given. The systems that an accident in the work could take are
    looked at now, and the run is kept in the store.

    Exit code 0 to go, 1 for no-go, 3 where nobody can tell, 2 for a permit that is not there, 4 for an inventory
    with problems.

    \b
    Examples:
      haechi permit check move-battery
      haechi permit check move-battery my-estate --from-store --format json
    """
    from audit.app.permits import permitted
    from audit.cli.permitted import answer

    found = permitted(estate, permit, store=store, at=at, from_store=from_store)
    answer(found, form, lang)
    return found.exit


@command.command("list", short_help="List the permits with what they lack.")
@click.argument("estate", type=click.Path(path_type=Path), default=Path())
@instant
@printing
@speaking
def listed(estate: Path, at: str | None, form: str, lang: str) -> None:
    """List the permits of ESTATE with what they lack and how much they endanger; look at nothing.

    ESTATE is the folder in which you are, where none is given.

    \b
    Examples:
      haechi permit list my-estate
      haechi permit list my-estate --format json
    """
    from audit.app.permits import permits
    from audit.cli.permitted import overview

    overview(permits(estate, at), form, lang)
