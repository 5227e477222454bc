"""`haechi witness`: the checkpoint of another institution in, the same with a witness's signature under it out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking


@click.command("witness")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), required=True, help="The file of your own secret key.")
@click.option("--log", metavar="KEY", help="Of the other institution; asked for the first time only.")
@click.option("--since", type=click.Path(path_type=Path), help="The last checkpoint of it that you signed.")
@click.option("--output", type=click.Path(path_type=Path), help="The new file for the checkpoint.")
@printing
@speaking
def command(
    checkpoint: Path, key: Path, log: str | None, since: Path | None, output: Path | None, form: str, lang: str
) -> None:
    """Co-sign a CHECKPOINT of another institution, once it is sure that its log only went on.

    From the second one on, it has to come with the proof that `haechi seal --since` puts in. What you signed is
    remembered in KEY.seen beside the key: a log that was forked, altered or rolled back is never signed, even if its
    owner asks for it.

    Exit code 1 for such a log, 3 where nothing proves that it goes on, or whose it is.

    \b
    Examples:
      haechi witness kibo.checkpoint --key kosme.key --log audit.example.org/kibo+0a1b2c3d+AX...
      haechi witness newer.checkpoint --key kosme.key --output kibo.witnessed
    """
    import json

    from audit.app.sealing_keys import keep
    from audit.app.sealing_witness import witness
    from audit.cli.voice import talk, tell
    from audit.model.message import say

    done = witness(checkpoint, key=key, log=log, since=since)
    keep(output, str(done.checkpoint))
    if form == "json":
        head = {"schema": "haechi.witness/1", "origin": done.checkpoint.origin, "size": done.checkpoint.size}
        tell(json.dumps({**head, "before": done.before, "key": str(done.key), "checkpoint": str(done.checkpoint)}))
        return
    if output is None:
        click.echo(str(done.checkpoint), nl=False)
    talk(say("{origin} goes on from {before} to {size} events; signed by {key}", origin=done.checkpoint.origin,
             before=done.before, size=done.checkpoint.size, key=done.key), lang)  # fmt: skip
