"""A text with a signature of it, a list of allowed signers, to who signed it with which key, or why it counts not."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from audit.model.clean import line
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.signing import MOST_SIGNATURE, MOST_SIGNERS, listed, opened
from audit.world.signing import verified as judged

MOST: Final = 16
"""Signatures that are looked at."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed."""

    name: str
    """The principal, as the list of allowed signers has it."""
    key: str
    """The fingerprint of the key."""


def signatures_beside(file: Path) -> tuple[Path, ...]:
    """The signatures of a file: whatever bears its name with an end of its own and `.sig`, by name."""
    begin = f"{file.name}."
    found = sorted(path for path in file.parent.iterdir() if path.name.startswith(begin) and path.suffix == ".sig")
    return tuple(found[:MOST])


def verified(content: bytes, signature: Path, signers: Path, namespace: str, at: datetime) -> Signer:
    """Who signed a text for a purpose, by a key that was good at an instant.

    CannotSee(denied) where the signature does not count, CannotSee(no-tool) without ssh-keygen.
    """
    seal, known = _read(signature, MOST_SIGNATURE), _read(signers, MOST_SIGNERS)
    sealed = opened(seal)
    if sealed is None:
        raise _denied(signature, "it is no signature of OpenSSH")
    names = tuple(dict.fromkeys(name for one in listed(known, sealed.key) for name in one.split(",")))
    if not names:
        raise _denied(signature, "nobody of the allowed signers gave it")
    if len(names) > 1 or any(sign in names[0] for sign in '*?!"'):
        # Else one key could stand for two people.
        raise _denied(signature, f"its key stands for more than one person: {', '.join(names)}")
    found = judged(content, seal, known, names[0], at, namespace)
    if found.state != "good":
        raise _denied(signature, found.state)
    return Signer(names[0], sealed.fingerprint)


def _read(path: Path, most: int) -> bytes:
    """The bytes of a small ordinary file that others may not write or replace; CannotSee(denied) for any other."""
    try:
        # One that is a pipe by now must not be waited for; what was looked at is what is read.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            seen = os.fstat(file.fileno())
            if not stat.S_ISREG(seen.st_mode) or seen.st_size > most:
                raise CannotSee(Reason.DENIED, say("{path} is no small ordinary file", path=path))
            if seen.st_mode & stat.S_IWOTH:
                raise _open_to_others(path)
            for folder in path.resolve().parents:
                mode = folder.stat().st_mode
                if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
                    raise _open_to_others(folder)
            return file.read(most)
    except (OSError, ValueError) as broken:
        why = (broken.strerror if isinstance(broken, OSError) else "") or "?"
        raise CannotSee(Reason.DENIED, say("{path} cannot be read: {why}", path=path, why=why)) from broken


def _open_to_others(path: Path) -> CannotSee:
    return CannotSee(Reason.DENIED, say("others may write {path}: run `chmod o-w` on it", path=path))


def _denied(signature: Path, why: str) -> CannotSee:
    says = say("the signature {file} does not count: {why}", file=line(signature.name), why=line(why)[:300])
    return CannotSee(Reason.DENIED, says)
