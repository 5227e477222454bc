"""A stored run with a person to the text that the person signs for it, to that signature in the log of the store."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from audit.app.drilling_record import ready
from audit.app.registering_log import carried
from audit.app.signing_text import assented
from audit.inventory.load import load
from audit.inventory.near import near
from audit.model.assent import KIND, NAMESPACE, PURPOSE, Assent, read_back
from audit.model.clean import line
from audit.model.dossier import Dossier
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.evidence import Run
from audit.model.exit import Exit, Stop
from audit.model.facts import Signature
from audit.model.hands import Hands
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.store.history import History, open_history
from audit.world.clock import SystemClock
from audit.world.signing import MOST_SIGNERS, inside, sign, verified

UNLISTED: Final = "no-signers"


@dataclass(frozen=True, slots=True)
class ToSign:
    """What somebody is asked to sign."""

    run: str
    name: str
    text: str
    institutions: tuple[str, ...]


def to_sign(dossier: Dossier, name: str) -> ToSign:
    """The text that a person would sign. Stop(USAGE) for whom the inventory does not name as answering for anything."""
    estate = dossier.estate
    if not dossier.run.root:
        raise Stop(Exit.USAGE, say("the run {run} was never closed; nobody can answer for it", run=dossier.run.id))
    people = {one.ref: one.accountable for one in estate.institutions if one.accountable is not None}
    mine = {ref: person for ref, person in people.items() if Hands((person.name,)).meant((name,))}
    if not mine:
        names = sorted({person.name for person in people.values()})
        close = near(name, names)
        hint = (
            say("did you mean {close}?", close=repr(close))
            if close
            else say("known are {names}", names=line(", ".join(names[:20])) or "-")
        )
        raise Stop(Exit.USAGE, say("nobody called {name} answers for an institution; {hint}",
                                   name=repr(line(name)), hint=hint))  # fmt: skip
    person = next(iter(mine.values()))
    text = assented(dossier, person.name, person.role or "", tuple(mine), SystemClock().now())
    return ToSign(dossier.run.id, person.name, text, tuple(mine))


def signed(told: ToSign, key: Path, signers: bytes | None, store: str) -> Assent:
    """Let ssh-keygen sign it with somebody's key, keep it in the log, say what it is worth.

    `signers` is the list of those whose signatures count; without one it is kept, and counts for nothing.
    Stop(FAILED) where the key is listed as somebody else's: nobody signs in another's name.
    """
    try:
        signature = sign(told.text.encode(), key, NAMESPACE)
        found = _verified(told.text, signature, told.name, signers)
    except CannotSee as gap:
        code = Exit.USAGE if gap.reason is Reason.DENIED else Exit.NOT_VERIFIED
        raise Stop(code, gap.says) from gap
    if found.state == "wrong-signer":
        raise Stop(Exit.FAILED, say("the key is that of {names}, not of {name}; nothing was kept",
                                    names=line(", ".join(found.names)), name=line(told.name)))  # fmt: skip
    values = {
        "purpose": PURPOSE,
        "text": told.text,
        "signature": signature.decode("ascii"),
        "state": found.state,
        "key": found.key,
        "signer": found.signer if found.state == "good" else "",
    }
    assent = read_back(values)
    if assent is None:
        raise Stop(Exit.INTERNAL, say("what was signed cannot be read back"))
    ready(store)
    with open_history(store, watching=False) as history:
        history.tell([Event(SystemClock().now(), KIND, told.run, values)])
    return assent


def assents(store: str, dossier: Dossier, signers: bytes | None = None) -> tuple[Assent, ...]:
    """Every signature under a run, oldest first, each verified again.

    The list of signers is the one that is given; without one, what was told when it was signed stands, once the
    signature itself was held against the text.
    """
    try:
        with open_history(store, watching=False) as history:
            return signatures(history, dossier, signers)
    except Stop as stop:
        if stop.code is not Exit.USAGE:
            raise
        return ()


def signatures(history: History, dossier: Dossier, signers: bytes | None = None) -> tuple[Assent, ...]:
    """The same of an open log."""
    events = kept(history.events(kinds=(KIND, "import"), subject=dossier.run.id))
    return tuple(one for event in events if (one := again(event.values, dossier.run, signers)) is not None)


def kept(log: Iterable[Event]) -> Iterator[Event]:
    """The signatures of a log, with those that bundles carried: their senders speak for themselves alone."""
    for event in log:
        if event.kind == KIND:
            yield event
        elif (sent := carried(event, KIND)) is not None:
            # What they were told of the key, with their list, is no word of ours.
            yield replace(sent, values={**sent.values, "state": UNLISTED, "signer": ""})


def signers_of(estate: Estate) -> bytes | None:
    """The list of signers of an inventory; None where it names none. Stop(USAGE) where it cannot be read."""
    if estate.about.signers is None:
        return None
    root = Path(estate.root)
    try:
        return _read(root / inside(root, estate.about.signers))
    except CannotSee as gap:
        raise Stop(Exit.USAGE, gap.says) from gap


def list_of(path: Path) -> bytes | None:
    """The list of signers that a path leads to: a list itself, or an inventory that names one."""
    from audit.app.stored import whole
    from audit.catalogue import discover

    if path.is_dir() or path.suffix in (".yaml", ".yml"):
        return signers_of(whole(load(path, discover())))
    return _read(path)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_SIGNERS:
            raise Stop(Exit.USAGE, say("{path} is too long for a list of signers", path=line(os.fspath(path))))
        return path.read_bytes()
    except OSError as broken:
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=line(os.fspath(path)),
                                   why=broken.strerror)) from broken  # fmt: skip


def again(values: Mapping[str, Any], run: Run, signers: bytes | None) -> Assent | None:
    """What was signed for a run, verified once more; None where it is no such signature."""
    assent = read_back(values)
    if assent is None:
        return None
    if (assent.run, assent.root) != (run.id, run.root):
        # Signed for another run, or for what this one was before somebody changed it.
        return replace(assent, state="tampered", signer="")
    signature = str(values.get("signature", "")).encode("ascii", "replace")
    try:
        found = _verified(assent.text, signature, assent.name, signers)
    except CannotSee:
        return replace(assent, state="unseen", signer="")
    if signers is None and found.state == UNLISTED:
        return assent
    return replace(assent, state=found.state, key=found.key, signer=found.signer if found.state == "good" else "")


def _verified(text: str, signature: bytes, name: str, signers: bytes | None) -> Signature:
    from datetime import UTC, datetime

    stated = read_back({"purpose": PURPOSE, "text": text})
    at = stated.signed_at if stated is not None else datetime.now(UTC)
    found = verified(text.encode(), signature, signers or b"", name, at, NAMESPACE)
    if found.state == "unknown-signer" and not signers:
        return found.model_copy(update={"state": UNLISTED})
    return found
