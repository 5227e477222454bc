"""`haechi sign`: a stored run with a person in, the person's signature under it out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from audit.cli.asked import printing, speaking, stored
from audit.cli.wrong import Wrong
from audit.model.exit import Exit
from audit.model.message import say


@click.command("sign")
@click.argument("run", default="latest")
@click.option("--as", "name", metavar="NAME", help="Who signs: the person that the inventory names as accountable.")
@click.option("--key", type=click.Path(path_type=Path), help="Sign with this key (a public one means your agent's).")
@click.option(
    "--signers",
    type=click.Path(path_type=Path),
    help="Whose signatures count: a list of allowed signers, or the inventory that names one.",
)
@printing
@stored
@speaking
def command(
    run: str, name: str | None, key: Path | None, signers: Path | None, form: str, store: str, lang: str
) -> Exit:
    """Let the person who answers for an institution sign the stored run RUN.

    Without --as it lists who signed the run. With --as it shows the text that the person would sign: the seal of the
    run, the readiness, the day, what was looked at and what was left out. With --key ssh-keygen signs that, in the
    namespace haechi-assessment; Haechi never reads a key. The signature is kept in the log of the store and never
    deleted. It counts where the list of signers knows the key under that person's name.

    Exit code 0 where somebody signed and the signature counts, 1 where one does not fit what was signed, 3 where
    nobody signed, or nobody knows whose key it is.

    \b
    Examples:
      haechi sign latest --as "Kim Minji"
      haechi sign latest --as "Kim Minji" --key ~/.ssh/id_ed25519 --signers my-estate
      haechi sign latest --signers my-estate
    """
    from audit import app
    from audit.app.signing import assents, list_of, signed, to_sign
    from audit.cli.sign_printed import asked, listed
    from audit.model.clean import terminal

    dossier = app.dossier_of(run, store=store).dossier
    known = list_of(signers) if signers is not None else None
    if name is None:
        if key is not None:
            raise Wrong(say("--key needs --as."))
        return listed(assents(store, dossier, known), dossier, form, lang)
    told = to_sign(dossier, name)
    if key is None:
        asked(told.text, form)
        return Exit.READY
    click.echo(terminal(told.text), nl=False, file=sys.stderr)
    return listed((signed(told, key, known, store),), dossier, form, lang)
