"""The text of an authorization with what it is to be used for to the authorization, or why it is for something else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from audit.app.switching.group import Group
from audit.app.switching_record import used
from audit.model.authorization import MOST_BYTES, Authorization, read
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.unfit import Unexpected


def content_of(file: Path) -> bytes:
    try:
        if not file.is_file():  # it could be a pipe into which nobody ever writes
            raise Stop(Exit.USAGE, say("{path} is no ordinary file", path=file))
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as broken:
        says = say("cannot read {path}: {why}", path=file, why=broken.strerror or "?")
        raise Stop(Exit.USAGE, says) from broken


def scoped(content: bytes, chosen: Group, store: str) -> Authorization:
    """The authorization, if it is for this switch, here, now; Stop(USAGE) where it is not."""
    try:
        allowed = read(content)
    except Unexpected as bad:
        raise Stop(Exit.USAGE, say("the authorization cannot be used: {why}", why=str(bad))) from bad
    for what, written, ours in (
        ("estate", allowed.estate, chosen.estate.ref),
        ("estate-sha256", allowed.estate_sha256, chosen.estate.sha256),
        ("failover", allowed.failover, chosen.ref),
        ("store", allowed.store, store_name(store)),
        ("request", str(allowed.order), str(chosen.order(allowed.leads, allowed.takes_over))),
    ):
        if written != ours:
            says = say("the authorization is for another {what}: {written} instead of {ours}",
                       what=what, written=written, ours=ours)  # fmt: skip
            raise Stop(Exit.USAGE, says)
    late = allowed.untimely(datetime.now(UTC))
    if late is not None:
        raise Stop(Exit.USAGE, late)
    return allowed


def unmarked(file: Path) -> None:
    """Stop(USAGE) where the mark of its use stands beside an authorization."""
    try:
        at = datetime.fromtimestamp(_mark(file).lstat().st_mtime, UTC)
    except FileNotFoundError:
        return
    except OSError as broken:
        raise _unwritten(file, broken) from broken
    raise used(at)


def mark(file: Path) -> None:
    """Mark the use beside it too: the store may be lost, or set back to what it was before.

    Stop(USAGE) where it was marked already, Stop(STORAGE) where it cannot be.
    """
    try:
        with _mark(file).open("x"):
            pass
    except FileExistsError:
        unmarked(file)
        raise used(datetime.now(UTC)) from None
    except OSError as broken:
        raise _unwritten(file, broken) from broken


def _mark(file: Path) -> Path:
    there = file.resolve()
    return there.with_name(f"{there.name}.used")


def _unwritten(file: Path, broken: OSError) -> Stop:
    says = say("cannot write {path}: {why}", path=_mark(file), why=broken.strerror or "?")
    return Stop(Exit.STORAGE, says, say("nothing was sent"))


def store_name(store: str) -> str:
    """Where a store is, without who enters it by which password."""
    scheme, there, rest = store.partition("://")
    if there and not scheme.startswith("sqlite"):
        parts = urlsplit(store)
        return f"{scheme}://{parts.hostname or ''}:{parts.port or 5432}{parts.path}"
    return str(Path(rest.removeprefix("/") if there else store).resolve())
