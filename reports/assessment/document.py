"""A dossier to the frame of every OSCAL document: its metadata, its back matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reports.assessment.subjects import accountable, parties, roles
from reports.assessment.view import View
from reports.assessment.words import VERSION, instant, marked, own, properties, prose, reference, words
from reports.stream import Rows
from reports.whole import lacking

_DOCUMENT: Final = "application/octet-stream"


def metadata(view: View, title: str) -> dict[str, Any]:
    """Which document this is, of which run, about whom."""
    run, estate = view.dossier.run, view.dossier.estate
    notice = estate.about.notice
    made: dict[str, Any] = {
        "title": marked(title),
        "last-modified": instant(run.ended or view.dossier.at),
        "version": words(run.id),
        "oscal-version": VERSION,
        **properties(
            run=run.id,
            tool=run.tool,
            estate=estate.ref,
            merkle_root=run.root.removeprefix("sha256:"),
            language=view.speak.language,
        ),
        "links": [{"href": "#" + inventory(view), "rel": "reference"}],
        "roles": roles(view),
        "parties": Rows(parties(view)),
    }
    named = accountable(view)
    if named:
        made["responsible-parties"] = [{"role-id": "accountable", "party-uuids": named}]
    noted = [*lacking(view.dossier, view.speak), *([notice.text(view.speak.language)] if notice is not None else [])]
    return made | ({"remarks": prose("\n\n".join(noted))} if noted else {})


def readiness(view: View) -> list[dict[str, str]]:
    """The figures of the estate, the interval with the counts behind it."""
    figures = view.dossier.readiness
    told: dict[str, str | float] = {
        "readiness-letter": figures.letter,
        "readiness-demonstrated": f"{figures.demonstrated:.6f}",
        "readiness-possible": f"{figures.possible:.6f}",
        "readiness-coverage": f"{figures.coverage:.6f}",
        "count-pass": figures.passed,
        "count-fail": figures.failed,
        "count-unknown": figures.unknown,
        "count-not-applicable": figures.not_applicable,
        "count-waived": figures.waived,
        "not-looked-at": len(view.dossier.not_looked_at),
        "outside-the-selection": view.dossier.outside,
        "run-state": view.dossier.run.state,
    }
    return [own(name, value) for name, value in told.items()]


def inventory(view: View) -> str:
    """The UUID of the inventory, as it was when it was judged."""
    return view.id("inventory", view.dossier.run.estate_sha256)


def resources(view: View) -> Iterator[dict[str, Any]]:
    """The inventory, then each document that it names, each with its checksum."""
    run, estate = view.dossier.run, view.dossier.estate
    title = view.speak.text("The inventory that was audited")
    about = view.speak.text("The SHA-256 is taken over the text of every file of it.")
    yield {
        "uuid": inventory(view),
        "title": marked(title),
        "description": marked(about),
        "rlinks": [_link("urn:haechi:inventory:" + reference(estate.ref), "application/yaml", run.estate_sha256)],
    }
    for paper in estate.evidence:
        made: dict[str, Any] = {
            "uuid": view.id("evidence", paper.ref or paper.id),
            "title": marked(paper.id),
            **properties(
                check=paper.check,
                on=paper.on,
                by=paper.by,
                collected=paper.collected.isoformat(),
                expires=paper.expires.isoformat(),
            ),
        }
        if paper.says is not None:
            made["description"] = prose(paper.says)
        if paper.file is not None:
            made["rlinks"] = [_link(reference(paper.file), _DOCUMENT, paper.sha256 or "")]
        yield made


def _link(href: str, media: str, sha256: str) -> dict[str, Any]:
    made: dict[str, Any] = {"href": href, "media-type": media}
    return made | ({"hashes": [{"algorithm": "SHA-256", "value": words(sha256.lower())}]} if sha256 else {})
