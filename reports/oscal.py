"""A dossier to the assessment results of OSCAL 1.2.1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from audit.model.dossier import Dossier
from reports.assessment.document import inventory, metadata, readiness, resources
from reports.assessment.findings import findings, observations
from reports.assessment.risks import records, risks_of
from reports.assessment.subjects import assets, components, controls, items, reviewed, tool
from reports.assessment.view import View
from reports.assessment.words import instant, marked, properties, prose
from reports.format import Format, Page
from reports.stream import Rows, document
from reports.words import STATES


def _chunks(dossier: Dossier, language: str) -> Iterator[bytes]:
    view = View.of(dossier, language)
    name = dossier.estate.named(dossier.estate.about.id, language)
    about = dossier.estate.about.name
    title = view.speak.text("Audit of {estate}", estate=about.text(language) if about is not None else name)
    yield from document(
        {
            "assessment-results": {
                "uuid": view.id_of_run("assessment-results", language),
                "metadata": metadata(view, title),
                "import-ap": {"href": "#" + inventory(view)},
                "local-definitions": {"objectives-and-methods": Rows(controls(view))},
                "results": [_result(view, title)],
                "back-matter": {"resources": Rows(resources(view))},
            }
        }
    )


def _result(view: View, title: str) -> dict[str, Any]:
    run, risks = view.dossier.run, risks_of(view)
    state = view.speak.message(STATES[run.state]) if run.state in STATES else run.state
    entry = {
        "uuid": view.id_of_run("run"),
        "title": marked(view.speak.text("Run {run}", run=run.id)),
        "description": marked(state),
        "start": instant(run.started),
        **({"end": instant(run.ended)} if run.ended is not None else {}),
        **properties(judged_at=instant(view.dossier.at), judged_from=run.judged_from),
        "links": [{"href": "#" + tool(view), "rel": "reference"}],
    }
    return {
        "uuid": view.id_of_run("result"),
        "title": marked(title),
        "description": prose(view.speak.text("One run: {state}.", state=state)),
        "start": instant(run.started),
        **({"end": instant(run.ended)} if run.ended is not None else {}),
        "props": readiness(view),
        "local-definitions": {
            "components": Rows(components(view)),
            "inventory-items": Rows(items(view)),
            "assessment-assets": assets(view),
        },
        "reviewed-controls": reviewed(view),
        "assessment-log": {"entries": [entry]},
        "observations": Rows(observations(view, lambda finding: True)),
        "risks": Rows(records(view, risks)),
        "findings": Rows(findings(view, lambda finding: True, risks.of)),
    }


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", _chunks(dossier, language))


FORMAT: Final = Format("oscal", ".oscal.json", "application/json", _pages)
