"""The path of a truth: task, observation, claim, ruling, finding, run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from audit.model.estate import Evidence
from audit.model.facts import DocumentState, Facts, Unseen
from audit.model.message import Message
from audit.model.place import Place
from audit.model.units import plain
from audit.model.verdict import CannotSee, Level, Reason, Severity, Verdict


@dataclass(frozen=True, slots=True)
class Task:
    """One look that a run will take: one subject, one probe."""

    subject: str
    probe: str
    host: str
    """Looks at one host are capped together."""
    deadline: timedelta
    """For all attempts together."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look saw, or why it could not see; `id` is the sha256 of `canonical()`."""

    subject: str
    probe: str
    at: datetime
    took: timedelta
    seen: Facts | None
    unseen: Unseen | None = None
    attempts: int = 1
    history: tuple[str, ...] = ()
    """What the earlier attempts of this look saw, in short, when it was repeated before anybody judged."""
    source: str = ""
    """What was looked at and how, e.g. `restic 0.14.0 snapshots --json`; no secrets."""

    @property
    def level(self) -> Level:
        return self.seen.level if self.seen is not None else Level.DECLARED

    def plain(self) -> dict[str, Any]:
        """The observation as JSON values."""
        return {
            "subject": self.subject,
            "probe": self.probe,
            "at": self.at.isoformat(),
            "took": self.took.total_seconds(),
            "facts": type(self.seen).__name__ if self.seen is not None else None,
            "seen": self.seen.plain() if self.seen is not None else None,
            "unseen": self.unseen.model_dump(mode="json") if self.unseen is not None else None,
            "attempts": self.attempts,
            "history": list(self.history),
            "source": self.source,
        }

    def canonical(self) -> bytes:
        """The bytes that are hashed and stored: sorted keys, no spaces, UTF-8."""
        return canonical(self.plain())

    @property
    def id(self) -> str:
        return "sha256:" + hashlib.sha256(self.canonical()).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, without spaces, in UTF-8: equal values give equal bytes."""
    return _CANONICAL.encode(value).encode("utf-8", "surrogatepass")


_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a document or a person states, with the document as it lies there now where it could be read."""

    evidence: Evidence
    document: DocumentState | None
    signer: str = ""
    """Who signed it; empty where nobody did whose word counts here."""
    doubt: CannotSee | None = field(default=None, compare=False)
    """Why it is no more than declared, with what to do about it."""

    @property
    def level(self) -> Level:
        """Attested when somebody who counts signed what is stated, its document included; else declared."""
        return Level.ATTESTED if self.signer else Level.DECLARED

    def age(self, today: date) -> timedelta:
        """How long ago it was collected."""
        return today - self.evidence.collected


@dataclass(frozen=True, slots=True)
class Claims:
    """Everything that is stated about a subject for one check and can be relied on now, best first."""

    all: tuple[Claim, ...] = ()
    refused: tuple[Message, ...] = ()
    """Why others cannot be relied on: expired, dated in the future, changed since they were collected."""
    rest_on: Callable[[Claim], None] = field(default=lambda claim: None, compare=False)
    """To be called with the claim on which the ruling rests, whose level then counts."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule says: met or not, what was measured, what is required, one sentence for people."""

    met: bool
    measured: str | Message
    required: str | Message
    says: Message | None = None
    key: str = ""
    """The key of the inventory item that the ruling is about, e.g. `installed`: the finding then points there."""


def ruling(met: bool, *, measured: object, required: object, says: Message | None = None, key: str = "") -> Ruling:
    """A ruling; quantities become short text, messages stay translatable."""
    return Ruling(
        bool(met),
        measured if isinstance(measured, Message) else plain(measured),
        required if isinstance(required, Message) else plain(required),
        says,
        key,
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict: exactly one for each pair of check and subject."""

    check: str
    control: str
    subject: str
    verdict: Verdict
    reason: Reason | None
    severity: Severity
    grade: int
    institution: str
    """Empty for what no single institution answers for, such as a site."""
    system: str
    unit: str
    """The full reference under which the readiness counts it: its system, else its site or itself."""
    says: Message
    measured: str | Message
    required: str | Message
    level: Level
    where: Place
    observation: str | None
    at: datetime
    waiver: str | None = None
    """The reason of the waiver that is laid over it."""

    @property
    def fingerprint(self) -> str:
        """Stable over runs: depends on check, institution, system, subject only."""
        return hashlib.sha256(
            "\0".join((self.check, self.institution, self.system, self.subject)).encode("utf-8", "surrogatepass")
        ).hexdigest()[:16]


ABOUT_WORK: Final = (
    "facility.permit",
    "facility.permit-backups",
    "peak.dangerous-work",
    "backup.age",
    "failover.standing",
)
"""What is asked before dangerous work begins; the last two have what is in danger looked at."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the plan a run takes; empty means all."""

    checks: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        return not (self.checks or self.areas or self.subjects or self.institutions)

    @property
    def about_work(self) -> bool:
        """Whether it only answered if dangerous work may begin; no audit, and never meant by `latest`."""
        return self.checks == ABOUT_WORK


@dataclass(frozen=True, slots=True)
class Run:
    """One audit: what was asked, when, of which inventory."""

    id: str
    started: datetime
    ended: datetime | None
    tool: str
    estate_id: str
    estate_sha256: str
    state: str = "running"
    """running, complete, interrupted (Ctrl-C) or deadline (the total time was over)."""
    selection: Selection = field(default_factory=Selection)
    root: str = ""
    """Merkle root over observations and findings, once the run is closed."""
    at: datetime | None = None
    """The instant of judgement."""
    judged_from: str = ""
    """The run whose observations were judged again, for a second judgement."""
    estate_names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
