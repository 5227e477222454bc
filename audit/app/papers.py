"""An inventory to each piece of its evidence with what that is worth now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from audit.app import WHOLE, hands, instant
from audit.app.crew import observe
from audit.app.stored import whole
from audit.catalogue import Catalogue, discover
from audit.inventory.load import load
from audit.judge import claims, severity_of
from audit.model.estate import Estate, Evidence
from audit.model.evidence import Claim, Observation, Task
from audit.model.exit import Exit
from audit.model.hands import Hands
from audit.model.message import Message
from audit.model.paper import FORGED, State, Weighed, weigh, weighed_for
from audit.model.plan import DOCUMENT
from audit.model.subject import Looks
from audit.plan import plan as make_plan
from audit.world.clock import SystemClock
from audit.world.world import World

DEADLINE: Final = timedelta(minutes=10)
EACH: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Paper:
    """One piece of evidence."""

    evidence: Evidence
    state: State
    says: Message
    signer: str = ""
    """As whom the signature was verified, or would have had to be."""
    key: str = ""
    replaced: bool = False
    """Whether a newer piece about the same check and subject stands in its place."""


@dataclass(frozen=True, slots=True)
class Papers:
    """All evidence of an estate at an instant."""

    estate: Estate
    at: datetime
    papers: tuple[Paper, ...]

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo(self.estate.about.timezone)).date()

    @property
    def exit(self) -> Exit:
        """FAILED where something was tampered with, NOT_VERIFIED where something is not proven, EXPIRED, READY."""
        states = {paper.state for paper in self.papers if not paper.replaced or paper.state in FORGED}
        if states & FORGED:
            return Exit.FAILED
        if states - {State.SIGNED, State.EXPIRED}:
            return Exit.NOT_VERIFIED
        return Exit.EXPIRED if State.EXPIRED in states else Exit.READY


def verify(
    path: Path,
    *,
    at: str | None = None,
    only: str = "",
    catalogue: Catalogue | None = None,
    world: Callable[[Estate], World] = hands,
) -> Papers:
    """Look at every document and signature, or at those of the one piece `only`; nothing is stored."""
    known = catalogue or discover()
    plan = make_plan(whole(load(path, known)), known, WHOLE)
    estate = plan.estate
    wanted = [one for one in estate.evidence if only in ("", one.id)]
    tasks = [
        Task(one.ref, DOCUMENT, "evidence", EACH) for one in wanted if one.file is not None or one.signature is not None
    ]
    seen: dict[str, Observation] = {}

    def keep(observation: Observation | None) -> None:
        if observation is not None:
            seen[observation.subject] = observation

    observe(replace(plan, tasks=tuple(tasks)), known, lambda: world(estate), DEADLINE, keep)
    now = instant(at, estate) or SystemClock().now()
    looks = Looks(seen)
    groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims(estate, looks):
        if only in ("", claim.evidence.id):
            groups[claim.evidence.check, claim.evidence.on].append(claim)
    weighed: dict[str, Weighed] = {}
    for (name, ref), papers in groups.items():
        check, subject = known.checks.get(name), plan.subjects.get(ref)
        if check is None or subject is None:
            told: Iterable[Weighed] = (weigh(claim, estate, Hands(), looks, now) for claim in papers)
        else:
            told = weighed_for(papers, subject, severity_of(check, subject), looks, now)
        weighed |= {one.claim.evidence.id: one for one in told}
    old = _replaced(estate.evidence, now, ZoneInfo(estate.about.timezone))
    return Papers(estate, now, tuple(_paper(weighed[one.id], old) for one in wanted))


def expiring(path: Path, within: timedelta, *, at: str | None = None) -> Papers:
    """What is past its date, or will be before `within` is over, soonest first; documents are not looked at.

    What a newer piece about the same check and subject stands in for is left out.
    """
    known = discover()
    estate = whole(load(path, known))
    found = Papers(estate, instant(at, estate) or SystemClock().now(), ())
    old = _replaced(estate.evidence, found.at, ZoneInfo(estate.about.timezone))
    ends = sorted(
        (one for one in estate.evidence if one.id not in old and one.expires - found.today <= within),
        key=lambda one: (one.expires, one.id),
    )
    told = (weigh(Claim(one, None), estate, Hands(), Looks(), found.at) for one in ends)
    return replace(found, papers=tuple(Paper(one.claim.evidence, one.state, one.says.says) for one in told))


def _replaced(evidence: Iterable[Evidence], at: datetime, zone: ZoneInfo) -> frozenset[str]:
    """The ids of what a piece with a later day of collection and a later end stands in for."""
    latest: dict[tuple[str, str], Evidence] = {}
    today = at.astimezone(zone).date()
    pieces = sorted(evidence, key=lambda one: (one.collected, one.id))
    for one in pieces:
        before = latest.get((one.check, one.on))
        if one.collected <= today and (before is None or one.expires >= before.expires):
            latest[one.check, one.on] = one
    kept = {one.id for one in latest.values()}
    return frozenset(
        one.id
        for one in pieces
        if one.id not in kept and (one.check, one.on) in latest and one.collected < latest[one.check, one.on].collected
    )


def _paper(one: Weighed, old: frozenset[str]) -> Paper:
    evidence, document = one.claim.evidence, one.claim.document
    signature = document.signature if document is not None and document.has("signature") else None
    return Paper(
        evidence,
        one.state,
        one.says.says,
        signature.signer if signature is not None else "",
        signature.key if signature is not None else "",
        evidence.id in old,
    )
