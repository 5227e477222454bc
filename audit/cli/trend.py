"""`haechi trend`: a store in, how ready each of its runs found everything out."""

from __future__ import annotations

import click

from audit.cli.asked import printing, speaking, stored


@click.command("trend")
@click.option("--estate", default="", metavar="ID", help="Of this estate; without it that of the latest run.")
@click.option("--sent-by", default="", metavar="ID", help="Only runs from bundles of this institution.")
@click.option("--institution", "institutions", multiple=True, metavar="ID", help="Only this one; may be repeated.")
@click.option("--last", type=click.IntRange(1, 100_000), default=24, show_default=True, help="So many newest runs.")
@stored
@printing
@speaking
def command(
    estate: str, sent_by: str, institutions: tuple[str, ...], last: int, store: str, form: str, lang: str
) -> None:
    """Say how ready each stored run found the estate with its institutions: readiness, failures, unknowns, run by run.

    Runs that came in bundles are never mixed with others: two institutions may have given their estates one id. The
    newest run says whose are told, or --sent-by does.

    The seal of each run is verified (exit 7 where one was changed). Two runs of different inventories, policies or
    selections do not measure the same: `haechi diff` says what changed between them. Exit code 0.

    \b
    Examples:
      haechi trend
      haechi trend --institution kibo --last 12 --format json
      haechi trend --sent-by kibo --store ministry.db
    """
    from audit.analysis.trend import by_instant, trend
    from audit.app.over_time import runs_over_time
    from audit.catalogue import discover
    from audit.cli.trend_rows import as_json, as_text, chosen
    from audit.cli.voice import tell
    from reports.translate import Translator

    past = runs_over_time(store, discover(), estate, last, sent_by)
    points = by_instant(trend((one.run, plan, one.findings) for one, plan in past))
    names = chosen(points, institutions)
    for text in as_json(points, names) if form == "json" else as_text(points, names, Translator(lang)):
        tell(text)
