"""Files and folders that cannot serve as a store, processes that die in the middle, against how a command must end."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from audit.model.exit import Exit, Stop
from audit.store import open_store
from audit.store.database import Purpose, open_database
from audit.store.sqlite import address_of
from audit.store.tables import HEAD, METADATA
from tests.house.test_house import ROOT
from tests.store.contract import closing, facts_of, finding, observations, run


def stopped(path: Path | str, *, writing: bool = True) -> Stop:
    with pytest.raises(Stop) as stop:
        open_store(str(path), writing=writing)
    assert len(stop.value.lines) == 1
    return stop.value


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert stopped(tmp_path / "none" / "haechi.db").code is Exit.STORAGE


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    assert stopped(tmp_path).code is Exit.STORAGE


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    path.write_bytes(b"just a text, and long enough to be read as a page" * 99)
    stop = stopped(path)
    assert (stop.code, "it is no database" in stop.lines[0]) == (Exit.STORAGE, True)
    assert path.read_bytes().startswith(b"just a text")


def test_a_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE invoices (id)")
    other.close()
    before = path.read_bytes()
    for writing in (True, False):
        stop = stopped(path, writing=writing)
        assert (stop.code, "another program" in stop.lines[0]) == (Exit.STORAGE, True)
    assert path.read_bytes() == before


def test_a_disk_that_is_full_while_the_tables_are_made(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    for pages in range(1, 12):
        made = (
            f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({pages * 4096},) * 2)\n"
            f"from audit.store import open_store; open_store({str(path)!r}, writing=True).leave()"
        )
        subprocess.run((sys.executable, "-c", made), cwd=ROOT, capture_output=True, timeout=300, check=False)
        with open_store(str(path), writing=True) as store:
            store.begin(run(), {})
        for file in tmp_path.iterdir():
            file.unlink()


def read_all(path: Path) -> None:
    with open_store(str(path), writing=False) as store:
        store.verify(store.run("latest").id)
        store.findings(run().id)


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    with open_store(str(path), writing=True) as store:
        store.begin(run(), {"a.yaml": b"x" * 50_000})
        store.see(run().id, observations())
        store.close(closing(run()), [finding(place) for place in range(50)])
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(Stop) as stop:
        read_all(path)
    assert stop.value.code is Exit.STORAGE


def test_who_asks_for_the_writer_is_never_in_the_way_of_one(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    open_store(str(path), writing=True).leave()
    asking = (
        f"from audit.store import open_store; store = open_store({str(path)!r}, writing=False)\n"
        "print(flush=True)\nwhile True: store.writer()"
    )
    with subprocess.Popen((sys.executable, "-c", asking), cwd=ROOT, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"\n"
            for _ in range(100):
                open_store(str(path), writing=True).leave()
        finally:
            child.kill()


def test_a_link_in_place_of_the_lock(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("stays")
    (tmp_path / "haechi.db.lock").symlink_to(tmp_path / "precious")
    assert stopped(tmp_path / "haechi.db").code is Exit.STORAGE
    assert (tmp_path / "precious").read_text() == "stays"


def test_reading_makes_nothing(tmp_path: Path) -> None:
    assert stopped(tmp_path / "haechi.db", writing=False).code is Exit.USAGE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:///", "file://x"])
def test_addresses_that_mean_nothing(url: str) -> None:
    assert stopped(url).code is Exit.USAGE


def test_an_address_of_sqlite(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/a b#?.db", writing=True) as store:
        assert store.runs() == ()
    assert (tmp_path / "a b#?.db").exists()


def test_a_medium_that_nobody_can_write_to(tmp_path: Path) -> None:
    path = tmp_path / "ha echi?.db"
    with open_store(str(path), writing=True) as store:
        store.begin(run(), {})
    engine = create_engine(address_of(path, writable=False))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM run").scalar() == 1
        with pytest.raises(Exception, match="readonly"):
            connection.exec_driver_sql("DELETE FROM run")
    engine.dispose()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ha echi?.db", "ha echi?.db.lock"]


@pytest.mark.parametrize("writing", [True, False])
def test_no_further_connection_makes_a_file_that_was_taken_away(tmp_path: Path, writing: bool) -> None:  # noqa: FBT001
    path = tmp_path / "haechi.db"
    open_store(str(path), writing=True).leave()
    database = open_database(str(path), Purpose.RUN, writing=writing)
    with database.lock, database.engine.connect():
        path.rename(tmp_path / "away")
        with pytest.raises(OperationalError, match="unable to open"):
            database.engine.connect()
        assert not path.exists()


def test_where_none_may_be_made_none_is(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    with pytest.raises(Stop) as stop:
        open_database(str(path), Purpose.WATCH, writing=True, making=False)
    assert stop.value.code is Exit.STORAGE
    assert not path.exists()
    open_store(str(path), writing=True).leave()
    with open_database(str(path), Purpose.WATCH, writing=True, making=False).lock:
        pass


CHILD = """
import os, resource, signal, sys
from audit.model.exit import Stop
from audit.store import open_store
from audit.store.database import Purpose, open_database
from tests.store.contract import closing, finding, observations, run

path, how = sys.argv[1:]
store = open_store(path, writing=True)
store.begin(run(), {"a.yaml": b"x"})
store.see(run().id, observations())
if how == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    store.close(closing(run()), [finding(place) for place in range(20_000)])
except Stop as stop:
    print(*stop.lines)
    sys.exit(stop.code)
"""


def child(path: Path, how: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, str(path), how]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def readable(path: Path) -> None:
    with open_store(str(path), writing=False) as store:
        assert store.run("latest") == run()
        assert len(store.observations(run().id, facts_of)) == len(observations())
        assert store.findings(run().id) == ()
        assert store.writer() == ""
    with open_store(str(path), writing=True) as store:
        store.begin(run(2), {})


def test_a_process_that_is_killed_leaves_a_whole_store(tmp_path: Path) -> None:
    ended = child(tmp_path / "haechi.db", "killed")
    assert ended.returncode == -signal.SIGKILL
    readable(tmp_path / "haechi.db")


def test_a_disk_that_is_full_leaves_a_whole_store(tmp_path: Path) -> None:
    ended = child(tmp_path / "haechi.db", "full")
    assert ended.returncode == Exit.STORAGE, ended.stderr
    assert ended.stderr == ""
    assert ended.stdout.count("\n") == 1
    readable(tmp_path / "haechi.db")


def test_the_steps_make_the_tables_that_the_program_knows(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "haechi.db"), writing=True):
        pass
    engine = create_engine(f"sqlite:///{tmp_path}/haechi.db")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
    settings = Config()
    settings.set_main_option("script_location", "audit.store:migrations")
    assert ScriptDirectory.from_config(settings).get_heads() == [HEAD]
