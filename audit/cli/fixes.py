"""`haechi fixes`: an inventory with measures and a budget in, what to buy first out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


def _money(context: click.Context, parameter: click.Parameter, written: str | None) -> Any:
    """An amount such as 300e6 KRW."""
    from audit.model.units import parse_money

    if written is None:
        return None
    try:
        return parse_money(written)
    except ValueError as broken:
        raise click.BadParameter(str(broken)) from broken


@click.command("fixes")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option("--budget", metavar="MONEY", callback=_money, help="What may be spent, such as '300e6 KRW'.")
@click.option(
    "--goal",
    type=click.Choice(("spof", "harm")),
    default="spof",
    show_default=True,
    help="End all single points of failure of grade 1, or the most harm for the money.",
)
@click.option(
    "--by",
    "basis",
    type=click.Choice(("users", "applicants", "grade")),
    help="What is at stake with a system; without it the first of these that all systems declare.",
)
@click.option("--top", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Show so many losses.")
@printing
@speaking
def command(estate: Path, budget: Any, goal: str, basis: str | None, top: int, form: str, lang: str) -> Exit:
    """Choose among the `measures:` of an inventory those that are worth their money.

    The goal `spof` asks for the cheapest choice that ends every single point of failure of a system of grade 1; where
    the budget is too small, for the choice that ends most of them. The goal `harm` asks for the choice within the
    budget that leaves the least harm over all single losses. Nothing is chosen that the goal does not need. Without
    measures the fewest things to double and failovers to prove are listed, as what measures could be about: they have
    no price, so that no budget counts, and nothing of them is planned. Exit code 1 where single points of failure of
    grade 1 are left by what is planned, else 0.

    \b
    Examples:
      haechi fixes my-estate --budget "300e6 KRW"
      haechi fixes my-estate --budget "1e9 KRW" --goal harm --format json
    """
    from audit.analysis.budgeting import plan, things
    from audit.app.falling import graph_of
    from audit.cli.bought import as_json, as_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    graph = graph_of(estate)
    if graph.estate.measures:
        currency = budget.currency if budget is not None else graph.estate.measures[0].cost.currency
        amount = float(budget.amount) if budget is not None else None
        found = plan(graph, goal, amount, currency, basis)  # type: ignore[arg-type]
    else:
        found = things(graph, goal, basis)  # type: ignore[arg-type]
    for text in as_json(graph, found, top) if form == "json" else as_text(found, top, Translator(lang)):
        tell(text)
    return Exit.FAILED if found.first_left(graph) else Exit.READY
