"""Files and logs of a real Redis are restored by the drill: whole, with a flipped byte, cut, without the canary."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.backup.drills import redis
from checks.backup.redis import RedisFiles
from tests.real.children import wait_until
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
    marked = ("--save", "", "--appendonly", "yes", "--aof-timestamp-enabled", "yes")
    with started(folder / "logging", *marked) as server:
        server.fill(300, "old")
        server.cli("BGREWRITEAOF")
        wait_until(lambda: "aof_rewrite_in_progress:0" in server.cli("INFO", "persistence"), "the rewrite")
        # A log is marked once a second at most.
        time.sleep(1.1)
        server.cli("SET", "canary", "alive")
        wait_until(lambda: b"alive" in log_of(server.folder).read_bytes(), "the log on disk")
        shutil.copytree(server.folder / "appendonlydir", folder / "taken" / "night" / "appendonlydir")
    return folder / "taken"


@pytest.fixture
def taken(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "taken")
    return tmp_path / "taken"


def log_of(folder: Path) -> Path:
    """The part of a log behind its base."""
    return max((folder / "appendonlydir").glob("*.incr.aof"))


def logged(taken: Path, **more: object) -> Brought:
    item = {"id": "it", "kind": "redis", "at": "busan", "aof": "taken/*/appendonlydir/*.manifest"}
    with scratch_for(taken.parent) as space:
        return drill(
            redis.restored, RedisFiles.model_validate(item), taken.parent, space.folder,
            canary={"key": "canary", "expect": "alive"}, **more,  # type: ignore[arg-type]
        )  # fmt: skip


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


def test_a_whole_log_is_proven_up_to_its_last_mark_of_time(taken: Path) -> None:
    before, stamp = tree(taken), int(log_of(taken / "night").read_bytes().partition(b"#TS:")[2].split()[0])
    brought = logged(taken)
    assert brought.failed == {}
    assert [check.name for check in brought.restored.checks] == [
        "restore",
        "redis-check-aof",
        "start",
        "keys",
        "canary",
    ]
    assert (brought.restored.point.id, brought.restored.integrity) == ("night", 5)
    assert brought.restored.point.start.timestamp() == stamp
    assert (tree(taken), brought.left) == (before, ())


def test_a_log_that_was_cut_fails(taken: Path) -> None:
    log = log_of(taken / "night")
    os.truncate(log, log.stat().st_size - 5)
    assert "complete point" in logged(taken).failed
    assert {"redis-check-aof", "start"} <= set(logged(taken, wanted="night").failed)


def test_a_log_without_its_base_is_not_complete(taken: Path) -> None:
    next((taken / "night" / "appendonlydir").glob("*.base.rdb")).unlink()
    assert "is not there" in logged(taken).failed["complete point"]
