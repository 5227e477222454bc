"""Files of this machine: what a pattern finds, what is never followed, what cannot be read."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import anyio
import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.files import LocalFiles

T = TypeVar("T")
SOON = timedelta(seconds=10)


def wait(work: Callable[[], Awaitable[T]]) -> T:
    return anyio.run(work)


def names(root: Path, pattern: str, most: int = 100) -> list[str]:
    return [Path(file.path).name for file in wait(lambda: LocalFiles(root).list(pattern, most))]


def refusal(work: Callable[[], Awaitable[object]]) -> Reason:
    with pytest.raises(CannotSee) as gap:
        anyio.run(work)
    return gap.value.reason


def put(path: Path, content: bytes = b"x", at: float = 1e9) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (at, at))
    return path


def test_the_newest_come_last_with_size_and_time(tmp_path: Path) -> None:
    put(tmp_path / "a.sql", b"12345", at=3e8)
    put(tmp_path / "b.sql", at=2e8)
    put(tmp_path / "c.txt")
    found = wait(lambda: LocalFiles(tmp_path).list("*.sql", 10))
    assert [(Path(file.path).name, file.size) for file in found] == [("b.sql", 1), ("a.sql", 5)]
    assert found[1].modified == datetime.fromtimestamp(3e8, UTC)


def test_at_most_so_many_and_those_the_newest(tmp_path: Path) -> None:
    for number in range(10):
        put(tmp_path / f"{number}.sql", at=1e9 + number)
    assert names(tmp_path, "*.sql", most=2) == ["8.sql", "9.sql"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("d/*", ["a.sql"]),
        ("*/a.sql", ["a.sql"]),
        ("d/[a-c].s?l", ["a.sql"]),
        ("**/*.sql", ["a.sql", "b.sql", "top.sql"]),
        ("**", ["a.sql", "b.sql", "top.sql"]),
        ("d/e/../a.sql", ["a.sql"]),
        ("d/*.SQL", []),
        ("d/.*", [".hidden"]),
        ("top.sql", ["top.sql"]),
    ],
)
def test_patterns(tmp_path: Path, pattern: str, found: list[str]) -> None:
    for name in ("d/a.sql", "d/e/b.sql", "top.sql", "d/.hidden"):
        put(tmp_path / name)
    assert sorted(names(tmp_path, pattern)) == found


def test_an_empty_folder_is_a_fact_and_a_missing_one_is_none(tmp_path: Path) -> None:
    assert names(tmp_path, "*.sql") == []
    assert refusal(lambda: LocalFiles(tmp_path).list("gone/*.sql", 1)) is Reason.UNREACHABLE
    put(tmp_path / "file")
    assert refusal(lambda: LocalFiles(tmp_path).list("file/*.sql", 1)) is Reason.UNREACHABLE


def test_the_root_of_the_file_system_is_a_folder() -> None:
    assert refusal(lambda: LocalFiles(Path("/tmp")).list("/", 10)) is Reason.INCOMPLETE


def test_a_folder_is_no_backup_file(tmp_path: Path) -> None:
    (tmp_path / "dumps").mkdir()
    assert refusal(lambda: LocalFiles(tmp_path).list("dumps", 1)) is Reason.INCOMPLETE
    assert refusal(lambda: LocalFiles(tmp_path).list("dumps/", 1)) is Reason.INCOMPLETE


def test_a_closed_folder_is_denied(tmp_path: Path) -> None:
    put(tmp_path / "closed" / "a.sql")
    (tmp_path / "closed").chmod(0)
    mine = os.geteuid()
    os.seteuid(mine or 65534)  # nothing is closed to root
    try:
        assert refusal(lambda: LocalFiles(tmp_path).list("closed/*", 1)) is Reason.DENIED
        assert refusal(lambda: LocalFiles(tmp_path).head("closed/a.sql", 1)) is Reason.DENIED
    finally:
        os.seteuid(mine)
        (tmp_path / "closed").chmod(0o700)


def test_links_are_followed_inside_their_folder_only(tmp_path: Path) -> None:
    put(tmp_path / "secret" / "shadow")
    put(tmp_path / "d" / "real.sql")
    (tmp_path / "d" / "latest.sql").symlink_to("real.sql")
    (tmp_path / "d" / "out.sql").symlink_to("../secret/shadow")
    (tmp_path / "d" / "nowhere.sql").symlink_to("gone")
    (tmp_path / "d" / "ring.sql").symlink_to("ring.sql")
    (tmp_path / "d" / "way").symlink_to("../secret")
    assert names(tmp_path, "d/*.sql") == ["real.sql"]
    assert names(tmp_path, "d/*/*") == []
    assert refusal(lambda: LocalFiles(tmp_path).head("d/out.sql", 10)) is Reason.UNREACHABLE


def test_a_folder_of_links_that_lead_out_is_not_called_empty(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "dump.sql")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "ring.sql").symlink_to("ring.sql")
    (tmp_path / "d" / "nowhere.sql").symlink_to("gone")
    assert names(tmp_path, "d/*.sql") == []
    (tmp_path / "d" / "latest.sql").symlink_to("../elsewhere/dump.sql")
    assert refusal(lambda: LocalFiles(tmp_path).list("d/*.sql", 10)) is Reason.DENIED
    assert refusal(lambda: LocalFiles(tmp_path).list("d/latest.sql", 10)) is Reason.DENIED


def test_what_is_no_ordinary_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.sql")
    assert names(tmp_path, "*.sql") == []
    assert refusal(lambda: LocalFiles(tmp_path).head("pipe.sql", 10)) is Reason.INCOMPLETE
    assert refusal(lambda: LocalFiles(tmp_path).sha256("/dev/zero")) is Reason.INCOMPLETE
    assert refusal(lambda: LocalFiles(tmp_path).head(".", 10)) is Reason.INCOMPLETE


def test_the_folders_of_a_folder(tmp_path: Path) -> None:
    for name in ("b", "a", ".c"):
        put(tmp_path / name / "file")
    put(tmp_path / "file")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    files = LocalFiles(tmp_path)
    assert (
        wait(lambda: files.folders(".", SOON)) == wait(lambda: files.folders(str(tmp_path), SOON)) == (".c", "a", "b")
    )
    assert wait(lambda: files.folders("a", SOON)) == ()
    for path in ("none", "file", "a\0b"):
        assert refusal(lambda path=path: files.folders(path, SOON)) is Reason.UNREACHABLE  # type: ignore[misc]
    assert refusal(lambda: files.folders(".", timedelta(0))) is Reason.TIMEOUT


def test_hostile_names(tmp_path: Path) -> None:
    for name in (b"\xff.sql", b"\x1b[31m.sql", "가.sql".encode()):
        put(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)))
    found = names(tmp_path, "*.sql")
    assert sorted(found) == ["\x1b[31m.sql", "\\xff.sql", "가.sql"]
    assert refusal(lambda: LocalFiles(tmp_path).list("a\0b/*", 1)) is Reason.UNREACHABLE


def test_impossible_times(tmp_path: Path) -> None:
    put(tmp_path / "old.sql", at=-(2**33))
    put(tmp_path / "far.sql", at=2**33)
    assert names(tmp_path, "*.sql") == ["old.sql", "far.sql"]


def test_the_ends_of_a_file_with_its_sum(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    put(tmp_path / "f", content)
    hand = LocalFiles(tmp_path)
    assert wait(lambda: hand.head("f", 5)) == content[:5]
    assert wait(lambda: hand.tail("f", 5)) == content[-5:]
    assert wait(lambda: hand.tail(str(tmp_path / "f"), 10**9)) == content
    assert wait(lambda: hand.piece("f", 3, 4)) == content[3:7]
    assert wait(lambda: hand.piece("f", len(content) - 2, 9)) == content[-2:]
    assert wait(lambda: hand.sha256("f")) == hashlib.sha256(content).hexdigest()
    assert refusal(lambda: hand.sha256("gone")) is Reason.UNREACHABLE


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_files(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    content = b"begin" + bytes(3_000_000) + b"end"
    packed = pack(content)
    put(tmp_path / "whole", packed)
    put(tmp_path / "cut", packed[:-20])
    hand = LocalFiles(tmp_path)
    whole = wait(lambda: hand.unpack("whole", 5, SOON))
    assert whole is not None
    assert (whole.head, whole.tail, whole.size, whole.trouble) == (b"begin", b"\0\0end", len(content), "")
    cut = wait(lambda: hand.unpack("cut", 5, SOON))
    assert cut is not None
    assert cut.trouble


def test_files_packed_in_two_pieces_or_not_at_all(tmp_path: Path) -> None:
    put(tmp_path / "two", gzip.compress(b"one ") + gzip.compress(b"two"))
    put(tmp_path / "plain", b"plain text")
    put(tmp_path / "empty", b"")
    hand = LocalFiles(tmp_path)
    two = wait(lambda: hand.unpack("two", 100, SOON))
    assert two is not None
    assert two.tail == b"one two"
    assert wait(lambda: hand.unpack("plain", 100, SOON)) is None
    assert wait(lambda: hand.unpack("empty", 100, SOON)) is None


def test_a_bomb_ends_with_its_time(tmp_path: Path) -> None:
    packed = gzip.compress(bytes(50_000_000), 9)
    put(tmp_path / "bomb", packed * 200)
    hand = LocalFiles(tmp_path)
    assert refusal(lambda: hand.unpack("bomb", 10, timedelta(milliseconds=200))) is Reason.TIMEOUT
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", 20_000_000_000)
    assert refusal(lambda: hand.sha256("large", timedelta(milliseconds=100))) is Reason.TIMEOUT
