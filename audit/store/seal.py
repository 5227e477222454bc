"""The parts of a run in, the one hash that changes with any of them out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict

from audit.model.evidence import Run, canonical


def merkle_root(leaves: Iterable[bytes]) -> str:
    """The root of the Merkle tree of RFC 6962 over the leaves, as `sha256:...`."""
    # A stack of (size, hash) of whole subtrees, joined when two are of one size: one pass, no recursion. What is left
    # at the end is joined from the right, which is how the RFC splits a tree whose size is no power of two.
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, node = 1, hashlib.sha256(b"\0" + leaf).digest()
        while stack and stack[-1][0] == size:
            node = _joined(stack.pop()[1], node)
            size *= 2
        stack.append((size, node))
    if not stack:
        return "sha256:" + hashlib.sha256(b"").hexdigest()
    node = stack.pop()[1]
    while stack:
        node = _joined(stack.pop()[1], node)
    return "sha256:" + node.hex()


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def sealed_root(run: Run, sources: Iterable[str], observations: Iterable[str], findings: Iterable[bytes]) -> str:
    """The root over a run's head, the ids of its sources, of its observations by subject, its findings in order."""

    def leaves() -> Iterable[bytes]:
        yield head(run)
        yield from (part.encode() for part in sorted(sources))
        yield from (part.encode() for part in observations)
        yield from findings

    return merkle_root(leaves())


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
