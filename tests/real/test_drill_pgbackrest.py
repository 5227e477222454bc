"""A stanza of a real primary is listed, then restored by the drill: whole, with a hole in its log, flipped bytes."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from audit.world.build import real_world
from checks.backup.drills import pgbackrest
from checks.backup.pgbackrest import PgBackRest, PgBackRestLook
from tests.programs import find
from tests.real.archives import Archiving
from tests.real.clusters import Cluster
from tests.real.lab import Lab, tree
from tests.real.labs.pgbackrest import lab
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]
COPY = PgBackRest.model_validate(
    {"id": "it", "kind": "pgbackrest", "at": "busan", "stanza": "kosme", "config": "pgbackrest.conf"}
)
COUNT = {"query": "SELECT count(*) FROM canary", "expect": "3500"}


@dataclass(frozen=True)
class Stanza:
    """A repository, copied so that a test may spoil it."""

    folder: Path

    @property
    def repo(self) -> Path:
        return self.folder / "repo"

    @property
    def segments(self) -> list[Path]:
        return sorted((self.repo / "archive/kosme/15-1").glob("*/*.gz"))

    def drill(self, **more: object) -> Brought:
        # The socket of the restored server lies in the room: its path must be short.
        return drill(pgbackrest.restored, COPY, self.folder, self.folder / "scratch", **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> Iterator[Lab]:
    for program in ("pgbackrest", "postgres"):
        need(program)
    with lab(tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture
def stanza(made: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stanza]:
    source = Path(str(made.item["config"])).parent
    folder = Path("/tmp") / f"haechi-{os.getpid()}-{tmp_path_factory.mktemp('s').name}"
    try:
        shutil.copytree(source / "repo", folder / "repo")
        written = (source / "pgbackrest.conf").read_text()
        (folder / "pgbackrest.conf").write_text(written.replace(f"{source}/repo", f"{folder}/repo"))
        yield Stanza(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("where", ["backup", "backup/kosme"])
def test_folders_are_the_same_for_us_and_for_its_tool(stanza: Stanza, where: str) -> None:
    look = PgBackRestLook(real_world(allow=(), root=stanza.folder), timedelta(minutes=1), COPY)

    async def both() -> None:
        ours = await look.folders(where, str(stanza.repo))
        assert "kosme" in ours if where == "backup" else len(ours) >= 2
        assert ours == await look.folders(where, None)

    anyio.run(both)


def test_a_whole_stanza_is_proven(made: Lab, stanza: Stanza) -> None:
    before, looked_at = tree(stanza.repo), dict(made.state())
    at = datetime.now(UTC)
    brought = stanza.drill(canary=COUNT)
    found = brought.restored
    assert brought.failed == {}
    assert [check.name for check in found.checks] == ["restore", "start", "log", "pg_amcheck", "canary"]
    assert found.integrity == 5
    assert found.newest is not None
    assert timedelta(0) < at - found.newest < timedelta(hours=1)
    assert found.newest > found.point.start
    assert found.bytes > 20_000_000
    assert {part.name for part in brought.parts} >= {"preflight", "restore", "fetch", "start", "replay", "verify"}
    assert brought.left == ()
    assert tree(stanza.repo) == before
    assert made.state() == looked_at


def test_a_hole_in_the_log_fails_though_the_restore_itself_does_not(stanza: Stanza) -> None:
    stanza.segments[-2].unlink()
    brought = stanza.drill(canary=COUNT)
    held = {check.name: check.held for check in brought.restored.checks}
    assert held["restore"]
    assert not held["start"]
    assert "before configured recovery target was reached" in brought.failed["start"]
    assert brought.restored.integrity == 1


def test_flipped_bytes_fail(stanza: Stanza) -> None:
    full = next(path for path in (stanza.repo / "backup/kosme").glob("*F") if path.is_dir())
    largest = max((full / "pg_data/base").rglob("*.gz"), key=lambda path: (path.stat().st_size, path.name))
    with largest.open("r+b") as file:
        file.seek(largest.stat().st_size // 2)
        file.write(b"\xff\x00\xff")
    brought = stanza.drill()
    assert set(brought.failed) == {"restore"}
    assert brought.restored.integrity == 1


def test_a_canary_that_is_not_there_fails_at_level_four(stanza: Stanza) -> None:
    brought = stanza.drill(canary={"query": "SELECT count(*) FROM canary WHERE note = 'nobody'", "at-least": 1})
    assert set(brought.failed) == {"canary"}
    assert brought.restored.integrity == 4


def test_an_older_point_can_be_asked_for(stanza: Stanza) -> None:
    full = next(path.name for path in (stanza.repo / "backup/kosme").glob("*F") if path.is_dir())
    brought = stanza.drill(wanted=full, canary=COUNT)
    assert brought.failed == {}
    assert brought.restored.point.id == full


def test_a_table_space_is_restored_into_the_room_and_nowhere_else(made: Lab, stanza: Stanza) -> None:
    """Without a map it would be restored to where it was, over what is in production there."""
    source = Path(str(made.item["config"])).parent
    port = int(re.findall(r"pg1-port=(\d+)", (source / "pgbackrest.conf").read_text())[0])
    programs = find("postgres")
    assert programs is not None
    primary = Archiving(source, Cluster(programs.resolve().parent, source / "primary", port))
    primary.run("mkdir", "-p", f"{source}/space")
    primary.server.sql(f"create tablespace far location '{source}/space'")
    primary.server.sql("create table distant tablespace far as select generate_series(1, 777) as number")
    primary.run("pgbackrest", f"--config={source}/pgbackrest.conf", "--stanza=kosme", "--type=full", "backup")
    shutil.rmtree(stanza.repo)
    shutil.copytree(source / "repo", stanza.repo)
    before = tree(source / "space")
    brought = stanza.drill(canary={"query": "SELECT count(*) FROM distant", "expect": "777"})
    assert brought.failed == {}
    assert brought.restored.integrity == 5
    assert tree(source / "space") == before
