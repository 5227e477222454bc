"""A copy as the inventory words it, with a folder, to what a drill of it came to in scratch space of its own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Final

from audit.app.drilling import Drilled, drill
from audit.catalogue import Catalogue, _Findings

NONE: Final[Mapping[str, Any]] = MappingProxyType({})
REF: Final = "agency/ledger/rows/copy"
CONSENT: Final[Mapping[str, str]] = MappingProxyType({"consent": "Kim Example", "until": "2999-12-31"})


@dataclass(frozen=True)
class Scratch:
    """An estate around one copy, whose relative paths start in `root`, with a folder in which drills work."""

    root: Path
    folder: Path

    def write(self, item: Mapping[str, Any], data: Mapping[str, Any] = NONE, drills: Mapping[str, Any] = NONE) -> Path:
        """The inventory; `data` adds keys of the data set such as `canary`, `drills` of the scratch space."""
        copy = {"id": "copy", "at": "busan", "drill": dict(CONSENT), **item}
        estate = {
            "estate": {"id": "drilled", "allow": ["127.0.0.1", "::1"]},
            "drills": {"scratch": [str(self.folder)], "load": "1000", "most": "2 GB", **drills},
            "sites": [{"id": "busan"}],
            "institutions": [
                {"id": "agency", "systems": [
                    {"id": "ledger", "grade": "1", "rpo": "1h", "rto": "1h",
                     "data": [{"id": "rows", "copies": [copy], **data}]},
                ]},
            ],
        }  # fmt: skip
        path = self.root / "drilled.yaml"
        path.write_text(json.dumps(estate, indent=1, default=str))
        return path

    def drill(
        self,
        item: Mapping[str, Any],
        data: Mapping[str, Any] = NONE,
        drills: Mapping[str, Any] = NONE,
        *,
        point: str = "",
        share: float | None = None,
        only: Sequence[ModuleType] = (),
    ) -> Drilled:
        """One drill of the copy; nothing of it is left afterwards. `only` these modules are plugged in, if any."""
        path = self.write(item, data, drills)
        (found,) = drill(path, REF, store=str(self.root / "drilled.db"), point=point, share=share,
                         catalogue=plugged(only) if only else None)  # fmt: skip
        assert [entry.name for entry in self.folder.iterdir()] == [".haechi-drill.lock"]
        return found


def plugged(modules: Sequence[ModuleType]) -> Catalogue:
    """A catalogue of nothing but some modules of checks."""
    found = _Findings()
    for module in modules:
        found.take(module, "")
    return found.catalogue()


@contextmanager
def scratch_for(root: Path) -> Iterator[Scratch]:
    """Scratch space that servers can reach as an unprivileged user: pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory(prefix="haechi-scratch-") as folder:
        Path(folder).chmod(0o711)
        yield Scratch(root, Path(folder))
