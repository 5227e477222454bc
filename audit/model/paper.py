"""The claims about one subject, an instant in, those that can be relied on then out, with why the others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from audit.model.estate import Estate, Evidence, day_ends
from audit.model.evidence import Claim
from audit.model.facts import DocumentState, Signature
from audit.model.hands import Hands, own_word
from audit.model.item import Item
from audit.model.message import Message, say
from audit.model.statement import digest, keys_judged_at
from audit.model.subject import Looks, Subject
from audit.model.verdict import CannotSee, Reason, Severity


class State(StrEnum):
    """What a piece of evidence is worth at an instant."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    EXPIRED = "expired"
    FUTURE = "future"
    TAMPERED_DOCUMENT = "tampered-document"
    TAMPERED_STATEMENT = "tampered-statement"
    MISSING = "missing"
    KEY_EXPIRED = "key-expired"
    NOT_YET = "not-yet"
    """The key is only valid from a later day."""
    WRONG_SIGNER = "wrong-signer"
    UNKNOWN_SIGNER = "unknown-signer"
    WRONG_NAMESPACE = "wrong-namespace"
    UNREADABLE = "unreadable"
    FOUR_EYES = "four-eyes"
    """Signed by somebody who answers for the thing itself."""
    NO_TOOL = "no-tool"
    UNSEEN = "unseen"
    """The signature could not be verified for another reason."""


FORGED = frozenset((State.TAMPERED_DOCUMENT, State.TAMPERED_STATEMENT))
_GAPS = frozenset((State.EXPIRED, State.FUTURE, State.MISSING, *FORGED))


class Forged(Exception):
    """A document or a statement was changed since it was collected or signed: whatever rests on it has failed."""

    def __init__(self, ref: str, says: Message, measured: Message, required: Message) -> None:
        super().__init__(says)
        self.ref = ref
        """Of the evidence."""
        self.says = says
        self.measured = measured
        self.required = required


@dataclass(frozen=True, slots=True)
class Weighed:
    """A claim with what it is worth."""

    claim: Claim
    state: State
    says: CannotSee
    """Why it is no more, with what to do; for what is signed, who did."""

    @property
    def usable(self) -> bool:
        """Whether a rule may rest on it, if only as on what is declared."""
        return self.state not in _GAPS


def sorted_out(
    papers: Sequence[Claim], subject: Subject[Item], severity: Severity, looks: Looks, at: datetime
) -> tuple[tuple[Claim, ...], tuple[CannotSee, ...]]:
    """Those that can be relied on, signed ones first, then the latest; the gaps of the others.

    Forged where the latest of all, were it true, would be the one to rely on.
    """
    weighed = weighed_for(papers, subject, severity, looks, at)
    good = sorted((one.claim for one in weighed if one.usable), key=_rank, reverse=True)
    forged = max((one for one in weighed if one.state in FORGED), key=lambda one: _latest(one.claim), default=None)
    if forged is not None and all(_latest(forged.claim) >= _latest(claim) for claim in good):
        raise _forged(forged)
    return tuple(good), tuple(one.says for one in weighed if not one.usable)


def weighed_for(
    papers: Sequence[Claim], subject: Subject[Item], severity: Severity, looks: Looks, at: datetime
) -> tuple[Weighed, ...]:
    """What each claim about one subject for one check is worth, where that check is so severe for the subject."""
    # Who answers for a thing may speak for it where little hangs on that, and only there.
    hands = own_word(subject) if severity is Severity.CRITICAL else Hands()
    weighed = tuple(weigh(claim, subject.estate, hands, looks, at) for claim in papers)
    if severity is not Severity.CRITICAL:
        return weighed
    return tuple(_unopposed(one, weighed) for one in weighed)


def weigh(claim: Claim, estate: Estate, hands: Hands, looks: Looks, at: datetime) -> Weighed:
    """What one claim is worth at an instant; `hands` are those whose own word does not count."""
    evidence, zone = claim.evidence, estate.about.timezone
    bad = _dated(evidence, zone, at) or _filed(claim, looks)
    if bad is not None:
        return Weighed(claim, *bad)
    state, says = _signed(claim, estate, hands, looks)
    if state in _GAPS:
        return Weighed(claim, state, says)
    if state is State.SIGNED and claim.document is not None:
        return Weighed(replace(claim, signer=claim.document.signature.signer, doubt=None), state, says)
    return Weighed(replace(claim, signer="", doubt=says), state, says)


def _rank(claim: Claim) -> tuple[object, ...]:
    return (claim.level, *_latest(claim))


def _latest(claim: Claim) -> tuple[object, ...]:
    return (claim.evidence.collected, claim.evidence.id)


def _dated(evidence: Evidence, zone: str, at: datetime) -> tuple[State, CannotSee] | None:
    if evidence.collected > at.astimezone(ZoneInfo(zone)).date():
        says = say("the evidence is dated {date}, in the future", date=evidence.collected)
        return State.FUTURE, CannotSee(Reason.CONTRADICTED, says)
    if evidence.observed is not None and evidence.observed > day_ends(evidence.collected, zone):
        says = say("{id} was collected on {date}, before what it states was seen", id=evidence.id,
                   date=evidence.collected)  # fmt: skip
        return State.FUTURE, CannotSee(Reason.CONTRADICTED, says)
    if at > day_ends(evidence.expires, zone):
        return State.EXPIRED, CannotSee(Reason.STALE, say("the evidence expired on {date}", date=evidence.expires))
    return None


def _filed(claim: Claim, looks: Looks) -> tuple[State, CannotSee] | None:
    """What is wrong with the document; None where there is none, or where it is as it was collected."""
    evidence = claim.evidence
    if evidence.file is None:
        return None
    try:
        found = looks.of(evidence.ref, DocumentState) if claim.document is None else claim.document
        known = found.sha256
    except CannotSee as gap:
        return State.MISSING, gap
    if evidence.sha256 is None or known.lower() == evidence.sha256.lower():
        return None
    says = say("the document {file} is not the one that was collected: its checksum differs", file=evidence.file)
    return State.TAMPERED_DOCUMENT, CannotSee(Reason.CONTRADICTED, says)


def _signed(claim: Claim, estate: Estate, hands: Hands, looks: Looks) -> tuple[State, CannotSee]:
    evidence = claim.evidence
    if evidence.by is None and evidence.signer is None:
        return State.UNSIGNED, _doubt(say("nobody stands for {id}: add `by:`, then sign it", id=evidence.id))
    signature = _signature(claim, looks)
    if isinstance(signature, CannotSee):
        state = State.NO_TOOL if signature.reason is Reason.NO_TOOL else State.UNSEEN
        return state, signature
    if signature is None and estate.about.signers is None:
        return State.UNSIGNED, _unlisted(evidence)
    if signature is None:
        says = say("{id} is not signed; add `signature:`, then sign it with `haechi attest`", id=evidence.id)
        return State.UNSIGNED, _doubt(says)
    if signature.state != "good":
        return _told(evidence, signature, estate)
    if signature.statement and signature.statement != digest(evidence):
        return State.UNSEEN, _doubt(say("{id} was changed since its signature was verified", id=evidence.id))
    if evidence.file is not None and evidence.sha256 is None:
        says = say("{id} has no `sha256:`, so that its signature does not cover {file}", id=evidence.id,
                   file=evidence.file)  # fmt: skip
        return State.UNSIGNED, _doubt(says)
    own = hands.meant((signature.signer, *signature.names))
    if own:
        says = say("{who} signed {id}, but answers for it as {own}; let somebody else look and sign",
                   who=signature.signer, id=evidence.id, own=own)  # fmt: skip
        return State.FOUR_EYES, _doubt(says)
    return State.SIGNED, _doubt(say("signed by {who}", who=signature.signer))


def _signature(claim: Claim, looks: Looks) -> Signature | CannotSee | None:
    """What verifying told, why it told nothing, or None where there is nothing to verify."""
    document = claim.document
    if document is None and claim.evidence.signature is None:
        return None
    try:
        found = looks.of(claim.evidence.ref, DocumentState) if document is None else document
        return found.signature
    except CannotSee as gap:
        return None if claim.evidence.signature is None else gap


def _told(evidence: Evidence, signature: Signature, estate: Estate) -> tuple[State, CannotSee]:
    """The state that a signature puts its evidence in, where it is not good."""
    figures = {"id": evidence.id, "who": signature.signer, "key": signature.key, "file": evidence.signature or "-"}
    figures["date"] = str(keys_judged_at(evidence, estate.about.timezone).date())
    figures["names"] = ", ".join(signature.names)
    match signature.state:
        case "tampered":
            says = say("the signature {file} is not of what {id} states now: one of both was changed", **figures)
            return State.TAMPERED_STATEMENT, CannotSee(Reason.CONTRADICTED, says)
        case "no-signers":
            return State.UNSIGNED, _unlisted(evidence)
        case "missing":
            says = say("{id} is not signed yet: {file} is not there; sign it with `haechi attest`", **figures)
            return State.UNSIGNED, _doubt(says)
        case "unreadable":
            says = say("{file} is no signature of OpenSSH; sign {id} again with `haechi attest`", **figures)
            return State.UNREADABLE, _doubt(says)
        case "wrong-namespace":
            says = say("{file} was signed, or its key is listed, for another purpose than evidence; sign {id} with "
                       "`haechi attest`", **figures)  # fmt: skip
            return State.WRONG_NAMESPACE, _doubt(says)
        case "wrong-signer":
            says = say("{id} is signed with the key of {names}, not of {who}; write `signer:`, or let {who} sign",
                       **figures)  # fmt: skip
            return State.WRONG_SIGNER, _doubt(says)
        case "unknown-signer":
            says = say("{id} is signed with a key that the list of signers does not know ({key})", **figures)
            return State.UNKNOWN_SIGNER, _doubt(says)
        case "key-not-yet":
            says = say("the key of {who} was not valid yet on {date}, when {id} was signed for", **figures)
            return State.NOT_YET, _doubt(says)
        case "key-expired":
            says = say("the key of {who} was no longer valid on {date}; let {id} be signed with a valid one", **figures)
            return State.KEY_EXPIRED, _doubt(says)
        case _:
            says = say("the list of signers does not let the key of {who} sign {id} on {date}", **figures)
            return State.KEY_EXPIRED, _doubt(says)


def _unopposed(one: Weighed, others: Iterable[Weighed]) -> Weighed:
    """The same, unless who signed it states something else about the same thing elsewhere."""
    signature = one.claim.document.signature if one.state is State.SIGNED and one.claim.document else None
    if signature is None:
        return one
    for other in others:
        said, differs = other.claim.evidence, other.claim.evidence.says != one.claim.evidence.says
        if other is one or not differs or not other.usable or said.by is None:
            continue
        if Hands((said.by,)).meant((signature.signer, *signature.names)):
            says = _doubt(say("{who} signed {id}, but states something else in {other}", who=signature.signer,
                              id=one.claim.evidence.id, other=said.id))  # fmt: skip
            return Weighed(replace(one.claim, signer="", doubt=says), State.FOUR_EYES, says)
    return one


def _forged(one: Weighed) -> Forged:
    evidence = one.claim.evidence
    if one.state is State.TAMPERED_STATEMENT or one.claim.document is None:
        return Forged(
            evidence.ref, one.says.says, say("a signature of something else"), say("a signature of what is stated")
        )
    found, kept = one.claim.document.sha256[:12], (evidence.sha256 or "")[:12]
    return Forged(evidence.ref, one.says.says, say("sha256 {sum}...", sum=found), say("sha256 {sum}...", sum=kept))


def _unlisted(evidence: Evidence) -> CannotSee:
    return _doubt(say("{id} is not signed by anybody who counts: no signers are listed; add `signers:` under `estate:`",
                      id=evidence.id))  # fmt: skip


def _doubt(says: Message) -> CannotSee:
    return CannotSee(Reason.INCOMPLETE, says)
