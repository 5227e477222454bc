"""What differs from a small estate with one group that can be switched to the estate in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from audit.app.switching import Made, make, planned
from audit.catalogue import Catalogue
from audit.model.authorization import Authorization
from tests.app.switching import pretended
from tests.app.switching.people import People
from tests.real.scratch import plugged

REF: Final = "kibo/guarantee/pair"


def known() -> Catalogue:
    from checks.backup import files

    return plugged((pretended, files))


def estate(root: Path, *, item: Any = None, about: Any = None, copies: Any = None, **more: Any) -> Path:
    (root / "backup.dat").write_text("a backup")
    group = {
        "id": "pair", "kind": "patroni", "to": "busan", "mode": "hot", "url": "http://127.0.0.1:9/",
        "switch": {"dsn": {"env": "SWITCH_DSN"}, "table": "haechi_canary"}, **(item or {}),
    }  # fmt: skip
    kept = [{"id": "files", "kind": "files", "at": "busan", "path": "*.dat"}] if copies is None else copies
    whole = {
        "estate": {"id": "lab", "timezone": "UTC", "allow": ["127.0.0.0/8"], "signers": "people/signers",
                   **(about or {})},
        "sites": [{"id": "daejeon"}, {"id": "busan"}],
        "institutions": [{"id": "kibo", "systems": [
            {"id": "guarantee", "grade": 1, "at": ["daejeon"], "rpo": "1h", "rto": "5m", "failover": [group],
             "data": [{"id": "ledger", "copies": kept}]},
        ]}],
        **more,
    }  # fmt: skip
    path = root / "estate.yaml"
    path.write_text(yaml.safe_dump(whole, sort_keys=False))
    return path


def plan(root: Path, path: Path, **more: Any) -> Authorization:
    return planned(path, "pair", store=str(root / "haechi.db"), catalogue=known(), **more).authorization


def written(root: Path, allowed: Authorization, two: People, *names: str) -> Path:
    """An authorization that these people signed."""
    file = root / "authorization.yaml"
    file.write_text(allowed.text())
    two.sign(file, *names)
    return file


def attempt(root: Path, path: Path, file: Path, **more: Any) -> Made:
    asked = {"confirm": lambda allowed: REF, "store": str(root / "haechi.db"), "catalogue": known(), **more}
    return make(path, "pair", file, **asked)
