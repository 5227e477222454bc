"""A wish to see it work becomes an audit of made-up institutions with its report."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from audit.cli.asked import speaking
from audit.model.exit import Exit


@click.command("demo")
@click.option(
    "--output", type=click.Path(path_type=Path), help="An empty or new folder for everything; else a temporary one."
)
@speaking
def command(output: Path | None, lang: str) -> Exit:
    """Audit made-up institutions on this machine.

    Starts web, name, database and power servers on loopback addresses, writes copies and documents with faults in
    them, audits all of it as it would audit real systems, prints the findings and writes a report. The servers end
    with the demo. Exit code 0: findings are what it shows.

    \b
    Examples:
      haechi demo
      haechi demo --lang ko --output my-demo
    """
    from audit.cli.progress import showing
    from audit.demo.show import show

    return show(output, lang, partial(showing, lang))
