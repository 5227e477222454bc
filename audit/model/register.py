"""The words of the register of corrective actions: one measure with its state, its days, what was done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from audit.model.estate import day_ends
from audit.model.facts import Facts, Value
from audit.model.units import Money
from audit.model.verdict import Level, Severity, Verdict

KIND: Final = "action"
"""The kind of its events in the log of a store."""
SENT: Final = "sent-by"
"""In the values of an entry that a bundle carried: the institution that sent it."""


class State(StrEnum):
    """How far a measure is. Nobody can write `closed`: only a later run that passes does."""

    OPEN = "open"
    PLANNED = "planned"
    DOING = "doing"
    VERIFY = "verify"
    """Its owner says that it is done; the next run says whether it is."""
    CLOSED = "closed"


BY_HAND: Final = (State.OPEN, State.PLANNED, State.DOING, State.VERIFY)

What = Literal["born", "changed", "retired", "closed", "reopened", "refuted", "returned", "ignored"]
"""`refuted`: said to be done, but the re-test failed. `returned`: retired with its subject, which then was back.
`ignored`: an entry that had no effect, such as a state for what is closed."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step of a plan; its text is its name."""

    day: date
    text: str
    done: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the history of a measure."""

    at: datetime
    what: What
    by: str = ""
    """Who wrote it; empty for what a run did."""
    run: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one run found of one fingerprint."""

    verdict: Verdict
    level: Level
    waived: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One run as the register sees it."""

    run: str
    at: datetime
    """When it began to look: what was repaired later, it could not see."""
    estate: str
    whole: bool
    """Whether it looked at everything, to its end: what it does not name is not in the inventory any more."""
    found: Mapping[str, Sighting]
    """By fingerprint."""
    sent_by: frozenset[str] = frozenset()
    """The institutions that sent it in bundles; empty for a run of this store."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told after how many days."""

    after: timedelta
    to: Literal["owner", "accountable", "ministry"]


ESCALATIONS: Final = (
    Escalation(timedelta(days=14), "owner"),
    Escalation(timedelta(days=30), "accountable"),
    Escalation(timedelta(days=60), "ministry"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Of which finding a measure was born; it never changes."""

    check: str
    control: str
    subject: str
    institution: str
    system: str
    severity: Severity
    grade: int
    estate: str
    zone: str
    run: str
    """Empty for what was written down without a run, such as a line of an older ledger."""
    since: datetime
    """When that run began to look; else when the measure was written down."""
    accountable: str = ""
    least: Level = Level.DECLARED
    """The level of evidence that the check asks for: a pass below it closes nothing."""


@dataclass(frozen=True, slots=True)
class Action:
    """One corrective measure as it stands."""

    id: str
    """The fingerprint of its finding."""
    origin: Origin
    born: datetime
    state: State = State.OPEN
    owner: str = ""
    due: date | None = None
    budget: Money | None = None
    plan: str = ""
    milestones: tuple[Milestone, ...] = ()
    earlier: tuple[str, ...] = ()
    """The ids of findings of earlier audits that it answers."""
    reopened: int = 0
    refuted: int = 0
    verdict: Verdict | None = None
    """What the newest run that speaks of it found."""
    seen: datetime | None = None
    waived: str = ""
    gone: bool = False
    """Its subject is no longer in the inventory: that does not close it."""
    retired: str = ""
    """Who decided that it ends with its subject."""
    closed_by: str = ""
    """The run that closed it."""
    told_by: str = ""
    """The run from which `verdict` is."""
    gone_by: str = ""
    """The run that no longer knew its subject."""
    history: tuple[Change, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether something is left to be done."""
        return self.state is not State.CLOSED and not self.retired

    def late(self, at: datetime) -> timedelta | None:
        """How long it is overdue: its day ends with that day in the time zone of the estate; None while it is not."""
        if self.due is None or not self.pending:
            return None
        over = at - day_ends(self.due, self.origin.zone)
        return over if over > timedelta(0) else None

    def escalation(self, at: datetime) -> Escalation | None:
        """The furthest level that it has reached."""
        late = self.late(at)
        reached = [level for level in ESCALATIONS if late is not None and late > level.after]
        return reached[-1] if reached else None


def urgency(action: Action, at: datetime) -> tuple[bool, int, timedelta, int, str]:
    """The worst first: overdue, then grave, then long overdue, then of a high grade."""
    late = action.late(at)
    origin = action.origin
    return (late is None, origin.severity.rank, -(late or timedelta(0)), origin.grade, action.id)


class Demand(Value):
    """Measures that are alike for a rule: so grave, due on one day."""

    severity: Severity
    due: date | None = None
    count: int
    names: tuple[str, ...] = ()
    """Some of them: check with subject."""


class RegisterState(Facts):
    """How far the measures of an estate are; seen from the register, under the mark of the estate."""

    pending: tuple[Demand, ...] = ()
    closed: dict[Severity, int] = {}
    """How many a later run closed, or somebody ended with their subject."""
    reopened: int = 0
    """How often one that was closed failed again."""
    answering: tuple[str, ...] = ()
    """Findings of earlier audits that a measure answers which is not closed."""


MARK: Final = "#measures"


def measures(ref: str) -> str:
    """The subject under which the register of an estate is seen."""
    return ref + MARK
