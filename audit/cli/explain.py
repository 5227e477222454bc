"""`haechi explain`: the id of a check, a control or a finding in, all that is known about it out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import click

from audit.cli.asked import speaking, stored
from audit.cli.voice import tell
from audit.model.exit import Exit, Stop
from audit.model.message import say

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{6,16}")


@click.command("explain")
@click.argument("what", metavar="CHECK_OR_FINDING")
@click.option(
    "--run", default="latest", show_default=True, metavar="RUN", help="The run in which a finding is looked up."
)
@stored
@speaking
def command(what: str, store: str, run: str, lang: str) -> None:
    """Explain a check (backup.age), a control (BKP-04), or a finding by its fingerprint.

    The fingerprint of a finding stands in its reports as json, jsonl and csv; its first six signs are enough.

    \b
    Examples:
      haechi explain backup.age
      haechi explain BKP-04 --lang ko
      haechi explain 3f9c01 --run latest
    """
    from audit.catalogue import discover
    from audit.cli.explained import explained, looked_up, named, near, told
    from reports.translate import Translator

    catalogue = discover()
    speak = Translator(lang)
    found = named(catalogue, what)
    lines: Iterable[str] = (text for one in found for text in explained(catalogue, one, speak))
    if not found:
        if not _FINGERPRINT.fullmatch(what):
            raise Stop(Exit.USAGE, say("unknown check {check}; {hint}", check=repr(what), hint=near(catalogue, what)))
        finding = looked_up(what, store, run)
        if finding is None or finding.check not in catalogue.checks:
            says = say(
                "no finding of the run {run} has a fingerprint that begins with {start}", run=repr(run), start=what
            )
            raise Stop(Exit.USAGE, says)
        lines = (
            *told(finding, speak),
            *explained(catalogue, catalogue.checks[finding.check], speak, on=finding.subject),
        )
    for text in lines:
        tell(text)
