"""Sample files that other vantages write to the new measurements in them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from glob import glob
from pathlib import Path
from types import MappingProxyType
from typing import Final

from audit.app.watching.sampleline import LONGEST, BadLine, measurement_of
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.measurement import Measurement
from audit.model.message import Message, say
from audit.model.watching import Vantage

PIECE: Final = 1 << 20
"""Bytes that are read of one file at once, so that a long one holds nobody up."""
FILES: Final = 1000
BEHIND: Final = timedelta(days=2)
"""A file that was not written to for so long before the newest measurement there is holds nothing new."""
MARK: Final = 512
"""Bytes before the place where reading stopped, by which a copied file is known again; more than a line of ours."""


@dataclass(slots=True)
class _Place:
    """How far a file was read."""

    stamp: tuple[int, ...] = ()
    """Device, inode, size, time of change when it was read last."""
    offset: int = 0
    mark: bytes = b""
    """The bytes before `offset`."""
    skipping: bool = False
    """Inside a line that is too long."""


def follow(
    estate: Estate,
    last_due: Callable[[str], Mapping[str, datetime]],
    redact: Callable[[str], str] = str,
    before: Follower | None = None,
) -> Follower:
    """The files of all other vantages of an estate; `last_due` is the history's, `before` followed them until now."""
    subjects = [endpoint.ref for _, system in estate.systems() for endpoint in system.endpoints]
    watch = estate.watch
    return Follower(watch.vantages, Path(estate.root), subjects, last_due, keep=watch.raw, redact=redact, before=before)


class Follower:
    """Reads on where it stopped. What is in the files is hostile: it may be wrong, but never more than its vantage."""

    def __init__(
        self,
        vantages: Sequence[Vantage],
        root: Path,
        subjects: Collection[str],
        last_due: Callable[[str], Mapping[str, datetime]],
        *,
        keep: timedelta,
        redact: Callable[[str], str] = str,
        before: Follower | None = None,
    ) -> None:
        """`last_due` is the history's; `keep` is how long single samples are kept: older ones are refused."""
        old = {one.vantage.id: one for one in before._followed} if before is not None else {}
        self._followed: tuple[_Followed, ...] = tuple(
            _Followed(vantage, root, frozenset(subjects), last_due, keep, redact, old.get(vantage.id))
            for vantage in vantages
        )

    def read(self, now: datetime) -> tuple[Measurement, ...]:
        """What is new, in the order of the times at which it was due for each subject; blocks for reading files.

        Of much that is new a part comes at once, the rest with the next calls.
        """
        return tuple(measurement for followed in self._followed for measurement in followed.read(now))

    def troubles(self) -> tuple[Event, ...]:
        """What went wrong since the last call, each kind of trouble of a vantage once."""
        return tuple(event for followed in self._followed for event in followed.troubles())

    @property
    def refused(self) -> Mapping[str, int]:
        """How many lines of each vantage were no measurements."""
        return MappingProxyType({followed.vantage.id: followed.refused for followed in self._followed})


class _Followed:
    """The files of one vantage."""

    def __init__(
        self,
        vantage: Vantage,
        root: Path,
        subjects: frozenset[str],
        last_due: Callable[[str], Mapping[str, datetime]],
        keep: timedelta,
        redact: Callable[[str], str],
        before: _Followed | None,
    ) -> None:
        self.vantage = vantage
        self._pattern = str(root / vantage.files)
        self._subjects = subjects
        self._keep = keep
        self._redact = redact
        self._events: list[Event] = []
        self._last: dict[str, datetime] = dict(last_due(vantage.id)) if before is None else before._last
        self._stale = max(self._last.values()) - BEHIND if self._last else None
        # To read two days of samples again takes minutes, in which nobody would hear of this vantage.
        self._places: dict[str, _Place] = {} if before is None else before._places
        self._told: set[str] = set() if before is None else before._told
        self.refused: int = 0 if before is None else before.refused

    def troubles(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def read(self, now: datetime) -> list[Measurement]:
        found: list[Measurement] = []
        paths = sorted(glob(self._pattern))  # noqa: PTH207 - the pattern may be absolute
        if len(paths) > FILES:
            self._say(now, say("more than {most} files; only the last ones by name are read", most=FILES))
            paths = paths[-FILES:]
        for gone in self._places.keys() - set(paths):
            del self._places[gone]
        for path in paths:
            try:
                lines, ended = self._lines(path, now)
            except OSError as broken:
                self._say(now, say("{file} cannot be read: {why}", file=Path(path).name, why=broken.strerror))
                continue
            for line in lines:
                self._take(line, path, now, found)
            if not ended:
                break  # what the next file holds is newer, and would make the rest of this one too old
        return found

    def _take(self, line: bytes, path: str, now: datetime, found: list[Measurement]) -> None:
        try:
            seen = measurement_of(line, self.vantage.id, now - self._keep, now, self._redact)
        except BadLine as bad:
            self.refused += 1
            self._say(now, say("{file} has lines that are no measurements: {why}", file=Path(path).name, why=bad))
            return
        if seen.subject not in self._subjects:
            return
        last = self._last.get(seen.subject)
        if last is None or seen.due > last:
            self._last[seen.subject] = seen.until or seen.due
            found.append(seen)

    def _lines(self, path: str, now: datetime) -> tuple[list[bytes], bool]:
        """The whole lines that came since the last call, and whether that was all of them."""
        # Neither a link out of the folder nor a pipe that nobody writes to.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            seen = os.fstat(descriptor)
            if not stat.S_ISREG(seen.st_mode):
                self._say(now, say("{file} is no ordinary file", file=Path(path).name))
                return [], True
            place = self._place(path, descriptor, seen)
            if place is None or seen.st_size <= place.offset:
                return [], True
            piece = os.pread(descriptor, PIECE, place.offset)
            return self._whole(place, piece, now, path), len(piece) < PIECE
        finally:
            os.close(descriptor)

    def _whole(self, place: _Place, piece: bytes, now: datetime, path: str) -> list[bytes]:
        """The whole lines of what was read; what is no whole line yet is read again."""
        end = piece.rfind(b"\n") + 1
        if not end and len(piece) > LONGEST:
            # Nobody writes such a line; it is passed over to its end, wherever that is.
            self.refused += not place.skipping
            place.skipping, end = True, len(piece)
            self._say(
                now, say("{file} has lines that are no measurements: {why}", file=Path(path).name, why="too long")
            )
            lines = []
        else:
            lines = piece[:end].split(b"\n") if end else []
            if place.skipping and lines:
                place.skipping = False
                del lines[0]
        place.offset += end
        place.mark = (place.mark + piece[:end])[-MARK:]
        return [line for line in lines if line.strip()]

    def _place(self, path: str, descriptor: int, seen: os.stat_result) -> _Place | None:
        """Where to read on; None in a file that is older than what is known already."""
        place = self._places.get(path)
        if place is None:
            if self._stale is not None and datetime.fromtimestamp(seen.st_mtime, UTC) < self._stale:
                return None
            place = self._places[path] = _Place()
        stamp = (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns)
        if stamp != place.stamp:
            # Perhaps another file: a fresh copy of the same goes on where it stopped, any other one begins anew.
            start = place.offset - len(place.mark)
            if place.mark and place.mark != os.pread(descriptor, len(place.mark), start):
                place.offset, place.mark, place.skipping = 0, b"", False
            place.stamp = stamp
        return place

    def _say(self, now: datetime, why: Message) -> None:
        """Each kind of trouble of a vantage once."""
        if why.template not in self._told:
            self._told.add(why.template)
            values = MappingProxyType({"what": "vantage", "why": str(why)})
            self._events.append(Event(now, "failed", self.vantage.id, values))
