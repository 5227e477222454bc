"""`haechi seal`: a store with a key in, a signed checkpoint over its log out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking, stored


@click.command("seal")
@click.argument("run", required=False)
@click.option("--key", type=click.Path(path_type=Path), required=True, help="The file of the secret key.")
@click.option("--new-key", "name", metavar="NAME", help="Make that file, with a new key of this name; seal nothing.")
@click.option("--since", type=click.Path(path_type=Path), help="An older checkpoint: put the proof for a witness in.")
@click.option("--output", type=click.Path(path_type=Path), help="The new file for the checkpoint.")
@printing
@stored
@speaking
def command(
    run: str | None,
    key: Path,
    name: str | None,
    since: Path | None,
    output: Path | None,
    form: str,
    store: str,
    lang: str,
) -> None:
    """Seal RUN, its id or `latest`, or without one every closed run: nobody alters it unnoticed from then on.

    Its root goes into the log of the store, and the log as a whole, with every action, signature and drill in it, is
    signed: a checkpoint of some lines (C2SP tlog-checkpoint, Ed25519). Keep it elsewhere, best with another
    institution; `haechi verify` holds the store against it. Where nothing happened since, sealing again gives the
    same checkpoint.

    A new key is written to a file that only you can read. Its public part is printed: hand that on, by a way on
    which nobody can change it.

    Exit code 7 where the store was altered already: then nothing is signed.

    \b
    Examples:
      haechi seal --new-key audit.example.org/kibo --key kibo.key
      haechi seal latest --key kibo.key --output kibo.checkpoint
      haechi seal --key kibo.key --since old.checkpoint --output new.checkpoint
    """
    import json

    from audit.app.sealing import seal
    from audit.app.sealing_keys import keep, new_key
    from audit.cli.voice import talk, tell
    from audit.model.message import say
    from audit.store.checkpoint import WITNESS

    if name is not None:
        made = new_key(name, key).key
        if form == "json":
            tell(json.dumps({"schema": "haechi.key/1", "key": str(made), "witness-key": str(made.of_kind(WITNESS))}))
            return
        tell(str(made))
        talk(say("the secret is in {path}; as a witness this key is {key}", path=key, key=made.of_kind(WITNESS)), lang)
        return
    done = seal(run, store=store, key=key, since=since)
    keep(output, done.text)
    if form == "json":
        head = {"schema": "haechi.seal/1", "origin": done.checkpoint.origin, "size": done.checkpoint.size}
        tell(json.dumps({**head, "root": done.checkpoint.root.hex(), "runs": done.runs, "checkpoint": done.text}))
        return
    if output is None:
        click.echo(done.text, nl=False)
    talk(say("{count} events and {runs} runs are under the checkpoint of {key}",
             count=done.checkpoint.size, runs=len(done.runs), key=done.key), lang)  # fmt: skip
