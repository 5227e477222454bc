"""Verdicts, reasons, severities, levels to the sign with the words that every format prints for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor
from types import MappingProxyType
from typing import Final

from audit.model.dossier import Dossier, Loss, Readiness
from audit.model.estate import Estate, Waiver
from audit.model.evidence import Finding
from audit.model.message import Message, say
from audit.model.units import bytes_text
from audit.model.verdict import Level, Reason, Severity, Verdict


@dataclass(frozen=True, slots=True)
class Word:
    """A sign with a word: colour is never the only carrier of meaning."""

    sign: str
    says: Message
    means: Message | None = None


VERDICTS: Final[Mapping[Verdict, Word]] = MappingProxyType(
    {
        Verdict.PASS: Word("✓", say("met")),
        Verdict.FAIL: Word("✗", say("not met")),
        Verdict.UNKNOWN: Word("?", say("not verified")),
        Verdict.NOT_APPLICABLE: Word("–", say("not applicable")),
    }
)
WAIVED: Final = Word("⚑", say("waived"))

REASONS: Final[Mapping[Reason, Word]] = MappingProxyType(
    {
        Reason.UNREACHABLE: Word("?", say("unreachable"), say("We had no way to the place where the proof lies.")),
        Reason.DENIED: Word("?", say("denied"), say("We were not allowed to look.")),
        Reason.TIMEOUT: Word("?", say("timeout"), say("The look did not end in time.")),
        Reason.NO_TOOL: Word("?", say("tool missing"), say("A program that the look needs is not installed here.")),
        Reason.INCOMPLETE: Word("?", say("incomplete"), say("What was seen or stated is not enough to judge.")),
        Reason.STALE: Word("?", say("stale"), say("The evidence is past its date.")),
        Reason.CRASHED: Word("?", say("crashed"), say("The look or the rule itself broke: a defect of the tool.")),
        Reason.CONTRADICTED: Word("?", say("contradicted"), say("Two pieces of evidence do not agree.")),
    }
)
BLIND: Final = frozenset({Reason.UNREACHABLE, Reason.DENIED, Reason.TIMEOUT, Reason.NO_TOOL, Reason.CRASHED})
"""Reasons under which nothing was seen: what to do first is to make the look possible, as the sentence says."""
SEVERITIES: Final[Mapping[Severity, Message]] = MappingProxyType(
    {
        Severity.CRITICAL: say("critical"),
        Severity.HIGH: say("high"),
        Severity.MEDIUM: say("medium"),
        Severity.LOW: say("low"),
    }
)
LEVELS: Final[Mapping[Level, Word]] = MappingProxyType(
    {
        Level.DECLARED: Word("", say("declared"), say("written in the inventory, nobody stands for it")),
        Level.ATTESTED: Word("", say("attested"), say("a named person or a document stands for it")),
        Level.OBSERVED: Word("", say("observed"), say("seen on the real system")),
        Level.VERIFIED: Word("", say("verified"), say("seen, then checked against a second source or checksum")),
        Level.DRILLED: Word("", say("drilled"), say("proven by doing it, e.g. a timed restore")),
    }
)
METHODS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "A": say("active look over the network"),
        "F": say("inventory or export, parsed"),
        "G": say("computed on the graph of dependencies"),
        "E": say("document"),
        "H": say("statement of a person"),
        "D": say("drill"),
    }
)
STATES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "running": say("still running, or broken off without a word"),
        "complete": say("complete"),
        "interrupted": say("interrupted by hand"),
        "deadline": say("ended by its time limit"),
    }
)


_ORDER: Final[Mapping[Verdict, int]] = MappingProxyType(
    {Verdict.FAIL: 0, Verdict.UNKNOWN: 1, Verdict.PASS: 2, Verdict.NOT_APPLICABLE: 3}
)


def low_percent(share: float) -> int:
    """A share as whole per cent, rounded so that it never flatters: down."""
    return floor(share * 100 + 1e-9)


def high_percent(share: float) -> int:
    """A share as whole per cent, rounded up: for what is merely possible."""
    return ceil(share * 100 - 1e-9)


def interval(readiness: Readiness) -> str:
    """`61–78 %`: from what is demonstrated to what is possible."""
    return f"{low_percent(readiness.demonstrated)}–{high_percent(readiness.possible)} %"


def lost_size(loss: Loss) -> Message:
    """How much data a loss takes, as far as the inventory says how large it is."""
    known = bytes_text(loss.bytes_lost)
    if not loss.unsized:
        return Message(known)
    return say("at least {size}", size=known) if loss.bytes_lost else say("size not stated")


def lost_figures(loss: Loss, estate: Estate, number: Callable[[float], str]) -> Mapping[str, Message]:
    """What one loss takes, each at least and at most: `systems`, `data`, its `bytes`, `applicants` an hour."""
    systems, data, flow = len(loss.systems), len(loss.data), loss.applicants_per_hour
    surely = max(flow - loss.applicants_perhaps, 0.0)
    people = _between(number(surely), number(flow))
    if not _all_told(loss, estate):
        people = say("at least {size}", size=number(surely)) if surely else say("not stated")
    return {
        "systems": _between(f"{systems - len(loss.perhaps):,}", f"{systems:,}"),
        "data": _between(f"{data - len(loss.data_perhaps):,}", f"{data:,}"),
        "bytes": lost_size(loss),
        "applicants": people,
    }


def _between(least: str, most: str) -> Message:
    """A figure of which the truth lies between two."""
    return Message(most) if least == most else say("{least} to {most}", least=least, most=most)


def _all_told(loss: Loss, estate: Estate) -> bool:
    return all(getattr(estate.index.get(ref), "applicants", None) is not None for ref in loss.systems)


def lost_applicants(loss: Loss, estate: Estate, number: str) -> Message:
    """The number who apply in an hour to what stops, as far as the inventory says of each system how many do."""
    if _all_told(loss, estate):
        return Message(number)
    return say("at least {size}", size=number) if loss.applicants_per_hour else say("not stated")


def waiver_of(dossier: Dossier, finding: Finding) -> Waiver | None:
    """The waiver that lies over a finding: of its check, on its subject or something above it, with its reason."""
    if finding.waiver is None:
        return None
    return next(
        (
            waiver
            for waiver in dossier.estate.waivers
            if waiver.check == finding.check
            and waiver.reason == finding.waiver
            and dossier.estate.covers(waiver.on, finding.subject)
        ),
        None,
    )


def urgency(finding: Finding) -> tuple[int, int, int, int, str, str]:
    """The order of attention: what is not met before what is not verified, worst severity first, waived last."""
    return (
        _ORDER[finding.verdict],
        int(finding.waiver is not None),
        finding.severity.rank,
        finding.grade,
        finding.subject,
        finding.check,
    )
