"""A language becomes a demo on the terminal: what happens on the standard error, table, summary on the output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import click

from audit.app import Progress
from audit.demo.perform import Performance, perform
from audit.model.clean import terminal
from audit.model.exit import Exit
from audit.model.message import Message, say
from reports import formats
from reports.format import write
from reports.translate import Translator


def show(
    output: Path | None, language: str, watching: Callable[[], AbstractContextManager[Callable[[Progress], None]]]
) -> Exit:
    """Run the demo; READY where everything planted was found, INTERNAL where the audit itself was wrong."""
    words = Translator(language)

    def tell(message: Message) -> None:
        click.echo(terminal(words.message(message)), file=sys.stderr)

    tell(say("Starting the servers of eleven made-up institutions on loopback addresses."))
    performance = perform(output, watching=watching, on_stage=lambda: tell(say("Auditing them as if they were real.")))
    if performance.outcome.dossier.run.state == "interrupted":
        return Exit.INTERRUPTED
    write(formats()["terminal"], performance.outcome.dossier, language, sys.stdout)
    click.echo(file=sys.stdout)
    for message in summary(performance):
        click.echo(terminal(words.message(message)), file=sys.stdout)
    return Exit.READY if not performance.tally.wrong and not performance.tally.absent else Exit.INTERNAL


def summary(performance: Performance) -> Iterator[Message]:
    """What was found of what was planted, where everything lies."""
    tally = performance.tally
    yield say("{found} of {planted} planted faults found.", found=tally.found, planted=tally.faults)
    yield say("{passed} of {sound} sound things passed.", passed=tally.passed, sound=tally.sound)
    for one, said in tally.wrong:
        yield say(
            "Not as planted: {check} of {subject} is {said}, expected {expected}: {what}",
            check=one.check,
            subject=one.subject,
            said=said,
            expected=" / ".join(one.expected),
            what=one.what,
        )
    for word in tally.absent:
        yield say("Did not occur in the whole run: {word}", word=word)
    if not performance.restic:
        yield say("restic is not installed, so the copies in a restic repository are not verified.")
    if not performance.signed:
        yield say("ssh-keygen is not installed, so no evidence is signed.")
    yield say("Report: {path}", path=performance.reports[0])
    yield say("Report in Korean: {path}", path=performance.reports[1])
    yield say("Data: {path}", path=performance.reports[2])
    yield say("Inventory: {path}", path=performance.folder / "estate")
    yield say("Store: {path}", path=performance.folder / "haechi.db")
