"""A folder becomes a whole audit of made-up institutions: servers, run, reports, what was found of what was planted."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audit.app import Outcome, Progress, audit
from audit.app.drilling import drill
from audit.app.reconciling import hold_against
from audit.demo.planted import Tally, compare, differences, planted
from audit.demo.stage import now, stage
from audit.model.exit import Exit, Stop
from audit.model.message import say
from reports import formats
from reports.format import write

REPORTS: Final = (("html", "en", "report.html"), ("html", "ko", "report.ko.html"), ("json", "en", "run.json"))
DRILLED: Final = "kosme/documents/papers/backup"
"""The copy that is restored before the audit, so that the report has a measured recovery time beside a promised one."""


@dataclass(frozen=True, slots=True)
class Performance:
    """What came of a demo, with where it lies."""

    outcome: Outcome
    tally: Tally
    folder: Path
    reports: tuple[Path, ...]
    restic: bool
    signed: bool


def perform(
    output: Path | None,
    *,
    watching: Callable[[], AbstractContextManager[Callable[[Progress], None]]],
    on_stage: Callable[[], None] = lambda: None,
) -> Performance:
    """Audit the demo's estate; everything is written to `output`, or to a new folder where that is None."""
    folder = _room(output)
    at = now()
    with stage(folder, at) as set_up:
        on_stage()
        store = str(folder / "haechi.db")
        if set_up.restic:
            drill(set_up.estate, DRILLED, store=store)
        with watching() as on_progress:
            outcome = audit(set_up.estate, store=store, on_progress=on_progress)
        lists = differences(hold_against(set_up.estate, ()))
    written = []
    for form, language, name in REPORTS:
        write(formats()[form], outcome.dossier, language, folder / name)
        written.append(folder / name)
    tally = compare(planted(), outcome.dossier.findings, lists)
    return Performance(outcome, tally, folder, tuple(written), set_up.restic, set_up.signed)


def _room(output: Path | None) -> Path:
    """A folder that is there, empty, ours."""
    try:
        if output is None:
            return Path(tempfile.mkdtemp(prefix="haechi-demo-"))
        output.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(output.iterdir()):
            raise Stop(Exit.USAGE, say("{path} is not empty; name a new folder: --output {path}-2", path=output))
        if not os.access(output, os.W_OK | os.X_OK):
            raise Stop(Exit.STORAGE, say("{path} is not writable; name another folder with --output", path=output))
    except FileExistsError as taken:
        raise Stop(Exit.USAGE, say("{path} is a file; name a folder", path=output)) from taken
    except OSError as broken:
        says = say("cannot make a folder for the demo: {why}; name one with --output", why=broken.strerror)
        raise Stop(Exit.STORAGE, says) from broken
    return output.resolve()
