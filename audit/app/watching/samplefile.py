"""Measurements into a folder of sample files, one for each day in UTC, for other vantages to merge."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from audit.app.watching.sampleline import line_of
from audit.model.exit import Exit, Stop
from audit.model.measurement import Measurement
from audit.model.message import say

_NAME: Final = re.compile(r"(.+)-(\d{4}-\d\d-\d\d)\.jsonl")


class SampleFile:
    """Appends whole batches; a file that somebody renamed, moved or deleted is begun anew with the next one."""

    def __init__(self, folder: Path, vantage: str) -> None:
        self._folder = folder
        self._vantage = vantage

    def write(self, measurements: Iterable[Measurement]) -> None:
        """Append a batch; Stop(STORAGE) where that is impossible, and then part of it may be there."""
        days: dict[date, list[bytes]] = {}
        for measurement in measurements:
            days.setdefault(measurement.at.astimezone(UTC).date(), []).append(line_of(measurement))
        try:
            for day, lines in days.items():
                self._folder.mkdir(parents=True, exist_ok=True)
                _append(self._folder / f"{self._vantage}-{day.isoformat()}.jsonl", b"".join(lines))
        except OSError as broken:
            says = say("cannot write samples to {folder}: {why}", folder=self._folder, why=broken.strerror)
            raise Stop(Exit.STORAGE, says) from broken

    def drop(self, before: datetime) -> int:
        """Delete files of days that ended before an instant; how many there were."""
        last = before.astimezone(UTC).date()
        old = [
            path
            for path in self._folder.glob("*.jsonl")
            if (name := _NAME.fullmatch(path.name)) and name[1] == self._vantage and date.fromisoformat(name[2]) < last
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _append(path: Path, lines: bytes) -> None:
    # Opened anew for each batch: who renames the file by the hour need not tell us.
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            lines = b"\n" + lines  # the disk was full in the middle of a line
        rest = memoryview(lines)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)
