"""Dumps of real databases, in every format, are loaded into servers of the drill: whole, cut, with flipped bytes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from audit.contract import Workshop
from audit.contract import drill as drill_of
from audit.model.backup import RestorePoint
from audit.model.drilling import Restored
from checks.backup.drills import dumps
from checks.backup.drills.choice import also
from checks.backup.files import FileCopies, newest_files
from tests.real.archives import Archiving, archiving
from tests.real.daemons import run
from tests.real.mariadbs import PROGRAMS, started
from tests.real.scratch import scratch_for
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]
KINDS: Final = {"custom.dump": "custom", "tar.tar": "tar", "folder": "directory", "plain.sql": "sql", "all.sql": "sql"}
CANARY: Final = {"query": "SELECT count(*) FROM canary", "expect": "1000"}


@drill_of(verbs=also(newest_files, "cp --recursive --no-target-directory -- * *", *dumps.COMMANDS))
async def load(copy: FileCopies, workshop: Workshop) -> Restored:
    """Bring one dump into the room, load it."""
    path = workshop.room / "dump"
    source = str(workshop.world.root / copy.path)
    await workshop.run(("cp", "--recursive", "--no-target-directory", "--", source, str(path)))
    kind = KINDS.get(Path(copy.path).name, "sql")
    loader = dumps.loaded_by_mariadb if "maria" in copy.path else dumps.loaded_by_postgresql
    loaded = await loader(path, kind, workshop)
    point = RestorePoint(id="it", start=workshop.world.clock.now())
    return Restored(point=point, bytes=1, integrity=loaded.integrity, checks=loaded.checks)


def loaded(path: Path, canary: dict[str, str] | None = None) -> Brought:
    copy = FileCopies.model_validate({"id": "it", "kind": "files", "at": "busan", "path": str(path)})
    with scratch_for(path.parent) as space:
        return drill(load, copy, path.parent, space.folder, canary=canary)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> Path:
    """A dump of one database in each format, one of the whole cluster; their owner is a role of its own."""
    need("postgres")
    folder = tmp_path_factory.mktemp("dumps")
    with archiving(lambda folder: "archive_command = '/bin/true'") as primary:
        primary.server.sql('create role "loans desk"; alter table canary owner to "loans desk"')
        source = ("-h", "127.0.0.1", "-p", str(primary.server.port), "-U", "postgres")
        out = primary.folder / "dumps"
        _made(primary, source, out)
        shutil.copytree(out, folder / "made")
    return folder / "made"


def _made(primary: Archiving, source: tuple[str, ...], out: Path) -> None:
    primary.run("mkdir", str(out))
    for name, letter in (("custom.dump", "c"), ("tar.tar", "t"), ("folder", "d"), ("plain.sql", "p")):
        primary.server.run("pg_dump", *source, f"-F{letter}", "-f", str(out / name), "postgres")
    primary.server.run("pg_dumpall", *source, "-f", str(out / "all.sql"))


@pytest.mark.parametrize("name", list(KINDS))
def test_each_format_of_postgresql_is_proven(made: Path, name: str) -> None:
    canary = {**CANARY, "database": "postgres"} if name == "all.sql" else CANARY
    brought = loaded(made / name, canary)
    assert brought.failed == {}
    assert [check.name for check in brought.restored.checks] == ["load", "start", "pg_amcheck", "canary"]
    assert brought.restored.integrity == 5
    assert {part.name for part in brought.parts} >= {"start", "restore", "verify"}
    assert brought.left == ()


@pytest.mark.parametrize("name", ["custom.dump", "plain.sql"])
def test_a_cut_dump_fails(made: Path, tmp_path: Path, name: str) -> None:
    shutil.copy(made / name, tmp_path / name)
    os.truncate(tmp_path / name, (tmp_path / name).stat().st_size * 2 // 3)
    brought = loaded(tmp_path / name, CANARY)
    assert brought.failed
    assert brought.restored.integrity == 1


def test_a_dump_of_an_empty_database_fails_by_its_canary(made: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.sql").write_text(
        "-- PostgreSQL database dump\nselect 1;\n-- PostgreSQL database dump complete\n"
    )
    assert set(loaded(tmp_path / "empty.sql", CANARY).failed) == {"canary"}


def test_a_dump_that_tries_to_reach_the_network_or_our_files_does_not(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("planted-secret")
    secret.chmod(0o600)
    (tmp_path / "evil.sql").write_text(
        f"-- PostgreSQL database dump\ncreate table canary (note text);\n"
        f"copy canary from program 'cat {secret} 2>/dev/null; (exec 3<>/dev/tcp/127.0.0.1/22) 2>&1 | tail -1; true';\n"
        "delete from canary where note not like 'planted%';\n-- PostgreSQL database dump complete\n"
    )
    brought = loaded(tmp_path / "evil.sql", {"query": "SELECT count(*) FROM canary", "expect": "0"})
    if os.getuid() == 0:
        assert brought.failed == {}


def test_mariadb(tmp_path: Path, need: Callable[[str], Path]) -> None:
    for program in (*PROGRAMS, "mariadb-dump", "mariadb-install-db"):
        need(program)
    with started(1) as (server,):
        rows = server.sql("select count(*) from app.ledger").strip()
        words = ("--no-defaults", f"--socket={server.socket}", "--user=root")
        for name, more in (("maria.sql", ("app",)), ("maria-all.sql", ("--all-databases",))):
            done = run("mariadb-dump", *words, *more)
            assert done.returncode == 0, done.stderr
            (tmp_path / name).write_text(done.stdout)
    for name in ("maria.sql", "maria-all.sql"):
        canary = {"query": "SELECT count(*) FROM ledger", "database": "app", "expect": rows}
        brought = loaded(tmp_path / name, canary)
        assert brought.failed == {}
        assert [check.name for check in brought.restored.checks] == ["load", "start", "CHECK TABLE", "canary"]
        assert brought.restored.integrity == 5
    text = (tmp_path / "maria.sql").read_text()
    (tmp_path / "maria-cut.sql").write_text(text[: text.index("INSERT INTO") + 200])
    assert loaded(tmp_path / "maria-cut.sql", canary).failed
