"""A folder to the manifests of two places that are kept equal by hand."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("diff",)
_PACKAGES: Final = "openssl: 3.0.15-1\npostgresql-15: 15.14-0\nnginx: 1.22.1-9\nschema: 204\n"


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    for name in ("here", "there"):
        (root / name).mkdir()
        (root / name / "manifest").write_text(_PACKAGES)
        (root / name / "checked").write_text("equal since 2019\n")
    yield Lab(
        item={"kind": "mirror", "here": "here/manifest", "there": "there/manifest"},
        role="failover",
        state=lambda: tree(root),
        breaks={
            "version-behind": lambda: _changed(root, _PACKAGES.replace("15.14-0", "15.12-0")),
            "one-missing": lambda: _changed(root, _PACKAGES.replace("schema: 204\n", "")),
            "no-manifest": lambda: _gone(root),
        },
    )


def _changed(root: Path, text: str) -> Said:
    (root / "there" / "manifest").write_text(text)
    # What such places are compared by: the note of the one who built them.
    done = subprocess.run(
        ["diff", "-q", "here/checked", "there/checked"], cwd=root, check=False, timeout=300, capture_output=True
    )
    return Said(f"diff of the notes of both places ends with {done.returncode}", content=done.returncode == 0)


def _gone(root: Path) -> Said:
    (root / "there" / "manifest").unlink()
    return Said("there is nothing to compare", content=False)
