"""The files of keys and of checkpoints in, what they hold out; a secret is written once and never shown."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from audit.app.papers_added import write_new
from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store.checkpoint import MOST, Checkpoint, Key, Signer, new_signer, read_checkpoint, read_key, read_signer

T = TypeVar("T")


def new_key(name: str, path: Path) -> Signer:
    """A new secret key in a new file that only its owner may read. Stop(USAGE) where there is a file already."""
    try:
        signer = new_signer(name, secrets.token_bytes(32))
    except ValueError as wrong:
        raise Stop(Exit.USAGE, say("--new-key: {why}", why=str(wrong))) from wrong
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError as taken:
        raise Stop(Exit.USAGE, say("{path} is there already; a key is never overwritten", path=path)) from taken
    except OSError as broken:
        raise Stop(Exit.STORAGE, say("cannot write {path}: {why}", path=path, why=broken.strerror)) from broken
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(signer.written())
            file.flush()
            os.fsync(file.fileno())
    except OSError as broken:
        path.unlink(missing_ok=True)
        raise Stop(Exit.STORAGE, say("cannot write {path}: {why}", path=path, why=broken.strerror)) from broken
    return signer


def secret_key(path: Path) -> Signer:
    """The secret key of a file. Stop(USAGE) where others may read it too."""
    text = read_text(path)
    if path.stat().st_mode & 0o077:
        says = say("others than its owner may read {path}; `chmod 600 {path}`, or better a new key", path=path)
        raise Stop(Exit.USAGE, says)
    return _parsed(path, text, read_signer)


def public_keys(written: Sequence[str]) -> tuple[Key, ...]:
    """Public keys as somebody wrote them, each itself or as the file that holds it."""
    found = []
    for one in written:
        text = one
        if "+" not in one and Path(one).is_file():
            text = read_text(Path(one))
        try:
            found.append(read_key(text))
        except ValueError as wrong:
            raise Stop(Exit.USAGE, say("--key {key}: {why}", key=repr(line(one)), why=str(wrong))) from wrong
    return tuple(found)


def checkpoint_file(path: Path) -> Checkpoint:
    """The checkpoint of a file. Stop(USAGE) with the line that is wrong."""
    return _parsed(path, read_text(path), read_checkpoint)


def parsed_file(path: Path, read: Callable[[str], T]) -> T:
    """What a file holds, read by a function that says `LINE: what would be right` where it cannot."""
    return _parsed(path, read_text(path), read)


def _parsed(path: Path, text: str, read: Callable[[str], T]) -> T:
    try:
        return read(text)
    except ValueError as wrong:
        number, colon, why = str(wrong).partition(": ")
        where = f"{path}:{number}:1" if colon and number.isdigit() else f"{path}:1:1"
        raise Stop(Exit.USAGE, say("{where}: {why}", where=where, why=why if number.isdigit() else wrong)) from wrong


def read_text(path: Path) -> str:
    """A short text of a file."""
    try:
        with path.open("rb") as file:
            content = file.read(2 * MOST + 1)
        if len(content) > 2 * MOST:
            raise Stop(Exit.USAGE, say("{path} is too large for a key or a checkpoint", path=path))
        return content.decode("utf-8")
    except OSError as broken:
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=path, why=broken.strerror)) from broken
    except UnicodeDecodeError as wrong:
        raise Stop(Exit.USAGE, say("{path}:1:1: expected UTF-8", path=path)) from wrong


def keep(path: Path | None, text: str) -> None:
    """Write a text into a new file, whole or not at all; what is there already and equal is left."""
    if path is None:
        return
    if path.is_file() and not path.is_symlink() and path.read_bytes() == text.encode():
        return
    write_new(path, text.encode())
