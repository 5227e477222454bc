"""`haechi cutsets`: an inventory with a system, or a fault tree, in, what has to fail together out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking


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
    "--order", type=click.IntRange(1, 20), default=3, show_default=True, help="Sets of at most so many failures."
)
@click.option(
    "--top", type=click.IntRange(0, 10_000), default=20, show_default=True, help="Show so many, the likeliest first."
)
@printing
@speaking
def command(
    estate: Path | None, system: str | None, model: Path | None, order: int, top: int, form: str, lang: str
) -> None:
    """Find the smallest sets of losses that stop SYSTEM of ESTATE, or bring the top of a fault tree about.

    The probability of a fault tree is exact where the tree allows that, else it lies between the two limits that are
    shown. In a tree that negates, failures may mend each other: then only the probability is told.

    \b
    Examples:
      haechi cutsets my-estate agency/portal
      haechi cutsets --open-psa tree.xml
      haechi cutsets --open-psa tree.xml --order 2 --top 5 --format json
    """
    from audit.cli.voice import tell
    from reports.translate import Translator

    speak = Translator(lang)
    if model is not None and estate is None:
        from audit.cli.cut import as_json, as_text, read_tree

        tree, told = read_tree(model, order, top)
        lines = as_json(tree, told) if form == "json" else as_text(tree, told, speak)
    elif model is None and estate is not None and system is not None:
        from audit.analysis.faults.falling import weaknesses
        from audit.app.falling import graph_of, system_of
        from audit.cli.fallen import weak_json, weak_text

        graph = graph_of(estate)
        every, reached = weaknesses(graph, order, system_of(graph, system))
        found = tuple(sorted(every, key=lambda one: len(one.losses)))
        if form == "json":
            lines = weak_json(graph, found, order, reached, top)
        else:
            lines = weak_text(found, order, reached, top, speak)
    else:
        raise click.UsageError("name an inventory with one of its systems, or a file with --open-psa")
    for text in lines:
        tell(text)
