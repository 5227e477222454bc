"""`haechi ack`: the code of an alert in, the note that somebody takes care of it out."""

from __future__ import annotations

import getpass

import click

from audit.cli.asked import speaking, stored
from audit.cli.voice import talk
from audit.model.message import say


@click.command("ack")
@click.argument("alert", metavar="CODE|SUBJECT")
@click.option("--by", metavar="NAME", help="Who takes care of it; without it, the user of this machine.")
@stored
@speaking
def command(alert: str, by: str | None, store: str, lang: str) -> None:
    """Say that somebody takes care of an alert, so that the watch does not repeat it.

    The code stands in the alert. A subject means every alert of it and of what is below it.

    \b
    Examples:
      haechi ack K7QF2M
      haechi ack agency/portal --by "Kim Example"
    """
    from audit.app.watching.acknowledge import acknowledge

    name = (by or _user()).strip()[:200] or "?"
    for one in acknowledge(alert, name, store):
        what = one.subject or one.kind
        says = say("{code} {what}: acknowledged by {by}", code=one.code, what=what, by=one.by)
        if one.by != name:
            says = say("{code} {what}: {by} acknowledged it before", code=one.code, what=what, by=one.by)
        talk(says, lang)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "?"
