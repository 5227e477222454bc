"""A piece of evidence to its document as it lies there now, with what verifying its signature told."""

from __future__ import annotations

import glob
from typing import Any

from audit.model.estate import Estate, Evidence
from audit.model.facts import DocumentState, Signature, Unseen
from audit.model.message import say
from audit.model.statement import keys_judged_at, statement
from audit.model.verdict import CannotSee, Reason
from audit.world.signing import MOST_SIGNATURE, MOST_SIGNERS, inside
from audit.world.world import World


async def document(evidence: Evidence, estate: Estate, world: World) -> DocumentState:
    """Sum and size of the file, where there is one; the state of the signature, where one is named.

    A signature that could not be verified is absent with why, so that the document is still judged.
    """
    known: dict[str, Any] = {}
    if evidence.file is not None:
        path = inside(world.root, evidence.file)
        found = await world.files.list(glob.escape(path), 1)
        if not found:
            raise CannotSee(Reason.UNREACHABLE, say("the document {file} is not there", file=path))
        known = {"sha256": await world.files.sha256(found[-1].path), "size": found[-1].size}
    if evidence.signature is not None:
        try:
            known["signature"] = await _signature(evidence, evidence.signature, estate, world)
        except CannotSee as gap:
            known["absent"] = {"signature": Unseen.of(gap)}
    return DocumentState(**known)


async def _signature(evidence: Evidence, file: str, estate: Estate, world: World) -> Signature:
    who = evidence.signer or evidence.by or ""
    if estate.about.signers is None:
        return Signature(state="no-signers", signer=who)
    signature = await _read(file, MOST_SIGNATURE, world)
    if signature is None:
        return Signature(state="missing", signer=who)
    signers = await _read(estate.about.signers, MOST_SIGNERS, world)
    if signers is None:
        says = say("the list of signers {file} is not there", file=estate.about.signers)
        raise CannotSee(Reason.UNREACHABLE, says)
    text = statement(evidence).encode()
    return await world.signing.verify(text, signature, signers, who, keys_judged_at(evidence, estate.about.timezone))


async def _read(file: str, most: int, world: World) -> bytes | None:
    """What a file holds; None where there is none."""
    path = inside(world.root, file)
    try:
        content = await world.files.head(path, most + 1)
    except CannotSee as gap:
        if gap.reason is Reason.UNREACHABLE:
            return None
        raise
    if len(content) > most:
        raise CannotSee(Reason.INCOMPLETE, say("{path} is longer than {most} bytes", path=file, most=most))
    return content
