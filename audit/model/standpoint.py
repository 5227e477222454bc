"""A check with a subject to what all findings about its grade, or about that subject, have alike."""

from __future__ import annotations

from dataclasses import dataclass

from audit.model.item import Item
from audit.model.message import Message, say
from audit.model.place import Place
from audit.model.policy import NONE, Limits
from audit.model.subject import Subject
from audit.model.verdict import Severity


def counting(check: str, severity: Severity, subject: Subject[Item]) -> Severity:
    """The severity of a check that counts for a subject; `severity` is what the check declares."""
    return subject.around.policy.severities.get(check, severity).lowered(subject.grade)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all subjects of one grade that a check is asked about."""

    limits: Limits
    severity: Severity
    exempt: Message | None
    """Why nothing is asked of them, where that is so."""

    @classmethod
    def of(cls, check: str, severity: Severity, subject: Subject[Item]) -> Terms:
        limits = subject.limits(check)
        nothing = limits.values and all(value == NONE for value in limits.values.values())
        says = say("the policy demands nothing of grade {grade} here", grade=subject.grade) if nothing else None
        return cls(limits, counting(check, severity, subject), says)


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What every finding about one subject repeats."""

    subject: Subject[Item]
    ref: str
    institution: str
    system: str
    unit: str
    place: Place

    @classmethod
    def of(cls, subject: Subject[Item]) -> Standpoint:
        institution = subject.institution.ref if subject.institution is not None else ""
        system = subject.within.ref if subject.within is not None else ""
        return cls(subject, subject.ref, institution, system, subject.unit, subject.item.place)
