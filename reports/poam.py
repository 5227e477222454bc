"""A dossier to the plan of action of OSCAL 1.2.1."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from audit.model.dossier import Dossier
from audit.model.register import Action
from reports.assessment.document import metadata, resources
from reports.assessment.findings import findings, identified, observation, observations
from reports.assessment.measures import settled, told
from reports.assessment.risks import Risk, Risks, record, risks_of, title
from reports.assessment.subjects import assets, components, items, origins
from reports.assessment.view import View, is_open
from reports.assessment.words import marked, properties, prose, words
from reports.format import Format, Page
from reports.stream import Rows, document


def _chunks(dossier: Dossier, language: str) -> Iterator[bytes]:
    view = View.of(dossier, language)
    about = dossier.estate.about.name
    named = about.text(language) if about is not None else dossier.estate.ref
    risks, done = risks_of(view), settled(view)
    yield from document(
        {
            "plan-of-action-and-milestones": {
                "uuid": view.id_of_run("plan-of-action-and-milestones", language),
                "metadata": metadata(view, view.speak.text("What is to be mended in {estate}", estate=named)),
                "system-id": {"id": words(dossier.estate.ref)},
                "local-definitions": {
                    "components": Rows(components(view)),
                    "inventory-items": Rows(items(view)),
                    "assessment-assets": assets(view),
                },
                "observations": Rows(observations(view, is_open)),
                "risks": Rows(chain((record(view, risk) for risk in risks.all), (told(view, one) for one in done))),
                "findings": Rows(findings(view, is_open, risks.of)),
                "poam-items": Rows(_items(view, risks, done)),
                "back-matter": {"resources": Rows(resources(view))},
            }
        }
    )


def _items(view: View, risks: Risks, done: list[Action]) -> Iterator[dict[str, Any]]:
    """One for each risk; one that says so where there is none, because OSCAL wants at least one."""
    for risk in risks.all:
        yield _item(view, risk)
    for action in done:
        yield {
            "uuid": view.id("poam-item", action.id),
            "title": marked(f"{view.question(action.origin.check)}: {action.origin.subject}"),
            "description": prose(action.plan or view.question(action.origin.check)),
            **properties(state=action.state, closed_by=action.closed_by, retired_by=action.retired),
            "origins": origins(view),
            "related-risks": [{"risk-uuid": view.id("measure", action.id)}],
        }
    if not risks.all and not done:
        says = marked(view.speak.text("Nothing is open."))
        yield {"uuid": view.id_of_run("nothing"), "title": says, "description": says}


def _item(view: View, risk: Risk) -> dict[str, Any]:
    check = view.dossier.checks.get(risk.check)
    fix = view.speak.text(check.fix, ref=risk.findings[0].subject) if check is not None else risk.check
    named = view.dossier.estate.index.get(risk.institution)
    person = getattr(named, "accountable", None)
    return {
        "uuid": view.id("poam-item", risk.uuid),
        "title": marked(title(view, risk)),
        "description": prose(risk.waiver.reason if risk.waiver is not None else fix),
        **properties(
            check=risk.check,
            institution=risk.institution,
            accountable=person.name if person is not None else None,
            waived_until=risk.waiver.expires.isoformat() if risk.waiver is not None else None,
        ),
        "origins": origins(view),
        "related-findings": [{"finding-uuid": identified(view, one)} for one in risk.findings],
        "related-observations": [{"observation-uuid": observation(view, one)} for one in risk.findings],
        "related-risks": [{"risk-uuid": risk.uuid}],
    }


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", _chunks(dossier, language))


FORMAT: Final = Format("poam", ".poam.json", "application/json", _pages)
