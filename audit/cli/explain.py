"""`haechi explain`: a check, a control, a finding, or losses of an inventory in, all that is known about it out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click

from audit.cli.asked import printing, speaking, stored
from audit.cli.voice import tell
from audit.cli.wrong import Wrong
from audit.model.exit import Exit, Stop
from audit.model.message import say

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{6,16}")


@click.command("explain")
@click.argument("words", metavar="CHECK_OR_FINDING | ESTATE SYSTEM LOSS...", nargs=-1, required=True)
@click.option(
    "--run", default="latest", show_default=True, metavar="RUN", help="The run in which a finding is looked up."
)
@stored
@printing
@speaking
def command(words: tuple[str, ...], store: str, run: str, form: str, lang: str) -> Exit:
    """Explain a check (backup.age), a control (BKP-04), a finding by its fingerprint, or why a system stops.

    The fingerprint of a finding stands in its reports as json, jsonl and csv; its first six signs are enough. With an
    inventory, a system and what is lost all at once, every step is told on which the system stops by that, with where
    the inventory says so; then exit code 1 where it stops for certain, 3 where it stops perhaps, 0 where it goes on.

    \b
    Examples:
      haechi explain backup.age
      haechi explain BKP-04 --lang ko
      haechi explain 3f9c01 --run latest
      haechi explain my-estate agency/portal main-site/room-1 feed-b
    """
    if len(words) == 2:
        raise Wrong(say("name what is lost too: haechi explain ESTATE SYSTEM LOSS..."))
    if len(words) > 2:
        return _path(words, form, lang)
    if form != "text":
        raise Wrong(say("--format json is for an inventory with a system and losses"))
    _check(words[0], store, run, lang)
    return Exit.READY


def _path(words: tuple[str, ...], form: str, lang: str) -> Exit:
    from audit.analysis.faults.witness import witness
    from audit.app.falling import graph_of, nodes_of, system_of
    from audit.cli.explained_path import path_json, path_text
    from audit.model.hazards import hazards
    from audit.model.standbys import View
    from reports.translate import Translator

    graph = graph_of(Path(words[0]))
    happening = hazards(graph)
    declared = {one.ref for one in happening}
    ref = system_of(graph, words[1])
    losses = tuple(one if one in declared else nodes_of(graph, [one])[0] for one in words[2:])
    used = tuple(one for one in happening if one.ref in losses)
    views: tuple[View, View] = ("optimistic", "pessimistic")
    found = ((view, witness(graph, ref, losses, view, used)) for view in views)
    stops, steps = next(((view, steps) for view, steps in found if steps), (None, ()))
    if form == "json":
        lines = path_json(ref, losses, stops, steps)
    else:
        lines = path_text(ref, losses, stops, steps, Translator(lang))
    for text in lines:
        tell(text)
    return {"optimistic": Exit.FAILED, "pessimistic": Exit.NOT_VERIFIED, None: Exit.READY}[stops]


def _check(what: str, store: str, run: str, lang: str) -> None:
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
