"""A stanza of three databases is restored one database at a time: what is wrong is found in the turn that has it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from audit.contract import CannotSee
from checks.backup.drills import pgbackrest
from checks.backup.pgbackrest import PgBackRest
from tests.real.archives import Archiving, archiving
from tests.real.labs.pgbackrest import _CONFIG, _run
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]
NAMES = ("plain", 'Od"d $x=y.*', "far' off")
THIRD = 0.34
COUNT = {"query": "SELECT count(*) FROM seen", "database": NAMES[1], "expect": "3643"}


@dataclass(frozen=True)
class Stanza:
    """A repository with the numbers of its databases, copied so that a test may spoil it."""

    folder: Path
    numbers: dict[str, str]

    def drill(self, turn: int, **more: object) -> Brought:
        copy = PgBackRest.model_validate(
            {"id": "it", "kind": "pgbackrest", "at": "busan", "stanza": "kosme", "config": "pgbackrest.conf"}
        )
        given = {"share": THIRD, "turn": turn, **more}
        return drill(pgbackrest.restored, copy, self.folder, self.folder / "scratch", **given)  # type: ignore[arg-type]

    def flip(self, name: str) -> None:
        files = (self.folder / "repo/backup/kosme").glob(f"*F/pg_*/**/{self.numbers[name]}/*.gz")
        largest = max(files, key=lambda path: (path.stat().st_size, path.name))
        with largest.open("r+b") as file:
            file.seek(largest.stat().st_size // 2)
            file.write(b"\xff\x00\xff")


def settings(folder: Path) -> str:
    return f"archive_command = 'pgbackrest --config={folder}/pgbackrest.conf --stanza=kosme archive-push %p'"


def filled(primary: Archiving, name: str, statement: str) -> None:
    where = (str(primary.server.programs / "psql"), "-XqAt", f"--host={primary.folder}")
    quoted = name.replace("'", "\\'")
    found = (f"--port={primary.server.port}", f"--dbname=dbname='{quoted}'", "--username=postgres")
    primary.run(*where, *found, f"--command={statement}")


@pytest.fixture(scope="module")
def made(need: Callable[[str], Path]) -> Iterator[Stanza]:
    for program in ("pgbackrest", "postgres", "pg_amcheck"):
        need(program)
    with archiving(settings) as primary:
        folder = primary.folder
        (folder / "pgbackrest.conf").write_text(_CONFIG.format(folder=folder, port=primary.server.port))
        primary.run("mkdir", "-p", f"{folder}/space")
        primary.server.sql(f"create tablespace far location '{folder}/space'")
        for name in NAMES:
            written = name.replace('"', '""')
            where = " tablespace far" if name == NAMES[2] else ""
            primary.server.sql(f'create database "{written}"{where}')
            rows = "select g as number, md5(g::text) as text from generate_series(1, 4000) g"
            filled(primary, name, f"create table seen as {rows}; create index on seen (text)")
        _run(primary, "stanza-create")
        _run(primary, "--type=full", "backup")
        for name in NAMES:
            # What the log brings to a database that was left out meets pages that are only zeroes.
            filled(primary, name, "checkpoint")
            filled(primary, name, "update seen set text = 'other' where number % 9 = 0")
            filled(primary, name, "insert into seen select g, 'late' from generate_series(1, 100) g")
            for statement in (
                "checkpoint",
                "vacuum seen",
                "delete from seen where number % 9 = 1",
                "reindex table seen",
            ):
                filled(primary, name, statement)
        primary.server.sql("create database later")
        primary.write(3)
        told = primary.server.sql("select oid || ':' || datname from pg_database").splitlines()
        numbers = {line.partition(":")[2]: line.partition(":")[0] for line in told}
        yield Stanza(folder, numbers)


@pytest.fixture
def stanza(made: Stanza, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stanza]:
    folder = Path("/tmp") / f"haechi-{os.getpid()}-{tmp_path_factory.mktemp('s').name}"
    try:
        shutil.copytree(made.folder / "repo", folder / "repo")
        written = (made.folder / "pgbackrest.conf").read_text()
        (folder / "pgbackrest.conf").write_text(written.replace(f"{made.folder}/repo", f"{folder}/repo"))
        yield Stanza(folder, made.numbers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def told(brought: Brought) -> list[str]:
    return [check.detail for check in brought.restored.checks if check.name == "databases"]


def test_in_three_turns_each_database_comes_once_and_the_canary_where_its_own_does(stanza: Stanza) -> None:
    came: list[str] = []
    wholes: list[float] = []
    for turn in range(3):
        brought = stanza.drill(turn, canary=COUNT)
        found = brought.restored
        assert brought.failed == {}
        (name,) = [name for name in NAMES if told(brought)[0] == f"1 of 3 came in this turn: {name}"]
        came.append(name)
        assert 0.5 < found.share < 0.9
        wholes.append(found.bytes / found.share)
        assert found.newest is not None
        checks = [check.name for check in found.checks]
        if name == NAMES[1]:
            assert checks == ["databases", "restore", "start", "log", "pg_amcheck", "canary"]
            assert found.integrity == 5
        else:
            assert checks == ["databases", "restore", "start", "log", "pg_amcheck", "databases"]
            assert "the canary was not asked" in told(brought)[1]
            assert found.integrity == 4
        assert brought.left == ()
    assert sorted(came) == sorted(NAMES)
    assert max(wholes) == pytest.approx(min(wholes), rel=0.01)


def test_flipped_bytes_are_found_in_the_turn_of_their_database_alone(stanza: Stanza) -> None:
    stanza.flip(NAMES[2])
    assert stanza.drill(0).failed == {}
    brought = stanza.drill(2)
    assert set(brought.failed) == {"restore"}
    assert brought.restored.integrity == 1


def test_a_hole_in_the_log_is_found_in_a_turn_too(stanza: Stanza) -> None:
    sorted((stanza.folder / "repo/archive/kosme/15-1").glob("*/*.gz"))[-2].unlink()
    assert set(stanza.drill(0).failed) == {"start"}


def test_the_cap_is_held_against_what_comes_in_the_turn(stanza: Stanza) -> None:
    with pytest.raises(CannotSee, match="more than one drill restores"):
        stanza.drill(0, most=20_000_000)
