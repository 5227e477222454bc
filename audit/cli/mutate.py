"""`haechi mutate`: an inventory in, the share of silent changes that the audit names out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking, stored
from audit.cli.wrong import Wrong
from audit.model.exit import Exit
from audit.model.message import say


@click.command("mutate")
@click.argument("estate", type=click.Path(path_type=Path), required=False)
@click.option("--kinds", multiple=True, metavar="KIND", help="Only this kind of change, or several with commas.")
@click.option("--each", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many of each kind.")
@click.option("--seed", default="0", show_default=True, help="Draws what is changed; the same seed draws the same.")
@click.option("--run", default="latest", show_default=True, help="The stored run whose observations are judged.")
@click.option("--list", "listing", is_flag=True, help="List the kinds of changes, and change nothing.")
@printing
@stored
@speaking
def command(
    estate: Path | None,
    kinds: tuple[str, ...],
    each: int,
    seed: str,
    run: str,
    form: str,
    store: str,
    lang: str,
    *,
    listing: bool,
) -> Exit:
    """Change the inventory ESTATE silently, one thing at a time, and see whether the audit names it.

    Every change is made in memory: nothing is written, no server is touched. Where the store holds a run of this
    estate, its observations are judged (and changed) too; else the estate is judged as it is declared. A change counts
    as detected where a finding gets worse, or the loss analysis says that more is taken. What the audit had called
    broken before is not changed. `missed` shows a rule that is missing.

    Exit code 0 where every change was named, 1 where one was not, 3 where nothing could be tried.

    \b
    Examples:
      haechi mutate my-estate
      haechi mutate my-estate --kinds backup-into-primary,battery-aged --each 5 --seed spring
      haechi mutate --list
    """
    from audit.cli.mutate_printed import kinds_listed, printed, progress

    if listing:
        kinds_listed(form, lang)
        return Exit.READY
    if estate is None:
        raise Wrong(say("Missing argument {name}.", name="'ESTATE'"))
    from audit.app.mutating import mutate

    wanted = tuple(name.strip() for written in kinds for name in written.split(",") if name.strip())
    found = mutate(estate, store=store, run=run, kinds=wanted, each=each, seed=seed, on_kind=progress(lang))
    printed(found, form, lang)
    return found.exit
