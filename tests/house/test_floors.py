"""A small tree of empty modules with some imports in, the contracts that it breaks out."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.house.test_house import ROOT

MODULES = (
    "audit audit.analysis audit.analysis.loss audit.app audit.app.crew audit.app.drilling "
    "audit.app.drilling_record audit.app.past audit.app.records audit.app.stored audit.app.switching "
    "audit.app.switching_record audit.app.watching audit.catalogue "
    "audit.cli audit.cli.run audit.cli.switch "
    "audit.contract audit.demo audit.engine audit.inventory audit.judge audit.model audit.model.estate "
    "audit.plan audit.schedule audit.store audit.store.seal audit.world audit.world.drilling "
    "audit.world.http audit.world.switching checks "
    "checks.backup checks.backup.restic checks.backup.rules checks.facility checks.facility.rules "
    "inventories reports reports.html"
).split()

ALLOWED = {
    "audit.app": "import audit.schedule, audit.store, audit.engine, audit.world.http, reports.html, sqlalchemy",
    "audit.catalogue": "import audit.contract, checks",
    "audit.app.switching": "import audit.world.switching, audit.store",
    "audit.cli.run": "import audit.app, subprocess",
    "audit.cli.switch": "import audit.app.switching",
    "audit.contract": "import audit.world, audit.model",
    "audit.engine": "import anyio, audit.contract",
    "audit.schedule": "import apscheduler",
    "audit.store.seal": "import sqlalchemy, alembic, audit.model.estate",
    "audit.world.http": "import socket, ssl, httpx, anyio, audit.model",
    "checks.backup.restic": "from audit.contract import probe\nfrom audit.model.estate import Estate",
    "reports.html": "import audit.model.estate",
}

BROKEN = (
    ("floors", "audit.model.estate", "import audit.inventory"),
    ("floors", "audit.store", "import audit.app"),
    ("floors", "audit.judge", "import audit.engine"),
    ("floors", "audit.contract", "from audit import catalogue"),
    ("floors", "audit.attic", "x = 1"),
    ("checks-know-the-contract", "checks.backup.rules", "import audit.world.http"),
    ("checks-know-the-contract", "checks.facility", "import audit.inventory"),
    ("areas", "checks.backup.rules", "from checks.facility import rules"),
    ("reports-know-the-model", "reports", "import audit.store"),
    ("reports-know-the-model", "reports.html", "import audit.analysis.loss"),
    ("audit-below-checks-and-reports", "audit.judge", "import checks.backup.rules"),
    ("audit-below-checks-and-reports", "audit.store.seal", "import reports.html"),
    ("hands", "audit.analysis.loss", "import subprocess"),
    ("hands", "audit.judge", "import sqlalchemy"),
    ("hands", "audit.engine", "import socket"),
    ("hands", "checks.backup.restic", "from httpx import get"),
    ("hands", "reports.html", "import ssl"),
    ("drilling", "audit.app.watching", "import audit.app.drilling"),
    ("drilling", "audit.schedule", "import audit.world.drilling"),
    ("drilling", "audit.contract", "import audit.world.drilling"),
    ("switching", "audit.app.watching", "import audit.app.switching"),
    ("switching", "audit.schedule", "import audit.cli.switch"),
    ("switching", "audit.app.drilling", "import audit.world.switching"),
    ("switching", "checks.facility.rules", "import audit.app.switching"),
    ("one-way-to-switching", "audit.app", "import audit.app.switching"),
    ("one-way-to-switching", "audit.cli.run", "import audit.app.switching"),
    ("hands-that-switch", "audit.cli.switch", "import audit.app.switching, audit.world.switching"),
    ("hands-that-switch", "audit.app", "import audit.world.switching"),
    ("ticking", "audit.app", "import apscheduler.schedulers"),
)


def lint(room: Path, sources: Mapping[str, str]) -> tuple[int, str]:
    """The answer of import-linter under the contracts of this tree."""
    (room / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for name in {*MODULES, *sources}:
        folder = any(other.startswith(f"{name}.") for other in MODULES) or "." not in name
        path = room / name.replace(".", "/") / "__init__.py" if folder else room / (name.replace(".", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sources.get(name, "") + "\n", "utf-8")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    answer = subprocess.run(command, cwd=room, capture_output=True, text=True, check=False)
    return answer.returncode, answer.stdout + answer.stderr


def test_what_the_floors_allow(tmp_path: Path) -> None:
    returned, said = lint(tmp_path, ALLOWED)
    assert returned == 0, said


@pytest.mark.parametrize(("contract", "module", "source"), BROKEN)
def test_what_they_forbid(tmp_path: Path, contract: str, module: str, source: str) -> None:
    returned, said = lint(tmp_path, ALLOWED | {module: source})
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    named = re.search(rf'id = "{contract}"\nname = "([^"]+)"', text)
    assert named
    assert returned == 1, said
    assert f"{named[1]} BROKEN" in " ".join(said.split()), said
