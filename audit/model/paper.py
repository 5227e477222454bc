"""The claims about one subject, an instant in, those that can be relied on then out, with why the others cannot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from audit.model.estate import day_ends
from audit.model.evidence import Claim
from audit.model.facts import DocumentState
from audit.model.message import say
from audit.model.subject import Looks
from audit.model.verdict import CannotSee, Reason


def sorted_out(
    papers: Iterable[Claim], looks: Looks, zone: str, at: datetime
) -> tuple[tuple[Claim, ...], tuple[CannotSee, ...]]:
    """Those that are in date, with a document that is still the one that was collected, the latest first; the gaps."""
    good: list[Claim] = []
    gaps: list[CannotSee] = []
    for claim in papers:
        gap = against(claim, looks, zone, at)
        if gap is None:
            good.append(claim)
        else:
            gaps.append(gap)
    good.sort(key=lambda one: (one.evidence.collected, one.evidence.id), reverse=True)
    return tuple(good), tuple(gaps)


def against(claim: Claim, looks: Looks, zone: str, at: datetime) -> CannotSee | None:
    """Why a claim cannot be relied on at an instant; None where it can."""
    evidence = claim.evidence
    if evidence.collected > at.astimezone(ZoneInfo(zone)).date():
        return CannotSee(
            Reason.CONTRADICTED, say("the evidence is dated {date}, in the future", date=evidence.collected)
        )
    if at > day_ends(evidence.expires, zone):
        return CannotSee(Reason.STALE, say("the evidence expired on {date}", date=evidence.expires))
    if evidence.file is None:
        return None
    if claim.document is None:
        try:
            looks.of(evidence.ref, DocumentState)
        except CannotSee as gap:
            return gap
    elif evidence.sha256 is not None and claim.document.sha256.lower() != evidence.sha256.lower():
        return CannotSee(
            Reason.CONTRADICTED,
            say("the document {file} is not the one that was collected: its checksum differs", file=evidence.file),
        )
    return None
