"""Sealed runs in an open store to the bytes of a bundle, with the register, the drills, the signatures of its log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from audit.model.evidence import canonical
from audit.store.bundling_verifier import pack
from audit.store.checkpoint import Checkpoint
from audit.store.checkpoint_log import Parts, parts_of, sealed_in
from audit.store.merkle import consistency, covers, root_of
from audit.store.record import unpacked
from audit.store.seal import head
from audit.store.tables import EVENT, OBSERVATION, RUN, SIGHT, SOURCE

CARRIED: Final = (
    "action", "checkpoint", "drill", "import", "maintenance-declared", "maintenance-withdrawn", "measured", "signature",
    "switch", "switch-began",
)  # fmt: skip
"""The kinds of events that a bundle shows; of all others it holds the hashes alone."""
_PROOFS: Final = 500
"""So many older checkpoints can be held against a bundle."""


def bundled(connection: Connection, runs: Sequence[str], checkpoint: Checkpoint, hashes: Sequence[bytes]) -> bytes:
    """The bundle of runs that the log of the checkpoint seals, the newest one first; ValueError where an observation
    cannot be read."""
    size = checkpoint.size
    shown = list(_events(connection, size))
    numbers = [event[0] - 1 for event in shown]
    older = [seal.number for seal in sealed_in(connection) if seal.number < size][-_PROOFS:]
    members = {
        "checkpoint": str(checkpoint).encode(),
        "consistency.jsonl": _lines(
            [old, root_of(hashes[:old]).hex(), [part.hex() for part in consistency(hashes, old)]] for old in older
        ),
        "covers.jsonl": _lines([low, high, root_of(hashes[low:high]).hex()] for low, high in covers(numbers, size)),
        "events.jsonl": _lines({"event": event, "leaf": hashes[event[0] - 1].hex()} for event in shown),
    }
    for run in runs:
        folder = f"runs/{run}/" if run != runs[0] else ""
        members |= {folder + name: content for name, content in _run(connection, run).items()}
        members |= _sources(connection, json.loads(members[folder + "files.json"]))
    return pack(sorted(members.items()))


def _run(connection: Connection, run: str) -> Mapping[str, bytes]:
    """The members of one run, by the names that they have where it is the only one."""
    row = connection.execute(select(RUN).where(RUN.c.id == run)).one()._asdict()
    parts = parts_of(connection, row)
    return {
        "files.json": canonical(dict(parts.sources)),
        "findings.jsonl": b"".join(line + b"\n" for *_, line in parts.findings),
        "head.json": head(parts.run),
        "observations.jsonl": b"".join(line + b"\n" for line in _observations(connection, parts)),
    }


def _lines(values: Iterator[Any]) -> bytes:
    return b"".join(canonical(value) + b"\n" for value in values)


def _events(connection: Connection, size: int) -> Iterator[list[Any]]:
    wanted = select(EVENT.c.number, EVENT.c.at, EVENT.c.kind, EVENT.c.subject, EVENT.c.content)
    wanted = wanted.where(EVENT.c.number <= size, EVENT.c.kind.in_(CARRIED)).order_by(EVENT.c.number)
    for row in connection.execute(wanted):
        yield list(row)


def _observations(connection: Connection, parts: Parts) -> Iterator[bytes]:
    wanted = select(SIGHT.c.subject, OBSERVATION.c.content).join_from(SIGHT, OBSERVATION)
    found = {row.subject: row.content for row in connection.execute(wanted.where(SIGHT.c.run == parts.run.id))}
    for subject, _ in parts.sights:
        yield unpacked(bytes(found[subject]))


def _sources(connection: Connection, files: Mapping[str, str]) -> Mapping[str, bytes]:
    wanted = select(SOURCE.c.id, SOURCE.c.content).where(SOURCE.c.id.in_(set(files.values())))
    return {
        "sources/" + str(key).removeprefix("sha256:"): bytes(content) for key, content in connection.execute(wanted)
    }
