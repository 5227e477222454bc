"""The path of an estate with names in it to what their loss costs at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from audit.analysis.impact import Impact, impact
from audit.app import instant
from audit.app.recovering import timed
from audit.model.graph import Graph


def cost_of(
    path: Path, lost: Sequence[str], at: str | None, hours: float | None, run: str = "", store: str = ""
) -> tuple[Graph, Impact]:
    """The graph with the impact; `at` is now where it is not written. Stop(USAGE) for a name that nothing has.

    What drills and switches measured counts as in the times of recovery: see `timed`.
    """
    found = timed(path, lost, "", run, store, at)
    when = instant(at, found.graph.estate) or datetime.now(UTC)
    return found.graph, impact(found.graph, found.lost, when, hours, found.proven)
