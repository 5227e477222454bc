"""The questions that an assembly asks after a loss, each to the facts of a dossier that answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from audit.analysis.answering_facts import (
    accountable,
    asked_money,
    copies,
    drilled,
    earlier,
    excused,
    exposed,
    fires,
    gone,
    nobody_signed,
    overdue,
    planned,
    sealed,
    signatures,
    stuck,
    switched,
    uncosted,
    unheard,
    unknown,
    unnamed,
    unpromised,
    worst_batteries,
)
from audit.model.dossier import Dossier
from audit.model.message import Message, say

Facts = Callable[[Dossier], Iterable[Message]]


def _nothing(dossier: Dossier) -> Iterable[Message]:
    return ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question, with the checks on which its answer rests."""

    id: str
    asks: Message
    checks: tuple[str, ...] = ()
    facts: Facts = _nothing
    holes: Facts = _nothing
    """What cannot be said, and why."""

    def told(self, dossier: Dossier) -> list[Message]:
        return list(self.facts(dossier))

    def gaps(self, dossier: Dossier) -> list[Message]:
        return list(self.holes(dossier))


QUESTIONS: Final = (
    Question("stops", say("What stops if one site or room is lost?"), ("availability.single-point",), fires),
    Question("no-way-back", say("Which systems of the highest grade would then have no second place?"),
             ("availability.redundancy", "failover.mode"), stuck),
    Question("one-copy", say("Which data has one copy, or none?"),
             ("backup.exists", "backup.offsite", "backup.three-two-one"), copies),
    Question("gone", say("Which data would be gone for good, and how much of it?"),
             ("backup.site-loss", "backup.mandated-store"), gone),
    Question("restored", say("Which backup has really been restored, when, how fast?"), ("backup.restore-tested",),
             drilled),
    Question("switched", say("Which second place has really taken over, when, how fast?"),
             ("failover.drill", "failover.realism"), switched),
    Question("how-long", say("How long would people wait, beside what was promised?"),
             ("failover.recovery-time", "dependency.recovery-time", "operations.targets"), unpromised),
    Question("batteries", say("How old are the batteries, and what burns with them?"),
             ("facility.battery-life", "facility.battery-compartment", "facility.vendor-advice",
              "facility.suppression"), worst_batteries),
    Question("dangerous-work", say("Who allowed dangerous work, and what was safe elsewhere while it was done?"),
             ("facility.permit", "facility.permit-backups", "peak.dangerous-work")),
    Question("who", say("Who answers for it?"), ("operations.accountable", "operations.owner"), accountable, unnamed),
    Question("signed", say("Who has read and signed this assessment?"), ("operations.executive-signature",),
             signatures, nobody_signed),
    Question("earlier", say("What was found before, and is still open?"), ("operations.earlier-findings",), earlier,
             unheard),
    Question("repairs", say("What is being repaired, by whom, until when, and what is overdue?"), (), overdue,
             planned),
    Question("money", say("What money for recovery was asked for, and what was granted?"), ("funding.budget",),
             asked_money, uncosted),
    Question("harm", say("How many people does an hour of outage keep from applying?"), ("funding.applicant-hours",),
             exposed),
    Question("meanwhile", say("How do people apply and get paid meanwhile?"),
             ("funding.two-ways", "funding.minimum-documents", "operations.manual-fallback")),
    Question("suppliers", say("On which supplier does most of it lean, and what did it promise?"),
             ("dependency.concentration", "dependency.supplier-promise", "dependency.outside-fallback")),
    Question("attack", say("What is left when somebody holds every password?"),
             ("backup.ransomware", "backup.immutable", "security.second-factor")),
    Question("excused", say("Which risks were accepted, by whom, until when?"), (), excused),
    Question("unknown", say("What does nobody know, and why?"), (), sealed, unknown),
)  # fmt: skip
