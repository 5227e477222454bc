"""A piece of evidence to the text that somebody signs for it, to that signature in its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audit.app.papers import Paper, verify
from audit.app.papers_added import write_new
from audit.app.stored import whole
from audit.catalogue import discover
from audit.inventory.load import load
from audit.inventory.near import near
from audit.model.clean import line
from audit.model.estate import Estate, Evidence
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.paper import State
from audit.model.statement import statement
from audit.model.verdict import CannotSee, Reason
from audit.world.signing import inside, sign


@dataclass(frozen=True, slots=True)
class Statement:
    """What is to be signed, with where the signature goes."""

    estate: Estate
    evidence: Evidence
    text: str
    target: Path


def stated(path: Path, name: str) -> Statement:
    """The statement of a piece of evidence. Stop(USAGE) where there is no such piece."""
    estate = whole(load(path, discover()))
    found = next((one for one in estate.evidence if one.id == name), None)
    if found is None:
        close = near(name, [one.id for one in estate.evidence])
        hint = say("did you mean {close}?", close=repr(close)) if close else say("`haechi evidence verify` lists them")
        raise Stop(Exit.USAGE, say("no evidence is called {name}; {hint}", name=repr(line(name)), hint=hint))
    if found.signature is None:
        raise Stop(
            Exit.USAGE,
            say("{place}: {name} names no file for its signature; add `signature: evidence/{name}.sig`",
                place=found.place, name=name),
        )  # fmt: skip
    root = Path(estate.root)
    try:
        target = root / inside(root, found.signature)
    except CannotSee as gap:
        raise Stop(Exit.USAGE, gap.says) from gap
    return Statement(estate, found, statement(found), target)


def attest(path: Path, told: Statement, key: Path, *, again: bool = False) -> Paper:
    """Sign a statement with somebody's key, write the signature, say what the evidence is worth then.

    Stop(FAILED) for a document that is not the one that was collected: nobody should sign for that. Stop(USAGE) where
    there is a signature already and `again` is not said; Stop(NOT_VERIFIED) where ssh-keygen did not sign.
    """
    evidence = told.evidence
    (before,) = verify(path, only=evidence.id).papers
    if before.state in (State.TAMPERED_DOCUMENT, State.MISSING):
        raise Stop(Exit.FAILED, before.says)
    if evidence.file is not None and evidence.sha256 is None:
        raise Stop(Exit.USAGE, say("{name} has no `sha256:`; without it {file} would not be signed",
                                   name=evidence.id, file=evidence.file))  # fmt: skip
    if not again and (told.target.exists() or told.target.is_symlink()):
        raise Stop(Exit.USAGE, say("{path} is there already; sign once more with --again", path=told.target))
    try:
        signature = sign(told.text.encode(), key)
    except CannotSee as gap:
        code = Exit.USAGE if gap.reason is Reason.DENIED else Exit.NOT_VERIFIED
        raise Stop(code, gap.says) from gap
    if whole(load(path, discover())).index.get(evidence.ref) != evidence:
        raise Stop(Exit.USAGE, say("{name} was changed while it was signed; try again", name=evidence.id))
    write_new(told.target, signature, again=again)
    (after,) = verify(path, only=evidence.id).papers
    return after
