"""A sealed store that somebody changed, rolled back, swapped or damaged, against the record that must be named."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from audit.app.sealing_keys import checkpoint_file
from audit.app.sealing_verify import Verdict, verify
from audit.model.exit import Exit, Stop
from tests.store.sealed import Institution, institution

KEPT = ("source", "run", "observation", "sight", "finding", "event", "journal", "stretch", "series")
"""What is under a seal, or under the chain of what was measured."""
SHORTER = (
    "UPDATE finding SET line = CAST(replace(CAST(line AS TEXT), '5h 10m', '1h 10m') AS BLOB) "
    "WHERE position = 6 AND run LIKE '%1'"
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Institution:
    return institution(tmp_path_factory.mktemp("whole") / "kibo")


@pytest.fixture
def kibo(whole: Institution, tmp_path: Path) -> Institution:
    shutil.copytree(whole.store.parent, tmp_path / "kibo")
    here = tmp_path / "kibo"
    return Institution(here / "haechi.db", here / "secret.key", whole.public, here / "first.checkpoint")


def verified(one: Institution, *more: Path) -> Verdict:
    return verify(str(one.store), checkpoints=[one.checkpoint, *more], keys=[one.public])


def test_what_nobody_touched(kibo: Institution) -> None:
    found = verified(kibo)
    assert (found.exit, found.faults, found.size, found.runs) == (Exit.READY, (), 21, 2)
    kibo.act(3)
    kibo.runs(3)
    later = verified(kibo)
    assert (later.exit, later.size) == (Exit.READY, 24)
    assert [str(note) for note in later.notes] == [
        "3 events came after the checkpoint; nobody signed them yet",
        "not under the checkpoint: 20261121T205813Z-0003",
    ]


def test_without_a_checkpoint_or_a_key_nothing_is_verified(kibo: Institution) -> None:
    assert verify(str(kibo.store)).exit is Exit.NOT_VERIFIED
    assert verify(str(kibo.store), checkpoints=[kibo.checkpoint]).exit is Exit.NOT_VERIFIED
    assert verify(str(kibo.store), keys=[kibo.public]).exit is Exit.NOT_VERIFIED
    other = institution(kibo.store.parent / "other", "kosme").public
    unknown = verify(str(kibo.store), checkpoints=[kibo.checkpoint], keys=[other])
    assert unknown.exit is Exit.NOT_VERIFIED
    kibo.change("UPDATE event SET subject = 'x' WHERE number = 4")
    assert verify(str(kibo.store)).exit is Exit.FAILED, "what is broken in itself needs no checkpoint"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE event SET content = '{}' WHERE number = 7", "event 7 is not what was written"),
        ("UPDATE event SET at = 5 WHERE number = 7", "event 7 is not what was written"),
        ("DELETE FROM event WHERE number = 3", "event 4 does not follow on event 2"),
        ("DELETE FROM event WHERE number > 18", "the log ends with event 18 where a checkpoint covers 21"),
        (SHORTER, "1: finding 6, backup.age on kibo/guarantee/000006 is not what was"),
        ("UPDATE finding SET verdict = 'pass' WHERE position = 1", "finding 1, backup.age on kibo/guarantee/000001"),
        ("DELETE FROM finding WHERE position = 11 AND run LIKE '%2'", "0002: it has 20 records where 21 were sealed"),
        ("UPDATE run SET state = 'interrupted' WHERE id LIKE '%1'", "0001: its head is not what was sealed"),
        ("UPDATE run SET state = 'running', root = ''", "it was closed once and stands open now"),
        ("UPDATE run SET root = 'sha256:0'", "0001: its head, its observations or its findings are not those"),
        ("UPDATE run SET sources = replace(sources, 'kibo.yaml', 'kobi.yaml')", "the names of its files are not"),
        ("UPDATE observation SET content = x'00' WHERE rowid = 1", " is not what was stored"),
        ("UPDATE source SET content = x'00'", "0001: the file kibo.yaml is not what was stored"),
        ("DELETE FROM sight WHERE subject = 'daejeon/ups'", "it has 20 records where 21 were sealed"),
        ("DELETE FROM run WHERE id LIKE '%1'", "belongs to nothing that is there"),
    ],
)  # fmt: skip
def test_what_is_changed_is_named(kibo: Institution, statement: str, said: str) -> None:
    kibo.change(statement)
    found = verified(kibo)
    assert found.exit is Exit.FAILED
    assert said in str(found.faults[0]), found.faults


def test_a_run_that_was_taken_out_with_all_that_belongs_to_it(kibo: Institution) -> None:
    for table, column in (("finding", "run"), ("sight", "run"), ("run", "id")):
        kibo.change(f"DELETE FROM {table} WHERE {column} LIKE '%2'")
    assert "run 20261121T205713Z-0002 is gone, which event 21 sealed" in str(verified(kibo).faults[0])


def test_a_log_that_was_written_anew_with_all_its_links(kibo: Institution) -> None:
    kibo.act(5)
    second = kibo.seal("second")
    kibo.change("DELETE FROM event WHERE number > 22")
    kibo.act(4)
    kibo.change("UPDATE event SET kind = kind")  # the same number of events, each linked to the one before it
    found = verified(kibo, second)
    assert found.exit is Exit.FAILED
    assert "events 22 to 27" in str(found.faults[0]) or "ends with event 26" in str(found.faults[0])


def test_a_store_that_was_rolled_back(kibo: Institution, whole: Institution) -> None:
    kibo.act(2)
    newer = kibo.seal("newer")
    shutil.copy(whole.store, kibo.store)
    found = verified(kibo, newer)
    assert (found.exit, "it was rolled back" in str(found.faults[0])) == (Exit.FAILED, True)


def test_a_store_that_was_swapped(kibo: Institution, tmp_path: Path) -> None:
    other = institution(tmp_path / "other", "kibo")
    other.act(9)
    shutil.copy(other.store, kibo.store)
    found = verified(kibo)
    assert "events 1 to 21 are not those under the checkpoint" in str(found.faults[0])


def test_a_checkpoint_that_somebody_changed(kibo: Institution) -> None:
    text = kibo.checkpoint.read_text().split("\n")
    text[2] = "A" * 43 + "="
    kibo.checkpoint.write_text("\n".join(text))
    assert "the signature of audit.example.org/kibo" in str(verified(kibo).faults[0])


def test_a_file_that_was_cut_off(kibo: Institution) -> None:
    content = kibo.store.read_bytes()
    for length in range(0, len(content), 9 * 4096 + 100):
        kibo.store.write_bytes(content[:length])
        if length:
            assert verified(kibo).exit is Exit.FAILED, length
            continue
        with pytest.raises(Stop):
            verified(kibo)


def dumped(path: Path) -> Mapping[str, list[str]]:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    connection.text_factory = bytes
    found = {table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}"))) for table in KEPT}
    connection.close()
    return found


def test_no_flipped_bit_is_silent(kibo: Institution) -> None:
    content, before = kibo.store.read_bytes(), dumped(kibo.store)
    assert checkpoint_file(kibo.checkpoint).size == 21
    dice = random.Random(7)
    named = 0
    for _ in range(40):
        place = dice.randrange(len(content))
        broken = bytearray(content)
        broken[place] ^= 1 << dice.randrange(8)
        kibo.store.write_bytes(broken)
        try:
            faults: Sequence[object] = verified(kibo).faults
        except Stop as stop:
            faults = stop.lines
        named += bool(faults)
        # What is not named lies where nothing is stored.
        assert faults or dumped(kibo.store) == before, place
    assert named > 4
