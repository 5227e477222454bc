"""A judged run in, all that a report may see out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from audit.analysis.fixes import fixes
from audit.analysis.loss import losses
from audit.analysis.meaning import meaning
from audit.analysis.readiness import Measure
from audit.analysis.scenarios import scenarios
from audit.catalogue import Catalogue
from audit.contract import Check
from audit.model.dossier import CheckText, Dossier
from audit.model.evidence import Finding, Observation, Run
from audit.model.history import Strip
from audit.model.plan import Plan
from audit.model.proven import proven
from audit.model.subject import Looks

NOTHING: Final[Mapping[str, Observation]] = MappingProxyType({})


def assemble(
    run: Run,
    plan: Plan,
    catalogue: Catalogue,
    findings: tuple[Finding, ...],
    at: datetime,
    looked_at: Collection[str],
    strips: tuple[Strip, ...] = (),
    seen: Mapping[str, Observation] = NOTHING,
) -> Dossier:
    """The dossier of a run; `looked_at` names the subjects of which there is an observation, `strips` is their past.

    `seen` is what was observed of the copies, by subject, with their drills.
    """
    measure = Measure(plan, findings)
    taken = losses(plan.graph)
    judged = sorted({finding.check for finding in findings})
    return Dossier(
        run=run,
        estate=plan.estate,
        at=at,
        readiness=measure.estate(),
        institutions=measure.institutions(),
        systems=measure.systems(),
        findings=findings,
        checks=MappingProxyType({name: _text(catalogue.checks[name]) for name in judged if name in catalogue.checks}),
        losses=taken,
        fixes=fixes(findings, measure, plan.graph, frozenset().union(*(loss.data for loss in taken))),
        policy=plan.policy.as_plain(),
        ruled=tuple(one for one in catalogue.policy_told(plan.estate) if one.written),
        not_looked_at=tuple(sorted(task.subject for task in plan.tasks if task.subject not in looked_at)),
        strips=strips,
        scenarios=scenarios(plan, seen),
        outside=len(plan.outside),
        meaning=meaning(plan.graph, at, proven(plan.estate, Looks(seen), at)),
    )


def _text(check: Check) -> CheckText:
    return CheckText(
        id=check.id,
        control=check.control,
        method=check.method,
        question=check.question,
        why=check.why,
        fix=check.fix,
        answers=check.answers,
        least=check.least.word,
    )
