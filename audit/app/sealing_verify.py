"""A store or a bundle with the checkpoints and keys that somebody kept in, whether it is intact out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from audit.app.sealing_keys import checkpoint_file, public_keys
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.store.checkpoint import Checkpoint, Key

Says = Message | str
_HALVES: Final = ("bundling_verifier.py", "bundling_verifier_signed.py")
_FROM_HERE: Final = "# The one-file verifier goes on from here.\n"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out; `faults` in the order of the walk, the first altered record first."""

    kind: str
    """store, bundle or proof."""
    faults: tuple[Says, ...]
    doubts: tuple[Message, ...] = ()
    """Why it cannot be verified."""
    notes: tuple[Message, ...] = ()
    size: int = 0
    runs: int = 0
    signed_by: tuple[str, ...] = ()
    record: str = ""
    """What is proven, of a proof."""

    @property
    def exit(self) -> Exit:
        """1 altered, 3 cannot be verified, 0 intact."""
        return Exit.FAILED if self.faults else Exit.NOT_VERIFIED if self.doubts else Exit.READY


def verify(what: str, *, checkpoints: Sequence[Path] = (), keys: Sequence[str] = ()) -> Verdict:
    """Walk through a store, by its address, or a bundle, by its path."""
    known = public_keys(keys)
    given = [checkpoint_file(path) for path in checkpoints]
    if is_proof(what):
        return _proof(Path(what), given, known)
    return _bundle(Path(what), given, known) if is_bundle(what) else _store(what, given, known)


def verify_bundle(path: Path, *, checkpoints: Sequence[Path] = (), keys: Sequence[str] = ()) -> Verdict:
    """Walk through a bundle."""
    return _bundle(path, [checkpoint_file(one) for one in checkpoints], public_keys(keys))


def is_proof(what: str) -> bool:
    """Whether a file begins as the proof of a record does."""
    from audit.store.bundling_verifier_signed import PROOF

    try:
        with Path(what).open("rb") as file:
            return file.read(len(PROOF)) == PROOF
    except (OSError, ValueError):
        return False


def is_bundle(what: str) -> bool:
    """Whether a file begins as a bundle does, or is called one."""
    if "://" in what:
        return False
    try:
        with Path(what).open("rb") as file:
            start = file.read(16)
    except OSError:
        return what.endswith(".haechi")
    return start[:2] == b"PK" or (what.endswith(".haechi") and not start.startswith(b"SQLite format 3"))


def signatures(given: Sequence[Checkpoint], keys: Sequence[Key]) -> tuple[list[Says], list[Message], list[str]]:
    """What is false, what is missing, who signed the newest of them."""
    false: list[Says] = []
    doubts: list[Message] = []
    names: list[str] = []
    false += [
        say("the signature of {name} under the checkpoint of size {size} is false", name=key.name, size=one.size)
        for one in given
        for key in keys
        if one.signed_by(key) is False
    ]
    doubts += [
        say("none of the keys signed the checkpoint of size {size}", size=one.size)
        for one in given
        if keys and not any(one.signed_by(key) for key in keys)
    ]
    newest = max(given, key=lambda one: one.size, default=None)
    if newest is not None:
        held = {key: newest.signed_by(key) for key in keys}
        names += [str(key) for key, holds in held.items() if holds]
        doubts += [
            say("{name} did not sign the checkpoint of size {size}", name=key.name, size=newest.size)
            for key, holds in held.items()
            if holds is None
        ]
    if not keys:
        doubts.append(say("no key was given; name that of who signed, --key NAME+HASH+BASE64, as they told it to you"))
    return false, doubts, names


def _store(what: str, given: Sequence[Checkpoint], keys: Sequence[Key]) -> Verdict:
    from audit.store.checkpoint_walk import examine

    false, doubts, names = signatures(given, keys)
    found = examine(what, given)
    if not given:
        doubts = [say("no checkpoint was given: what is whole in itself may still have been written anew as a whole")]
    return Verdict("store", (*false, *found.faults), tuple(doubts), tuple(_after(found.size, found.open_runs, given)),
                   found.size, found.runs, tuple(names))  # fmt: skip


def _after(size: int, open_runs: Sequence[str], given: Sequence[Checkpoint]) -> Iterator[Message]:
    signed = max((one.size for one in given), default=0)
    if given and size > signed:
        yield say("{count} events came after the checkpoint; nobody signed them yet", count=size - signed)
    if given and open_runs:
        yield say("not under the checkpoint: {runs}", runs=", ".join(open_runs[:20]))


def _bundle(path: Path, given: Sequence[Checkpoint], keys: Sequence[Key]) -> Verdict:
    from audit.store.bundling_verifier import Altered, open_bundle
    from audit.store.checkpoint import read_checkpoint

    try:
        bundle = open_bundle(path.read_bytes(), [(one.size, one.root) for one in given])
        own = read_checkpoint(bundle.note)
    except OSError as broken:
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=path, why=broken.strerror)) from broken
    except (Altered, ValueError) as wrong:
        return Verdict("bundle", (str(wrong),))
    false, doubts, names = signatures([*given, own] if given else [own], keys)
    doubts += [
        say("the checkpoint of size {size} is newer than the bundle, which ends with event {end}",
            size=one.size, end=own.size)
        for one in given
        if one.size > own.size
    ]  # fmt: skip
    return Verdict("bundle", tuple(false), tuple(doubts), (), own.size, len(bundle.runs), tuple(names))


def _proof(path: Path, given: Sequence[Checkpoint], keys: Sequence[Key]) -> Verdict:
    from audit.store.bundling_verifier import Altered
    from audit.store.bundling_verifier_signed import open_proof
    from audit.store.checkpoint import read_checkpoint

    try:
        proof = open_proof(path.read_bytes())
        own = read_checkpoint(proof.note)
    except OSError as broken:
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=path, why=broken.strerror)) from broken
    except (Altered, ValueError) as wrong:
        return Verdict("proof", (str(wrong),))
    false, doubts, names = signatures([*given, own] if given else [own], keys)
    for one in given:
        if one.size != own.size:
            doubts.append(say("the proof is under a checkpoint of size {size}, not under that of size {other}",
                              size=own.size, other=one.size))  # fmt: skip
        elif (one.origin, one.root) != (own.origin, own.root):
            false.append(say("its log is not the one of the checkpoint of size {size}", size=one.size))
    return Verdict("proof", tuple(false), tuple(doubts), (), own.size, 0, tuple(names), proof.says)


def one_file() -> str:
    """The verifier as one file that needs nothing of ours: its first half, with the second one behind it."""
    first, second = ((files("audit.store") / name).read_text("utf-8") for name in _HALVES)
    return first.replace("import struct\n", "import struct\nimport sys\n", 1) + "\n" + second.partition(_FROM_HERE)[2]
