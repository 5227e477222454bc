"""A dossier to what is said of its waivers: those that are past their date first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from audit.model.clean import json_text
from audit.model.dossier import Accepted, Dossier
from audit.model.message import Message, say
from audit.model.waivers import Stand, Standing
from reports.closed import closed
from reports.translate import Translator
from reports.words import high_percent, low_percent

STANDS: Final[Mapping[Stand, Message]] = MappingProxyType(
    {
        Stand.EXPIRED: say("past its date: it excuses nothing"),
        Stand.TOO_LONG: say("longer than 365 days: it excuses nothing"),
        Stand.NOT_YET: say("not yet in force"),
        Stand.HOLDS: say("in force"),
    }
)


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """One waiver in words."""

    stand: str
    state: str
    check: str
    on: str
    reason: str
    compensation: str
    asked: str
    granted: str
    starts: str
    ends: str
    findings: int
    where: str
    idle: bool
    """Whether there is nothing that it could excuse."""


def rows(dossier: Dossier, speak: Translator) -> list[WaiverRow]:
    """Every waiver, those that are past their date first."""
    return [_row(one, speak) for one in dossier.waivers]


def _row(one: Standing, speak: Translator) -> WaiverRow:
    waiver = one.waiver
    return WaiverRow(
        stand=speak.message(STANDS[one.stand]),
        state=str(one.stand),
        check=waiver.check,
        on=waiver.on,
        reason=waiver.reason,
        compensation=waiver.compensation or speak.text("none is named"),
        asked=waiver.requested_by,
        granted=waiver.approved_by,
        starts=speak.day(waiver.start) if waiver.start is not None else "",
        ends=speak.day(waiver.expires),
        findings=one.findings,
        where=str(waiver.place.of("expires")),
        idle=not one.findings,
    )


def expired(dossier: Dossier, speak: Translator) -> Iterator[str]:
    """One sentence for each waiver that is past its date, to stand before everything else."""
    for one in dossier.waivers:
        if one.stand is Stand.EXPIRED and one.judged:
            waiver = one.waiver
            yield speak.text(
                "Expired waiver: {check} on {on} was excused until {day} ({where}); findings that are open: {count}.",
                check=waiver.check, on=waiver.on, day=speak.day(waiver.expires),
                where=str(waiver.place.of("expires")), count=one.findings,
            )  # fmt: skip


def refused(dossier: Dossier, speak: Translator) -> Iterator[str]:
    """One sentence for each waiver that would hold for too long."""
    for one in dossier.waivers:
        if one.stand is Stand.TOO_LONG:
            yield speak.text(
                "A waiver that does not count: {check} on {on} until {day} ({where}) is longer than 365 days.",
                check=one.waiver.check, on=one.waiver.on, day=speak.day(one.waiver.expires),
                where=str(one.waiver.place.of("expires")),
            )  # fmt: skip


def lapsed(dossier: Dossier) -> Mapping[str, Standing]:
    """Each open finding, by its fingerprint, that a waiver excused which is past its date."""
    gone: dict[str, list[Standing]] = {}
    for one in dossier.waivers:
        if one.stand is Stand.EXPIRED and one.findings:
            gone.setdefault(one.waiver.check, []).append(one)
    return {
        finding.fingerprint: one
        for finding in dossier.findings
        if finding.waiver is None and finding.verdict in ("fail", "unknown")
        for one in gone.get(finding.check, ())
        if dossier.estate.covers(one.waiver.on, finding.subject)
    }


def figure(accepted: Accepted) -> str:
    """`C  61-78 %`."""
    return f"{accepted.letter}  {low_percent(accepted.demonstrated)}–{high_percent(accepted.possible)} %"


def records(dossier: Dossier) -> list[dict[str, Any]]:
    """The plain values of the JSON contract."""
    return [
        {
            "state": str(one.stand),
            "check": json_text(one.waiver.check),
            "on": json_text(one.waiver.on),
            "reason": json_text(one.waiver.reason),
            "compensation": json_text(one.waiver.compensation) if one.waiver.compensation is not None else None,
            "requested-by": json_text(one.waiver.requested_by),
            "approved-by": json_text(one.waiver.approved_by),
            "from": one.waiver.start.isoformat() if one.waiver.start is not None else None,
            "expires": one.waiver.expires.isoformat(),
            "findings": one.findings,
            "where": json_text(str(one.waiver.place)),
        }
        for one in dossier.waivers
    ]


def accepted_record(accepted: Accepted) -> dict[str, Any]:
    """The readiness with waivers."""
    return {
        "letter": accepted.letter,
        "demonstrated": round(accepted.demonstrated, 6),
        "possible": round(accepted.possible, 6),
        "coverage": round(accepted.coverage, 6),
    }


def schema() -> dict[str, Any]:
    """The schema of one waiver."""
    text = {"type": "string"}
    day = {"type": "string", "format": "date"}
    perhaps: dict[str, Any] = {"type": ["string", "null"]}
    return closed(
        state={"enum": [str(stand) for stand in Stand]},
        check=text,
        on=text,
        reason=text,
        compensation=perhaps,
        **{"requested-by": text, "approved-by": text, "from": {"anyOf": [day, {"type": "null"}]}},
        expires=day,
        findings={"type": "integer", "minimum": 0},
        where={"type": "string", "pattern": r":\d+:\d+$"},
    )
