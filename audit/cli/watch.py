"""`haechi watch`: an inventory in, its endpoints looked at for as long as the process lives out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from audit.cli.asked import duration, speaking, stored
from audit.model.exit import Exit


def _longest(context: click.Context, parameter: click.Parameter, written: str | None) -> timedelta | None:
    found = None if written is None else duration(context, parameter, written)
    return found if isinstance(found, timedelta) else None


@click.command("watch")
@click.argument("estate", type=click.Path(path_type=Path))
@stored
@speaking
@click.option("--once", is_flag=True, help="Look once at everything that is due, then end; for cron.")
@click.option("--for", "longest", metavar="DURATION", callback=_longest, help="End by itself after so long.")
@click.option("--quiet", "-q", is_flag=True, help="Tell nothing while it goes well.")
def command(estate: Path, store: str, lang: str, *, once: bool, longest: timedelta | None, quiet: bool) -> Exit:
    """Look at the endpoints of an inventory again and again, keep what was seen, tell who is down.

    It goes on until SIGTERM or Ctrl-C; SIGHUP reads the inventory again, as does a change of its files. With --once
    the exit code is 0 where everything answered, 1 where something was down, 3 where nobody could tell.

    \b
    Examples:
      haechi watch my-estate
      haechi watch my-estate --once --store /var/lib/haechi/haechi.db
    """
    from functools import partial

    from audit.app.watching.begin import watch
    from audit.cli.voice import talk

    return watch(estate, store=store, talk=partial(talk, language=lang), longest=longest, quiet=quiet, once=once)
