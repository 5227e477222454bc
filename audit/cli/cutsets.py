"""`haechi cutsets`: a fault tree in, what has to fail together in it, with how likely that is, out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking


@click.command("cutsets")
@click.option(
    "--open-psa",
    "model",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A fault tree in the exchange format of Open-PSA.",
)
@click.option(
    "--order", type=click.IntRange(1, 20), default=3, show_default=True, help="Sets of at most so many failures."
)
@click.option(
    "--top", type=click.IntRange(0, 10_000), default=20, show_default=True, help="Show so many, the likeliest first."
)
@printing
@speaking
def command(model: Path, order: int, top: int, form: str, lang: str) -> None:
    """Find the smallest sets of failures that bring the top of a fault tree about, and how likely it is.

    The probability is exact where the tree allows that, else it lies between the two limits that are shown. In a tree
    that negates, failures may mend each other: then only the probability is told.

    \b
    Examples:
      haechi cutsets --open-psa tree.xml
      haechi cutsets --open-psa tree.xml --order 2 --top 5 --format json
    """
    from audit.cli.cut import as_json, as_text, read_tree
    from audit.cli.voice import tell
    from reports.translate import Translator

    tree, found = read_tree(model, order, top)
    lines = as_json(tree, found) if form == "json" else as_text(tree, found, Translator(lang))
    for text in lines:
        tell(text)
