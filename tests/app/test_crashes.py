"""Processes killed around statements and commits, disks that are full, against what was acknowledged."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile, copytree

import pytest
from sqlalchemy import Engine, event

from audit.app.sealing_bundle import make
from audit.app.sealing_verify import verify
from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.store import open_store
from audit.store.history import open_history
from tests.store.contract import NOW, SOURCES, closing, finding, observations, run
from tests.store.sealed import Institution, institution

Work = Callable[[Institution, Callable[[], None]], None]


def events(one: Institution, acknowledge: Callable[[], None]) -> None:
    """Entries of the register, each acknowledged."""
    for number in range(4):
        with open_history(str(one.store), watching=False) as history:
            history.tell([Event(NOW, "action", f"new{number}", {"by": "Kim"}), Event(NOW, "action", "beside", {})])
        acknowledge()


def a_run(one: Institution, acknowledge: Callable[[], None]) -> None:
    """A run: begun, looked, closed, each acknowledged."""
    with open_store(str(one.store), writing=True) as store:
        store.begin(run(3), SOURCES)
        acknowledge()
        store.see(run(3).id, observations())
        acknowledge()
        store.close(closing(run(3)), [finding(number) for number in range(30)])
        acknowledge()


def bundle(one: Institution, acknowledge: Callable[[], None]) -> None:
    """A bundle, for which the log is sealed."""
    output = one.store.with_name("new.haechi")
    make(str(one.store), institution="kibo", run="latest", key=one.key, output=output)
    acknowledge()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Institution:
    made = institution(tmp_path_factory.mktemp("whole") / "kibo")
    made.act()
    return made


def fresh(whole: Institution, folder: Path) -> Institution:
    copytree(whole.store.parent, folder)
    return Institution(folder / "haechi.db", folder / "secret.key", whole.public, folder / "first.checkpoint")


def forked(work: Work, one: Institution, before: Callable[[], None]) -> tuple[int, int]:
    """How a child of ours ended that did some work, how much of it was acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        code = Exit.INTERNAL
        try:
            os.close(reading)
            before()
            work(one, lambda: _tell(writing))
            code = Exit.READY
        except Stop as stop:
            code = stop.code
        finally:
            os._exit(code)  # nothing of the test may end a second time
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        acknowledged = len(pipe.read())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), acknowledged


def _tell(pipe: int) -> None:
    os.write(pipe, b".")


def dying(step: int) -> None:
    """From now on this process dies at its so many-th statement, begin or commit."""
    left = [step]

    def dies(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit", "begin"):
        event.listen(Engine, name, dies)


def whole_again(work: Work, one: Institution, acknowledged: int, *, done: bool) -> None:
    """Everything that was acknowledged is there, nothing by halves, all of it under the old checkpoint."""
    found = verify(str(one.store), checkpoints=[one.checkpoint], keys=[one.public])
    assert found.exit is Exit.READY, found.faults
    with open_history(str(one.store), watching=False) as history:
        told = [told.subject for told in history.events(after=22)]
        assert history.verify() == ()
    if work is events:
        assert told in [[name for at in range(count) for name in (f"new{at}", "beside")]
                        for count in (acknowledged, acknowledged + 1)]  # fmt: skip
    if work is a_run:
        with open_store(str(one.store), writing=False) as store:
            state = next((each.state for each in store.runs() if each.id == run(3).id), "")
            assert state in (("", "running"), ("running",), ("running", "complete"), ("complete",))[acknowledged]
            if state:
                assert store.verify(run(3).id) == ()
                assert len(store.findings(run(3).id)) == (30 if state == "complete" else 0)
                assert acknowledged < 2 or len(store.sources(run(3).id)) == len(SOURCES)
    path = one.store.with_name("new.haechi")
    if work is bundle and (path.exists() or done):
        assert verify(str(path), checkpoints=[one.checkpoint], keys=[one.public]).exit is Exit.READY


@pytest.mark.parametrize("work", [events, a_run, bundle])
def test_killed_at_statements_and_commits(whole: Institution, tmp_path: Path, work: Work) -> None:
    killed = 0
    for step in range(0, 300, 6):
        one = fresh(whole, tmp_path / str(step))
        code, acknowledged = forked(work, one, lambda: dying(step))  # noqa: B023 - it is called at once
        whole_again(work, one, acknowledged, done=code == 0)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        killed += 1
        if step % 24 == 0:
            assert forked(events, one, lambda: None) == (0, 4), "whoever comes next goes on"
    assert killed > 2
    assert code == 0


def small(size: int) -> None:
    """From now on no file of this process gets larger than that."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("work", [events, a_run, bundle])
def test_a_disk_that_is_full(whole: Institution, tmp_path: Path, work: Work) -> None:
    full = 0
    for size in (0, 4096, 8192, 24_000, 60_000):
        one = fresh(whole, tmp_path / str(size))
        code, acknowledged = forked(work, one, lambda: small(size))  # noqa: B023 - it is called at once
        assert code in (Exit.READY, Exit.STORAGE)
        full += code == Exit.STORAGE
        whole_again(work, one, acknowledged, done=code == 0)
    assert full > 1


def test_a_copy_of_a_store_taken_while_it_is_written_to_is_told_of(whole: Institution, tmp_path: Path) -> None:
    """The file without its journal beside it, as a careless backup takes it."""
    one = fresh(whole, tmp_path / "kibo")
    with open_store(str(one.store), writing=True) as store:
        store.begin(run(3), SOURCES)
        copy = Institution(Path(copyfile(one.store, tmp_path / "copy.db")), one.key, one.public, one.checkpoint)
        assert verify(str(copy.store), checkpoints=[one.checkpoint], keys=[one.public]).faults == ()
        store.close(closing(run(3)), [finding()])
    newer = one.seal("newer")
    with open_store(str(one.store), writing=False) as store:
        assert store.verify(run(3).id) == ()
    assert verify(str(copy.store), checkpoints=[newer], keys=[one.public]).exit is Exit.FAILED
