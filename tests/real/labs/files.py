"""A folder to dumps of four ages in it, with a manifest beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.drops import breaks, filled
from tests.real.lab import Lab, tree

NEEDS: Final = ("gzip", "sha256sum")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    drop = root / "drop"
    filled(drop)
    yield Lab(
        item={"kind": "files", "path": "drop/*.sql.gz"},
        state=lambda: tree(drop),
        breaks=breaks(drop),
    )
