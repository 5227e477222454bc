"""The pieces of a PostgreSQL log in an archive become how far they carry a base backup, with every hole between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from audit.model.backup import Gap, RestorePoint

USUAL: Final = 16 * 1024 * 1024
"""Bytes of a segment where `initdb --wal-segsize` did not say otherwise."""
_SIZES: Final = tuple(1024 * 1024 << power for power in range(11))
_NAME: Final = re.compile(
    r"(?P<segment>[0-9A-F]{24})(?:-[0-9a-f]{40})?(?P<part>\.partial)?(?P<packed>\.(?:gz|lz4|zst|bz2|xz|lzo|br|snappy))?"
)
_HISTORY: Final = re.compile(r"([0-9A-F]{8})\.history(?:\.(?:gz|lz4|zst|bz2|xz|lzo|br|snappy))?")
_SWITCH: Final = re.compile(r"^\s*(\d{1,10})\s+([0-9A-F]{1,8})/([0-9A-F]{1,8})(?:\s|$)", re.MULTILINE)
_MOST_GAPS: Final = 50


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of an archive."""

    name: str
    size: int
    at: datetime
    """When it came there: every change in it was made before."""
    packed: bool = False
    """Whether it is packed although its name does not say so."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One whole piece of the log."""

    timeline: int
    number: int
    """Counted through from the beginning of the cluster."""
    piece: Piece

    @property
    def name(self) -> str:
        return self.piece.name[:24]


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of log without which a base backup cannot be opened, by the names of its two ends."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Base:
    """One base backup with the stretch of log that it cannot do without."""

    point: RestorePoint
    span: Span
    followed: bool = True
    """Whether the log behind it is still meant to be there: some let go of the log of older backups first."""
    own: bool = False
    """Whether it holds its stretch of log itself, so that the archive is needed from the end of it on."""

    @property
    def begin(self) -> str:
        return self.span.last if self.own else self.span.first


@dataclass(frozen=True, slots=True)
class Carried:
    """Base backups held against the log behind them."""

    points: tuple[RestorePoint, ...]
    reach: datetime | None
    gaps: tuple[Gap, ...]
    last: Segment | None
    """The last segment that can be replayed onto the newest complete base backup."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far an archive carries one base backup."""

    last: Segment | None
    """The last segment that can be replayed; None where there is none at all."""
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """Everything that an archive holds of one cluster."""

    size: int
    segments: Mapping[int, Mapping[int, Segment]]
    """By timeline, then by number."""
    histories: Mapping[int, Sequence[tuple[int, int]]]
    """Each timeline that has a history to (timeline that it came from, position at which it left), oldest first; empty
    where its history was not read."""
    short: tuple[str, ...] = ()
    """Pieces that are not whole, such as those cut off on their way."""
    partial: tuple[str, ...] = ()
    """Pieces that say so themselves: what a replay would find in them is not counted."""

    def name(self, timeline: int, number: int) -> str:
        per = 2**32 // self.size
        return f"{timeline:08X}{number // per:08X}{number % per:08X}"

    def parsed(self, name: str) -> tuple[int, int] | None:
        """Timeline with number of a segment's name; None where it is none."""
        return parsed(name, self.size)

    def holds(self, span: Span) -> str:
        """The first segment of a stretch that is not there; empty where all of them are."""
        first, last = self.parsed(span.first), self.parsed(span.last)
        if first is None or last is None or first[0] != last[0] or not 0 <= last[1] - first[1] <= 1_000_000:
            return span.first[:24] or "?"
        there = self.segments.get(first[0], {})
        return next((self.name(first[0], n) for n in range(first[1], last[1] + 1) if n not in there), "")

    def follow(self, first: str) -> Reached:
        """Replay from a segment towards the newest timeline, as a restore without a target would."""
        begin = self.parsed(first)
        if begin is None:
            return Reached(None, (Gap(after=first[:24] or "?", before="?", missing=1),))
        path = self._path(*begin)
        there = self._along(path, begin[1])
        gaps: list[Gap] = []
        last: Segment | None = None
        expected, after = begin[1], "the backup"
        for segment in there:
            if segment.number > expected and len(gaps) < _MOST_GAPS:
                gaps.append(Gap(after=after, before=segment.name, missing=segment.number - expected))
            if not gaps:
                last = segment
            expected, after = segment.number + 1, segment.name
        return Reached(last, (*gaps, *self._beside(path, begin, after)))

    def _path(self, timeline: int, number: int) -> tuple[tuple[int, int, int | None], ...]:
        """The newest chain of timelines that a backup lies on: (timeline, first number, number at which it is left)."""
        known = {*self.segments, *self.histories, timeline}
        for newest in sorted(known, reverse=True):
            chain = self._chain(newest)
            if any(tli == timeline and (end is None or number < end) for tli, _, end in chain):
                return chain
        return ((timeline, number, None),)

    def _chain(self, newest: int) -> tuple[tuple[int, int, int | None], ...]:
        switches = tuple(self.histories.get(newest, ()))
        if not switches and newest > 1:
            # Without its history nothing tells where it came from: it begins where its first segment does.
            return ((newest, min(self.segments.get(newest, {0: None})), None),)
        begin, chain = 0, []
        for parent, position in switches:
            end = position // self.size
            chain.append((parent, begin, end))
            begin = end
        return (*chain, (newest, begin, None))

    def _along(self, path: Sequence[tuple[int, int, int | None]], begin: int) -> list[Segment]:
        return [
            segment
            for timeline, start, end in path
            for number, segment in sorted(self.segments.get(timeline, {}).items())
            if number >= max(begin, start) and (end is None or number < end)
        ]

    def _beside(
        self, path: Sequence[tuple[int, int, int | None]], begin: tuple[int, int], after: str
    ) -> tuple[Gap, ...]:
        """Work that lies in the archive, but on a timeline to which a restore does not lead: two servers wrote here."""
        on = {timeline: end for timeline, _, end in path}
        there = self._along(path, begin[1])
        newest = max((part.piece.at for part in there), default=None)
        found: list[Gap] = []
        for timeline, segments in sorted(self.segments.items()):
            end = on.get(timeline, 0)
            if timeline < begin[0] or end is None:
                continue
            # What came before another server took over was lost with the old one; what came later is still being lost.
            since = min((part.piece.at for part in there if part.timeline > timeline), default=newest)
            beyond = [part for number, part in sorted(segments.items()) if number > max(end, begin[1])]
            left = [part for part in beyond if since is None or part.piece.at > since]
            if left:
                found.append(Gap(after=after, before=left[0].name, missing=len(left)))
        return tuple(found)


def parsed(name: str, size: int) -> tuple[int, int] | None:
    """Timeline with number of a segment's name at one size of segments; None where it is none."""
    if not re.fullmatch(r"[0-9A-F]{24}", name[:24]):
        return None
    timeline, high, low = (int(name[start : start + 8], 16) for start in (0, 8, 16))
    per = 2**32 // size
    return (timeline, high * per + low) if timeline and low < per else None


def position(text: str) -> int:
    """`0/3000028` to bytes. ValueError for any other text."""
    found = re.fullmatch(r"([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})", text)
    if not found:
        raise ValueError(text[:40])
    return (int(found[1], 16) << 32) + int(found[2], 16)


def segment_size(starts: Iterable[tuple[str, str]]) -> int | None:
    """Bytes of a segment, from positions in the log with the names of the segments that hold them.

    The usual size where they fit several; None where they fit none.
    """
    fitting = set(_SIZES)
    for where, name in starts:
        try:
            at = position(where)
        except ValueError:
            continue
        fitting &= {size for size in _SIZES if (parsed(name, size) or (0, -1))[1] == at // size}
    return USUAL if USUAL in fitting else min(fitting, default=None)


def switches(history: str) -> tuple[tuple[int, int], ...]:
    """The lines of a `.history` file: each earlier timeline with the position at which it was left."""
    return tuple((int(tli), (int(high, 16) << 32) + int(low, 16)) for tli, high, low in _SWITCH.findall(history))


def timeline_of(name: str) -> int | None:
    """The timeline whose history a file is; None where it is none."""
    found = _HISTORY.fullmatch(name)
    return int(found[1], 16) if found else None


def log(
    pieces: Iterable[Piece],
    size: int = USUAL,
    histories: Mapping[int, str] = MappingProxyType({}),
    *,
    sized: bool = True,
) -> Log:
    """Sort the files of an archive; `sized` where a segment that is not packed has its own size there, unencrypted."""
    segments: dict[int, dict[int, Segment]] = {}
    short: list[str] = []
    partial: list[str] = []
    told = {timeline: switches(text) for timeline, text in histories.items()}
    for piece in pieces:
        timeline = timeline_of(piece.name)
        if timeline is not None:
            told.setdefault(timeline, ())
        found = _NAME.fullmatch(piece.name)
        place = parsed(found["segment"], size) if found else None
        if found is None or place is None:
            continue
        if found["part"]:
            partial.append(piece.name)
        elif piece.size == 0 or (sized and not (found["packed"] or piece.packed) and piece.size != size):
            short.append(piece.name)
        else:
            known = segments.setdefault(place[0], {}).get(place[1])
            # The same segment may lie there twice; the earlier one is the safer end of the log.
            if known is None or piece.at < known.piece.at:
                segments[place[0]][place[1]] = Segment(*place, piece)
    return Log(size, segments, told, tuple(short), tuple(partial))


def carried(bases: Iterable[Base], log: Log) -> Carried:
    """The points, doubted where their own log is not there; how far the newest is brought forward; every hole since
    the oldest."""
    points: list[RestorePoint] = []
    usable: list[Base] = []
    for base in sorted(bases, key=lambda base: base.point.start):
        lost = log.holds(base.span) if base.point.complete and not base.own else ""
        if lost:
            doubt = f"{lost}, which it needs to be opened, is not in the archive"
            points.append(base.point.model_copy(update={"complete": False, "doubt": doubt}))
            continue
        points.append(base.point)
        if base.point.complete:
            usable.append(base)
    if not usable:
        return Carried(tuple(points), None, (), None)
    end = log.follow(usable[-1].begin)
    oldest = next((base for base in usable if base.followed), usable[-1])
    gaps = dict.fromkeys(log.follow(oldest.begin).gaps + end.gaps)
    return Carried(tuple(points), end.last.piece.at if end.last else None, tuple(gaps), end.last)
