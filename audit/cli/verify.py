"""`haechi verify`: a store or a bundle with the checkpoints that somebody kept in, whether it is intact out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit


@click.command("verify")
@click.argument("what", metavar="FILE|STORE", required=False)
@click.option("--checkpoint", "checkpoints", multiple=True, type=click.Path(path_type=Path), help="One that you kept.")
@click.option("--key", "keys", multiple=True, metavar="KEY", help="Of who must have signed; itself or its file.")
@click.option("--print-verifier", is_flag=True, help="Print a program that verifies bundles by Python alone.")
@printing
@speaking
def command(
    what: str | None,
    checkpoints: tuple[Path, ...],
    keys: tuple[str, ...],
    form: str,
    lang: str,
    *,
    print_verifier: bool,
) -> Exit:
    """Walk through everything in a store or a bundle; name the first record that is not what was sealed.

    Of the proof that `haechi prove` wrote, say whether that one record was sealed.

    A checkpoint that was kept elsewhere shows a store that was rolled back, or written anew as a whole; with several
    of them, it is told between which two. Each --key has to have signed the newest one.

    Exit code 0 where it is intact, 1 where something was altered, 3 where it cannot be verified: no checkpoint, no
    key, or not signed by it.

    \b
    Examples:
      haechi verify haechi.db --checkpoint kibo.checkpoint --key audit.example.org/kibo+0a1b2c3d+AX...
      haechi verify kibo.haechi --key kibo.pub
      haechi verify one.proof --key kibo.pub --checkpoint kibo.checkpoint
      haechi verify --print-verifier > verify.py
    """
    from audit.app.sealing_verify import verify
    from audit.cli.verify_told import told
    from audit.model.exit import Stop
    from audit.model.message import say

    if print_verifier:
        from audit.app.sealing_verify import one_file

        click.echo(one_file(), nl=False)
        return Exit.READY
    if what is None:
        raise Stop(Exit.USAGE, say("name a store or a bundle, such as haechi.db"))
    found = verify(what, checkpoints=checkpoints, keys=keys)
    told(found, what, form, lang)
    return found.exit
