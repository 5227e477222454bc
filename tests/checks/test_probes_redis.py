"""What Redis and its files say to what their probes make of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Output, Reason, say
from audit.model.backup import BackupState
from audit.world.asking import RedisDoor
from audit.world.scene import SceneFile, scene
from checks.backup.redis import RedisFiles, beyond, info, saves, state
from checks.backup.redis_aof import identity, parts
from checks.backup.redis_file import head
from checks.backup.redis_replica import state as replica

NOW = 1_796_000_000
GAP = CannotSee(Reason.TIMEOUT, say("nobody answers"))
SERVER: Mapping[str, str] = {
    "redis_version": "7.0.15", "server_time_usec": str(NOW * 1_000_000), "uptime_in_seconds": "5000", "loading": "0",
    "rdb_saves": "0", "rdb_last_save_time": str(NOW - 5000), "rdb_last_bgsave_time_sec": "-1",
    "rdb_last_bgsave_status": "ok", "aof_enabled": "0", "aof_last_write_status": "ok",
    "aof_last_bgrewrite_status": "ok",
}  # fmt: skip
PRIMARY: Mapping[str, str] = {"role": "master", "master_replid": "a" * 40, "master_replid2": "0" * 40,
    "master_repl_offset": "900", "slave0": "ip=10.0.0.2,port=6380,state=online,offset=900,lag=1"}  # fmt: skip
REPLICA: Mapping[str, str] = {"role": "slave", "master_replid": "a" * 40, "slave_repl_offset": "900",
    "master_link_status": "up", "master_last_io_seconds_ago": "1", "master_sync_in_progress": "0"}  # fmt: skip


class TestLogs:
    def test_a_manifest_needs_its_base_and_what_is_behind_it(self) -> None:
        text = "file a.2.incr.aof seq 2 type i\nfile a.1.base.rdb seq 1 type b\nfile a.1.incr.aof seq 1 type h\n"
        assert parts(text) == ("a.1.base.rdb", "a.2.incr.aof")
        assert [parts(odd) for odd in ("", "file ../x seq 1 type b", "file a b seq 1 type b", "nothing")] == [None] * 4

    def test_a_copy_goes_by_the_folder_into_which_it_was_put(self) -> None:
        assert identity("taken/night/appendonlydir/appendonly.aof.manifest") == "night"
        assert identity("taken/night/appendonly.aof.manifest") == "night"

    def test_a_log_without_marks_counts_from_its_last_rewrite(self) -> None:
        base = b"REDIS0010\xfa\x05ctime\xc2" + (NOW - 7200).to_bytes(4, "little")
        folder = "/night/appendonlydir"
        contents = {
            "a.manifest": b"file a.1.base.rdb seq 1 type b\nfile a.1.incr.aof seq 1 type i\n",
            "a.1.base.rdb": base,
            "a.1.incr.aof": b"*1\r\n$4\r\nPING\r\n",
        }
        at = datetime.fromtimestamp(NOW, UTC)
        files = {f"{folder}/{name}": SceneFile(content, at) for name, content in contents.items()}
        copy = RedisFiles.model_validate(
            {"id": "it", "kind": "redis", "at": "busan", "aof": "/*/appendonlydir/*.manifest"}
        )
        valid = Output(0, "All AOF files and manifest are valid\n", "")
        world = scene(files=files, command={"redis-check-aof": valid})
        seen = anyio.run(saves.look, copy, world)
        assert isinstance(seen, BackupState)
        assert [(point.id, point.complete, point.start) for point in seen.points] == [
            ("night", True, datetime.fromtimestamp(NOW - 7200, UTC))
        ]
        assert (seen.integrity, seen.has("errors")) == (1, False)


class TestServer:
    def test_a_server_that_never_saved_holds_nothing(self) -> None:
        assert state(SERVER, "h").points == ()
        old = {key: value for key, value in SERVER.items() if key != "rdb_saves"}
        assert state(old, "h").points == ()

    def test_a_save_counts_from_its_start(self) -> None:
        more = {"rdb_saves": "2", "rdb_last_save_time": str(NOW - 60), "rdb_last_bgsave_time_sec": "10"}
        (point,) = state({**SERVER, **more}, "h").points
        assert point.start == datetime.fromtimestamp(NOW - 70, UTC)

    def test_the_log_reaches_to_now(self) -> None:
        seen = state({**SERVER, "aof_enabled": "1"}, "h")
        assert [point.start for point in seen.points] == [seen.clock]

    @pytest.mark.parametrize(
        "more", [{"aof_last_write_status": "err"}, {"aof_rewrite_in_progress": "1", "aof_base_size": "0"}]
    )
    def test_a_log_that_fails_holds_nothing(self, more: dict[str, str]) -> None:
        seen = state({**SERVER, "aof_enabled": "1", **more}, "h")
        assert (seen.points, len(seen.errors)) == ((), 1)

    @pytest.mark.parametrize("key", ["server_time_usec", "uptime_in_seconds", "rdb_last_save_time"])
    @pytest.mark.parametrize("value", ["", "x", "9" * 30, "-1", "1e9"])
    def test_times_that_cannot_be_read(self, key: str, value: str) -> None:
        if (key, value) == ("uptime_in_seconds", "-1"):
            return
        with pytest.raises(CannotSee):
            state({**SERVER, key: value}, "h")

    def test_a_server_that_loads_is_not_there_yet(self) -> None:
        with pytest.raises(CannotSee) as gap:
            state({**SERVER, "loading": "1"}, "h")
        assert gap.value.reason is Reason.UNREACHABLE

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (RuntimeError("NOPERM this user has no permissions to run the 'info' command"), Reason.DENIED),
            (RuntimeError("ERR unknown command"), Reason.INCOMPLETE), (None, Reason.INCOMPLETE),
            (["a"], Reason.INCOMPLETE),
        ],
    )  # fmt: skip
    def test_a_refusal(self, answer: Any, reason: Reason) -> None:
        with pytest.raises(CannotSee) as gap:
            info(answer)
        assert gap.value.reason is reason

    def test_rights_without_the_hashes_of_passwords(self) -> None:
        rights = ["flags", ["on"], "passwords", ["planted-hash"], "commands", "-@all +info +set +@write", "keys", "~*"]
        answers = {"h:1": {"ACL WHOAMI": "audit", "ACL GETUSER audit": rights}}
        door = RedisDoor("h", 1)
        assert anyio.run(beyond, door, scene(redis=answers), timedelta(1)) == ("+set", "+@write")
        shut = {"h:1": {"ACL WHOAMI": "audit", "ACL GETUSER audit": RuntimeError("NOPERM")}}
        with pytest.raises(CannotSee):
            anyio.run(beyond, door, scene(redis=shut), timedelta(1))

    def test_one_of_both_has_to_be_written(self) -> None:
        with pytest.raises(ValidationError):
            RedisFiles.model_validate({"id": "r", "kind": "redis", "at": "b"})


def file(created: int, end: bytes = b"\xff" + b"8" * 8) -> bytes:
    head = b"REDIS0010\xfa\x09redis-ver\x067.0.15\xfa\x0aredis-bits\xc0@\xfa\x05ctime\xc2"
    return head + created.to_bytes(4, "little") + b"\xfe\x00" + b"x" * 50 + end


class TestFiles:
    def look(self, files: dict[str, bytes], output: Output | CannotSee) -> BackupState:
        at = datetime.fromtimestamp(NOW, UTC)
        world = scene(
            now=at,
            files={path: SceneFile(content, at) for path, content in files.items()},
            command={"redis-check-rdb": output},
        )
        copy = RedisFiles.model_validate({"id": "r", "kind": "redis", "at": "b", "rdb": "/r/*.rdb"})
        seen = anyio.run(saves.look, copy, world)
        assert isinstance(seen, BackupState)
        return seen

    def test_the_head_tells_the_time(self) -> None:
        seen = self.look({"/r/a.rdb": file(NOW - 9000)}, Output(0, "Checksum OK\n\\o/ RDB looks OK! \\o/\n", ""))
        assert [point.start for point in seen.points] == [datetime.fromtimestamp(NOW - 9000, UTC)]
        assert (seen.integrity, seen.errors) == (2, ())

    def test_a_save_of_an_empty_server_is_none(self) -> None:
        """As one that started in the wrong folder leaves it."""
        text = "Checksum OK\n\\o/ RDB looks OK! \\o/\n[info] 0 keys read\n[info] 0 expires\n"
        seen = self.look({"/r/a.rdb": file(NOW)}, Output(0, text, ""))
        assert seen.errors == ("a.rdb: it holds no key",)
        assert seen.newest is None

    def test_a_damaged_file_names_no_key(self) -> None:
        text = "--- RDB ERROR DETECTED ---\n[offset 9] RDB CRC error\n[additional info] Reading key 'planted'\n"
        seen = self.look({"/r/a.rdb": file(NOW)}, Output(1, text, ""))
        assert seen.errors == ("a.rdb: [offset 9] RDB CRC error",)
        assert seen.newest is None

    @pytest.mark.parametrize(
        "output",
        [
            Output(1, "--- RDB ERROR DETECTED ---\nCan't handle RDB format version 99\n", ""), Output(139, "", ""),
            Output(1, "", ""), Output(0, "something else", ""), GAP,
            Output(0, "RDB file was saved with checksum disabled\n\\o/ RDB looks OK! \\o/\n", ""),
        ],
    )  # fmt: skip
    def test_what_the_tool_does_not_know_is_not_guessed(self, output: Output | CannotSee) -> None:
        seen = self.look({"/r/a.rdb": file(NOW)}, output)
        assert not seen.has("errors")
        assert seen.integrity < 2

    @pytest.mark.parametrize(
        ("name", "content"),
        [("a.rdb", b""), ("a.rdb", b"MAGIC" * 9), ("a.rdb", file(NOW, b"")), ("temp-77.rdb", file(NOW))],
    )
    def test_what_does_not_count(self, name: str, content: bytes) -> None:
        seen = self.look({f"/r/{name}": content}, GAP)
        assert seen.newest is None
        assert seen.errors

    @pytest.mark.parametrize(
        "first", [b"REDIS0010", b"REDIS0010\xfa", b"REDIS0010\xfa\xff\xff", b"REDIS0010\xfa\x05ct"]
    )
    def test_a_head_that_breaks_off(self, first: bytes) -> None:
        found = head(first)
        assert found is not None
        assert found.created is None


class TestReplica:
    def test_all_there(self) -> None:
        seen = replica(REPLICA, PRIMARY, 6380, timedelta(0))
        assert (seen.attached, seen.bytes_behind, seen.same_cluster, seen.paused) == (True, 0, True, False)

    @pytest.mark.parametrize(
        ("own", "other"),
        [
            ({"master_link_status": "down", "master_sync_in_progress": "1"}, {}), ({"role": "master"}, {}),
            ({"master_last_io_seconds_ago": "90"}, {}), ({"master_link_status": ""}, {}),
            ({}, {"slave0": "ip=10.0.0.2,port=6380,state=wait_bgsave,offset=0,lag=0"}), ({}, {"slave0": ""}),
        ],
    )  # fmt: skip
    def test_cut_off(self, own: dict[str, str], other: dict[str, str]) -> None:
        assert not replica({**REPLICA, **own}, {**PRIMARY, **other}, 6380, timedelta(0)).attached

    def test_behind_without_a_clock_is_not_known(self) -> None:
        seen = replica({**REPLICA, "slave_repl_offset": "100"}, PRIMARY, 6380, timedelta(0))
        assert (seen.bytes_behind, seen.has("replay_age")) == (800, False)

    def test_another_stream(self) -> None:
        seen = replica({**REPLICA, "master_replid": "b" * 40}, PRIMARY, 6380, timedelta(0))
        assert not seen.same_cluster

    def test_a_primary_that_cannot_be_asked(self) -> None:
        seen = replica(REPLICA, GAP, 6380, timedelta(0))
        assert seen.attached
        assert seen.absent["bytes_behind"].reason is Reason.TIMEOUT
