"""A dossier with the wish for a report in, the written report out."""

from __future__ import annotations

import sys
from pathlib import Path

from audit.cli.voice import talk
from audit.model.clean import line
from audit.model.dossier import Dossier
from reports import formats
from reports.format import write


def put(dossier: Dossier, form: str, output: Path | None, language: str) -> None:
    """Write a report to a file or to standard output, then say on standard error where it lies."""
    made = write(formats()[form], dossier, language, output if output is not None else sys.stdout)
    if made:
        beside = f" with {len(made) - 1} more pages in {made[1].parent}" if len(made) > 1 else ""
        talk(line(f"Report: {made[0]}{beside}"))
