"""Ids of tests in, which of them one process runs out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.together import LONG, group, turn

LIES = "tests/real/test_lies.py::test_is_not_fooled"


@pytest.mark.parametrize(
    ("nodeid", "found"),
    [
        (f"{LIES}[more-byte-flipped@tree]", "tree"),
        (f"{LIES}[1-removed@postgresql_archive]", "postgresql_archive"),
        ("tests/real/test_safety.py::test_a_look_changes_nothing[@tree]", "tree"),
        ("tests/real/test_borg.py::test_a_good_repository", "tests/real/test_borg.py"),
        ("tests/real/test_borg.py::test_one[root@host:/backups]", "tests/real/test_borg.py"),
        ("tests/real/test_borg.py::Named::test_one[x]", "tests/real/test_borg.py"),
    ],
)
def test_what_belongs_together(nodeid: str, found: str) -> None:
    assert group(nodeid) == found


def test_what_takes_long_begins_first() -> None:
    ids = [f"{LIES}[more-byte-flipped@tree]", "tests/world/test_dns.py::test_one", f"{LIES}[more-killed@patroni]"]
    assert sorted(ids, key=turn) == [ids[2], ids[0], ids[1]]


@pytest.mark.parametrize("name", LONG)
def test_what_takes_long_is_there(name: str) -> None:
    root = Path(__file__).parents[1]
    assert (root / name if "/" in name else root / f"tests/real/labs/{name}.py").is_file()


def run(folder: Path, body: str) -> tuple[int, str, set[tuple[str, str]]]:
    """Twelve tests of six groups; the exit code, what pytest said, each group with each process that ran some of it."""
    (folder / "conftest.py").write_text("from tests.conftest import pytest_xdist_make_scheduler\n")
    (folder / "test_it.py").write_text(
        "import os, pytest\n"
        "@pytest.mark.parametrize('x', range(12), ids=lambda x: f'{x}@{\"abcdef\"[x % 6]}')\n"
        "def test_it(x):\n"
        "    open(f'{\"abcdef\"[x % 6]}-{os.getpid()}', 'w').close()\n"
        f"    {body}\n"
    )
    words = ("-q", "-p", "no:cacheprovider", "-n", "3", "--dist", "loadgroup", "--rootdir", str(folder))
    around = {"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=folder, env=around, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    ran = {(one, process) for one, _, process in (path.name.partition("-") for path in folder.glob("[a-f]-*"))}
    return done.returncode, done.stdout, ran


def test_each_group_is_run_by_one_process(tmp_path: Path) -> None:
    code, said, ran = run(tmp_path, "pass")
    assert code == 0, said
    assert sorted(one for one, _ in ran) == list("abcdef")


def test_a_test_in_which_its_process_dies_fails_alone(tmp_path: Path) -> None:
    code, said, ran = run(tmp_path, "x == 2 and os._exit(1)")
    assert code == 1, said
    assert "1 failed, 11 passed" in said
    assert {one for one, _ in ran} == set("abcdef")
