"""Rules and imports of others that never end, met by every way of judging, to an end with a line, the store whole."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from audit import app
from audit.app.forecasting import forecast_of
from audit.app.mutating import mutate
from audit.app.replaying import expected, folder, replay
from audit.catalogue import Catalogue, discover
from audit.contract import Ruling
from audit.model.verdict import Reason, Verdict

ROOT = Path(__file__).parents[2]
SHORT = timedelta(seconds=0.2)
TEXT = """
estate: {id: kibo-all, timezone: Asia/Seoul}
institutions:
  - id: kibo
    systems: [{id: loans, grade: 1, owner: {name: Kim, email: k@kibo.kr}}]
"""
ASKED = "operations.owner"
LOOPS = "import itertools\nsum(itertools.repeat(0))\n"
"""Nothing in there ever lets a signal or another thread in."""


def never(**given: object) -> Ruling:
    while True:
        pass


def endless(name: str) -> Catalogue:
    """Everything that is plugged in, one rule of it never ends."""
    known = discover()
    return replace(known, checks={**known.checks, name: replace(known.checks[name], rule=never)})


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    (tmp_path / "estate.yaml").write_text(TEXT, "utf-8")
    return tmp_path / "estate.yaml"


def test_a_forecast_ends(estate: Path, tmp_path: Path) -> None:
    known = endless(ASKED)
    told = forecast_of(
        estate, "2027-03-01", at="2026-11-20", store=str(tmp_path / "none.db"), catalogue=known, longest=SHORT
    )
    whole = forecast_of(estate, "2027-03-01", at="2026-11-20", store=str(tmp_path / "none.db"))
    assert told.forecast.passes == whole.forecast.passes - 1


def test_mutations_end(estate: Path, tmp_path: Path) -> None:
    done = mutate(
        estate, store=str(tmp_path / "none.db"), kinds=["owner-removed"], catalogue=endless(ASKED), longest=SHORT
    )
    assert len(done.tried) == 1
    assert all(ASKED not in mutant.by for one in done.tried for mutant in one.mutants), "knows nothing"


def test_a_replay_ends() -> None:
    asked = expected(folder("retail-fund-2025"))[0].check
    done = replay("retail-fund-2025", catalogue=endless(asked), longest=SHORT)
    wrong = [line.found for line in done.lines if not line.right]
    assert wrong
    assert {(one.check, one.verdict, one.reason) for one in wrong if one} == {(asked, Verdict.UNKNOWN, Reason.CRASHED)}


def test_a_run_that_is_ended_from_outside_leaves_its_store_well(estate: Path, tmp_path: Path) -> None:
    store = tmp_path / "haechi.db"
    program = f"""
import itertools
from datetime import timedelta
from pathlib import Path
from audit import app
from tests.app.test_bounded import ASKED, endless, replace

known = endless(ASKED)
loops = replace(known.checks[ASKED], rule=lambda **given: sum(itertools.repeat(0)))
known = replace(known, checks={{**known.checks, ASKED: loops}})
app.audit(Path({str(estate)!r}), store={str(store)!r}, catalogue=known, longest=timedelta(seconds=0.2))
"""
    done = subprocess.run(
        (sys.executable, "-c", program), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stderr == f"haechi: the rule {ASKED} does not end and cannot be ended; nothing was judged\n"
    assert [one.broken_off for one in app.runs(store=str(store))] == [True]
    again = app.audit(estate, store=str(store))
    assert again.dossier.run.state == "complete"
    assert [one.broken_off for one in app.runs(store=str(store))] == [False, True]
    broken = app.runs(store=str(store))[1].run.id
    assert len(app.dossier_of(broken, store=str(store)).dossier.findings) == len(again.dossier.findings)


def test_an_import_that_does_not_end_ends_the_program_with_the_name_of_the_package(tmp_path: Path) -> None:
    told = tmp_path / "third_party-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[haechi.checks]\nthird = looping_rules\n")
    (tmp_path / "looping_rules.py").write_text(LOOPS)
    program = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from datetime import timedelta
from audit.catalogue import discover
discover(timedelta(seconds=0.2))
"""
    done = subprocess.run(
        (sys.executable, "-c", program), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stderr == "haechi: the import of the package third-party does not end; take it away, or mend it\n"
