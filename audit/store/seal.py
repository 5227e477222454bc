"""The parts of a run in, the one hash that changes with any of them out."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Final

from audit.model.evidence import Run, canonical
from audit.store.merkle import leaf_hash, root_of

_SHORT: Final = 2
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


def tags(hashes: Sequence[bytes]) -> str:
    """The beginnings of the hashes of leaves: they tell the place of what was changed, where the root tells that."""
    return base64.b64encode(b"".join([one[:_SHORT] for one in hashes])).decode()


def first_change(known: str, hashes: Sequence[bytes]) -> int | None:
    """The place of the first leaf that is not what it was; None where the tags do not show it."""
    before = base64.b64decode(known)
    now = b"".join([one[:_SHORT] for one in hashes])
    if before == now:
        return None
    shorter = min(len(before), len(now))
    return next((at for at in range(shorter) if before[at] != now[at]), shorter) // _SHORT


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
