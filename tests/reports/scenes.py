"""A sample dossier to the same with everything that formats tell apart: evidence, waivers, measures, odd places."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from audit.model.dossier import Dossier
from audit.model.estate import Evidence, Waiver
from audit.model.evidence import Finding
from audit.model.message import say
from audit.model.place import NOWHERE, Place
from audit.model.register import Action, Milestone, Origin, State
from audit.model.units import parse_money
from audit.model.verdict import Reason, Verdict
from tests.reports.hostile import POLYGLOT
from tests.reports.sample import AT, dossier

SECOND: Final = "credit-fund"
ODD: Final = Place("a b#[1].yaml", 7, 0)
LINK: Final = "https://auditor:CANARY-7f3a@backup.example/x [x](y) {0} <r>z</r>"


def rich(taint: str = "") -> Dossier:
    """120 findings with a valid waiver, one past its date, documents, measures that are late, closed, gone."""
    plain = dossier(120, 3, 3, taint=taint)
    first = plain.findings[0]
    own = next(one for one in plain.findings if one.institution == SECOND and one.verdict is Verdict.FAIL)
    estate = plain.estate.model_copy(
        update={
            "waivers": (*plain.estate.waivers, past(own, taint)),
            "evidence": (paper(first, taint), said(own, taint)),
        }
    )
    odd = (
        replace(plain.findings[3], where=NOWHERE),
        replace(plain.findings[4], verdict=Verdict.UNKNOWN, reason=Reason.CONTRADICTED, where=ODD),
        replace(plain.findings[5], check="kosme:hsm.battery", control="HSM 01/a", subject="room/9", institution=""),
        replace(plain.findings[6], says=say("{a}", a=LINK)),
    )
    found = tuple(sorted((*plain.findings[:3], *odd, *plain.findings[7:]), key=lambda one: (one.subject, one.check)))
    measures = (measure(own, taint), closed(first, taint))
    return replace(plain, estate=estate, findings=found, actions=measures)


def hostile() -> Dossier:
    """The same with the worst text in every free field."""
    return rich(POLYGLOT)


def past(finding: Finding, taint: str = "") -> Waiver:
    """A waiver that ended yesterday."""
    told = {"check": finding.check, "on": finding.subject, "reason": "tape robot ordered" + taint, "requested-by": "Oh"}
    told |= {"approved-by": "Noh" + taint, "compensation": "a courier" + taint}
    return Waiver.model_validate(told | {"expires": AT.date() - timedelta(days=1)})


def paper(finding: Finding, taint: str = "") -> Evidence:
    """A document with its sum."""
    told = {"@": Place("e.yaml", 3, 5, ref="drill-report"), "id": "drill-report", "check": finding.check}
    told |= {"on": finding.system, "file": f"papers/drill 보고서{taint}.pdf", "sha256": "AB" * 32}
    return Evidence.model_validate(told | {"collected": date(2026, 8, 1), "expires": date(2027, 8, 1), "by": "Kim"})


def said(finding: Finding, taint: str = "") -> Evidence:
    """What somebody said, without a document."""
    told = {"@": Place("e.yaml", 9, 5, ref="word"), "id": "word", "check": finding.check, "on": finding.system}
    told |= {"says": "we timed it" + taint, "collected": date(2026, 8, 1), "expires": date(2027, 8, 1)}
    return Evidence.model_validate(told)


def measure(finding: Finding, taint: str = "") -> Action:
    """A measure that is overdue."""
    steps = (Milestone(date(2026, 10, 1), "order" + taint, date(2026, 10, 3)), Milestone(date(2026, 12, 1), "install"))
    return Action(
        id=finding.fingerprint,
        origin=origin(finding),
        born=AT - timedelta(days=90),
        state=State.DOING,
        owner="Park" + taint,
        due=date(2026, 11, 1),
        budget=parse_money("40e6 KRW"),
        plan="a second robot" + taint,
        milestones=steps,
        reopened=1,
    )


def closed(finding: Finding, taint: str = "") -> Action:
    """A measure about something that is not there any more, closed by a run."""
    named = "ab" * 8
    return Action(
        id=named,
        origin=replace(origin(finding), subject="old/system" + taint),
        born=AT - timedelta(days=90),
        state=State.CLOSED,
        owner="Choi",
        closed_by="20261001T000000Z-0001",
    )


def origin(finding: Finding) -> Origin:
    """The birth of a measure."""
    return Origin(
        check=finding.check,
        control=finding.control,
        subject=finding.subject,
        institution=finding.institution,
        system=finding.system,
        severity=finding.severity,
        grade=finding.grade,
        estate="sample",
        zone="Asia/Seoul",
        run="20260801T000000Z-0001",
        since=AT - timedelta(days=90),
    )
