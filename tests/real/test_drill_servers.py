"""One copy of each technology that a server has to prove is drilled through the whole way, from estate to record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from tests.real.around import secrets_of
from tests.real.lab import labs
from tests.real.scratch import scratch_for

pytestmark = [pytest.mark.real, pytest.mark.lab]
KINDS: Final[dict[str, dict[str, Any]]] = {
    "pgbackrest": {"query": "SELECT count(*) FROM canary", "at-least": "1000"},
    "barman": {"query": "SELECT count(*) FROM canary", "at-least": "1000"},
    "postgresql_archive": {"query": "SELECT count(*) FROM canary", "at-least": "1000"},
    "mariabackup": {"query": "SELECT count(*) FROM app.ledger", "at-least": "1"},
    "redis": {},
    "etcd": {"key": "more", "expect": "1"},
}


@pytest.mark.parametrize("name", list(KINDS))
def test_a_healthy_copy_is_proven_and_stays_as_it_was(name: str, tmp_path: Path, need: Callable[[str], Path]) -> None:
    needs, made = next((needs, made) for found, needs, made in labs() if found == name)
    for program in needs:
        need(program)
    (tmp_path / "lab").mkdir()
    with made(tmp_path / "lab") as lab, secrets_of(lab), scratch_for(tmp_path) as space:
        before = dict(lab.state())
        data = {"canary": KINDS[name]} if KINDS[name] else {}
        drilled = space.drill({key: str(value) if key == "port" else value for key, value in lab.item.items()}, data)
        assert drilled.unseen is None, str(drilled.unseen)
        state = drilled.state
        assert state is not None
        assert [check for check in state.checks if not check.held] == []
        assert state.proven
        assert state.integrity == (5 if KINDS[name] else 4)
        assert timedelta(0) < state.rto < timedelta(minutes=2)
        assert timedelta(0) <= state.rpo < timedelta(minutes=5)
        assert state.expires > state.ended
        assert {part.name for part in state.parts} >= {"restore", "start", "verify"}
        assert state.bytes > 0
        assert lab.state() == before
