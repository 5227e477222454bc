"""The parts of a run in, the one hash that changes with any of them out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import isqrt
from typing import Any, Final

from audit.model.evidence import Run, canonical
from audit.store.merkle import leaf_hash, root_of

_SHORT: Final = 6
"""Bytes of a hash that only finds the place of what was changed; the root proves that something was."""


def merkle_root(leaves: Iterable[bytes]) -> str:
    """The root of the Merkle tree of RFC 6962 over the leaves, as `sha256:...`."""
    return "sha256:" + root_of(map(leaf_hash, leaves)).hex()


def sealed_root(run: Run, sources: Iterable[str], observations: Iterable[str], findings: Iterable[bytes]) -> str:
    """The root over a run's head, the ids of its sources, of its observations by subject, its findings in order."""

    return merkle_root(sealed_leaves(run, sources, observations, findings))


def sealed_leaves(
    run: Run, sources: Iterable[str], observations: Iterable[str], findings: Iterable[bytes]
) -> Iterator[bytes]:
    """The leaves of a run in their order."""
    yield head(run)
    yield from (part.encode() for part in sorted(sources))
    yield from (part.encode() for part in observations)
    yield from findings


@dataclass(frozen=True, slots=True)
class Grid:
    """Short sums over the rows and the columns of leaves laid out as a square: a changed leaf changes one of each."""

    count: int
    rows: tuple[str, ...]
    columns: tuple[str, ...]

    @classmethod
    def over(cls, hashes: Sequence[bytes]) -> Grid:
        """The sums over the hashes of leaves."""
        width = isqrt(max(len(hashes) - 1, 0)) + 1
        rows = [hashes[at : at + width] for at in range(0, len(hashes), width)]
        columns = [hashes[at::width] for at in range(width)]
        return cls(len(hashes), tuple(map(_short, rows)), tuple(map(_short, columns)))

    def first_change(self, hashes: Sequence[bytes]) -> int | None:
        """The place of the first leaf that is not what it was; None where it cannot be told."""
        now = Grid.over(hashes)
        width = len(self.columns)
        if now.count != self.count:
            # What was taken out or put in moves all behind it: the first row that differs is as near as it gets.
            rows = [_short(hashes[at : at + width]) for at in range(0, len(hashes), width)]
            same = next((at for at, pair in enumerate(zip(self.rows, rows, strict=False)) if pair[0] != pair[1]), None)
            return None if same is None else same * width
        row = next((at for at, pair in enumerate(zip(self.rows, now.rows, strict=False)) if pair[0] != pair[1]), None)
        column = next(
            (at for at, pair in enumerate(zip(self.columns, now.columns, strict=False)) if pair[0] != pair[1]), None
        )
        return None if row is None or column is None else row * width + column

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {"count": self.count, "rows": "".join(self.rows), "columns": "".join(self.columns)}

    @classmethod
    def read(cls, values: Any) -> Grid:
        """From JSON values; ValueError, KeyError or TypeError where they are none."""
        return cls(int(values["count"]), _cut(values["rows"]), _cut(values["columns"]))


def _short(hashes: Sequence[bytes]) -> str:
    return hashlib.sha256(b"".join(hashes)).hexdigest()[: 2 * _SHORT]


def _cut(text: str) -> tuple[str, ...]:
    return tuple(text[at : at + 2 * _SHORT] for at in range(0, len(text), 2 * _SHORT))


def head(run: Run) -> bytes:
    """What a run says of itself, without its root."""
    return canonical(
        {
            "id": run.id,
            "started": run.started.isoformat(),
            "ended": run.ended.isoformat() if run.ended is not None else None,
            "at": run.at.isoformat() if run.at is not None else None,
            "tool": run.tool,
            "estate": [run.estate_id, run.estate_sha256],
            "state": run.state,
            "judged-from": run.judged_from,
            "selection": asdict(run.selection),
            "names": dict(run.estate_names),
        }
    )
