"""The steps of a run in, a moving bar on a terminal out; nothing where standard error is none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from audit.app import Progress
from audit.cli.tongue import told
from audit.model.clean import line
from audit.model.message import say


@contextmanager
def showing(language: str) -> Iterator[Callable[[Progress], None]]:
    """A callback that shows each step; only a terminal is written to."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn(told(say("Looking"), language)),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(progress: Progress) -> None:
            newest = progress.newest.subject if progress.newest is not None else ""
            bar.update(task, total=progress.total, completed=progress.done, description=escape(line(newest)[:60]))

        yield show
