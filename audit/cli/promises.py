"""`haechi promises`: an inventory with a store in, every measured time beside its promise out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking, stored
from audit.model.exit import Exit


@click.command("promises")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option("--on", default="", metavar="REF", help="Only this system, or what stands below this subject.")
@click.option("--broken", is_flag=True, help="Only what broke a promise.")
@stored
@printing
@speaking
def command(estate: Path, *, on: str, broken: bool, store: str, form: str, lang: str) -> Exit:
    """Hold every time that was ever measured against its promise: restore drills, switches, outages of the watch.

    Each is held against what the inventory promises now, and against what it promised on that day as far as a stored
    run knows: a promise that was loosened later was broken all the same. A sample of a copy is reckoned up to the
    whole. Nothing is touched. Exit code 1 where a promise was broken, 3 where a system was never measured, else 0.

    \b
    Examples:
      haechi promises my-estate
      haechi promises my-estate --on kibo/guarantee --format json
    """
    from audit.app import planned
    from audit.app.past import named
    from audit.app.promised import promises
    from audit.catalogue import discover
    from audit.cli.promises_rows import as_json, as_text, silent
    from audit.cli.voice import tell
    from reports.translate import Translator

    catalogue = discover()
    whole = planned(estate, catalogue=catalogue).estate
    ref = named(whole, on) if on else ""
    entries = promises(whole, store, catalogue, ref)
    quiet = silent(whole, entries, ref)
    shown = [one for one in entries if one.broken or not broken]
    if form == "json":
        lines = as_json(whole, shown, quiet)
    else:
        lines = as_text(shown, quiet, Translator(lang, whole.about.timezone))
    for text in lines:
        tell(text)
    if any(one.broken for one in entries):
        return Exit.FAILED
    return Exit.NOT_VERIFIED if quiet else Exit.READY
