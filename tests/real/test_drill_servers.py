"""One copy of each technology is drilled through the whole way, from the estate to its record in the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from audit.app import audit
from audit.model.drilling import RestoreState
from audit.model.evidence import Selection
from reports.json import FORMAT as JSON
from tests.real.around import secrets_of
from tests.real.lab import labs
from tests.real.scratch import REF, Scratch, scratch_for

pytestmark = [pytest.mark.real, pytest.mark.lab]
ROWS: Final = {"query": "SELECT count(*) FROM canary", "at-least": "1000"}
KINDS: Final[dict[str, tuple[int, dict[str, Any]]]] = {
    "restic": (5, {"file": "ledger-0"}),
    "borg": (5, {"file": "ledger-0"}),
    "tree": (5, {"file": "year-1/loan-4.txt"}),
    "s3": (4, {}),
    "dumps_custom": (5, ROWS),
    "pgbackrest": (5, ROWS),
    "barman": (5, ROWS),
    "mariabackup": (5, {"query": "SELECT count(*) FROM app.ledger", "at-least": "1"}),
    "redis": (4, {}),
    "etcd": (5, {"key": "more", "expect": "1"}),
}
"""The level that each reaches, with the canary that is in it."""
SERVED: Final = ("dumps_custom", "pgbackrest", "barman", "mariabackup", "redis", "etcd")


@pytest.mark.parametrize("name", list(KINDS))
def test_a_healthy_copy_is_proven_and_stays_as_it_was(name: str, tmp_path: Path, need: Callable[[str], Path]) -> None:
    needs, made = next((needs, made) for found, needs, made in labs() if found == name)
    for program in needs:
        need(program)
    (tmp_path / "lab").mkdir()
    with made(tmp_path / "lab") as lab, secrets_of(lab), scratch_for(tmp_path / "lab") as space:
        before = dict(lab.state())
        level, canary = KINDS[name]
        data = {"canary": canary} if canary else {}
        drilled = space.drill({key: str(value) if key == "port" else value for key, value in lab.item.items()}, data)
        assert drilled.unseen is None, str(drilled.unseen)
        state = drilled.state
        assert state is not None
        assert [check for check in state.checks if not check.held] == []
        assert state.proven
        assert state.integrity == level
        assert timedelta(0) < state.rto < timedelta(hours=1)
        assert timedelta(0) <= state.rpo < timedelta(hours=1)
        assert state.expires > state.ended
        assert {part.name for part in state.parts} >= ({"restore", "start", "verify"} if name in SERVED else {"verify"})
        assert state.bytes > 0
        in_the_report(space, state)
        (space.root / "drilled.yaml").unlink()
        for left in space.root.glob("drilled.db*"):
            left.unlink()
        assert lab.state() == before


def in_the_report(space: Scratch, state: RestoreState) -> None:
    """What was measured stands there beside what was promised, and has been judged."""
    chosen = Selection(checks=("backup.restore-tested", "backup.restore-time"))
    dossier = audit(space.root / "drilled.yaml", store=str(space.root / "drilled.db"), selection=chosen).dossier
    told = json.loads(b"".join(chunk for page in JSON.pages(dossier, "en") for chunk in page.chunks))
    (found,) = told["drills"]
    assert (found["copy"], found["proven"], found["id"]) == (REF, True, state.id)
    assert found["rto"] == {"measured": state.rto.total_seconds(), "promised": 3600.0}
    judged = {one.check: str(one.verdict) for one in dossier.findings}
    assert judged == {"backup.restore-tested": "pass", "backup.restore-time": "pass"}
