"""Options that several commands take, each written once: what is selected, what fails, where the report goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from audit.cli.formats import names
from audit.cli.tongue import LANGUAGES, OPTION, current
from audit.cli.tongue import hearing as hearing
from audit.cli.wrong import Misfit
from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.verdict import Severity

F = TypeVar("F", bound=Callable[..., Any])
SEVERITIES: Final = tuple(severity.value for severity in Severity)
NEVER: Final = "never"
STORE: Final = "haechi.db"
STANDARD_OUTPUT: Final = Path("-")


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
        click.option(
            "--area", "areas", multiple=True, metavar="AREA", help="Only the checks of this area; may be repeated."
        ),
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


def writing(form: str) -> Callable[[F], F]:
    """`--format` with its default, `--output`, `--lang`."""
    return _together(
        click.option(
            "--format",
            "form",
            type=click.Choice(names()),
            default=form,
            show_default=True,
            help="How the report is written.",
        ),
        click.option(
            "--output",
            type=click.Path(path_type=Path),
            callback=_target,
            help="File to write; without it, or with -, standard output.",
        ),
        speaking,
    )


def speaking(function: F) -> F:
    """`--lang`."""
    return click.option(
        OPTION,
        "lang",
        type=click.Choice(LANGUAGES),
        default=current,
        show_default="by LC_ALL, LC_MESSAGES, LANG",
        help="English or Korean.",
    )(function)


def printing(function: F) -> F:
    """`--format` of what is no report: for people or for programs."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(("text", "json")),
        default="text",
        show_default=True,
        help="For people or for programs.",
    )(function)


def stored(function: F) -> F:
    """`--store`."""
    return click.option(
        "--store",
        default=STORE,
        show_default=True,
        metavar="STORE",
        help="Where runs are kept: a file or postgresql://...",
    )(function)


def instant(function: F) -> F:
    """`--at`."""
    return click.option(
        "--at",
        metavar="TIME",
        help="The instant of judgement, ISO 8601; without an offset it is in the estate's time zone.",
    )(function)


def selection(asked: dict[str, Any]) -> Any:
    """The selection, taken out of what a command was asked for."""
    from audit.model.evidence import Selection

    return Selection(*(tuple(asked.pop(name)) for name in ("checks", "areas", "subjects", "institutions")))


def duration(context: click.Context, parameter: click.Parameter, written: str) -> Any:
    """A duration such as 10m."""
    from audit.model.units import parse_duration

    try:
        return parse_duration(written)
    except ValueError as broken:
        raise click.BadParameter(str(broken)) from broken


def _severity(context: click.Context, parameter: click.Parameter, written: str) -> Severity | None:
    return None if written == NEVER else Severity(written)


def _target(context: click.Context, parameter: click.Parameter, written: Path | None) -> Path | None:
    """Where the report goes; what cannot be a file is told before a run and not after it."""
    if written is None or written == STANDARD_OUTPUT:
        return None
    if written.is_dir():
        raise Misfit(say("{path} is a folder; name a file in it", path=line(str(written))))
    if not written.absolute().parent.is_dir():
        why = say("there is no folder {folder}", folder=line(str(written.absolute().parent)))
        raise Stop(Exit.STORAGE, say("cannot write the report to {path}: {why}", path=line(str(written)), why=why))
    return written
