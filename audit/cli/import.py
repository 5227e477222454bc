"""`haechi import`: a file of another tool's results in, a piece of evidence in the inventory out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking, stored
from audit.model.exit import Exit

_KINDS = ("chaos-toolkit", "junit", "lynis", "ocsf", "sarif")


@click.command("import")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "kind", required=True, type=click.Choice(_KINDS), help="What wrote the file.")
@click.option("--check", required=True, metavar="ID", help="The check that it answers.")
@click.option("--on", "subject", required=True, metavar="REF", help="What it is about.")
@click.option("--by", required=True, metavar="NAME", help="Who stands for it.")
@click.option("--expires", required=True, metavar="DATE", help="The last day on which it counts.")
@click.option("--rule", "rules", multiple=True, metavar="PATTERN", help="Only results of this name, such as 'PKGS-*'.")
@click.option("--role", metavar="TEXT", help="As what they do, such as `operator of the backups`.")
@click.option("--collected", metavar="DATE", help="The day of the results; without it, as the file says.")
@click.option("--signer", metavar="NAME", help="Who will sign it, as the list of signers names them; else --by.")
@stored
@printing
@speaking
def command(
    estate: Path,
    file: Path,
    kind: str,
    check: str,
    subject: str,
    by: str,
    expires: str,
    rules: tuple[str, ...],
    store: str,
    form: str,
    lang: str,
    **written: str | None,
) -> Exit:
    """Take FILE, the results of another tool, into the inventory ESTATE as evidence for one check about one thing.

    Only results that are all well become evidence: where one failed or stayed open, the file is noted in the log of
    the store alone. The evidence is not signed: no check rests on it that wants a signature, until `haechi attest`.
    The same file is taken once. Exit code 0 where all is well, 1 where a result failed, 3 where one is open or there
    is none, 4 where the file is not of that kind or of a version that is not known.

    \b
    Examples:
      haechi import my-estate lynis-report.dat --as lynis --check security.clean-room --on kibo/guarantee \\
        --by "Park Haneul" --expires 2027-03-31
      haechi import my-estate journal.json --as chaos-toolkit --check operations.manual-fallback --on kibo/guarantee \\
        --by "Park Haneul" --expires 2027-03-31
    """
    from audit.app.importing import Asked, take
    from audit.cli.imported import told

    more = {key: text for key, text in written.items() if text is not None}
    found = take(estate, file, Asked(kind, check, subject, by, expires, rules, more), store=store)
    told(found, estate, form, lang)
    return found.exit
