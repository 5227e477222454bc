"""A dossier to what OSCAL says exists: parties, components, inventory items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from audit.model.estate import Institution, Supplier, System
from audit.model.units import plain
from reports.assessment.view import View
from reports.assessment.words import marked, properties, prose, token, words

ROLES: Final = ("owner", "accountable")


def tool(view: View) -> str:
    """The UUID of the program that looked."""
    return view.id("tool", view.dossier.run.tool)


def origins(view: View) -> list[dict[str, Any]]:
    """Who says so: the program."""
    return [{"actors": [{"type": "tool", "actor-uuid": tool(view)}]}]


def assets(view: View) -> dict[str, Any]:
    """What looked at everything."""
    component = {
        "uuid": tool(view),
        "type": "software",
        "title": marked(view.dossier.run.tool),
        "description": prose(view.dossier.run.tool),
        "status": {"state": "operational"},
    }
    platform = {"uuid": view.id("platform"), "uses-components": [{"component-uuid": tool(view)}]}
    return {"components": [component], "assessment-platforms": [platform]}


def roles(view: View) -> list[dict[str, str]]:
    """The roles that parties have."""
    titles = (view.speak.text("answers for the system"), view.speak.text("accountable"))
    return [{"id": role, "title": marked(title)} for role, title in zip(ROLES, titles, strict=True)]


def parties(view: View) -> Iterator[dict[str, Any]]:
    """The institutions with those who are accountable for them, the suppliers."""
    estate = view.dossier.estate
    for institution in estate.institutions:
        yield _organisation(view, institution.ref, "institution")
        person = institution.accountable
        if person is not None:
            yield {
                "uuid": view.id("person", institution.ref),
                "type": "person",
                "name": words(person.name),
                **properties(role=person.role),
                "member-of-organizations": [view.id("party", institution.ref)],
            }
    for supplier in estate.suppliers:
        yield _organisation(view, supplier.ref, "supplier")


def accountable(view: View) -> list[str]:
    """The UUIDs of those who are accountable for an institution."""
    return [view.id("person", one.ref) for one in view.dossier.estate.institutions if one.accountable is not None]


def _organisation(view: View, ref: str, kind: str) -> dict[str, Any]:
    name = words(view.dossier.estate.named(ref, view.speak.language))
    return {"uuid": view.id("party", ref), "type": "organization", "name": name, **properties(ref=ref, kind=kind)}


def components(view: View) -> Iterator[dict[str, Any]]:
    """Each system as a service, each site as a thing that can burn."""
    estate = view.dossier.estate
    for _, system in estate.systems():
        told = {"grade": system.grade, "readiness": _letter(view, system.ref)}
        yield _component(view, system.ref, "service", told)
    for site in estate.sites:
        yield _component(view, site.ref, "physical", {"site_kind": site.kind})


def _letter(view: View, ref: str) -> str | None:
    readiness = view.dossier.systems.get(ref)
    return readiness.letter if readiness is not None else None


def _component(view: View, ref: str, kind: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uuid": view.id("component", ref),
        "type": kind,
        "title": marked(view.dossier.estate.named(ref, view.speak.language)),
        "description": marked(ref),
        **properties(ref=ref, **told),
        # The inventory does not say in which state of its life a thing is.
        "status": {"state": "other"},
    }


def items(view: View) -> Iterator[dict[str, Any]]:
    """Each system, then everything else that was judged and is no party."""
    estate = view.dossier.estate
    systems = {system.ref: (institution, system) for institution, system in estate.systems()}
    for ref, (institution, system) in systems.items():
        yield _item(view, ref, system.ref, institution.ref, _promises(system))
    for ref, first in sorted({finding.subject: finding for finding in view.findings}.items()):
        if ref not in systems and subject(view, ref)["type"] == "inventory-item":
            found = estate.index.get(ref)
            kind = getattr(found, "kind", None) or type(found).__name__.lower() if found is not None else None
            yield _item(view, ref, first.system, first.institution, {"kind": kind})


def _promises(system: System) -> dict[str, Any]:
    told = {name: plain(value) for name in ("rto", "rpo") if (value := getattr(system, name)) is not None}
    return {"kind": "system", "grade": system.grade, **told}


def _item(view: View, ref: str, system: str, institution: str, told: Mapping[str, Any]) -> dict[str, Any]:
    named = view.dossier.estate.named(ref, view.speak.language)
    made: dict[str, Any] = {
        "uuid": view.id("item", ref),
        "description": marked(named),
        "props": [{"name": "asset-id", "value": words(ref)}, *properties(**told).get("props", ())],
    }
    known = view.dossier.estate.index
    if isinstance(known.get(institution), Institution):
        made["responsible-parties"] = [{"role-id": "owner", "party-uuids": [view.id("party", institution)]}]
    if isinstance(known.get(system), System):
        made["implemented-components"] = [{"component-uuid": view.id("component", system)}]
    return made


def subject(view: View, ref: str) -> dict[str, Any]:
    """The reference to what a finding is about."""
    party = isinstance(view.dossier.estate.index.get(ref), Institution | Supplier)
    kind = "party" if party else "inventory-item"
    return {"subject-uuid": view.id("party" if party else "item", ref), "type": kind, "title": marked(ref)}


def controls(view: View) -> Iterator[dict[str, Any]]:
    """What was asked: each check as an objective of its control."""
    checks = sorted(view.dossier.checks.values(), key=lambda check: (check.control, check.id))
    for check in checks:
        yield {
            "control-id": token(check.control),
            "description": marked(view.question(check.id)),
            "parts": [
                {
                    "id": token(check.id),
                    "name": "assessment-objective",
                    "title": marked(check.id),
                    "props": [*properties(check=check.id, method=check.method, least_evidence=check.least)["props"]]
                    + [part for answer in check.answers for part in properties(answers=answer)["props"]],
                    "prose": prose(view.speak.text(check.why)),
                }
            ],
        }


def reviewed(view: View) -> dict[str, Any]:
    """The controls that were judged."""
    judged = sorted({token(finding.control) for finding in view.findings})
    if not judged:
        says = view.speak.text("Nothing was judged.")
        return {"description": marked(says), "control-selections": [{"include-all": {}, "description": marked(says)}]}
    return {"control-selections": [{"include-controls": [{"control-id": one} for one in judged]}]}
