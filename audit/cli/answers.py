"""`haechi answers`: a stored run in, the answer book of what will be asked about it out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import speaking, stored


@click.command("answers")
@click.argument("run", default="latest")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "html")),
    default="text",
    show_default=True,
    help="For people, for programs, or a page.",
)
@click.option("--output", type=click.Path(path_type=Path), help="File to write; without it, standard output.")
@click.option("--top", type=click.IntRange(0), default=5, show_default=True, help="Findings shown for each question.")
@stored
@speaking
def command(run: str, form: str, output: Path | None, top: int, store: str, lang: str) -> None:
    """Answer what an assembly will ask about the stored run RUN, down to evidence, person, plan, budget.

    First twenty questions, each with what it rests on and what cannot be said; then all that cannot be answered, with
    why; then every control for every institution. A finding names the hash of what was seen or collected, or the line
    of the inventory on which it rests. JSON holds every finding, whatever --top says.

    Exit code 0 whatever the answers are; 2 where there is no such run.

    \b
    Examples:
      haechi answers
      haechi answers latest --format html --lang ko --output answers.html
    """
    from audit import app
    from audit.analysis.answering import answered
    from audit.app.papers_added import write_new
    from audit.cli.voice import tell
    from reports.answers import as_html, as_json, text

    dossier = app.dossier_of(run, store=store).dossier
    book = answered(dossier)
    if form == "text":
        told = "\n".join(text(book, dossier, lang, top))
    else:
        told = as_json(book, dossier) if form == "json" else as_html(book, dossier, lang, top)
    if output is None:
        tell(told)
    else:
        write_new(output, told.encode() + b"\n")
