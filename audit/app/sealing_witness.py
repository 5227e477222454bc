"""The checkpoint of another institution in, the same co-signed by a witness out, if its log only ever went on."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.app.sealing_keys import checkpoint_file, parsed_file, public_keys, secret_key
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.store.checkpoint import WITNESS, Checkpoint, Key, Signer, read_key, read_proof
from audit.store.merkle import consistent


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What a witness signed."""

    checkpoint: Checkpoint
    key: Key
    before: int
    """The size that it had signed last; 0 the first time."""


def witness(path: Path, *, key: Path, log: str | None = None, since: Path | None = None) -> Witnessed:
    """Co-sign a checkpoint. Stop(FAILED) for a fork or a smaller tree, Stop(NOT_VERIFIED) where nothing proves that it
    goes on, or that it is of the log it says.

    What was signed is remembered beside the key, before the signature is given away: whoever loses that file has to
    take the last checkpoint that it signed from elsewhere, as `since`.
    """
    signer = secret_key(key)
    old_size, proof, checkpoint = parsed_file(path, read_proof)
    with _memory(key) as seen:
        known = seen.get(checkpoint.origin)
        owner = _owner(checkpoint, known, log)
        _signed(checkpoint, owner)
        last = _last(known, since, signer, checkpoint.origin)
        _goes_on(last, checkpoint, old_size, proof)
        if last is None or checkpoint.size > last[0]:
            seen[checkpoint.origin] = {"key": str(owner), "size": checkpoint.size, "root": checkpoint.root.hex()}
            _remember(_beside(key), seen)
    done = signer.cosign(checkpoint, int(time.time()))
    return Witnessed(done, signer.key.of_kind(WITNESS), last[0] if last is not None else 0)


def _owner(checkpoint: Checkpoint, known: Any, log: str | None) -> Key:
    """The key of the log: as it was named, which has to be the one that it was before."""
    named = public_keys([log])[0] if log is not None else None
    before = read_key(known["key"]) if known is not None else None
    if named is not None and before is not None and named != before:
        raise Stop(
            Exit.FAILED, say("{origin} signed with another key before: {key}", origin=checkpoint.origin, key=before)
        )
    found = named or before
    if found is None:
        says = say("{origin} was never seen here; name its key, --log NAME+HASH+BASE64", origin=checkpoint.origin)
        raise Stop(Exit.NOT_VERIFIED, says)
    return found


def _signed(checkpoint: Checkpoint, owner: Key) -> None:
    held = checkpoint.signed_by(owner)
    if held is False:
        raise Stop(Exit.FAILED, say("the signature of {name} under it is false", name=owner.name))
    if held is None:
        raise Stop(Exit.NOT_VERIFIED, say("{name} did not sign it", name=owner.name))


def _last(known: Any, since: Path | None, signer: Signer, origin: str) -> tuple[int, bytes] | None:
    """The largest tree that this witness ever signed."""
    found = [(int(known["size"]), bytes.fromhex(known["root"]))] if known is not None else []
    if since is not None:
        old = checkpoint_file(since)
        mine = signer.key.of_kind(WITNESS)
        if old.origin != origin:
            raise Stop(Exit.USAGE, say("--since is a checkpoint of {origin}", origin=old.origin))
        if not old.signed_by(mine):
            raise Stop(Exit.NOT_VERIFIED, say("--since was not signed by this witness, {key}", key=mine))
        found.append((old.size, old.root))
    sizes = dict(found)
    if any(sizes[size] != root for size, root in found):
        raise Stop(Exit.FAILED, _fork(origin, found[0][0]))
    return max(found, default=None)


def _goes_on(last: tuple[int, bytes] | None, new: Checkpoint, old_size: int, proof: tuple[bytes, ...]) -> None:
    if last is None:
        return
    size, root = last
    if new.size < size:
        says = say(
            "{origin} shows {new} events where it had {old}: it was rolled back",
            origin=new.origin,
            new=new.size,
            old=size,
        )
        raise Stop(Exit.FAILED, says)
    if new.size == size:
        if new.root != root:
            raise Stop(Exit.FAILED, _fork(new.origin, size))
        return
    if size and old_size != size:
        says = say("nothing proves that it goes on from size {size}; ask for `haechi seal --since` with the checkpoint "
                   "of that size", size=size)  # fmt: skip
        raise Stop(Exit.NOT_VERIFIED, says)
    if not consistent(size, root, new.size, new.root, proof):
        raise Stop(Exit.FAILED, _fork(new.origin, size))


def _fork(origin: str, size: int) -> Message:
    return say("{origin} does not go on from what was signed at size {size}: its log was altered, or forked",
               origin=origin, size=size)  # fmt: skip


def _beside(key: Path) -> Path:
    return key.with_name(key.name + ".seen")


@contextmanager
def _memory(key: Path) -> Iterator[dict[str, Any]]:
    """What this witness signed by origin; nobody else signs with the key meanwhile."""
    path = _beside(key)
    try:
        descriptor = os.open(
            path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
    except OSError as broken:
        raise Stop(Exit.STORAGE, say("cannot write beside {path}: {why}", path=key, why=broken.strerror)) from broken
    with os.fdopen(descriptor, "w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        try:
            found = json.loads(path.read_text("utf-8")) if path.exists() else {}
            for one in found.values():
                read_key(one["key"])
                int(one["size"]), bytes.fromhex(one["root"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as broken:
            says = say("{path}, which holds what was signed, cannot be read; take it from a backup", path=path)
            raise Stop(Exit.STORAGE, says) from broken
        yield found


def _remember(path: Path, seen: dict[str, Any]) -> None:
    new = path.with_name(path.name + ".new")
    try:
        with new.open("w", encoding="utf-8") as file:
            json.dump(seen, file, sort_keys=True, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as broken:
        raise Stop(Exit.STORAGE, say("cannot write {path}: {why}", path=path, why=broken.strerror)) from broken
