"""All that a report may see: one finished run with its meaning, as plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from audit.model.assent import Assent
from audit.model.drilling import RestoreState
from audit.model.estate import Estate
from audit.model.evidence import Finding, Run
from audit.model.history import Strip
from audit.model.meaning import Meaning
from audit.model.message import Message
from audit.model.policy_told import Value
from audit.model.register import Action
from audit.model.survival import Outcome
from audit.model.switching import SwitchState
from audit.model.verdict import Severity
from audit.model.waivers import Standing


@dataclass(frozen=True, slots=True)
class Accepted:
    """The same figure once more, as if every waived finding were met: never the figure that counts."""

    letter: str
    demonstrated: float
    possible: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Readiness:
    """How ready something is, as an interval: `demonstrated` .. `possible`, with the share that was decided."""

    letter: str
    demonstrated: float
    """Share of weight that passed, 0..1."""
    possible: float
    """`demonstrated` plus the share that is unknown."""
    coverage: float
    """Share of weight with a pass or a fail."""
    passed: int
    failed: int
    unknown: int
    not_applicable: int
    waived: int
    capped: Message | None = None
    """Why the letter is lower than `demonstrated` alone would give."""
    accepted: Accepted | None = None
    """With waivers; None where nothing is waived, so that it is the same."""

    @property
    def with_waivers(self) -> Accepted:
        """The figure as if every waived finding were met."""
        return self.accepted or Accepted(self.letter, self.demonstrated, self.possible, self.coverage)


@dataclass(frozen=True, slots=True)
class Loss:
    """What one event takes away."""

    hit: str
    """Full reference of the room or site."""
    takes: tuple[str, ...]
    """The rooms or the site that burn by themselves."""
    systems: tuple[str, ...]
    """Systems that stop, worst grade first, those of `perhaps` among them."""
    returning: tuple[str, ...]
    """Those of them for which a declared failover stands outside the hit."""
    data: tuple[str, ...]
    """Data sets of which no copy stands outside the hit, those of `data_perhaps` among them."""
    bytes_lost: int
    """Declared size of those data sets."""
    applicants_per_hour: float
    by_grade: Mapping[int, int]
    """Grade to number of systems that stop."""
    unsized: int = 0
    """How many of those data sets declare no size."""
    applicants_perhaps: float = 0.0
    """How many of the applicants an hour are those of the systems in `perhaps`."""
    perhaps: tuple[str, ...] = ()
    """Systems that stop unless a failover works that has never really switched."""
    data_perhaps: tuple[str, ...] = ()
    """Data sets that are lost unless something stands elsewhere of which the inventory does not say where."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to do, with all the findings it would mend, most valuable first."""

    check: str
    severity: Severity
    findings: tuple[Finding, ...]
    gain: float
    """How much the estate's demonstrated readiness would rise, 0..1."""


@dataclass(frozen=True, slots=True)
class CheckText:
    """What a report says about a check."""

    id: str
    control: str
    method: str
    question: str
    why: str
    fix: str
    answers: tuple[str, ...]
    least: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """One finished run as a report sees it."""

    run: Run
    estate: Estate
    at: datetime
    """The instant of judgement."""
    readiness: Readiness
    institutions: Mapping[str, Readiness]
    systems: Mapping[str, Readiness]
    findings: tuple[Finding, ...]
    """Sorted by subject, then check."""
    checks: Mapping[str, CheckText]
    losses: tuple[Loss, ...]
    """Worst first."""
    fixes: tuple[Fix, ...]
    policy: Mapping[str, Any]
    """The effective policy, plain."""
    not_looked_at: tuple[str, ...]
    """Subjects that the run meant to look at and did not, because it was interrupted or out of time."""
    strips: tuple[Strip, ...] = ()
    """The past of each endpoint that the watch measured, in the order of the inventory; empty without a watch."""
    drills: tuple[RestoreState, ...] = ()
    """The newest restore drill of each copy that was ever drilled, by copy."""
    switches: tuple[SwitchState, ...] = ()
    """The measured switch that stands for each failover, by failover."""
    scenarios: Mapping[str, tuple[Outcome, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """What is left of each judged data set after each kind of loss, in the order of the inventory."""
    outside: int = 0
    """How many (check, subject) pairs of the whole plan the selection left out; they count as unknown."""
    ruled: tuple[Value, ...] = ()
    """The values of the policy that the estate wrote itself, with the built-in ones."""
    waivers: tuple[Standing, ...] = ()
    """Every waiver of the estate at the instant of judgement, those that are past their date first."""
    meaning: Meaning | None = None
    """What the losses of this estate would do; None where nobody analysed it."""
    signatures: tuple[Assent, ...] = ()
    """Who signed this run, oldest first."""
    actions: tuple[Action, ...] = ()
    """The register of corrective measures about this estate as it stands, by id."""
