"""The whole tree in, no complaint out: what of the house rules a machine can see."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import pytest

from tests.house import scan, text

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("audit", "checks", "inventories", "reports")
CODE = (*PRODUCT, "tests")

# The places where a bug of somebody else's becomes an answer, with how many handlers each may have.
BOUNDARIES: Mapping[str, int] = MappingProxyType(
    {"audit/engine/leash.py": 1, "audit/judge.py": 1, "audit/cli/__init__.py": 1}
)
WORLDLY = ("audit/world/", "audit/app.py", "audit/app/", "audit/demo.py", "audit/demo/")

Rule = Callable[[str], Iterator[str]]


@cache
def tree() -> tuple[PurePosixPath, ...]:
    """Every file that is or would be tracked; without git, every file that no tool made."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [PurePosixPath(os.fsdecode(name)) for name in listed.stdout.split(b"\0") if name]
    else:
        made = {".git", ".venv", ".venv.lock", "__pycache__", "build", "dist"}
        found = [PurePosixPath(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not made & set(path.parts)]
    return tuple(sorted(path for path in set(found) if (ROOT / path).is_file()))


def modules(*folders: str) -> tuple[PurePosixPath, ...]:
    return tuple(path for path in tree() if path.parts[0] in folders and path.suffix == ".py")


@cache
def content(path: PurePosixPath) -> str:
    """The text of a file; nothing for a file that is no text."""
    raw = (ROOT / path).read_bytes()
    return "" if b"\0" in raw[:8192] else raw.decode("utf-8", "replace")


def found(rule: Rule, paths: tuple[PurePosixPath, ...]) -> list[str]:
    return [f"{path}:{complaint}" for path in paths for complaint in rule(content(path))]


def clean(complaints: list[str]) -> None:
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


def test_the_tree_is_seen() -> None:
    assert {path.parts[0] for path in modules(*CODE)} == set(CODE)
    assert PurePosixPath("pyproject.toml") in tree()


@pytest.mark.parametrize(
    "rule", [scan.length, scan.docstring, scan.mocks, scan.type_checking], ids=lambda rule: rule.__name__
)
def test_every_module(rule: Rule) -> None:
    clean(found(rule, modules(*CODE)))


def test_no_module_keeps_state() -> None:
    clean(found(scan.module_state, modules(*PRODUCT)))


def test_time_and_chance_come_in_as_arguments() -> None:
    pure = tuple(path for path in modules(*PRODUCT) if not str(path).startswith(WORLDLY))
    clean(found(scan.worldly, pure))


def test_only_the_boundaries_take_whatever_comes() -> None:
    over = []
    for path in modules(*CODE):
        complaints = list(scan.broad_excepts(content(path)))
        if len(complaints) > BOUNDARIES.get(str(path), 0):
            over += [f"{path}:{complaint}" for complaint in complaints]
    clean(over)


def test_every_name_says_something() -> None:
    clean([f"{path}:{complaint}" for path in tree() for complaint in text.names(path)])


@pytest.mark.parametrize("rule", [text.unfinished, text.registries, text.machines], ids=lambda rule: rule.__name__)
def test_every_text(rule: Rule) -> None:
    clean(found(rule, tree()))


def test_scripts_can_be_run() -> None:
    scripts = [path for path in tree() if path.parts[0] in (".ci", "tools")]
    assert [str(path) for path in scripts if not os.access(ROOT / path, os.X_OK)] == []
    broken = [subprocess.run(["bash", "-n", ROOT / path], capture_output=True, check=False).stderr for path in scripts]
    assert list(chain.from_iterable(broken)) == []
