"""A store with the key of an institution in, a signed checkpoint over all that stands in its log out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from audit.app.sealing_keys import checkpoint_file, secret_key
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store import open_store
from audit.store.checkpoint import Checkpoint, Key, Signer, proof_text
from audit.store.checkpoint_log import append_seal, read_log, sealed_in
from audit.store.database import Database, Purpose, open_database
from audit.store.merkle import consistency, root_of
from audit.store.tables import HEAD
from audit.store.trouble import UNREADABLE, damaged, stop_for

LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Seal:
    """What was sealed."""

    checkpoint: Checkpoint
    runs: dict[str, str]
    """The root of each run under it."""
    text: str
    """The checkpoint, with a proof in front of it where one was asked for."""
    key: Key


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint with the hashes of all leaves under it."""

    checkpoint: Checkpoint
    hashes: Sequence[bytes]
    runs: dict[str, str]


def seal(run: str | None, *, store: str, key: Path, since: Path | None = None) -> Seal:
    """Put the root of a run, of all closed ones where none is named, into the log; sign the log.

    `since` is an older checkpoint: the proof that this one goes on from it is put in front, for a witness.
    """
    signer = secret_key(key)
    old = checkpoint_file(since) if since is not None else None
    with open_store(store, writing=False) as memory:
        wanted = None if run is None else memory.run(run)
    if wanted is not None and not wanted.root:
        raise Stop(Exit.USAGE, say("the run {run} is not closed; only a closed run is sealed", run=wanted.id))
    opened = open_database(store, Purpose.WATCH, writing=False)
    with opened.lock:
        done = signed(opened, signer, None if wanted is None else (wanted.id,))
    note = str(done.checkpoint)
    if old is not None:
        note = _proven(old, done)
    return Seal(done.checkpoint, done.runs, note, signer.key)


def signed(opened: Database, signer: Signer, wanted: Sequence[str] | None) -> Signed:
    """Append what has to be sealed, read the log back, sign what was read. Stop(STORAGE) for a log that was altered."""
    if opened.version != HEAD:
        raise Stop(Exit.USAGE, say("{store} is of an older haechi and has no log; `haechi run` brings it up to date",
                                   store=opened.name))  # fmt: skip
    try:
        opened.intact()
        with opened.engine.execution_options(immediate=True).begin() as connection:
            size = append_seal(connection, datetime.now(UTC), wanted)
        opened.intact()
        with opened.engine.connect() as connection:
            log = read_log(connection, size)
            runs = {
                name: str(values["root"])
                for one in sealed_in(connection)
                if one.number <= size
                for name, values in one.runs.items()
            }
    except DBAPIError as broken:
        raise stop_for(broken, opened.name) from broken
    except UNREADABLE as broken:
        raise damaged(opened.name) from broken
    if log.broken is not None or len(log.hashes) != size:
        says = say(
            "nothing is signed: the log of {store} was altered; `haechi verify {store}` tells", store=opened.name
        )
        raise Stop(Exit.STORAGE, says, *([] if log.broken is None else [log.broken]))
    return Signed(signer.sign(Checkpoint(signer.name, size, root_of(log.hashes))), log.hashes, runs)


def _proven(old: Checkpoint, done: Signed) -> str:
    if old.origin != done.checkpoint.origin:
        raise Stop(Exit.USAGE, say("--since is a checkpoint of {other}, this log is {origin}",
                                   other=old.origin, origin=done.checkpoint.origin))  # fmt: skip
    if old.size > len(done.hashes) or root_of(done.hashes[: old.size]) != old.root:
        raise Stop(Exit.FAILED, say("this log does not go on from the checkpoint of size {size}; it was rolled back or "
                                    "altered, or is another one", size=old.size))  # fmt: skip
    return proof_text(old.size, consistency(done.hashes, old.size), done.checkpoint)
