"""What runs of `restic backup --json` printed becomes the runs of the job, with what each of them could not read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from audit.contract import Files, FileSeen
from audit.model.backup import Attempt, RestorePoint

_MOST_LOGS: Final = 100
_LARGEST: Final = 1_000_000
_LOOK_BACK: Final = timedelta(days=30)
_INCOMPLETE: Final = "at least one source file could not be read"


@dataclass(frozen=True, slots=True)
class Run:
    """One run as its log tells."""

    ended: datetime
    """When the log was last written."""
    snapshot: str
    """The beginning of the snapshot's id; empty where the run made none."""
    trouble: str

    def made(self, point: RestorePoint) -> bool:
        return bool(self.snapshot) and point.id.startswith(self.snapshot)


async def runs(files: Files, pattern: str, clock: datetime) -> tuple[Run, ...]:
    """Every run of the last 30 days that has a log, oldest first."""
    listed = await files.list(pattern, _MOST_LOGS)
    return tuple([await _run(files, file) for file in listed if file.modified >= clock - _LOOK_BACK])


async def _run(files: Files, file: FileSeen) -> Run:
    # Progress alone makes a log long: what matters stands at its end, errors also on the way there.
    text = await files.head(file.path, _LARGEST)
    if file.size > _LARGEST:
        text += b"\n" + await files.tail(file.path, min(_LARGEST, file.size - _LARGEST))
    return told(text.decode("utf-8", "replace"), file.modified)


def told(text: str, ended: datetime) -> Run:
    """The run of one log."""
    snapshot, unread, first, warned = "", 0, "", _INCOMPLETE in text
    for line in text.splitlines():
        entry = _entry(line)
        if entry.get("message_type") == "summary":
            snapshot = str(entry.get("snapshot_id") or "")[:64]
        elif entry.get("message_type") == "error" and entry.get("during") != "scan":
            unread += 1
            first = first or str(entry.get("item") or "")[:200]
    if unread:
        return Run(ended, snapshot, f"the run could not read {unread} of its files, such as {first or '-'}")
    if warned:
        return Run(ended, snapshot, "the run could not read all of its files")
    return Run(ended, snapshot, "" if len(snapshot) >= 8 else "the run did not come to its end")


def _entry(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {}
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def held_against(
    points: Sequence[RestorePoint], known: Sequence[Run]
) -> tuple[tuple[RestorePoint, ...], tuple[Attempt, ...]]:
    """The points, those of a run that could not read everything not counted; with the runs as attempts."""
    judged: list[RestorePoint] = []
    for point in points:
        trouble = next((run.trouble for run in known if run.made(point) and run.trouble), "")
        if trouble and point.complete:
            point = point.model_copy(update={"complete": False, "doubt": trouble})
        judged.append(point)
    attempts = [
        Attempt(
            start=next((point.start for point in points if run.made(point)), run.ended),
            ok=not run.trouble,
            why=run.trouble,
        )
        for run in known
    ]
    return tuple(judged), tuple(sorted(attempts, key=lambda attempt: attempt.start))
