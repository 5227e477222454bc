"""`haechi diff`: two inventories or two stored runs in, what changed between them out."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click

from audit.cli.asked import gates, printing, speaking, stored
from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.verdict import Severity

_RUN: Final = re.compile(r"latest|previous|\d{1,8}(T[0-9]*Z?(-[0-9a-f]*)?)?")


@click.command("diff")
@click.argument("old", default="previous")
@click.argument("new", default="latest")
@click.option(
    "--order",
    type=click.IntRange(1, 2),
    default=2,
    show_default=True,
    help="Of inventories: compare single losses (1), or pairs of losses too (2).",
)
@click.option("--top", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="Show so many of each.")
@stored
@gates
@printing
@speaking
def command(
    old: str,
    new: str,
    order: int,
    top: int,
    store: str,
    fail_on: Severity,
    unproven_on: Severity | None,
    form: str,
    lang: str,
) -> Exit:
    """Say what NEW has that OLD had not: of two inventories (paths), or of two stored runs (ids, latest, previous).

    Of runs: what regressed, got worse, fails anew, cannot be told any more, still fails, is fixed, is gone, with what
    else changed between them: policy, waivers, tool, inventory. Exit code 1 where something regressed, got worse or
    fails anew at or above --fail-on, else 3 where something cannot be told any more at or above --unproven-on, else 0.
    Of inventories: exit code 1 where a system of grade 1 has a single point of failure that it had not, or had when it
    was of a lower grade, else 0. Nothing is touched.

    \b
    Examples:
      haechi diff
      haechi diff 20261121T2055 latest --store haechi.db --format json
      haechi diff my-estate-2026 my-estate
      haechi diff before.yaml after.yaml --order 1 --format json
    """
    kinds = [_kind(name) for name in (old, new)]
    if kinds[0] != kinds[1]:
        says = say(
            "{old} is {first}, and {new} is {second}; name two inventories or two runs",
            old=repr(line(old)), first=_WORDS[kinds[0]], new=repr(line(new)), second=_WORDS[kinds[1]],
        )  # fmt: skip
        raise Stop(Exit.USAGE, says)
    if kinds[0] == "run":
        return _runs(old, new, top, store, fail_on, unproven_on, form, lang)
    return _inventories(Path(old), Path(new), order, top, form, lang)


_WORDS: Final = MappingProxyType({"run": say("the name of a run"), "inventory": say("an inventory")})


def _kind(name: str) -> str:
    """What is there as a file or a folder, or looks like a path, is an inventory, whatever its name."""
    if Path(name).exists():
        return "inventory"
    return "run" if _RUN.fullmatch(name) else "inventory"


def _runs(
    old: str,
    new: str,
    top: int,
    store: str,
    fail_on: Severity,
    unproven_on: Severity | None,
    form: str,
    lang: str,
) -> Exit:
    from audit.analysis.change import change
    from audit.analysis.change_between import between
    from audit.app.over_time import two_runs
    from audit.catalogue import discover
    from audit.cli.changed_runs import as_json, as_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    catalogue = discover()
    first, second = two_runs(old, new, store, catalogue)
    found = change(first.findings, second.findings, {first.estate.ref, *first.estate.index},
                   {second.estate.ref, *second.estate.index})  # fmt: skip
    lying = between(
        (first.run, first.estate, catalogue.policy(first.estate), first.findings),
        (second.run, second.estate, catalogue.policy(second.estate), second.findings),
        catalogue.limits,
    )
    speak = Translator(lang, second.estate.about.timezone)
    if form == "json":
        lines = as_json(first.run, second.run, found, lying, top)
    else:
        lines = as_text(first.run, second.run, found, lying, top, speak)
    for text in lines:
        tell(text)
    return found.exit(fail_on, unproven_on)


def _inventories(old: Path, new: Path, order: int, top: int, form: str, lang: str) -> Exit:
    from audit.analysis.comparing import difference
    from audit.app.falling import graph_of
    from audit.cli.changed import as_json, as_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    first, second = graph_of(old), graph_of(new)
    found = difference(first, second, order)
    lines = (
        as_json(first, second, found, order, top) if form == "json" else as_text(found, order, top, Translator(lang))
    )
    for text in lines:
        tell(text)
    return Exit.FAILED if found.worse else Exit.READY
