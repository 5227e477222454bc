"""Disks that are full, files that are taken away, processes that are killed, against what a history must keep."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.store import open_store
from audit.store.history import open_history
from tests.house.test_house import ROOT
from tests.store.contract import run
from tests.store.watched import DAY, HOUR, MINUTE, NOW, RAW, WEB, expected, measured, noted

NOTING = """
import os, resource, signal, sys
from datetime import timedelta
from audit.model.exit import Stop
from audit.store.history import open_history
from tests.store.watched import *

path, how = sys.argv[1:]
history = open_history(path, watching=True)
start = (history.last_due("here").get(WEB, NOW - MINUTE) - NOW) // MINUTE + 1
if how == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(path) + 100_000, resource.RLIM_INFINITY))
print("open", flush=True)
for number in range(start, 10**6):
    try:
        history.note([measured(number, detail=os.urandom(2_000).hex() if how == "full" else "")], NOW)
    except Stop as stop:
        print(stop.code.value, *stop.lines, flush=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        history.note([measured(number)], NOW)
        print(number, flush=True)
        break
    print(number, flush=True)
    if how == "killed" and number % 10 == 9:
        history.roll(NOW + number * MINUTE, timedelta(minutes=90))
"""


def test_a_watch_that_is_killed_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    told = -1
    for turn in range(8):
        words = (sys.executable, "-c", NOTING, str(path), "killed" if turn % 2 else "plain")
        with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            said = [child.stdout.readline() for _ in range(15 + 7 * turn)]
            child.send_signal(signal.SIGKILL)
            said += child.stdout.read().splitlines()
            told = max([told, *map(int, said[1:])])
        with open_history(str(path), watching=True) as history:
            assert history.verify() == ()
            last = (history.last_due("here")[WEB] - NOW) // MINUTE
            counted = sum(span.count for one in history.stretches(WEB, NOW, NOW + 999 * DAY) for span in one.spans)
            assert last in (told, told + 1), "what was acknowledged is there, at most one more"
            assert counted == last + 1, "nothing is there twice"
            kept = [one.due for one in history.raw(WEB, NOW, NOW + 999 * DAY)]
            assert kept == [measured(number).due for number in range(last + 1 - len(kept), last + 1)]


def test_a_full_disk_leaves_a_whole_history_that_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    open_history(str(path), watching=True).leave()
    words = (sys.executable, "-c", NOTING, str(path), "full")
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    *_, stop, last = ended.stdout.splitlines()
    assert stop.startswith(f"{Exit.STORAGE.value} cannot use the store")
    with open_history(str(path), watching=False) as history:
        stored = list(history.raw(WEB, NOW, NOW + 999 * DAY))
        assert [one.due for one in stored] == [measured(number).due for number in range(int(last) + 1)]
        assert history.verify() == ()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_taken_away(tmp_path: Path, replaced: bool) -> None:  # noqa: FBT001
    path = tmp_path / "haechi.db"
    with open_history(str(path), watching=True) as history:
        history.note([measured(0)], NOW)
        path.unlink()
        if replaced:
            path.write_bytes(b"")
        assert not history.holds()
        writes: tuple[Callable[[], None], ...] = (
            lambda: history.note([measured(1)], NOW),
            lambda: history.tell([Event(NOW, "down")]),
        )
        for write in writes:
            with pytest.raises(Stop) as stop:
                write()
            assert (stop.value.code, "taken away" in stop.value.lines[0]) == (Exit.STORAGE, True)
    with open_history(str(path), watching=True) as again:
        again.note([measured(1)], NOW)
        assert list(again.raw(WEB, NOW, NOW + DAY)) == [measured(1)]


def test_a_lock_that_is_taken_away_is_held_no_more(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    with open_history(str(path), watching=True) as history:
        (tmp_path / "haechi.db.watch.lock").unlink()
        assert not history.holds()
        with open_history(str(path), watching=True) as second:
            second.note([measured(0)], NOW)
            assert second.holds()
            with pytest.raises(Stop) as stop:
                history.note([measured(1)], NOW)
            assert stop.value.code is Exit.LOCKED


def old_store(path: Path) -> None:
    """A store as the first release left it."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        settings = Config()
        settings.set_main_option("script_location", "audit.store:migrations")
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
    engine.dispose()


def test_a_lock_that_is_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "haechi.db.watch.lock")
    with pytest.raises(Stop) as stopped:
        open_history(str(tmp_path / "haechi.db"), watching=True)
    assert stopped.value.code is Exit.STORAGE
    assert "haechi.db.watch.lock is no ordinary file" in stopped.value.lines[0]


def test_a_store_has_one_lock_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "link.db").symlink_to(tmp_path / "haechi.db")
    with open_history(str(tmp_path / "haechi.db"), watching=True):
        with pytest.raises(Stop) as stopped:
            open_history(str(tmp_path / "elsewhere" / "link.db"), watching=True)
        assert stopped.value.code is Exit.LOCKED


def test_a_store_of_the_first_release(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    old_store(path)
    before = path.read_bytes()
    with open_store(str(path), writing=False) as store:
        assert store.runs() == ()
    with open_history(str(path), watching=False) as history:
        assert (history.subjects(), history.events(), history.alive(), history.verify()) == ((), (), None, ())
        assert (history.stretches(WEB, NOW, NOW + DAY), list(history.raw(WEB, NOW, NOW + DAY))) == ((), [])
        assert (history.last_due("here"), history.vantages(WEB)) == ({}, ())
        with pytest.raises(Stop) as stop:
            history.tell([Event(NOW, "acknowledged")])
        assert stop.value.code is Exit.USAGE
    assert path.read_bytes() == before
    with open_history(str(path), watching=True) as history:
        history.note([measured(0)], NOW)
    with open_store(str(path), writing=True) as store:
        store.begin(run(), {})
        assert [one.id for one in store.runs()] == [run().id]


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        open_history(str(tmp_path / "haechi.db"), watching=False)
    assert (stop.value.code, "haechi watch" in stop.value.lines[0]) == (Exit.USAGE, True)
    assert list(tmp_path.iterdir()) == []
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    with pytest.raises(Stop) as stop:
        open_history(str(tmp_path / "empty.db"), watching=False)
    assert (stop.value.code, "nobody watched" in stop.value.lines[0]) == (Exit.USAGE, True)


def test_both_make_the_file_at_once(tmp_path: Path) -> None:
    failed: list[Stop] = []
    for turn in range(10):
        path, both = str(tmp_path / f"{turn}.db"), Barrier(2)

        def opened(how: object, path: str = path, both: Barrier = both) -> None:
            both.wait(10)
            try:
                (open_store(path, writing=True) if how is open_store else open_history(path, watching=True)).leave()
            except Stop as stop:
                failed.append(stop)

        threads = [Thread(target=opened, args=(how,)) for how in (open_store, open_history)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert [*map(str, failed)] == []


def test_writing_goes_on_while_hours_are_rolled_up(tmp_path: Path) -> None:
    looks = [measured(number) for number in range(1440)]
    with open_history(str(tmp_path / "haechi.db"), watching=True) as history:
        noted(history, looks[:720], 60)
        failed: list[Stop] = []

        def rolling() -> None:
            try:
                for hour in range(0, 26, 2):
                    history.roll(NOW + hour * HOUR, RAW)
            except Stop as stop:
                failed.append(stop)

        thread = Thread(target=rolling)
        thread.start()
        noted(history, looks[720:], 5)
        thread.join(60)
        assert [*map(str, failed)] == []
        history.roll(NOW + 26 * HOUR, RAW)
        assert history.stretches(WEB, NOW, NOW + DAY) == expected(looks)
        assert history.verify() == ()
