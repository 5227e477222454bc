"""The data of a system comes up at its other place: a Redis from its RDB file, files from a restic repository."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from audit.model.exit import Exit
from tests.docs.test_readme import haechi
from tests.real.lab import tree
from tests.real.redises import PROGRAMS, started
from tests.real.scratch import CONSENT, scratch_for

pytestmark = [pytest.mark.real, pytest.mark.lab]
REF: Final = "agency/ledger/to-busan"


@pytest.fixture
def place(tmp_path: Path, need: Callable[[str], Path]) -> Path:
    restic, _ = need("restic"), [need(program) for program in PROGRAMS]
    (tmp_path / "taken").mkdir()
    with started(tmp_path / "server", "--save", "") as server:
        server.fill(2000)
        server.cli("SET", "canary", "alive")
        server.cli("SAVE")
        shutil.copy(server.folder / "dump.rdb", tmp_path / "taken" / "1.rdb")
    (tmp_path / "password").write_text("demo-password\n")
    (tmp_path / "password").chmod(0o600)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "newest.txt").write_text(datetime.now(UTC).isoformat())
    for step in (["init"], ["backup", "source"]):
        subprocess.run(
            (restic, "-q", "--no-cache", "-r", "repository", "-p", "password", *step),
            cwd=tmp_path, check=True, timeout=300, capture_output=True,
        )  # fmt: skip
    return tmp_path


def estate(place: Path, scratch: Path) -> None:
    there: dict[str, Any] = {"at": "busan", "drill": dict(CONSENT)}
    cache = {"id": "cache", "canary": {"key": "canary", "expect": "alive"},
             "copies": [{"id": "rdb", "kind": "redis", "rdb": "taken/*.rdb", **there}]}  # fmt: skip
    kept = {"id": "kept", "kind": "restic", "repository": "repository", "password": {"file": "password"}, **there}
    files = {"id": "files", "canary": {"file": "newest.txt", "newest": True}, "copies": [kept]}
    switch = {"id": "to-busan", "kind": "declared", "to": "busan", "mode": "warm", "steps": {"decide": "10m"}}
    whole = {
        "estate": {"id": "small"},
        "drills": {"scratch": [str(scratch)], "load": 1000},
        "sites": [{"id": "daejeon"}, {"id": "busan"}],
        "institutions": [{"id": "agency", "systems": [
            {"id": "ledger", "grade": 1, "rpo": "1h", "rto": "1h", "at": ["daejeon"], "failover": [switch],
             "data": [cache, files]},
        ]}],
    }  # fmt: skip
    (place / "estate.yaml").write_text(json.dumps(whole))


def test_all_of_it_comes_up_and_the_report_says_in_what_time(place: Path) -> None:
    before = tree(place / "taken"), tree(place / "repository")
    with scratch_for(place) as space:
        estate(place, space.folder)
        answer = haechi(place, "drill", "failover", "estate.yaml", "ledger", "--format", "json")
        assert answer.returncode == Exit.READY, answer.stdout + answer.stderr
        (one,) = json.loads(answer.stdout)["switches"]
        assert (one["failover"], one["kind"], one["realism"], one["proven"]) == (REF, "isolated", "partial", True)
        assert 600 < one["rto"]["measured"] < 3600
        assert one["rpo"]["measured"] < timedelta(hours=1).total_seconds()
        assert [check["name"] for check in one["checks"]] == ["agency/ledger/cache", "agency/ledger/files", "steps"]
        assert all("L5" in check["detail"] for check in one["checks"][:2])
        assert "decide 10m" in one["checks"][2]["detail"]
        listed = haechi(place, "drill", "list", "estate.yaml")
        assert REF in listed.stdout
        assert haechi(place, "drill", "show", "to-busan").returncode == Exit.READY
        (place / "taken" / "1.rdb").write_bytes((place / "taken" / "1.rdb").read_bytes()[:-3000])
        failed = haechi(place, "drill", "failover", "estate.yaml", REF)
        assert failed.returncode in (Exit.FAILED, Exit.NOT_VERIFIED), failed.stdout
        assert [left for left in space.folder.iterdir() if not left.name.startswith(".")] == []
    assert tree(place / "repository") == before[1]
