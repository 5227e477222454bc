"""`haechi unknowns`: an inventory in, what it does not tell out, what moves the worst losses most first."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


@click.command("unknowns")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option(
    "--by",
    "basis",
    type=click.Choice(("users", "applicants", "grade")),
    help="What is at stake with a system; without it the first of these that all systems declare.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(("place", "needs", "failover", "copy", "money", "time")),
    help="Only unknowns of this kind; may be repeated.",
)
@click.option("--top", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Show so many.")
@printing
@speaking
def command(estate: Path, basis: str | None, kinds: tuple[str, ...], top: int, form: str, lang: str) -> Exit:
    """List what the inventory does not tell, or what nobody proved, what moves the answers most first.

    Failovers that never really switched, systems without `at:` or `needs:`, copies without a place, money without a
    signature, times that nobody wrote. Nothing is touched, only the inventory is read. Exit code 3 where anything that
    moves an answer is not known, else 0.

    \b
    Examples:
      haechi unknowns my-estate
      haechi unknowns my-estate --kind failover --top 5 --format json
    """
    from audit.analysis.unknowns import unknowns
    from audit.app.falling import graph_of
    from audit.cli.unknown_rows import as_json, as_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    graph = graph_of(estate)
    found = unknowns(graph, basis)  # type: ignore[arg-type]
    rows = [row for row in found.rows if not kinds or row.kind in kinds]
    for text in as_json(graph, found, rows, top) if form == "json" else as_text(found, rows, top, Translator(lang)):
        tell(text)
    return Exit.NOT_VERIFIED if any(row.unknown.moves for row in rows) else Exit.READY
