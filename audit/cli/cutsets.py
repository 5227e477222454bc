"""`haechi cutsets`: an inventory with a system, or a fault tree, in, what has to fail together out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from audit.cli.asked import printing, speaking
from audit.cli.wrong import Misfit, Wrong
from audit.model.message import say


def sized(context: click.Context, parameter: click.Parameter, written: str) -> int:
    """A number of failures; 0 for all."""
    if written == "all":
        return 0
    if written.isascii() and written.isdigit() and 1 <= int(written[:3]) <= 20 and len(written) <= 2:
        return int(written)
    raise Misfit(say("{written} is neither a number from 1 to 20 nor 'all'", written=repr(written[:20])))


@click.command("cutsets")
@click.argument("estate", required=False, type=click.Path(path_type=Path))
@click.argument("system", required=False)
@click.option(
    "--open-psa",
    "model",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Instead of an inventory, a fault tree in the exchange format of Open-PSA.",
)
@click.option(
    "--order",
    default="3",
    show_default=True,
    metavar="N|all",
    callback=sized,
    help="Sets of at most so many failures, 1 to 20; all sizes are only counted, in a fault tree.",
)
@click.option(
    "--by",
    type=click.Choice(("component", "hazard")),
    default="component",
    show_default=True,
    help="Lose everything that has a name, or what can happen: fires, feeds, suppliers, makers, declared hazards.",
)
@click.option(
    "--top", type=click.IntRange(0, 10_000), default=20, show_default=True, help="Show so many, the likeliest first."
)
@printing
@speaking
def command(
    estate: Path | None, system: str | None, model: Path | None, order: int, by: Any, top: int, form: str, lang: str
) -> None:
    """Find the smallest sets of losses that stop SYSTEM of ESTATE, or bring the top of a fault tree about.

    The likeliest come first, where the inventory says how often something happens; else the smallest, of those the
    ones that stop the most. The probability of a fault tree is exact where the tree allows that, else it lies between
    the two limits that are shown. In a tree that negates, failures may mend each other: then only the probability is
    told. Nothing is touched. Exit code 0; 2 for a wrong name, 4 for an inventory or a tree that cannot be read.

    \b
    Examples:
      haechi cutsets my-estate agency/portal
      haechi cutsets my-estate agency/portal --by hazard --order 2
      haechi cutsets --open-psa tree.xml
      haechi cutsets --open-psa tree.xml --order all --top 5 --format json
    """
    from audit.cli.voice import tell

    if (model is None) != (estate is not None and system is not None) or (model is not None and estate is not None):
        raise Wrong(say("name an inventory with one of its systems, or a file with --open-psa"))
    if model is not None:
        lines = _tree(model, order, top, form, lang)
    else:
        assert estate is not None  # noqa: S101 - as was seen above
        assert system is not None  # noqa: S101
        if not order:
            raise Wrong(say("--order all is for --open-psa; name a number"))
        lines = _system(estate, system, order, top, by, form, lang)
    for text in lines:
        tell(text)


def _tree(model: Path, order: int, top: int, form: str, lang: str) -> Iterable[str]:
    from audit.cli.cut import as_json, as_text, read_tree
    from reports.translate import Translator

    tree, told = read_tree(model, order, top)
    return as_json(tree, told) if form == "json" else as_text(tree, told, Translator(lang))


def _system(estate: Path, system: str, order: int, top: int, by: Any, form: str, lang: str) -> Iterable[str]:
    from audit.analysis.faults.system_cuts import cuts_of
    from audit.app.falling import graph_of, system_of
    from audit.cli.cut_system import system_json, system_text
    from reports.translate import Translator

    graph = graph_of(estate)
    found = cuts_of(graph, system_of(graph, system), order, top, by)
    return system_json(graph.estate.about.id, found) if form == "json" else system_text(found, Translator(lang))
