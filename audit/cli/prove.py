"""`haechi prove`: a sealed store with its checkpoint in, the proof of one record of it out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking, stored


@click.command("prove")
@click.option("--checkpoint", type=click.Path(path_type=Path), required=True, help="That of `haechi seal`, signed.")
@click.option("--event", type=click.IntRange(min=1), metavar="NUMBER", help="This event of the log.")
@click.option("--run", default="latest", show_default=True, metavar="RUN", help="Its id, or the beginning of it.")
@click.option("--on", "subject", default="", metavar="REF", help="What the run saw of this subject.")
@click.option("--check", default="", metavar="ID", help="What the run found by this check on that subject.")
@click.option("--output", type=click.Path(path_type=Path), help="The new file for the proof.")
@printing
@stored
@speaking
def command(
    checkpoint: Path,
    event: int | None,
    run: str,
    subject: str,
    check: str,
    output: Path | None,
    form: str,
    store: str,
    lang: str,
) -> None:
    """Prove one record of a sealed store to somebody who gets nothing else of it.

    The proof holds the record, the hashes that lead from it to the root of the log (RFC 6962), the signed checkpoint
    over that root: a text file (C2SP tlog-proof). `haechi verify PROOF --key KEY` checks it without the store, as does
    the program that `haechi verify --print-verifier` prints.

    Exit code 1 where the store is not what the checkpoint covers: then nothing is written. 2 where there is no such
    record under the checkpoint.

    \b
    Examples:
      haechi prove --checkpoint kibo.checkpoint --check backup.age --on kibo/loans --output one.proof
      haechi prove --checkpoint kibo.checkpoint --run 20261121T2055 --on kibo/loans/web
      haechi prove --checkpoint kibo.checkpoint --event 7
    """
    import json

    from audit.app.sealing_keys import keep
    from audit.app.sealing_proof import Wanted, prove
    from audit.cli.voice import talk, tell
    from audit.model.clean import line
    from audit.model.message import say

    text, proof = prove(Wanted(event, run, subject, check), store=store, checkpoint=checkpoint)
    keep(output, text)
    if form == "json":
        head = {"schema": "haechi.proof/1", "says": line(proof.says), "size": proof.size, "root": proof.root.hex()}
        tell(json.dumps({**head, "proof": text}))
        return
    if output is None:
        click.echo(text, nl=False)
    talk(say("{record}, under the checkpoint of size {size}", record=proof.says, size=proof.size), lang)
