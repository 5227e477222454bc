"""Files of several kinds, whole, cut, turned into something else, to which of them count as backups."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest

from audit.contract import CannotSee, Output, Reason, say
from audit.model.backup import BackupState
from audit.world.scene import SceneFile, scene
from checks.backup.dump import begins, content
from checks.backup.files import FileCopies, newest_files

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DUMP = b"-- PostgreSQL database dump\n-- Dumped from database version 15.1\n%b\n-- PostgreSQL database dump complete\n"
ROWS = DUMP % b"CREATE TABLE loan (id integer);\nCOPY public.loan (id) FROM stdin;\n1\n\\.\n"
NOISE = random.Random(8).randbytes(9000)
ZSTD = b"\x28\xb5\x2f\xfd"


def look(*contents: bytes, name: str = "bak", said: Any = None, **more: Any) -> BackupState:
    files = {
        f"/d/{number}.{name}": SceneFile(inside, NOW - timedelta(hours=9 - number))
        for number, inside in enumerate(contents, 1)
    }
    copy = FileCopies.model_validate({"id": "dump", "kind": "files", "at": "busan", "path": f"/d/*.{name}", **more})
    none = CannotSee(Reason.NO_TOOL, say("zstd is not there"))
    seen = anyio.run(newest_files.look, copy, scene(now=NOW, files=files, command={"zstd": said or none}))
    assert isinstance(seen, BackupState)
    return seen


def doubt(*contents: bytes, **more: Any) -> str:
    return look(*contents, **more).points[-1].doubt


class TestPackedByAProgram:
    def test_its_content_counts(self) -> None:
        seen = look(ZSTD + NOISE, name="sql.zst", said=Output(0, ROWS.decode(), ""))
        assert (seen.integrity, seen.errors, seen.size) == (2, (), len(ROWS))
        half = Output(0, ROWS[:-30].decode(), "")
        assert doubt(ZSTD + NOISE, name="sql.zst", said=half) == "the dump ends before its last line"

    def test_cut(self) -> None:
        assert "premature end" in doubt(ZSTD + NOISE, name="sql.zst", said=Output(1, "", "premature end"))

    @pytest.mark.parametrize(
        ("said", "reason"),
        [(None, Reason.NO_TOOL), (Output(1, "", "Frame requires too much memory"), Reason.INCOMPLETE)],
    )
    def test_what_the_program_could_not_do_is_not_called_sound(self, said: Output | None, reason: Reason) -> None:
        seen = look(ZSTD + NOISE, name="sql.zst", said=said)
        assert seen.newest is not None
        assert (seen.integrity, seen.absent["errors"].reason) == (0, reason)


class TestArchives:
    def test_zip(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a", NOISE)
            archive.comment = b"c" * 60_000
        whole = packed.getvalue()
        assert not doubt(whole, name="zip")
        assert doubt(whole[:8000], name="zip") == "the archive ends before its list of contents"
        empty = io.BytesIO()
        zipfile.ZipFile(empty, "w").close()
        assert doubt(empty.getvalue(), name="zip") == "the archive holds nothing"

    def test_seven(self) -> None:
        listed = b"\x01\x04\x06\x00" * 10
        begin = struct.pack("<QQI", len(NOISE), len(listed), zlib.crc32(listed))
        head = b"7z\xbc\xaf\x27\x1c\x00\x04" + zlib.crc32(begin).to_bytes(4, "little") + begin
        whole = head + NOISE + listed
        assert not doubt(whole, name="7z")
        assert doubt(whole[:-5], name="7z") == "the archive ends before its list of contents"
        assert "never ended" in doubt(head[:8] + bytes(24) + NOISE, name="7z")
        far = head[:20] + (10**6).to_bytes(8, "little") + head[28:]
        assert content(far + NOISE, NOISE, "a.7z", None).whole is None


class TestTurnedIntoSomethingElse:
    @pytest.mark.parametrize("other", [NOISE, b"pg_dump: error: connection refused\n" * 20])
    def test_what_the_one_before_it_was_not(self, other: bytes) -> None:
        told = "it is not what the one before it is (sql): its bytes are of no known kind"
        assert doubt(ROWS, other) == doubt(gzip.compress(ROWS), other) == told

    def test_what_was_never_known_is_no_change(self) -> None:
        assert not doubt(NOISE, NOISE[::-1])
        assert not doubt(ZSTD + NOISE, NOISE)
        assert not doubt(gzip.compress(NOISE), gzip.compress(NOISE[::-1]))
        assert begins(b"\x1f\x8bno", "a") == begins(b"", "a") == ""

    def test_noise_under_the_name_of_statements(self) -> None:
        assert doubt(NOISE, name="sql") == "it does not hold text, as its name says"
        assert doubt(gzip.compress(NOISE), name="sql.gz") == "it does not hold text, as its name says"
        assert not doubt("create".encode("utf-16"), name="sql")
        assert not doubt("대장".encode("cp949"), name="sql")


class TestComplaints:
    WHOLE = (
        b"-- MySQL dump 10.13\n-- Server version\t8.0\nCREATE TABLE a (b int);\nINSERT INTO a VALUES (1);\n"
        b"-- Dump completed\n"
    )

    @pytest.mark.parametrize(
        "said", [b"mysqldump: [Warning] Using a password\n", b"Warning: mariadb-dump: unknown variable\n"]
    )
    def test_before_the_first_statement(self, said: bytes) -> None:
        assert doubt(said + self.WHOLE).startswith("it begins with a complaint of the tool, no statement: ")

    @pytest.mark.parametrize("before", [b"", b"USE a;\n", b"\n-- mysqldump: by hand\n", b"/*M!999999\\- x */\n"])
    def test_what_may_stand_there(self, before: bytes) -> None:
        assert not doubt(before + self.WHOLE)


class TestMayBeEmpty:
    @pytest.mark.parametrize("inside", [b"", b"CREATE TABLE loan (id integer);"])
    def test_a_dump_without_a_row(self, inside: bytes) -> None:
        assert look(DUMP % inside).newest is None
        assert look(DUMP % inside, **{"may-be-empty": "true"}).newest is not None

    def test_a_cut_one_stays_cut(self) -> None:
        assert look((DUMP % b"")[:-40], **{"may-be-empty": "true"}).newest is None
