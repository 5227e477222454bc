"""A dossier to the risks of OSCAL: what is to be mended, what was accepted, what one place takes with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.model.dossier import CheckText, Loss
from audit.model.estate import Waiver, day_ends
from audit.model.evidence import Finding
from audit.model.message import Message, say
from audit.model.register import Action
from audit.model.waivers import Stand
from reports.assessment.findings import observation
from reports.assessment.measures import deadline, is_begun, planned
from reports.assessment.subjects import origins
from reports.assessment.view import View, is_open
from reports.assessment.words import NAMESPACE, instant, marked, properties, prose, writable
from reports.words import lost_size

_STILL: Final = say("{count} findings are not met or not verified: {failed} not met, {unknown} not verified.")


@dataclass(frozen=True, slots=True)
class Risk:
    """Findings that are one thing to do, or one thing that somebody accepted."""

    uuid: str
    check: str
    institution: str
    findings: tuple[Finding, ...]
    waiver: Waiver | None = None
    gain: float | None = None
    """How much the estate's demonstrated readiness would rise if the check were met everywhere."""


@dataclass(frozen=True, slots=True)
class Risks:
    """Every risk of a dossier in the order of attention, with the way from a finding to its risks."""

    all: tuple[Risk, ...]
    by_finding: Mapping[tuple[str, str], tuple[str, ...]]

    def of(self, finding: Finding) -> tuple[str, ...]:
        """The UUIDs of the risks of a finding."""
        return self.by_finding.get((finding.check, finding.subject), ())


def risks_of(view: View) -> Risks:
    """Accepted ones whose date is over come first, then what is to be mended, then what is accepted."""
    lapsed: dict[int, tuple[Waiver, list[Finding]]] = {}
    accepted: dict[int, tuple[Waiver, list[Finding]]] = {}
    open_ones: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in filter(is_open, view.findings):
        waiver = view.waiver(finding)
        if waiver is not None:
            accepted.setdefault(id(waiver), (waiver, []))[1].append(finding)
            continue
        open_ones[finding.check, finding.institution].append(finding)
        past = view.lapsed(finding)
        if past is not None:
            lapsed.setdefault(id(past), (past, []))[1].append(finding)
    order = {fix.check: place for place, fix in enumerate(view.dossier.fixes)}
    gains = {fix.check: fix.gain for fix in view.dossier.fixes}
    keys = sorted(open_ones, key=lambda key: (order.get(key[0], len(order)), key))
    every = (
        *(_waived(view, *pair) for pair in lapsed.values()),
        *(Risk(view.id("risk", *key), *key, tuple(open_ones[key]), gain=gains.get(key[0])) for key in keys),
        *(_waived(view, *pair) for pair in accepted.values()),
    )
    by_finding: dict[tuple[str, str], tuple[str, ...]] = {}
    for risk in every:
        for finding in risk.findings:
            key = finding.check, finding.subject
            by_finding[key] = (*by_finding.get(key, ()), risk.uuid)
    return Risks(every, by_finding)


def _waived(view: View, waiver: Waiver, some: list[Finding]) -> Risk:
    named = waiver.check, waiver.on, waiver.expires.isoformat(), waiver.reason
    return Risk(view.id("waiver", *named), waiver.check, some[0].institution, tuple(some), waiver)


def records(view: View, risks: Risks) -> Iterator[dict[str, Any]]:
    """Each risk, then what the loss of each place takes."""
    for risk in risks.all:
        yield record(view, risk)
    for loss in view.dossier.losses:
        yield _lost(view, loss)


def record(view: View, risk: Risk) -> dict[str, Any]:
    """One risk of findings."""
    check = view.dossier.checks.get(risk.check)
    worst = min((finding.severity for finding in risk.findings), key=lambda severity: severity.rank)
    made: dict[str, Any] = {
        "uuid": risk.uuid,
        "title": marked(title(view, risk)),
        "description": prose(view.speak.text(check.why) if check is not None else risk.check),
        "statement": marked(_statement(view, risk)),
        **_told(view, risk),
        "status": _status(view, risk),
        "origins": origins(view),
        "characterizations": [_facets(view, severity=str(worst), findings=str(len(risk.findings)))],
    }
    if risk.waiver is not None and risk.waiver.compensation is not None:
        made["mitigating-factors"] = [
            {"uuid": view.id("mitigation", risk.uuid), "description": prose(risk.waiver.compensation)}
        ]
    ends = due(view, risk)
    if ends is not None:
        made["deadline"] = instant(ends)
    if not accepted(view, risk):
        advice = [_remediation(view, risk, check)] if check is not None else []
        # The same measure may not stand twice: what a lapsed waiver excused is mended under the check itself.
        mending = [*advice, *(planned(view, measures(view, risk)) if risk.waiver is None else ())]
        if mending:
            made["remediations"] = mending
    made["related-observations"] = [{"observation-uuid": observation(view, one)} for one in risk.findings]
    return made


def accepted(view: View, risk: Risk) -> bool:
    """Whether somebody accepted it, up to a day that is still to come."""
    return risk.waiver is not None and view.stand(risk.waiver) is Stand.HOLDS


def title(view: View, risk: Risk) -> str:
    """A risk in a few words."""
    if risk.waiver is None:
        where = view.dossier.estate.named(risk.institution, view.speak.language) if risk.institution else ""
        return ": ".join(part for part in (where, view.question(risk.check)) if part)
    if accepted(view, risk):
        return view.speak.text("Waived: {check} on {ref}", check=risk.check, ref=risk.waiver.on)
    return view.speak.text("Waiver past its date: {check} on {ref}", check=risk.check, ref=risk.waiver.on)


def measures(view: View, risk: Risk) -> list[Action]:
    """The corrective measures of its findings."""
    return [action for one in risk.findings if (action := view.actions.get(one.fingerprint)) is not None]


def _status(view: View, risk: Risk) -> str:
    if accepted(view, risk):
        return "deviation-approved"
    return "remediating" if risk.waiver is None and is_begun(measures(view, risk)) else "open"


def due(view: View, risk: Risk) -> datetime | None:
    """By when something has to have happened, where somebody wrote that down."""
    if risk.waiver is None:
        return deadline(measures(view, risk))
    ends = day_ends(risk.waiver.expires, view.dossier.estate.about.timezone)
    return ends if writable(ends) else None


def _statement(view: View, risk: Risk) -> str:
    failed = sum(finding.verdict == "fail" for finding in risk.findings)
    counts = {"count": len(risk.findings), "failed": failed, "unknown": len(risk.findings) - failed}
    told = view.speak.message(say(_STILL.template, **counts))
    return f"{risk.waiver.reason} – {told}" if risk.waiver is not None else told


def _told(view: View, risk: Risk) -> dict[str, Any]:
    check = view.dossier.checks.get(risk.check)
    waiver = risk.waiver
    return properties(
        check=risk.check,
        control=check.control if check is not None else None,
        institution=risk.institution,
        readiness_gain=f"{risk.gain:.6f}" if risk.gain is not None else None,
        requested_by=waiver.requested_by if waiver is not None else None,
        approved_by=waiver.approved_by if waiver is not None else None,
        waived_until=waiver.expires.isoformat() if waiver is not None else None,
        waiver_state=view.stand(waiver) if waiver is not None else None,
    )


def _facets(view: View, **values: str) -> dict[str, Any]:
    facets = [{"name": name.replace("_", "-"), "system": NAMESPACE, "value": value} for name, value in values.items()]
    return {"origin": origins(view)[0], "facets": facets}


def _remediation(view: View, risk: Risk, check: CheckText) -> dict[str, Any]:
    return {
        "uuid": view.id("remediation", risk.uuid),
        "lifecycle": "recommendation",
        "title": marked(view.question(risk.check)),
        "description": prose(view.speak.text(check.fix, ref=risk.findings[0].subject)),
        "origins": origins(view),
    }


def _lost(view: View, loss: Loss) -> dict[str, Any]:
    name = view.dossier.estate.named(loss.hit, view.speak.language)
    size: Message = lost_size(loss)
    told = view.speak.text(
        "{systems} systems stop, {returning} of them come back elsewhere; {data} data sets are gone for good ({size}).",
        systems=len(loss.systems),
        returning=len(loss.returning),
        data=len(loss.data),
        size=view.speak.message(size),
    )
    return {
        "uuid": view.id("loss", loss.hit),
        "title": marked(view.speak.text("The loss of {place}", place=name)),
        "description": marked(loss.hit),
        "statement": marked(told),
        "status": "open",
        "origins": origins(view),
        "characterizations": [
            _facets(
                view,
                systems=str(len(loss.systems)),
                returning=str(len(loss.returning)),
                data_sets=str(len(loss.data)),
                bytes_lost=str(loss.bytes_lost),
                applicants_per_hour=f"{loss.applicants_per_hour:.1f}",
            )
        ],
    }
