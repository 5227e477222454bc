"""A lab to the estate around it, audited in this process, with what Haechi ruled on the lab's item."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from audit.app import audit
from audit.model.evidence import Finding, Selection
from audit.model.message import fill
from audit.model.verdict import Verdict
from tests.real.lab import Lab

DATA: Final = "kibo/guarantee/ledger"
REFS: Final[Mapping[str, str]] = {
    "copies": f"{DATA}/it",
    "failover": "kibo/guarantee/it",
    "endpoints": "kibo/guarantee/it",
    "power-protection": "daejeon/it",
    "monitoring": "daejeon/it",
}


@dataclass(frozen=True, slots=True)
class Ruled:
    """What was ruled on one subject."""

    findings: Mapping[str, Finding]
    """By check."""

    def verdict(self, check: str) -> str:
        """`pass`, `fail`, `unknown: REASON`, `not-applicable`."""
        found = self.findings[check]
        return f"{found.verdict}: {found.reason}" if found.verdict is Verdict.UNKNOWN else str(found.verdict)

    def says(self, check: str) -> str:
        found = self.findings[check]
        return fill(found.says.template, found.says.values)

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(name for name, found in self.findings.items() if found.verdict is Verdict.FAIL)


def estate(lab: Lab, **more: Any) -> dict[str, Any]:
    """An estate of one system in Daejeon whose copy, or whatever the lab is, stands in Busan."""
    item = {"id": "it", **lab.item, **more}
    system: dict[str, Any] = {"id": "guarantee", "grade": 1, "at": ["daejeon/room-1"], **lab.promised}
    site: dict[str, Any] = {"id": "daejeon", "rooms": [{"id": "room-1"}]}
    if lab.role == "copies":
        system["data"] = [{"id": "ledger", "at": "daejeon/room-1", "copies": [{"at": "busan", **item}], **lab.data}]
    elif lab.role == "failover":
        system["failover"] = [{"to": "busan", "mode": "hot", **item}]
    elif lab.role in ("power-protection", "monitoring"):
        site[lab.role] = [{"room": "room-1", **item}]
    else:
        system[lab.role] = [item, *lab.beside]
    return {
        "estate": {"id": "lab", "allow": ["127.0.0.0/8"]},
        "sites": [site, {"id": "busan"}, {"id": "gwangju"}],
        "institutions": [{"id": "kibo", "systems": [system]}],
    }


@contextmanager
def planted(secrets: Mapping[str, str]) -> Iterator[None]:
    """The environment that the references of items name, for as long as they are looked at."""
    before = dict(os.environ)
    os.environ.update(secrets)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def secrets_of(lab: Lab) -> AbstractContextManager[None]:
    """Those of one lab."""
    return planted(lab.environment)


def ruled(root: Path, lab: Lab, **more: Any) -> Ruled:
    """Look at the lab for real; `root` is where relative paths of its item start."""
    path = root / "estate.yaml"
    path.write_text(yaml.safe_dump(estate(lab, **more), allow_unicode=True, sort_keys=False))
    ref = REFS[lab.role]
    store = root.parent / f"{root.name}.db"
    with secrets_of(lab):
        outcome = audit(path, store=str(store), selection=Selection(subjects=(ref,)))
    return Ruled({found.check: found for found in outcome.dossier.findings if found.subject == ref})
