"""Keys, seals, witnesses, processes that die in the middle, against what may ever be signed or lost."""

from __future__ import annotations

import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from audit.app.sealing import seal
from audit.app.sealing_bundle import make, merge_all
from audit.app.sealing_keys import new_key, secret_key
from audit.app.sealing_verify import verify
from audit.app.sealing_witness import witness
from audit.model.exit import Exit, Stop
from audit.store.checkpoint import WITNESS
from audit.store.history import open_history
from tests.house.test_house import ROOT
from tests.store.sealed import Institution, institution


@pytest.fixture
def kibo(tmp_path: Path) -> Institution:
    return institution(tmp_path / "kibo")


def test_a_key_is_for_its_owner_alone_and_never_overwritten(kibo: Institution) -> None:
    assert stat.S_IMODE(kibo.key.stat().st_mode) == 0o600
    before = kibo.key.read_bytes()
    with pytest.raises(Stop) as stop:
        new_key("audit.example.org/kibo", kibo.key)
    assert (stop.value.code, kibo.key.read_bytes()) == (Exit.USAGE, before)
    link = kibo.key.with_name("link")
    link.symlink_to(kibo.key)
    with pytest.raises(Stop):
        new_key("audit.example.org/kibo", link)
    kibo.key.chmod(0o644)
    with pytest.raises(Stop, match="chmod 600"):
        secret_key(kibo.key)


def test_to_seal_twice_is_to_seal_once(kibo: Institution) -> None:
    before = kibo.store.read_bytes()
    assert kibo.seal("again").read_text() == kibo.checkpoint.read_text()
    assert kibo.store.read_bytes() == before
    kibo.act()
    assert kibo.seal("more").read_text().split("\n")[1] == "23"


def test_what_was_altered_is_not_signed(kibo: Institution) -> None:
    kibo.runs(3)
    kibo.change("UPDATE finding SET line = x'7b7d' WHERE run LIKE '%3' AND position = 2")
    with pytest.raises(Stop) as stop:
        kibo.seal()
    assert (stop.value.code, "0003 was altered" in stop.value.lines[0]) == (Exit.STORAGE, True)
    kibo.change("UPDATE event SET subject = 'x' WHERE number = 2")
    with pytest.raises(Stop) as stop:
        seal("20261121T205613Z-0001", store=str(kibo.store), key=kibo.key)
    assert stop.value.lines[1] == "event 2 is not what was written"


def test_a_witness_signs_what_only_goes_on(kibo: Institution, tmp_path: Path) -> None:
    key = tmp_path / "witness.key"
    mine = new_key("kosme.example.org/witness", key).key.of_kind(WITNESS)

    def refused(path: Path, since: Path | None = None) -> Exit:
        with pytest.raises(Stop) as stop:
            witness(path, key=key, since=since)
        return stop.value.code

    assert refused(kibo.checkpoint) is Exit.NOT_VERIFIED, "nobody knows whose log it is"
    first = witness(kibo.checkpoint, key=key, log=kibo.public)
    assert first.checkpoint.signed_by(mine) is True
    signed = tmp_path / "signed.checkpoint"
    signed.write_text(str(first.checkpoint))
    shutil.copytree(kibo.store.parent, tmp_path / "fork")
    fork = Institution(tmp_path / "fork" / "haechi.db", kibo.key, kibo.public, kibo.checkpoint)

    kibo.act(4)
    assert refused(kibo.seal("unproven")) is Exit.NOT_VERIFIED
    proven = tmp_path / "proven"
    proven.write_text(seal(None, store=str(kibo.store), key=kibo.key, since=signed).text)
    second = witness(proven, key=key, since=signed)
    assert (second.before, second.checkpoint.size) == (21, 26)
    assert witness(proven, key=key).checkpoint.size == 26, "the same once more"
    found = verify(
        str(kibo.store), checkpoints=[_file(tmp_path, str(second.checkpoint))], keys=[kibo.public, str(mine)]
    )
    assert (found.exit, len(found.signed_by)) == (Exit.READY, 2)

    assert refused(kibo.checkpoint) is Exit.FAILED, "smaller"
    fork.act(9)
    forked = tmp_path / "forked"
    forked.write_text(seal(None, store=str(fork.store), key=kibo.key, since=signed).text)
    assert refused(forked) is Exit.NOT_VERIFIED, "it goes on from 21, where 26 were signed"
    with pytest.raises(Stop) as stop:
        seal(None, store=str(fork.store), key=kibo.key, since=_file(tmp_path, str(second.checkpoint)))
    assert stop.value.code is Exit.FAILED
    key.with_name("witness.key.seen").write_text("{")
    assert refused(proven) is Exit.STORAGE


def _file(folder: Path, text: str) -> Path:
    path = folder / "kept.checkpoint"
    path.write_text(text)
    return path


CHILD = """
import os, resource, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from audit.model.exit import Stop
from audit.app.sealing import seal
from audit.app.sealing_bundle import merge_all

what, store, key, other, public, limit = sys.argv[1:]
left = int(limit)

def dies(when):
    def step(*_):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return step

if what.endswith("full"):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, left))
else:
    for name in ("before_cursor_execute", "commit", "begin"):
        event.listen(Engine, name, dies(name))
try:
    if what.startswith("seal"):
        print(seal(None, store=store, key=Path(key)).text)
    else:
        print(merge_all(store, [Path(other)], [public])[0].merged.state)
except Stop as stop:
    print(*stop.lines)
    sys.exit(stop.code)
"""


def child(what: str, one: Institution, store: Path, other: Path, limit: int) -> subprocess.CompletedProcess[str]:
    words = (sys.executable, "-c", CHILD, what, str(store), str(one.key), str(other), one.public, str(limit))
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("what", ["seal", "merge"])
def test_a_process_that_is_killed_leaves_all_or_nothing(kibo: Institution, tmp_path: Path, what: str) -> None:
    """Killed before every statement and every commit, until it gets through."""
    bundle = tmp_path / "kibo.haechi"
    make(str(kibo.store), institution="kibo", run="latest", key=kibo.key, output=bundle)
    kibo.act()
    empty = tmp_path / "empty.db"
    merge_all(str(empty), [], [kibo.public])
    killed = 0
    for step in range(0, 200, 4):
        store = tmp_path / f"{step}.db"
        shutil.copy(kibo.store if what == "seal" else empty, store)
        ended = child(what, kibo, store, bundle, step)
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stdout + ended.stderr
        killed += 1
        if what == "seal":
            assert verify(str(store), checkpoints=[kibo.checkpoint], keys=[kibo.public]).exit is Exit.READY
            assert seal(None, store=str(store), key=kibo.key).checkpoint.size == 23
        else:
            (again,) = merge_all(str(store), [bundle], [kibo.public])
            assert again.merged is not None
            assert again.merged.state in ("merged", "known")
            assert verify(str(store)).faults == ()
            with open_history(str(store), watching=False) as history:
                assert len(history.events(kinds=("import",))) == 22
    assert killed > 2


@pytest.mark.parametrize("what", ["seal-full", "merge-full"])
def test_a_disk_that_is_full_leaves_a_whole_store(kibo: Institution, tmp_path: Path, what: str) -> None:
    bundle, store = tmp_path / "kibo.haechi", tmp_path / "x.db"
    make(str(kibo.store), institution="kibo", run="latest", key=kibo.key, output=bundle)
    kibo.act()
    shutil.copy(kibo.store, store)
    if what == "merge-full":
        store.unlink()
        merge_all(str(store), [], [kibo.public])
    ended = child(what, kibo, store, bundle, 4096)
    assert (ended.returncode, ended.stderr, ended.stdout.count("\n")) == (Exit.STORAGE, "", 1)
    assert verify(str(store)).faults == ()
    assert store.stat().st_size > 0
