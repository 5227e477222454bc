"""Plain values to what the probes of copies make of them, without a server; tests/real has the real ones."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Level, Output, Reason, World
from audit.model.backup import BackupState, RestorePoint
from audit.world.scene import SceneFile, scene
from checks.backup.checksums import listed_sum
from checks.backup.dump import content
from checks.backup.files import FileCopies, newest_files
from checks.backup.restic import Restic, snapshots
from checks.backup.restic_output import chosen, doubted, listed, refused
from checks.backup.restic_place import remote_host

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SUM = "ab" * 32
WRITTEN = {"id": "nightly", "kind": "restic", "at": "busan", "repository": "/r", "password": {"env": "P"}}


def entry(time: str, *, host: str = "db1", path: str = "/srv", **more: Any) -> dict[str, Any]:
    return {"id": time.ljust(64, "0"), "time": time, "hostname": host, "paths": [path], **more}


def ways(*entries: dict[str, Any]) -> tuple[str, ...]:
    found = chosen(listed(list(entries)), machine=None, folders=(), tags=())
    return tuple(snapshot.point.id[:10] for snapshot in found)


class TestRestic:
    def test_nanoseconds_and_zones(self) -> None:
        times = [listed([entry(text)])[0].point.start for text in (
            "2026-08-31T20:55:13.358940733Z", "2026-09-01T05:55:13.358940733+09:00", "2026-08-31T20:55:13.35894073Z",
        )]  # fmt: skip
        assert times == [datetime(2026, 8, 31, 20, 55, 13, 358940, UTC)] * 3

    @pytest.mark.parametrize(
        "entries", [[{}], [entry("2026-08-31T20:55:13")], ["x"], 3, [entry("x")], [None], {"a": 1}]
    )
    def test_a_list_of_another_form_is_no_list(self, entries: Any) -> None:
        with pytest.raises(CannotSee):
            listed(entries)

    def test_nothing_is_an_empty_list(self) -> None:
        assert listed(None) == listed([]) == ()

    def test_folders_that_were_added_are_one_job(self) -> None:
        wider = {**entry("2026-08-31T00:00:00Z"), "paths": ["/srv", "/new"]}
        assert ways(entry("2026-08-30T00:00:00Z"), wider) == ("2026-08-30", "2026-08-31")

    def test_folders_that_changed_are_one_job_once_that_has_settled(self) -> None:
        new = [entry(f"2026-08-3{day}T00:00:00Z", path="/new") for day in (0, 1)]
        last = entry("2026-09-01T00:00:00Z", path="/new")
        assert len(ways(entry("2026-08-29T00:00:00Z"), *new, last)) == 4
        with pytest.raises(CannotSee) as gap:
            ways(entry("2026-08-29T00:00:00Z"), *new)
        assert gap.value.reason is Reason.INCOMPLETE

    @pytest.mark.parametrize("other", [{"host": "laptop"}, {"path": "/etc"}])
    def test_one_snapshot_of_something_else_does_not_stand_for_the_job(self, other: dict[str, str]) -> None:
        with pytest.raises(CannotSee) as gap:
            ways(entry("2026-08-29T00:00:00Z"), entry("2026-08-30T00:00:00Z"), entry("2026-08-31T00:00:00Z", **other))
        assert "from-host" in str(gap.value)

    def test_a_job_that_stopped_beside_one_that_runs_is_not_hidden(self) -> None:
        with pytest.raises(CannotSee) as gap:
            ways(
                entry("2026-08-29T00:00:00Z"),
                entry("2026-08-30T00:00:00Z", host="db2"),
                entry("2026-08-31T00:00:00Z"),
            )
        assert gap.value.reason is Reason.INCOMPLETE

    @pytest.mark.parametrize(
        ("code", "said", "reason"),
        [
            (1, "Fatal: wrong password or no key found", Reason.DENIED),
            (12, "Fatal: whatever it says", Reason.DENIED),
            (10, "Fatal: repository does not exist", Reason.UNREACHABLE),
            (11, "unable to create lock in backend: repository is already locked", Reason.INCOMPLETE),
            (1, "Fatal: unable to open repository at /r: ReadDir: open /r/keys: permission denied", Reason.DENIED),
            (1, "x\nIs there a repository at the following location?\n/r", Reason.UNREACHABLE),
            (1, "Head: dial tcp 127.0.0.1:1: connect: connection refused", Reason.UNREACHABLE),
            (1, "Fatal: unsupported repository version", Reason.NO_TOOL),
            (77, "", Reason.INCOMPLETE),
        ],
    )
    def test_why_it_gave_nothing(self, code: int, said: str, reason: Reason) -> None:
        assert refused(Output(code, "", said)).reason is reason

    def test_half_of_the_files_or_bytes_is_no_backup(self) -> None:
        before = RestorePoint(id="a", start=NOW, size=1000, files=10)
        assert doubted(RestorePoint(id="b", start=NOW, size=600, files=6), before).complete
        assert not doubted(RestorePoint(id="b", start=NOW, size=499, files=10), before).complete
        assert not doubted(RestorePoint(id="b", start=NOW, size=1000, files=4), before).complete
        assert doubted(RestorePoint(id="b", start=NOW), before).complete
        assert not doubted(RestorePoint(id="b", start=NOW, size=899), before, may_shrink=0.1).complete
        assert not doubted(RestorePoint(id="b", start=NOW, size=0, files=3), None).complete

    def test_a_source_that_shrank_days_ago_still_shows(self) -> None:
        sizes = (1000, 1000, 10, 10)
        entries = [
            entry(f"2026-08-2{day}T00:00:00Z", summary={"total_bytes_processed": size})
            for day, size in enumerate(sizes)
        ]
        seen = self.look({"snapshots --json": Output(0, json.dumps(entries), "")})
        assert [point.complete for point in seen.points] == [True, True, False, False]
        assert seen.size == 1000

    @pytest.mark.parametrize(
        ("repository", "host"),
        [
            ("/srv/r", ""), ("r", ""), ("local:/srv/r", ""), ("./s3/x", ""),
            ("sftp:backup@vault.example:/r", "vault.example"), ("sftp://u@vault.example:2222//r", "vault.example"),
            ("sftp:[2001:db8::1]:/r", "2001:db8::1"), ("rest:https://vault.example:8000/r", "vault.example"),
            ("s3:s3.example.com/b", "s3.example.com"), ("s3:http://127.0.0.1:9000/b", "127.0.0.1"),
            ("rclone:x:y", None), ("b2:bucket:p", None), ("azure:x:/", None),
        ],
    )  # fmt: skip
    def test_the_host_of_a_repository(self, repository: str, host: str | None) -> None:
        assert remote_host(repository) == host

    @pytest.mark.parametrize(
        "change",
        [
            {"repository": "rest:https://u:planted@h/"}, {"repository": "s3:https://planted@h/b"},
            {"repository": "a\nb"}, {"password": "planted"}, {"variables": {"LD_PRELOAD": {"env": "X"}}},
            {"variables": {"AWS_ACCESS_KEY_ID": "planted"}}, {"parts": "0"}, {"parts": "257"}, {"verify": "yes"},
        ],
    )  # fmt: skip
    def test_what_may_not_be_written(self, change: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as refusal:
            Restic.model_validate({**WRITTEN, **change})
        assert all("planted" not in str(error["msg"]) for error in refusal.value.errors())

    def test_variables_of_the_storage(self) -> None:
        copy = Restic.model_validate({**WRITTEN, "variables": {"AWS_ACCESS_KEY_ID": {"env": "X"}, "@": None}})
        assert list(copy.variables) == ["AWS_ACCESS_KEY_ID"]

    def test_newer_restic_tells_sizes_in_its_list(self) -> None:
        entries = [
            entry("2026-08-30T00:00:00Z", summary={"total_bytes_processed": 900, "total_files_processed": 9}),
            entry(
                "2026-08-31T00:00:00Z",
                summary={
                    "total_bytes_processed": 1000,
                    "total_files_processed": 9,
                    "backup_end": "2026-08-31T00:10:00.123456789Z",
                },
            ),
        ]
        seen = self.look({"snapshots --json": Output(0, json.dumps(entries), "")})
        assert seen.size == 1000
        assert seen.points[-1].end == datetime(2026, 8, 31, 0, 10, 0, 123456, UTC)

    def test_sizes_that_cannot_be_told_do_not_hide_the_points(self) -> None:
        seen = self.look({"snapshots --json": Output(0, json.dumps([entry("2026-08-31T00:00:00Z")]), "")})
        assert len(seen.points) == 1
        assert seen.absent["size"].reason is Reason.UNREACHABLE

    @pytest.mark.parametrize("said", ["", "no JSON", "[" * 100_000, "{}x"])
    def test_an_answer_that_is_no_json(self, said: str) -> None:
        with pytest.raises(CannotSee) as gap:
            self.look({"snapshots --json": Output(0, said, "")})
        assert gap.value.reason is Reason.INCOMPLETE

    def test_errors_of_the_verification(self) -> None:
        said = "Fatal: repository contains errors"
        answers = {
            "snapshots --json": Output(0, "[]", ""),
            "check --read-data-subset=1/1": Output(1, "error: pack 12ab: damaged", said),
        }
        seen = self.look(answers, verify="subset", parts="1")
        assert "error: pack 12ab: damaged" in seen.errors
        assert seen.level is Level.OBSERVED

    def test_what_holds_the_same_is_weighed_once_and_doubted_together(self) -> None:
        entries = [entry(f"2026-08-{day}T00:00:00Z", tree="3059") for day in range(10, 22)]
        empty = Output(0, '{"total_size": 0, "total_file_count": 4}', "")
        answers = {
            "snapshots --json": Output(0, json.dumps(entries), ""),
            f"stats --mode restore-size {entries[-1]['id']}": empty,
        }
        assert self.look(answers).newest is None

    def test_what_cannot_be_listed_cannot_be_brought_back(self) -> None:
        entries = [entry(f"2026-08-{day}T00:00:00Z", tree=str(day)) for day in (30, 31)]
        said = "Load(walking tree) returned error, retrying\nerror walking snapshot: walking tree 4e: no such file\n"
        answers = {"snapshots --json": Output(0, json.dumps(entries), ""), "stats": Output(1, "", said)}
        assert (
            self.look(answers).points[1].doubt.endswith("listed: error walking snapshot: walking tree 4e: no such file")
        )

    def test_what_a_run_could_not_read_stands_in_its_log_alone(self) -> None:
        ids = ("2026-08-30", "2026-08-31", "2026-09-01")
        error = {"message_type": "error", "during": "archival", "item": "/srv/closed"}
        logs = [json.dumps({"message_type": "summary", "snapshot_id": one}) for one in ids]
        logs[1] = f"{json.dumps({**error, 'during': 'scan'})}\n{json.dumps(error)}\n{logs[1]}\n[" + "{" * 9000
        files = {f"/l/{one}.json": SceneFile(log.encode(), NOW) for one, log in zip(ids, logs, strict=True)}
        files["/l/x.json"] = SceneFile(b"{}", NOW)
        entries = json.dumps([entry(f"{one}T00:00:00Z") for one in ids])
        world = scene(now=NOW, files=files, command={"restic --repo=/r": Output(0, entries, "")})
        seen = look(snapshots.look, Restic.model_validate({**WRITTEN, "log": "/l/*"}), world)
        assert [point.complete for point in seen.points] == [True, False, True]
        assert "/srv/closed" in seen.points[1].doubt
        assert [attempt.ok for attempt in seen.attempts] == [True, False, True, False]

    def look(self, answers: dict[str, Output], **more: Any) -> BackupState:
        begin = "restic --repo=/r --password-file {password} --no-lock --no-cache "
        world = scene(now=NOW, command={begin + words: output for words, output in answers.items()})
        return look(snapshots.look, Restic.model_validate({**WRITTEN, **more}), world)


def look(probe: Any, copy: Any, world: World) -> BackupState:
    found = anyio.run(probe, copy, world)
    assert isinstance(found, BackupState)
    return type(found).model_validate(found.plain())


DUMP = b"--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n-- Started on 2026-08-31 21:00:00 KST\nrows\n"
END = b"--\n-- PostgreSQL database dump complete\n--\n\n"


class TestDumps:
    @pytest.mark.parametrize(
        ("text", "whole"),
        [
            (DUMP + END, True),
            (DUMP + END + b"\\unrestrict Mke1m56RvZ3j50Yv\n\n", True),
            (DUMP, False),
            (DUMP + b"-- says: -- PostgreSQL database dump complete\n", False),
            (
                b"--\n-- PostgreSQL database cluster dump\n--\n--\n-- PostgreSQL database cluster dump complete\n--\n",
                True,
            ),
            (b"-- MySQL dump 10.13\nrows\n-- Dump completed on 2026-08-31 21:18:42\n", True),
            (b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\nrows\n-- Dump completed\n", True),
            (b"-- MariaDB dump 10.19\nrows\n", False),
            (b"create table x;", None),
            (b"age-encryption.org/v1\n", None),
        ],
    )
    def test_whether_a_dump_has_its_end(self, text: bytes, *, whole: bool | None) -> None:
        assert content(text, text[-4096:], "a.sql", None).whole is whole

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-13-01"])
    @pytest.mark.parametrize("zone", ["KST", "-09", "XYZ"])
    def test_a_start_that_was_never(self, day: str, zone: str) -> None:
        text = DUMP.replace(b"2026-08-31", day.encode()).replace(b"KST", zone.encode()) + END
        found = content(text, text, "a.sql", "Asia/Seoul")
        assert (found.whole, found.started) == (True, None)

    @pytest.mark.parametrize(
        ("written", "zone", "hour"),
        [("UTC", None, 21), ("KST", None, 12), ("+09", None, 12), ("-0330", None, 24), ("XYZ", "Asia/Seoul", 12)],
    )
    def test_the_start_with_its_zone(self, written: str, zone: str | None, hour: int) -> None:
        text = DUMP.replace(b"KST", written.encode())
        started = content(text, END, "a.sql", zone).started
        assert started is not None
        assert started.replace(minute=0) == datetime(2026, 8, 31, tzinfo=UTC) + timedelta(hours=hour)

    def test_a_start_without_a_zone_is_no_instant(self) -> None:
        assert content(DUMP.replace(b"KST", b"XYZ"), END, "a.sql", None).started is None

    @pytest.mark.parametrize(
        ("manifest", "found"),
        [
            (f"{SUM}  a.sql", SUM), (f"{SUM.upper()} *./a.sql", SUM), (f"{SUM}  d/a.sql", SUM), (SUM, SUM),
            (f"SHA256 (a.sql) = {SUM}", SUM), (f"{SUM}  b.sql", None), (f"{SUM}  aa.sql", None), ("", None),
            ("ab  a.sql", None),
        ],
    )  # fmt: skip
    def test_the_sum_that_a_manifest_gives(self, manifest: str, found: str | None) -> None:
        assert listed_sum(manifest.encode(), "/srv/d/a.sql") == found

    def test_newest_files_of_a_scene(self) -> None:
        files = {
            "/d/1.sql.gz": SceneFile(gzip.compress(DUMP + END), NOW - timedelta(days=1)),
            "/d/2.sql.gz": SceneFile(gzip.compress(DUMP), NOW),
        }
        copy = FileCopies.model_validate({"id": "dump", "kind": "files", "at": "busan", "path": "/d/*"})
        seen = look(newest_files.look, copy, scene(now=NOW, files=files))
        assert [point.complete for point in seen.points] == [True, False]
        assert seen.newest is not None
        assert seen.newest.start == datetime(2026, 8, 31, 12, tzinfo=UTC)
        assert (seen.integrity, seen.level) == (2, Level.VERIFIED)

    def test_the_dark(self) -> None:
        copy = FileCopies.model_validate({"id": "dump", "kind": "files", "at": "busan", "path": "/d/*"})
        with pytest.raises(CannotSee):
            look(newest_files.look, copy, scene())
