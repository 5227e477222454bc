"""Real files, real dumps: what is whole, cut, changed, empty, unreadable is seen as that."""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from audit.contract import CannotSee, Reason
from audit.model.backup import BackupState
from audit.world.build import real_world
from checks.backup.files import FileCopies, newest_files
from tests.real.clusters import Pair

pytestmark = [pytest.mark.real, pytest.mark.lab]
DAY = 86400
NOW = datetime(2026, 11, 20, tzinfo=UTC).timestamp()


def look(root: Path, path: str = "dumps/*", **more: Any) -> BackupState:
    copy = FileCopies.model_validate({"id": "dump", "kind": "files", "at": "busan", "path": path, **more})
    found = anyio.run(newest_files.look, copy, real_world(allow=(), root=root))
    assert isinstance(found, BackupState)
    return found


def put(root: Path, name: str, content: bytes, days_ago: float = 0) -> Path:
    file = root / "dumps" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (NOW - days_ago * DAY,) * 2)
    return file


@pytest.fixture(scope="module")
def plain(pair: Pair) -> bytes:
    return pair.primary.run("pg_dump", "-v", *_source(pair), "postgres").encode()


@pytest.fixture(scope="module")
def custom(pair: Pair) -> bytes:
    file = pair.primary.folder.parent / "custom.dump"
    pair.primary.run("pg_dump", "-Fc", *_source(pair), "-f", str(file), "postgres")
    return file.read_bytes()


def _source(pair: Pair) -> tuple[str, ...]:
    return ("-h", "127.0.0.1", "-p", str(pair.primary.port), "-U", "postgres")


def test_a_whole_plain_dump_with_the_start_that_it_tells(tmp_path: Path, plain: bytes) -> None:
    put(tmp_path, "a.sql", plain)
    seen = look(tmp_path)
    assert seen.newest is not None
    assert seen.newest.start > datetime.fromtimestamp(NOW, UTC)  # of its header, not of the file
    assert (seen.integrity, seen.errors) == (1, ())
    assert not seen.encrypted


def test_half_a_dump_is_none_even_where_gzip_is_content(tmp_path: Path, plain: bytes) -> None:
    put(tmp_path, "a.sql.gz", gzip.compress(plain), days_ago=1)
    put(tmp_path, "b.sql.gz", gzip.compress(plain[: len(plain) // 2]))
    seen = look(tmp_path)
    assert [point.complete for point in seen.points] == [True, False]
    assert seen.newest is not None
    assert seen.newest.id == "a.sql.gz"
    assert seen.errors == ("b.sql.gz: the dump ends before its last line",)


def test_a_cut_gzip_is_none(tmp_path: Path, plain: bytes) -> None:
    put(tmp_path, "a.sql.gz", gzip.compress(plain)[:-200])
    seen = look(tmp_path)
    assert seen.newest is None
    assert "cannot be unpacked" in seen.points[0].doubt


def test_a_whole_packed_dump_is_verified(tmp_path: Path, plain: bytes) -> None:
    put(tmp_path, "a.sql.gz", gzip.compress(plain))
    seen = look(tmp_path)
    assert (seen.integrity, seen.errors, seen.size) == (2, (), len(plain))


def test_a_whole_custom_dump_is_read_to_its_end(tmp_path: Path, custom: bytes) -> None:
    put(tmp_path, "a.dump", custom)
    seen = look(tmp_path, timezone="UTC")
    assert (seen.integrity, seen.errors) == (1, ())
    assert seen.newest is not None
    assert seen.newest.start > datetime.fromtimestamp(NOW, UTC)


@pytest.mark.parametrize("spoil", [lambda dump: dump[:-300], lambda dump: dump[:-400] + bytes(300) + dump[-100:]])
def test_a_cut_or_changed_custom_dump_is_none(tmp_path: Path, custom: bytes, spoil: Any) -> None:
    put(tmp_path, "a.dump", spoil(custom))
    seen = look(tmp_path)
    assert seen.newest is None
    assert seen.errors


def test_an_archive_without_its_end(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(os.urandom(50_000))
    with tarfile.open(tmp_path / "whole.tar", "w") as archive:
        archive.add(tmp_path / "x", "x")
    content = (tmp_path / "whole.tar").read_bytes()
    put(tmp_path, "a.tar", content, days_ago=1)
    put(tmp_path, "b.tar", content[:30_000])
    assert [point.complete for point in look(tmp_path).points] == [True, False]


def test_a_manifest_that_holds_and_one_that_does_not(tmp_path: Path) -> None:
    file = put(tmp_path, "a.bin", b"backup" * 1000)
    sums = tmp_path / "dumps" / "SHA256SUMS"
    sums.write_text(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  a.bin\n")
    seen = look(tmp_path)
    assert (len(seen.points), seen.integrity, seen.errors) == (1, 2, ())
    put(tmp_path, "a.bin", b"Backup" + b"backup" * 999)
    assert look(tmp_path).newest is None
    sums.write_text("")
    seen = look(tmp_path, manifest="dumps/SHA256SUMS")
    assert seen.newest is not None
    assert seen.absent["errors"].reason is Reason.INCOMPLETE


def test_unfinished_and_empty_files_are_no_backups(tmp_path: Path) -> None:
    put(tmp_path, "a.bin", b"whole", days_ago=9)
    put(tmp_path, "b.bin", b"")
    put(tmp_path, "c.bin.part", b"half")
    seen = look(tmp_path)
    assert [point.id for point in seen.points] == ["a.bin", "b.bin"]
    assert seen.newest is not None
    assert seen.newest.start == datetime.fromtimestamp(NOW - 9 * DAY, UTC)


def test_a_backup_that_shrank_is_doubted(tmp_path: Path) -> None:
    for day in range(8, 0, -1):
        put(tmp_path, f"{9 - day}.bin", b"x" * (100_000 + day), days_ago=day)
    put(tmp_path, "9.bin", b"x" * 20_000)
    newest = look(tmp_path).points[-1]
    assert not newest.complete
    assert "usual" in newest.doubt


def test_an_empty_folder_is_a_fact_and_a_missing_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "dumps").mkdir()
    assert look(tmp_path).points == ()
    with pytest.raises(CannotSee) as gap:
        look(tmp_path, "gone/*.sql")
    assert gap.value.reason is Reason.UNREACHABLE
