"""The text of an authorization with what it is to be used for to the authorization, or why it is for something else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from audit.app.switching.group import Group
from audit.model.authorization import MOST_BYTES, Authorization, read
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.unfit import Unexpected


def content_of(file: Path) -> bytes:
    try:
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


def store_name(store: str) -> str:
    """Where a store is, without who enters it by which password."""
    scheme, there, rest = store.partition("://")
    if there and not scheme.startswith("sqlite"):
        parts = urlsplit(store)
        return f"{scheme}://{parts.hostname or ''}:{parts.port or 5432}{parts.path}"
    return str(Path(rest.removeprefix("/") if there else store).resolve())
