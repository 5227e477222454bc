"""What will be asked after a loss to its answer: findings, evidence, persons, plans, money, gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from audit.model.message import Message
from audit.model.verdict import Reason, Severity, Verdict

Standing = Literal["answered", "partly", "unanswered"]


@dataclass(frozen=True, slots=True)
class Paid:
    """A line of the budget, or what a measure of the register may cost."""

    id: str
    needed: str
    funded: str
    """Empty where only the register names money."""


@dataclass(frozen=True, slots=True)
class Link:
    """From one finding to what it rests on, who answers for it, what is done about it, with what money."""

    check: str
    control: str
    subject: str
    institution: str
    verdict: Verdict
    severity: Severity
    reason: Reason | None
    says: Message
    fingerprint: str
    evidence: tuple[str, ...]
    """Hashes of what was seen or collected; empty where the finding rests on the inventory alone."""
    declared: str
    """Where the inventory says what it rests on: file, line, column."""
    person: str
    plan: str
    """State of its measure in the register; empty where there is none."""
    owner: str
    due: date | None
    budget: tuple[Paid, ...]

    @property
    def open(self) -> bool:
        return self.verdict in (Verdict.FAIL, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with what can be said."""

    id: str
    asks: Message
    standing: Standing
    lines: tuple[Message, ...]
    """The answer itself, one fact a line."""
    counts: Mapping[Verdict, int]
    links: tuple[Link, ...]
    """What it rests on, the gravest first; passes are counted only."""
    missing: tuple[Message, ...]
    """What cannot be said, each with why."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control for one institution."""

    control: str
    checks: tuple[str, ...]
    institution: str
    """Empty for what no single institution answers for."""
    standing: Standing
    counts: Mapping[Verdict, int]
    link: Link | None
    """The gravest that is open; None where all passed or nothing applies."""


@dataclass(frozen=True, slots=True)
class AnswerBook:
    """All questions of one run."""

    run: str
    root: str
    answers: tuple[Answer, ...]
    controls: tuple[Control, ...]
    unanswered: tuple[Message, ...]
    """Everything that cannot be answered, over the whole run, with why."""
