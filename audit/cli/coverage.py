"""`haechi coverage`: an inventory or a stored run in, what was looked at of every control out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import speaking, stored
from audit.model.exit import Exit, Stop
from audit.model.message import say


@click.command("coverage")
@click.argument("estate", required=False, type=click.Path(path_type=Path))
@click.option("--run", metavar="RUN", help="A stored run: its id, the beginning of one, or `latest`.")
@click.option(
    "--by",
    type=click.Choice(("control", "system", "isms-p", "standard")),
    default="control",
    show_default=True,
    help="What the rows are, as text or csv; json and html hold all.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "csv", "html")),
    default="text",
    show_default=True,
    help="For people, for programs, for a spreadsheet, for a browser.",
)
@stored
@speaking
def command(estate: Path | None, run: str | None, by: str, form: str, store: str, lang: str) -> None:
    """Say of every control what was looked at, by which method, what paper decided, what nobody looked at.

    Without ESTATE the latest run of the store is told; with ESTATE alone, what a run of it would ask, with nothing
    looked at yet. The clauses of standards are help for an auditor, no claim of compliance: `confidence` says which
    of them were held against a published source. Exit code 0.

    \b
    Examples:
      haechi coverage --run latest
      haechi coverage my-estate --by isms-p
      haechi coverage --run latest --format html > coverage.html
    """
    from audit.app.covering import covered_by_plan, covered_by_run
    from audit.catalogue import discover
    from audit.cli.coverage_rows import as_csv, as_json, as_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    if estate is not None and run is not None:
        raise Stop(Exit.USAGE, say("name an inventory or a run, not both"))
    catalogue = discover()
    if estate is not None:
        told, found = covered_by_plan(estate, catalogue)
    else:
        told, found = covered_by_run(run or "latest", store, catalogue)
    speak = Translator(lang, told.about.timezone)
    if form == "json":
        lines = as_json(told, found)
    elif form == "csv":
        lines = as_csv(found, by, speak)
    elif form == "html":
        from audit.cli.coverage_page import as_html

        lines = as_html(told, found, speak)
    else:
        lines = as_text(found, by, speak)
    for text in lines:
        tell(text)
