"""Text for whoever called in, the same text clean on standard output or on standard error out."""

from __future__ import annotations

import sys

import click

from audit.model.clean import terminal

# Never without `file`: click would then write UTF-8 to a terminal that says it is ASCII.


def tell(text: str) -> None:
    """Data, on standard output."""
    click.echo(terminal(text), file=sys.stdout)


def talk(text: str) -> None:
    """Talk, on standard error."""
    click.echo(terminal(text), file=sys.stderr)
