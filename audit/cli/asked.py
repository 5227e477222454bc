"""Options that several commands take, each written once: what is selected, what fails, where the report goes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from audit import app
from audit.model.clean import line
from audit.model.dossier import Dossier
from audit.model.evidence import Selection
from audit.model.units import parse_duration
from audit.model.verdict import Severity
from reports import formats
from reports.format import LANGUAGES, write

F = TypeVar("F", bound=Callable[..., Any])
SEVERITIES: Final = tuple(severity.value for severity in Severity)
NEVER: Final = "never"


def _together(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def selecting(function: F) -> F:
    """`--check`, `--area`, `--on`, `--institution`, each as often as wanted."""
    return _together(
        click.option("--check", "checks", multiple=True, metavar="ID", help="Only this check; may be repeated."),
        click.option("--area", "areas", multiple=True, help="Only the checks of this area; may be repeated."),
        click.option("--on", "subjects", multiple=True, metavar="REF", help="Only this subject with all below it."),
        click.option("--institution", "institutions", multiple=True, metavar="ID", help="Only this institution."),
    )(function)


def gates(function: F) -> F:
    """`--fail-on` and `--unproven-on`, as severities."""
    return _together(
        click.option(
            "--fail-on",
            type=click.Choice(SEVERITIES),
            default="high",
            show_default=True,
            callback=_severity,
            help="Exit 1 for a failed check of this severity or a worse one. A waived one does not count.",
        ),
        click.option(
            "--unproven-on",
            type=click.Choice((*SEVERITIES, NEVER)),
            default="critical",
            show_default=True,
            callback=_severity,
            help="Exit 3 for an unknown of this severity or a worse one. A waived one does not count.",
        ),
    )(function)


def writing(function: F) -> F:
    """`--format`, `--output`, `--lang`."""
    return _together(
        click.option("--format", "form", type=click.Choice(sorted(formats())), default="terminal", show_default=True),
        click.option("--output", type=click.Path(path_type=Path), help="File to write instead of standard output."),
        click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True),
    )(function)


def stored(function: F) -> F:
    """`--store`."""
    return click.option(
        "--store", default=app.DEFAULT_STORE, show_default=True, help="Where runs are kept: a file or postgresql://..."
    )(function)


def instant(function: F) -> F:
    """`--at`."""
    return click.option(
        "--at", help="The instant of judgement, ISO 8601; without an offset it is in the estate's time zone."
    )(function)


def selection(asked: dict[str, Any]) -> Selection:
    """The selection, taken out of what a command was asked for."""
    return Selection(*(tuple(asked.pop(name)) for name in ("checks", "areas", "subjects", "institutions")))


def duration(context: click.Context, parameter: click.Parameter, written: str) -> Any:
    """A duration such as 10m."""
    try:
        return parse_duration(written)
    except ValueError as broken:
        raise click.BadParameter(str(broken)) from broken


def _severity(context: click.Context, parameter: click.Parameter, written: str) -> Severity | None:
    return None if written == NEVER else Severity(written)


def put(dossier: Dossier, form: str, output: Path | None, language: str) -> None:
    """Write a report to a file or to standard output, then say on standard error where it lies."""
    made = write(formats()[form], dossier, language, output if output is not None else sys.stdout)
    if made:
        beside = f" with {len(made) - 1} more pages in {made[1].parent}" if len(made) > 1 else ""
        click.echo(line(f"Report: {made[0]}{beside}"), err=True)
