"""What fills a folder, to any number of copies of it, filled once by each process of the tests."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path


def copied(fill: Callable[..., None], folder: Path, *words: str) -> None:
    """`folder` as `fill(folder, *words)` leaves it, owners and times included."""
    subprocess.run(("cp", "-a", "--reflink=auto", f"{_filled(fill, words)}/.", folder), check=True)


@cache
def _filled(fill: Callable[..., None], words: tuple[str, ...]) -> Path:
    """The folder from which is copied, until this process ends; PostgreSQL refuses root, who runs it as `postgres`."""
    place = Path(tempfile.mkdtemp(prefix="haechi-mould-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    if os.getuid() == 0:
        shutil.chown(place, "postgres", "postgres")
    fill(place / "filled", *words)
    return place / "filled"
