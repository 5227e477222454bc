"""Files of Barman, of base backups, rows of an archiver to what the probes make of them, without a server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import anyio
import pytest

from audit.contract import CannotSee, Reason
from audit.model.backup import BackupState, RestorePoint
from audit.world.scene import SceneFile, scene
from checks.backup.archiver import held, told
from checks.backup.barman import Barman, server_backups
from checks.backup.barman_files import entry, named, places, sections, without_running
from checks.backup.base_backup import label, manifest, packed_label
from checks.backup.dump import HEAD, content
from checks.backup.file_names import named as called
from checks.backup.postgresql_archive import PostgresqlArchive, base_backups
from checks.backup.postgresql_rights import excess
from checks.backup.wal import USUAL, Base, Piece, Span, carried, log

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
ROLE: dict[str, Any] = {
    "superuser": False, "replication": False, "createrole": False, "createdb": False, "bypassrls": False,
    "member": ["pg_monitor", "pg_read_all_settings"],
}  # fmt: skip
INFO = """begin_time=2026-09-01 10:00:00+00:00
begin_wal=000000010000000000000002
begin_xlog=0/2000028
end_time=2026-09-01 10:01:00+00:00
end_wal=000000010000000000000002
error=None
size=1000
status={status}
systemid=77
xlog_segment_size=16777216
"""
LABEL = """START WAL LOCATION: 0/2000028 (file 000000010000000000000002)
CHECKPOINT LOCATION: 0/2000060
START TIME: 2026-09-01 {time}
START TIMELINE: 1
"""
MANIFEST = (
    b'{ "Files": [{ "Path": "a", "Size": 40, "x": 1 }],\n"WAL-Ranges": [\n'
    b'{ "Timeline": 1, "Start-LSN": "0/2000028", "End-LSN": "0/2000100" }\n],\n"Manifest-Checksum": "'
    + b"ab" * 32 + b'"}\n'
)  # fmt: skip


def segment(number: int) -> str:
    return f"{1:08X}{0:08X}{number:08X}"


def whole(number: int) -> SceneFile:
    head = b"\x10\xd1\x02\0\1\0\0\0" + (number * USUAL).to_bytes(8, "little")
    return SceneFile(head.ljust(USUAL, b"\0"), NOON - timedelta(minutes=10 - number))


class TestBarman:
    CONFIG = "[barman]\nbarman_home = /b\n[kosme]\nconninfo = password=planted\n"

    def look(
        self, *numbers: int, status: str = "DONE", book: str = "", data: bool = True, waiting: int = 0
    ) -> BackupState:
        folder = "/b/kosme/base/20260901T100000"
        files = {
            "/c": SceneFile(self.CONFIG.encode(), NOON),
            f"{folder}/backup.info": SceneFile(INFO.format(status=status).encode(), NOON),
            "/b/kosme/wals/xlog.db": SceneFile(
                "".join(f"{segment(number)}\t1\t1.0\tNone\n" for number in numbers).encode() + book.encode(), NOON
            ),
            **{f"/b/kosme/wals/0000000100000000/{segment(number)}": whole(number) for number in numbers},
            **({f"/b/kosme/incoming/{segment(waiting)}": whole(waiting)} if waiting else {}),
            **({f"{folder}/data/PG_VERSION": SceneFile(b"15\n", NOON)} if data else {}),
        }
        copy = Barman.model_validate({"id": "b", "kind": "barman", "at": "busan", "server": "kosme", "config": "/c"})
        found = anyio.run(server_backups.look, copy, scene(now=NOON, files=files))
        assert isinstance(found, BackupState)
        assert "planted" not in str(found.plain())
        return found

    def test_an_unbroken_log(self) -> None:
        seen = self.look(2, 3, 4)
        assert (seen.gaps, seen.latest, seen.sets) == ((), NOON - timedelta(minutes=6), ("kosme",))
        assert [attempt.ok for attempt in seen.attempts] == [True]

    def test_what_the_book_names_must_be_there(self) -> None:
        seen = self.look(2, 3, book=f"{segment(4)}\t1\t1.0\tNone\n")
        assert [(gap.before, gap.missing) for gap in seen.gaps] == [(segment(4), 1)]

        assert self.look(2, 3, waiting=6, book=f"{segment(4)}\t1\t1.0\tNone\n").gaps  # it lies there for 4 minutes
        assert self.look(2, 3, 4, 5, waiting=6).latest == NOON - timedelta(minutes=4)
        assert self.look(2, 3, waiting=4).latest == NOON - timedelta(minutes=7)  # for too long

    def test_records_alone_bring_nothing_back(self) -> None:
        assert self.look(2, 3, data=False).newest is None

    def test_a_failed_backup_is_one_run_that_failed(self) -> None:
        seen = self.look(2, 3, status="FAILED")
        assert seen.newest is None
        assert [attempt.ok for attempt in seen.attempts] == [False]

    def test_one_that_may_run_now_is_none_yet(self) -> None:
        found = entry(INFO.format(status="STARTED"), "20260901T100000")
        assert without_running([found], NOON) == ()
        assert without_running([found], NOON + timedelta(days=2)) == (found,)

    @pytest.mark.parametrize(
        "text", ["", "status", "status=DONE\nbegin_time=never", "status=DONE\nbegin_time=2026-09-01 10:00:00"]
    )
    def test_a_record_of_another_form_is_none(self, text: str) -> None:
        with pytest.raises(CannotSee):
            entry(text, "x")

    def test_where_the_settings_lead(self) -> None:
        own = sections("[barman]\nbarman_home=/b\n[a]\nbackup_directory = %(barman_home)s/x\nwals_directory='/w'\n")
        found = places(own, "a")
        assert (found.base, found.wals, found.meta) == ("/b/x/base", "/w", "/b/x/meta")
        with pytest.raises(CannotSee):
            places(own, "other")

    def test_names_of_records(self) -> None:
        assert named("/b/k/base/20260901T100000/backup.info") == "20260901T100000"
        assert named("/b/k/meta/20260901T100000-backup.info") == "20260901T100000"
        assert named("backup.info") is None


class TestArchive:
    def look(
        self,
        *numbers: int,
        time: str = "10:00:00 UTC",
        manifest: bytes = MANIFEST,
        other: Mapping[str, SceneFile] = MappingProxyType({}),
        **more: Any,
    ) -> BackupState:
        files = {
            "/base/monday/backup_label": SceneFile(LABEL.format(time=time).encode(), NOON),
            "/base/monday/backup_manifest": SceneFile(manifest, NOON),
            "/base/monday/PG_VERSION": SceneFile(b"15\n", NOON),
            "/base/monday/a": SceneFile(bytes(40), NOON),
            **{f"/archive/{segment(number)}": whole(number) for number in numbers},
            **other,
        }
        written = {"id": "a", "kind": "postgresql-archive", "at": "busan", "archive": "/archive", "backups": "/base/*"}
        copy = PostgresqlArchive.model_validate({**written, **more})
        found = anyio.run(base_backups.look, copy, scene(now=NOON, files=files))
        assert isinstance(found, BackupState)
        return found

    def test_an_unbroken_log(self) -> None:
        seen = self.look(2, 3)
        assert (seen.gaps, seen.latest, seen.size) == ((), NOON - timedelta(minutes=7), 40)

    def test_a_hole(self) -> None:
        assert [gap.missing for gap in self.look(2, 3, 5).gaps] == [1]

    @pytest.mark.parametrize("content", [bytes(USUAL), whole(2).content])
    def test_a_segment_that_is_not_what_its_name_says(self, content: bytes) -> None:
        seen = self.look(2, 3, 4, 5, other={f"/archive/{segment(4)}": SceneFile(content, NOON)})
        assert [gap.missing for gap in seen.gaps] == [1]

    def test_a_segment_that_tells_nothing_of_its_place(self) -> None:
        closed = SceneFile(b"\x81\x05" * (USUAL // 2), NOON)
        assert self.look(2, 3, 4, 5, other={f"/archive/{segment(4)}": closed}).gaps == ()

    def test_a_file_that_its_manifest_names(self) -> None:
        others = b'"Path": "pg_tblspc/7/x", "Size": 5, "Path": "postgresql.auto.conf", "Size": 88,'
        listed = MANIFEST.replace(b"{", b'{ "Path": "base/1/99", "Size": 3, ' + others, 1)
        assert self.look(2, 3, manifest=listed).points[0].doubt.startswith("base/1/99, ")
        there = self.look(2, 3, manifest=listed, other={"/base/monday/base/1/99": SceneFile(b"abc", NOON)})
        assert there.points[0].complete

    @pytest.mark.parametrize("cut", [MANIFEST[:-30], b"", b"{}"])
    def test_a_manifest_that_was_cut_off(self, cut: bytes) -> None:
        assert self.look(2, 3, manifest=cut).newest is None

    def test_a_zone_that_is_not_known_is_no_guess(self) -> None:
        with pytest.raises(CannotSee):
            self.look(2, 3, time="10:00:00 XST")
        seen = self.look(2, 3, time="19:00:00 XST", timezone="Asia/Seoul")
        assert seen.points[0].start == datetime(2026, 9, 1, 10, tzinfo=UTC)

    def test_labels(self) -> None:
        found = label(LABEL.format(time="10:00:00 KST"), None)
        assert getattr(found, "start", None) == datetime(2026, 9, 1, 1, tzinfo=UTC)
        assert label("x", None) is None
        header = b"backup_label".ljust(257, b"\0") + b"ustar".ljust(255, b"\0")
        assert packed_label(header + b"START\0\0") == "START"
        assert packed_label(b"\0" * 600) == ""
        assert manifest(MANIFEST).end == "0/2000100"


class TestArchiver:
    ROW: dict[str, Any] = {
        "in_recovery": False, "now": NOON, "written": "0/5000000", "writes": segment(5),
        "mode": "on", "timeout": 60, "size": USUAL,
        "cluster": "77", "last": segment(4), "last_at": NOON, "failed": None, "failed_at": None,
    }  # fmt: skip

    def held(self, **row: Any) -> Any:
        pieces = log([Piece(segment(number), USUAL, NOON) for number in (2, 3, 4)])
        seen = carried([Base(RestorePoint(id="x", start=NOON), Span(segment(2), segment(2)))], pieces)
        return held(told([{**self.ROW, **row}], [ROLE]), pieces, seen, "77")

    def test_what_it_says_is_there(self) -> None:
        seen = self.held()
        assert (seen.gaps, seen.errors, seen.absent) == ((), (), {})
        assert seen.facts == {"excess": (), "paced": timedelta(seconds=60), "pending": 0}

    def test_what_it_says_to_have_archived_is_not_there(self) -> None:
        assert [gap.missing for gap in self.held(last=segment(7)).gaps] == [3]

    def test_another_server_leads_the_archive_away(self) -> None:
        pieces = log([Piece(segment(number), USUAL, NOON) for number in (2, 3)])
        away = log([Piece("0000000200000000000000" + word, USUAL, NOON) for word in ("02", "03", "04")])
        point = RestorePoint(id="x", start=NOON)
        primary = told([{**self.ROW, "last": segment(3)}], [ROLE])
        there = carried([Base(point, Span(segment(2), segment(2)))], pieces)
        assert held(primary, pieces, there, "77").gaps == ()
        gone = carried([Base(point, Span("000000020000000000000002", "000000020000000000000002"))], away)
        assert [gap.before for gap in held(primary, away, gone, "77").gaps] == [segment(5)]

    def test_a_label_of_a_backup_as_the_last_file(self) -> None:
        assert self.held(last=segment(4) + ".00000028.backup").gaps == ()

    @pytest.mark.parametrize(
        "row",
        [{"mode": "off"}, {"failed": segment(5), "failed_at": NOON + timedelta(seconds=1)}, {"cluster": "78"},
         {"failed": segment(5), "failed_at": NOON, "last_at": None}],
    )  # fmt: skip
    def test_its_own_trouble(self, row: dict[str, Any]) -> None:
        assert len(self.held(**row).errors) == 1

    def test_a_backlog_makes_the_times_of_files_too_new(self) -> None:
        assert self.held(written="0/9000000").absent["reach"].reason is Reason.INCOMPLETE

    def test_a_standby_is_no_primary(self) -> None:
        with pytest.raises(CannotSee):
            self.held(in_recovery=True, written=None)

    def test_what_a_role_may_do_beyond_looking(self) -> None:
        assert excess([ROLE]) == ()
        assert excess([{**ROLE, "superuser": True, "createdb": True}]) == ("superuser",)
        assert excess([{**ROLE, "replication": True, "member": ["pg_write_all_data", "pg_monitor"]}]) == (
            "replication", "pg_write_all_data",
        )  # fmt: skip
        with pytest.raises(CannotSee):
            excess([])


class TestDumps:
    EMPTY = (
        b"--\n-- PostgreSQL database dump\n--\n-- Dumped from database version 15\n{}\n"
        b"-- PostgreSQL database dump complete\n"
    )

    def test_the_database_that_was_not_meant(self) -> None:
        empty = self.EMPTY.replace(b"{}", b"SET x = 1;")
        assert content(empty, empty, "x.sql", None).whole is False
        bare = self.EMPTY.replace(b"{}", b"CREATE TABLE x();")
        assert "without their rows" in content(bare, bare, "x.sql", None).doubt
        filled = self.EMPTY.replace(b"{}", b"CREATE TABLE x();\nCOPY public.x FROM stdin;\n\\.")
        assert content(filled, filled, "x.sql", None).whole
        long = bare + b"--\n" * HEAD
        assert content(long[:HEAD], bare, "x.sql", None).whole  # its rows may stand behind what was read

    @pytest.mark.parametrize(
        ("head", "name", "doubt"),
        [
            (bytes(9000), "x.dump", "zeros"), (b"\n<!DOCTYPE html><p>", "x.sql", "page"),
            (b"id,name", "x.csv.gz", "packed"), (b'<?xml version="1.0"?>\n<Error>', "x.tar", "page"),
            (b"<html>", "site.html", ""), (b"id,name", "x.csv", ""), (b"\0" * 9 + b"x", "x.img", ""),
            (b"", "x.sql", ""), (b"PK\3\4", "x.zip", "list of contents"), (b"id", "x.7Z", "packed"),
        ],
    )  # fmt: skip
    def test_what_can_be_no_backup(self, head: bytes, name: str, doubt: str) -> None:
        found = content(head, head[-9:], name, None)
        assert (found.whole, doubt in found.doubt) == ((False, True) if doubt else (None, True))
        assert content(b"id,name", b"id", "x.csv.gz", None, unpacked=True).whole is None

    def test_the_last_line_of_a_dump_tells_when_it_was_written(self) -> None:
        text = b"-- MariaDB dump 10.19\nINSERT INTO x;\n-- Dump completed on 2026-11-20  3:00:01\n"
        assert content(text, text, "x.sql", "Asia/Seoul").ended == datetime(2026, 11, 19, 18, 0, 1, tzinfo=UTC)
        assert content(text, text, "x.sql", None).ended == datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)

    def test_a_dump_in_a_folder_is_called_by_its_folder(self) -> None:
        found = content(b"PGDMP\1\x0e\0\4\x08\3", b"", "/d/monday/toc.dat", None)
        assert (found.kind, found.given("/d/monday/toc.dat")) == ("directory", "/d/monday")
        assert called("/d/monday/toc.dat") == "monday"
        assert called("/d/monday.dump") == "monday.dump"

    def test_a_tar_that_was_cut_off_is_not_given_to_a_program_that_would_never_end(self) -> None:
        head = b"toc.dat\0".ljust(257, b"\0") + b"ustar".ljust(255, b"\0") + b"PGDMP\1\x0e\0\4\x08\3"
        assert content(head, b"x" * 2000, "x.tar", None).given("x.tar") is None
        assert content(head, bytes(2000), "x.tar", None).given("x.tar") == "x.tar"
