"""`haechi bundle`: sealed runs in, one file with all that proves them out, or the store that takes them in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from audit.cli.asked import hearing, printing, speaking
from audit.model.exit import Exit


def _day(context: click.Context, parameter: click.Parameter, written: str | None) -> date | None:
    from audit.model.units import parse_day

    try:
        return None if written is None else parse_day(written)
    except ValueError as broken:
        raise click.BadParameter(str(broken)) from broken


@click.group("bundle", context_settings={"help_option_names": ["-h", "--help"]})
@hearing
def command() -> None:
    """Carry sealed runs from an institution to the ministry, without a network between them.

    A bundle is one file: a run or several with their inventories, what was seen and found, the register, signatures,
    drills and switches of the log, the checkpoint that seals them, the proofs. Whoever gets one needs only Python to
    verify it.

    \b
    Examples:
      haechi bundle make haechi.db --institution kibo --key kibo.key --output kibo.haechi
      haechi bundle make haechi.db --institution kibo --runs 12 --key kibo.key --output kibo.haechi
      haechi bundle merge ministry.db kibo.haechi --key kibo.pub
    """


@command.command("make", short_help="Write a run with its proofs into a file.")
@click.argument("store")
@click.option("--institution", required=True, metavar="ID", help="Who makes it; the run has to tell of it.")
@click.option("--run", default="latest", show_default=True, metavar="RUN", help="Its id, or the beginning of it.")
@click.option("--runs", "last", type=click.IntRange(1, 10_000), metavar="N", help="So many newest runs, up to RUN.")
@click.option(
    "--since", metavar="DATE", callback=_day, help="The runs up to RUN that began on this day (UTC) or later."
)
@click.option("--uptime", is_flag=True, help="With what the watch measured on the days that are over.")
@click.option("--key", type=click.Path(path_type=Path), required=True, help="The file of the secret key.")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The new file.")
@printing
@speaking
def make(
    store: str,
    institution: str,
    run: str,
    last: int | None,
    since: date | None,
    key: Path,
    output: Path,
    form: str,
    lang: str,
    *,
    uptime: bool,
) -> None:
    """Seal a run of STORE and write it into one file. The same store makes the same bytes.

    With --runs or --since the older runs of the same estate go along, as far as they tell of the institution. With
    --uptime what the watch measured of it is told in the log, each day (UTC) that is over, and goes along from then on.

    \b
    Examples:
      haechi bundle make haechi.db --institution kibo --key kibo.key --output kibo.haechi
      haechi bundle make haechi.db --institution kibo --since 2026-01-01 --key kibo.key --output kibo.haechi
    """
    import json

    from audit.app.sealing_bundle import make
    from audit.cli.voice import talk, tell
    from audit.model.message import say

    done = make(
        store, institution=institution, run=run, key=key, output=output, last=last, since=since, measured=uptime
    )
    if form == "json":
        head = {"schema": "haechi.bundle/1", "path": str(done.path), "run": done.run, "runs": list(done.runs),
                "bytes": done.bytes}  # fmt: skip
        tell(json.dumps({**head, "size": done.checkpoint.size, "root": done.checkpoint.root.hex()}))
        return
    tell(str(done.path))
    for older in done.runs[1:]:
        talk(say("run {run}", run=older), lang)
    talk(say("run {run}, {bytes} bytes, under a checkpoint of size {size}",
             run=done.run, bytes=done.bytes, size=done.checkpoint.size), lang)  # fmt: skip


@command.command("verify", short_help="Say whether a bundle is what was sealed.")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--checkpoint", "checkpoints", multiple=True, type=click.Path(path_type=Path), help="One that you kept.")
@click.option("--key", "keys", multiple=True, metavar="KEY", help="Of who must have signed; itself or its file.")
@printing
@speaking
def verify(bundle: Path, checkpoints: tuple[Path, ...], keys: tuple[str, ...], form: str, lang: str) -> Exit:
    """Verify a bundle as `haechi verify` does; with the same exit codes: 0 intact, 1 altered, 3 not verified.

    \b
    Examples:
      haechi bundle verify kibo.haechi --key kibo.pub --checkpoint kept.checkpoint
    """
    from audit.app.sealing_verify import verify_bundle
    from audit.cli.verify_told import told

    found = verify_bundle(bundle, checkpoints=checkpoints, keys=keys)
    told(found, str(bundle), form, lang)
    return found.exit


@command.command("merge", short_help="Take bundles of institutions into a store.")
@click.argument("store")
@click.argument("bundles", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--key", "keys", multiple=True, metavar="KEY", help="Of an institution; itself or its file.")
@printing
@speaking
def merge(store: str, bundles: tuple[Path, ...], keys: tuple[str, ...], form: str, lang: str) -> Exit:
    """Take the runs of BUNDLES into STORE, each as a whole or not at all; to merge one again changes nothing.

    What speaks against each other is told: the same run with another content and a log that does not go on from what
    was sent before are refused, and the log of STORE keeps that they were; a subject of two institutions, a bundle
    that is older than what is there, another log than before are taken in.

    Exit code 1 where a bundle was altered or refused, 3 where none of the keys signed it.

    \b
    Examples:
      haechi bundle merge ministry.db kibo.haechi kosme.haechi --key kibo.pub --key kosme.pub
    """
    from audit.app.sealing_bundle import merge_all
    from audit.cli.verify_told import merged

    answers = merge_all(store, bundles, keys)
    merged(answers, form, lang)
    codes = {one.exit for one in answers}
    return next((code for code in (Exit.FAILED, Exit.NOT_VERIFIED, Exit.USAGE) if code in codes), Exit.READY)
