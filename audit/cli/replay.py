"""`haechi replay`: the name of a past incident in, what the checks would have said the day before out."""

from __future__ import annotations

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit, Stop
from audit.model.message import say


@click.command("replay")
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="Replay every incident with its repaired twin.")
@printing
@speaking
def command(name: str | None, form: str, lang: str, *, everything: bool) -> Exit:
    """Judge the estate of a past incident as of the day before it.

    The estates are reconstructions from public reports; each has a repaired twin, on which the same checks pass.
    Without NAME they are listed. No network is touched. Exit code 1 where a check does not say what it must, else 0.

    \b
    Examples:
      haechi replay
      haechi replay nirs-2025
      haechi replay nirs-2025-repaired --format json
      haechi replay --all
    """
    from audit.app.replaying import names, replay
    from audit.cli.replayed import listed, shown
    from audit.cli.voice import tell
    from reports.translate import Translator

    if name is not None and everything:
        raise Stop(Exit.USAGE, say("name one estate or say --all, not both"))
    speak = Translator(lang)
    if name is None and not everything:
        for text in listed(form, speak):
            tell(text)
        return Exit.READY
    wanted = names() if name is None else (name,)
    found = tuple(replay(one) for one in wanted)
    for text in shown(found, form, speak):
        tell(text)
    return Exit.READY if all(one.right for one in found) else Exit.FAILED
