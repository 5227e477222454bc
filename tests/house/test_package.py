"""pyproject.toml, the locks, a built wheel in; whether a stranger can install and run them out."""

import os
import re
import subprocess
import sys
import tomllib
import venv
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.test_house import PRODUCT, ROOT, tree

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
LOCKS = ("requirements.lock", "requirements-run.lock")
GROUPS = (("postgres", "install", "dev"), ("install",))


def pins(lock: str) -> Mapping[str, Version]:
    """Each name of a lock to its one version; a line that is neither pin, hash nor comment is no lock."""
    found: dict[str, Version] = {}
    hashes = 1
    for line in (ROOT / lock).read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        if pin := PIN.match(line):
            assert hashes, f"{lock}: the pin before {line} has no hash"
            assert canonicalize_name(pin["name"]) not in found, f"{lock}: {line} twice"
            found[canonicalize_name(pin["name"])] = Version(pin["version"])
            hashes = 0
        else:
            assert HASH.match(line), f"{lock}: {line}"
            hashes += 1
    assert hashes
    return found


def declared(*groups: str) -> list[Requirement]:
    """What pyproject.toml asks for: the product, the extras and groups that are named."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = list(project["project"]["dependencies"])
    for group in groups:
        asked += project["project"]["optional-dependencies"].get(group, [])
        asked += [entry for entry in project["dependency-groups"].get(group, []) if isinstance(entry, str)]
    return [Requirement(entry) for entry in asked]


@pytest.mark.parametrize(("lock", "groups"), list(zip(LOCKS, GROUPS, strict=True)))
def test_the_lock_holds_what_is_declared(lock: str, groups: tuple[str, ...]) -> None:
    locked = pins(lock)
    for requirement in declared(*groups):
        assert locked[canonicalize_name(requirement.name)] in requirement.specifier, str(requirement)


def test_the_locks_agree() -> None:
    everything, product = pins(LOCKS[0]), pins(LOCKS[1])
    assert {name: everything.get(name) for name in product} == dict(product)
    assert not {"pytest", "mypy", "ruff", "psycopg"} & set(product)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(room), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = room.glob("*.whl")
    return path


def test_the_wheel_holds_every_file_of_the_product(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
        entry_points = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "haechi = audit.__main__:main" in archive.read(entry_points).decode()
    ours = {str(path) for path in tree() if path.parts[0] in PRODUCT}
    assert ours - shipped == set()
    assert {name.partition("/")[0] for name in shipped} == set(PRODUCT)


@pytest.mark.real
def test_the_wheel_runs_the_demo_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    room, elsewhere, home = tmp_path / "an empty environment", tmp_path / "else where", tmp_path / "home"
    for folder in (elsewhere, home):
        folder.mkdir()
    venv.create(room, with_pip=True)
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "LC_", "LANG"))
    }
    # pip keeps its cache under HOME; it may use the one that is there, the demo may not.
    for arguments in (
        ["--require-hashes", "--requirement", str(ROOT / "requirements-run.lock")],
        ["--no-deps", "--no-index", str(wheel)],
    ):
        command = [str(room / "bin" / "python"), "-m", "pip", "install", "--quiet", *arguments]
        installed = subprocess.run(command, env=plain, capture_output=True, text=True, check=False)
        assert installed.returncode == 0, installed.stderr
    ran = subprocess.run(
        [str(room / "bin" / "haechi"), "demo"],
        cwd=elsewhere,
        env=plain | {"HOME": str(home), "TMPDIR": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
