"""`haechi evidence`: an inventory in, one more piece of evidence in it or what its pieces are worth out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from audit.cli.asked import hearing, instant, speaking
from audit.model.exit import Exit


def _printing(function: Any) -> Any:
    return click.option(
        "--format",
        "form",
        type=click.Choice(("text", "json", "csv")),
        default="text",
        show_default=True,
        help="For people, for programs, or for a spreadsheet.",
    )(function)


def _length(context: click.Context, parameter: click.Parameter, written: str) -> Any:
    from audit.model.units import parse_duration

    try:
        return parse_duration(written)
    except ValueError as broken:
        raise click.BadParameter(str(broken)) from broken


@click.group("evidence", context_settings={"help_option_names": ["-h", "--help"]})
@hearing
def command() -> None:
    """Add documents and statements to an inventory; say which of them still count.

    A piece of evidence answers a check that no probe can: who tested it, when, until when that holds. It counts as
    attested once somebody whose key the estate lists (`estate: signers:`) has signed it with `haechi attest`.

    \b
    Examples:
      haechi evidence verify my-estate
      haechi evidence expiring my-estate --within 60d
    """


@command.command("add", short_help="Write one more piece into an inventory.")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option("--check", required=True, metavar="ID", help="The check that it answers.")
@click.option("--on", "subject", required=True, metavar="REF", help="What it is about.")
@click.option("--file", type=click.Path(path_type=Path), help="The document, inside the folder of the estate.")
@click.option("--says", metavar="TEXT", help="What is stated.")
@click.option("--by", required=True, metavar="NAME", help="Who stands for it.")
@click.option("--role", metavar="TEXT", help="As what they do, such as `fire safety manager`.")
@click.option("--collected", metavar="DATE", help="Of the document or statement; without it, today.")
@click.option("--expires", required=True, metavar="DATE", help="The last day on which it counts.")
@click.option("--observed", metavar="TIME", help="When what is stated was seen, ISO 8601 with its offset.")
@click.option("--took", metavar="DURATION", help="What was timed, such as 90m.")
@click.option("--signer", metavar="NAME", help="Who will sign it, as the list of signers names them; else --by.")
@click.option("--id", "name", metavar="ID", help="Its name; without it, one is made of check, subject, date.")
@click.option("--to", default="", metavar="FILE", help="A file of the inventory to write into; else a new one.")
@speaking
def add(
    estate: Path, subject: str, name: str | None, to: str, file: Path | None, lang: str, **written: str | None
) -> None:
    """Write one more piece of evidence into the inventory ESTATE, with the sha256 of its document.

    Nothing else in the inventory changes. The new piece is not signed: `haechi attest` does that.

    \b
    Examples:
      haechi evidence add my-estate --check facility.fire-detection --on daejeon/ups-b \\
        --file my-estate/evidence/test-sheet.pdf --by "Park Haneul" --role "fire safety manager" \\
        --collected 2026-10-02 --expires 2027-10-01
    """
    from audit.app.papers_added import add
    from audit.cli.voice import talk, tell
    from audit.model.clean import line
    from audit.model.message import say

    values = {key: text for key, text in written.items() if text is not None} | {"on": subject}
    if name is not None:
        values["id"] = name
    done = add(estate, values, file=file, to=to)
    tell(line(str(done.path)))
    says = say("sign it with `haechi attest {estate} {id} --key KEY`", estate=estate, id=done.evidence.id)
    talk(says, lang)


@command.command("verify", short_help="Say what each piece is worth.")
@click.argument("estate", type=click.Path(path_type=Path))
@instant
@_printing
@speaking
def verify(estate: Path, at: str | None, form: str, lang: str) -> Exit:
    """Look at every document and signature of ESTATE; say what each piece of evidence is worth.

    Exit code 1 where a document or a statement was changed since it was collected or signed, 3 where something is
    not signed by somebody who counts or could not be verified, 5 where something is past its date, 0 else.

    \b
    Examples:
      haechi evidence verify my-estate
      haechi evidence verify my-estate --format csv
    """
    from audit.app.papers import verify
    from audit.cli.papers import overview

    found = verify(estate, at=at)
    overview(found, form, lang)
    return found.exit


@command.command("expiring", short_help="List what is past its date or soon will be.")
@click.argument("estate", type=click.Path(path_type=Path))
@click.option("--within", default="60d", show_default=True, metavar="DURATION", callback=_length, help="From now on.")
@instant
@_printing
@speaking
def expiring(estate: Path, within: Any, at: str | None, form: str, lang: str) -> Exit:
    """List the evidence of ESTATE that is past its date or soon will be, soonest first.

    Exit code 5 where something is past its date already. Documents are not looked at.

    \b
    Examples:
      haechi evidence expiring my-estate --within 60d
      haechi evidence expiring my-estate --within 90d --format json
    """
    from audit.app.papers import expiring
    from audit.cli.papers import ending
    from audit.model.paper import State

    found = expiring(estate, within, at=at)
    ending(found, form, lang)
    return Exit.EXPIRED if any(one.state is State.EXPIRED for one in found.papers) else Exit.READY
