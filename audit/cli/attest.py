"""`haechi attest`: a piece of evidence in, the text that it states with somebody's signature under it out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


@click.command("attest")
@click.argument("estate", type=click.Path(path_type=Path))
@click.argument("evidence")
@click.option("--key", type=click.Path(path_type=Path), help="Sign with this key (a public one means your agent's).")
@click.option("--again", is_flag=True, help="Replace a signature that is there.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the text to this new file, to sign elsewhere.")
@printing
@speaking
def command(
    estate: Path, evidence: str, key: Path | None, output: Path | None, form: str, lang: str, *, again: bool
) -> Exit:
    """Show what the piece EVIDENCE of the inventory ESTATE states; with --key, sign it.

    Read the text before you sign: it names the check, the subject, the end, the sum of the document. ssh-keygen
    signs, in the namespace haechi-evidence, and asks on the terminal for a passphrase or a touch; Haechi never
    reads a key. Where keys are kept elsewhere, write the text to a file, sign it there with
    `ssh-keygen -Y sign -n haechi-evidence -f KEY FILE`, bring the signature back.

    Exit code 3 where the signature is there but does not count, such as of somebody whom the estate does not list.

    \b
    Examples:
      haechi attest my-estate fire-test-2026
      haechi attest my-estate fire-test-2026 --key ~/.ssh/id_ed25519
    """
    from audit.app.papers_added import write_new
    from audit.app.papers_signed import attest, stated
    from audit.cli.papers import one, to_sign
    from audit.model.clean import terminal
    from audit.model.paper import State

    told = stated(estate, evidence)
    if output is not None:
        write_new(output, told.text.encode())
    if key is None:
        if output is None:
            to_sign(told.evidence.id, str(told.target), form, told.text)
        return Exit.READY
    click.echo(terminal(told.text), nl=False, file=sys.stderr)
    paper = attest(estate, told, key, again=again)
    one(paper, str(told.target), form, lang, told.text)
    return Exit.READY if paper.state is State.SIGNED else Exit.NOT_VERIFIED
