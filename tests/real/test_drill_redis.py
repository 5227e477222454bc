"""RDB files of a real Redis are restored by the drill: whole, with a flipped byte, without the canary."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.backup.drills import redis
from checks.backup.redis import RedisFiles
from tests.real.lab import tree
from tests.real.redises import PROGRAMS, started
from tests.real.scratch import scratch_for
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> Path:
    for program in PROGRAMS:
        need(program)
    folder = tmp_path_factory.mktemp("redis")
    (folder / "taken").mkdir()
    with started(folder / "server", "--save", "") as server:
        server.fill(2000)
        server.cli("SET", "canary", "alive")
        server.cli("SAVE")
        shutil.copy(server.folder / "dump.rdb", folder / "taken" / "1.rdb")
    return folder / "taken"


@pytest.fixture
def taken(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "taken")
    return tmp_path / "taken"


def restored(taken: Path, key: str = "canary", **more: object) -> Brought:
    copy = RedisFiles.model_validate({"id": "it", "kind": "redis", "at": "busan", "rdb": "taken/*.rdb"})
    canary = {"key": key, "expect": "alive"}
    with scratch_for(taken.parent) as space:
        scratch = space.folder
        return drill(redis.restored, copy, taken.parent, scratch, canary=canary, **more)  # type: ignore[arg-type]


def test_a_whole_file_is_proven(taken: Path) -> None:
    before = tree(taken)
    brought = restored(taken)
    assert brought.failed == {}
    names = [check.name for check in brought.restored.checks]
    assert names == ["restore", "redis-check-rdb", "start", "keys", "canary"]
    assert brought.restored.integrity == 5
    assert {part.name for part in brought.parts} >= {"preflight", "restore", "start", "verify"}
    assert (tree(taken), brought.left) == (before, ())


def test_a_flipped_byte_fails(taken: Path) -> None:
    content = bytearray((taken / "1.rdb").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (taken / "1.rdb").write_bytes(content)
    brought = restored(taken, wanted="1.rdb")
    assert {"redis-check-rdb", "start"} <= set(brought.failed)
    assert brought.restored.integrity == 1


def test_a_canary_that_is_not_there_fails_at_level_four(taken: Path) -> None:
    brought = restored(taken, key="nobody")
    assert brought.failed == {"canary": "there is no such key"}
    assert brought.restored.integrity == 4
