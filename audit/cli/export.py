"""`haechi export`: an inventory in, a fault tree for other tools out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from audit.cli.asked import speaking
from audit.model.exit import Exit, Stop
from audit.model.message import say


@click.command("export")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option("--open-psa", "open_psa_", is_flag=True, required=True, help="In the exchange format of Open-PSA.")
@click.option("--system", default="", metavar="SYSTEM", help="Only what can stop this system.")
@click.option(
    "--view",
    type=click.Choice(("optimistic", "pessimistic")),
    default="pessimistic",
    show_default=True,
    help="Whether a failover that never really switched is none, or is one.",
)
@click.option(
    "--by",
    type=click.Choice(("component", "hazard")),
    default="component",
    show_default=True,
    help="Basic events: everything that has a name, or what can happen, with its probability where it is known.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@speaking
def command(estate: Path, system: str, view: Any, by: Any, output: Path | None, lang: str, **_: Any) -> Exit:
    """Write what leans on what as a fault tree, so that another tool can find the same cut sets.

    With --system the top is that system being stopped by something else; without, there is a top for each system, and
    its own loss is an event too. The probability of an event is that it happens within one year. Circles of needs are
    written out. Nothing is touched. Exit code 0; 2 for a wrong name, 4 for an invalid inventory, 7 where the file
    cannot be written.

    \b
    Examples:
      haechi export my-estate --open-psa --system agency/portal --output portal.xml
      haechi export my-estate --open-psa --system agency/portal --by hazard | scram --mocus -l 3 /dev/stdin
    """
    from audit.analysis.faults.exported import open_psa
    from audit.analysis.faults.system_cuts import likely_of
    from audit.app.falling import graph_of, system_of
    from audit.cli.voice import tell
    from audit.model.clean import line
    from audit.model.hazards import hazards
    from audit.model.net import net

    graph = graph_of(estate)
    tops = [system_of(graph, system)] if system else [one.ref for _, one in graph.estate.systems()]
    happening = hazards(graph) if by == "hazard" else ()
    events = {one.ref for one in happening} if by == "hazard" else None
    lines = open_psa(net(graph, view, happening), tops, events, likely_of(happening), graph.estate.about.id)
    if output is None:
        for text in lines:
            tell(text)
        return Exit.READY
    try:
        with output.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{text}\n" for text in lines)
    except OSError as broken:
        why = broken.strerror or type(broken).__name__
        raise Stop(Exit.STORAGE, say("cannot write to {path}: {why}", path=line(str(output)), why=why)) from broken
    return Exit.READY
