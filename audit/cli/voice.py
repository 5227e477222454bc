"""Text for whoever called in, the same text clean on standard output or on standard error out."""

from __future__ import annotations

import sys

import click

from audit.cli.tongue import told
from audit.model.clean import line, terminal
from audit.model.message import Message

# Never without `file`: click would then write UTF-8 to a terminal that says it is ASCII.


def tell(text: str) -> None:
    """Data, on standard output."""
    click.echo(terminal(text), file=sys.stdout)


def talk(says: Message, language: str) -> None:
    """Talk, on standard error."""
    click.echo(line(told(says, language)), file=sys.stderr)
