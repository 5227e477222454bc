"""A repository with half a gigabyte in, the time of a drill of it beside that of its tool's own restore out."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.programs import needed
from tests.real.scratch import Scratch, scratch_for

pytestmark = pytest.mark.bench
MEGABYTES: Final = int(os.environ.get("HAECHI_BENCH_DRILL", "512"))
FILES: Final = 256
TURNS: Final = 3


def run(root: Path, *words: str) -> None:
    argv = ["restic", "-q", "--no-cache", "-r", str(root / "repository"), "-p", str(root / "password"), *words]
    subprocess.run(argv, check=True, timeout=600, stdin=subprocess.DEVNULL, capture_output=True)


def made(root: Path) -> None:
    """A repository with one snapshot of files that no packer makes smaller."""
    (root / "password").write_text("planted\n")
    (root / "password").chmod(0o600)
    (root / "source").mkdir()
    for number in range(FILES):
        (root / "source" / f"part-{number}").write_bytes(os.urandom(MEGABYTES * 1_000_000 // FILES))
    run(root, "init")
    run(root, "backup", str(root / "source"))


def natively(root: Path, scratch: Scratch) -> tuple[float, float]:
    """Seconds of `restic restore --verify` alone, then with what it brought cleared away again, as a drill has to."""
    target = scratch.folder / "native"
    began = time.perf_counter()
    run(root, "restore", "latest", "--target", str(target), "--verify", "--no-lock")
    took = time.perf_counter() - began
    shutil.rmtree(target)
    return took, time.perf_counter() - began


def drilled(root: Path, scratch: Scratch) -> tuple[float, float]:
    """Seconds of a whole drill, then of what counts as its recovery time."""
    (scratch.root / "password").write_bytes((root / "password").read_bytes())
    (scratch.root / "password").chmod(0o600)
    item = {"kind": "restic", "repository": str(root / "repository"), "password": {"file": "password"}}
    began = time.perf_counter()
    found = scratch.drill(item, drills={"most": "1 TB"})
    took = time.perf_counter() - began
    assert found.state is not None
    assert found.state.proven, found.state.trouble
    return took, found.state.rto.total_seconds()


def middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def test_a_drill_takes_little_longer_than_the_restore_in_it(tmp_path: Path) -> None:
    needed("restic")
    root = tmp_path / "made"
    root.mkdir()
    made(root)
    with scratch_for(tmp_path) as scratch:
        pairs = [(*natively(root, scratch), *drilled(root, scratch)) for _ in range(TURNS)]
    native, cleared, whole, counted = (middle(column) for column in zip(*pairs, strict=True))
    print(
        f"\n{MEGABYTES} MB: restic restore --verify {native:.2f} s, {cleared:.2f} s with its clearing away;"
        f" the whole drill {whole:.2f} s, {whole / native:.2f}x and {whole / cleared:.2f}x;"
        f" its measured recovery time {counted:.2f} s, {counted / native:.2f}x"
    )
