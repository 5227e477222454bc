"""A dossier with the wish for a report in, the written report out."""

from __future__ import annotations

import sys
from pathlib import Path

from audit.cli.voice import talk
from audit.model.dossier import Dossier
from audit.model.message import say
from reports import formats
from reports.format import write


def put(dossier: Dossier, form: str, output: Path | None, language: str) -> None:
    """Write a report to a file or to standard output, then say on standard error where it lies."""
    made = write(formats()[form], dossier, language, output if output is not None else sys.stdout)
    if made:
        says = say("Report: {path}", path=made[0])
        if len(made) > 1:
            more, folder = len(made) - 1, made[1].parent
            says = say("Report: {path} with {count} more pages in {folder}", path=made[0], count=more, folder=folder)
        talk(says, language)
