"""Findings to the observations, the findings of OSCAL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from audit.model.evidence import Finding
from audit.model.verdict import Level, Verdict
from reports.assessment.subjects import origins, subject
from reports.assessment.view import View, is_open
from reports.assessment.words import instant, marked, properties, prose, reference, token
from reports.words import REASONS, VERDICTS

_METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {"A": "TEST", "D": "TEST", "F": "EXAMINE", "G": "EXAMINE", "E": "EXAMINE", "H": "INTERVIEW"}
)
_STATES: Final = MappingProxyType(
    {
        Verdict.PASS: ("satisfied", "pass"),
        Verdict.FAIL: ("not-satisfied", "fail"),
        # OSCAL has no word for "nobody could look": never satisfied, never called a failure either.
        Verdict.UNKNOWN: ("not-satisfied", "other"),
    }
)


def observations(view: View, wanted: Callable[[Finding], bool]) -> Iterator[dict[str, Any]]:
    """What was seen, or why nothing could be seen: one for each finding."""
    who = origins(view)
    for finding in filter(wanted, view.findings):
        made: dict[str, Any] = {
            "uuid": observation(view, finding),
            "title": marked(view.question(finding.check)),
            "description": prose(view.says(finding)),
            **_seen(view, finding),
            "methods": _methods(view, finding),
            "types": ["control-objective", *(["finding"] if finding.verdict is Verdict.FAIL else [])],
            "origins": who,
            "subjects": [subject(view, finding.subject)],
        }
        evidence = list(_evidence(view, finding))
        if evidence:
            made["relevant-evidence"] = evidence
        yield made | {"collected": instant(finding.at)}


def observation(view: View, finding: Finding) -> str:
    """The UUID of what was seen in this run."""
    return view.id_of_run("observation", finding.fingerprint)


def identified(view: View, finding: Finding) -> str:
    """The UUID of a finding, the same in every run."""
    return view.id("finding", finding.fingerprint)


def is_ruled(finding: Finding) -> bool:
    """Whether OSCAL has a finding for it: what does not apply is neither satisfied nor not."""
    return finding.verdict in _STATES


def findings(
    view: View, wanted: Callable[[Finding], bool], risks: Callable[[Finding], tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    """Met, not met, not verified; `risks` gives the risks that a finding belongs to."""
    who = origins(view)
    for finding in view.findings:
        if not wanted(finding) or not is_ruled(finding):
            continue
        state, why = _STATES[finding.verdict]
        title = f"{finding.check}: {view.speak.message(VERDICTS[finding.verdict].says)}"
        status = {"state": state, "reason": why}
        if finding.verdict is Verdict.UNKNOWN:
            status["remarks"] = prose(_unknown(view, finding))
        made: dict[str, Any] = {
            "uuid": identified(view, finding),
            "title": marked(title),
            "description": prose(view.says(finding)),
            **_ruled(view, finding),
            "origins": who,
            "target": {
                "type": "objective-id",
                "target-id": token(finding.check),
                "title": marked(view.question(finding.check)),
                "status": status,
            },
            "related-observations": [{"observation-uuid": observation(view, finding)}],
        }
        named = risks(finding)
        if named:
            made["related-risks"] = [{"risk-uuid": one} for one in named]
        yield made


def _unknown(view: View, finding: Finding) -> str:
    told = view.speak.text("Not verified: nobody knows whether it is met.")
    means = REASONS[finding.reason].means if finding.reason is not None else None
    return f"{told} {view.speak.message(means)}" if means is not None else told


def _ruled(view: View, finding: Finding) -> dict[str, Any]:
    """What was ruled; what it rests on stands in the observation alone, not twice."""
    waiver = view.waiver(finding)
    return properties(
        verdict=finding.verdict,
        reason=finding.reason,
        check=finding.check,
        control=finding.control,
        severity=finding.severity if finding.verdict is not Verdict.NOT_APPLICABLE else None,
        grade=finding.grade,
        fingerprint=finding.fingerprint,
        waiver=finding.waiver if is_open(finding) else None,
        waived_until=waiver.expires.isoformat() if waiver is not None else None,
    )


def _seen(view: View, finding: Finding) -> dict[str, Any]:
    return properties(
        verdict=finding.verdict,
        reason=finding.reason,
        check=finding.check,
        measured=view.speak.quantity(finding.measured),
        required=view.speak.quantity(finding.required),
        evidence_level=finding.level.word,
        place=str(finding.where),
        institution=finding.institution,
        system=finding.system,
        fingerprint=finding.fingerprint,
    )


def _methods(view: View, finding: Finding) -> list[str]:
    check = view.check(finding)
    if finding.level is Level.ATTESTED and not list(view.evidence(finding)):
        return ["INTERVIEW"]
    known = {_METHODS[letter] for letter in (check.method if check is not None else "") if letter in _METHODS}
    return sorted(known) or ["UNKNOWN"]


def _evidence(view: View, finding: Finding) -> Iterator[dict[str, Any]]:
    if finding.observation is not None:
        yield {
            "href": "urn:haechi:observation:" + reference(finding.observation),
            "description": marked(view.speak.text("What was seen, as it lies sealed in the store.")),
            **properties(sha256=finding.observation.removeprefix("sha256:")),
        }
    for paper in view.evidence(finding):
        yield {
            "href": "#" + view.id("evidence", paper.ref or paper.id),
            "description": marked(paper.says or paper.file or paper.id),
            **properties(sha256=paper.sha256, expires=paper.expires.isoformat()),
        }
