"""Rows of MariaDB and MySQL, folders of mariabackup to what their probes make of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Output, Reason, say
from audit.model.backup import BackupState
from audit.world.scene import SceneFile, scene
from checks.backup.mariabackup import Folder, Mariabackup, backups, judged
from checks.backup.mariadb_replica import (
    VERBS,
    Follower,
    MariadbReplica,
    Writer,
    beyond,
    positions,
    replication,
    state,
)

NOW = 1_796_000_000
STATUS: Mapping[str, Any] = {
    "Slave_IO_Running": "Yes", "Slave_SQL_Running": "Yes", "Master_Server_Id": 1, "Relay_Master_Log_File": "bin.000002",
    "Exec_Master_Log_Pos": 500, "Using_Gtid": "Slave_Pos", "Seconds_Behind_Master": 0,
}  # fmt: skip
LOGS = (("bin.000001", 4000), ("bin.000002", 900), ("bin.000003", 100))
GAP = CannotSee(Reason.TIMEOUT, say("nobody answers"))


def follower(gtid: int = 7, beat: float | None = None, **status: Any) -> Follower:
    row = None if beat is None else {"beat": Decimal(str(NOW - beat)), "now": Decimal(NOW)}
    return Follower({**STATUS, **status}, {0: gtid}, row, ())


def writer(gtid: int = 7, server: int = 1, beat: Mapping[str, Any] | None = None) -> Writer:
    return Writer(server, LOGS, {0: gtid}, beat, ())


class TestReplica:
    def test_equal_positions_are_no_distance_whatever_the_logs_say(self) -> None:
        seen = state(follower(), writer(), timedelta(0))
        assert (seen.attached, seen.paused, seen.bytes_behind, seen.same_cluster) == (True, False, 0, True)
        assert seen.replay_age == timedelta(0)

    def test_what_is_missing_is_counted_over_all_logs(self) -> None:
        seen = state(follower(6), writer(), timedelta(0))
        assert seen.bytes_behind == 400 + 100
        assert seen.absent["replay_age"].reason is Reason.INCOMPLETE

    def test_the_heartbeat_tells_how_old_the_newest_row_is(self) -> None:
        seen = state(follower(6, beat=90), writer(), timedelta(0))
        assert (seen.replay_age, seen.heartbeat_age) == (timedelta(seconds=90),) * 2

    def test_the_clock_of_the_primary_decides(self) -> None:
        own = {"beat": Decimal(NOW), "now": Decimal(NOW + 60)}
        assert state(follower(beat=90), writer(beat=own), timedelta(0)).heartbeat_age == timedelta(seconds=150)

    def test_a_frozen_primary_leaves_the_heartbeat_alone(self) -> None:
        seen = state(follower(beat=90), GAP, timedelta(0))
        assert seen.heartbeat_age == timedelta(seconds=90)
        assert seen.absent["bytes_behind"].reason is Reason.TIMEOUT

    @pytest.mark.parametrize("word", ["No", "Connecting", "Preparing", ""])
    def test_a_receiver_that_does_not_run(self, word: str) -> None:
        text = "error connecting to 'rep@10.0.0.1:3306' - planted"
        seen = state(follower(Slave_IO_Running=word, Last_IO_Errno=2003, Last_IO_Error=text), writer(), timedelta(0))
        assert not seen.attached
        assert "planted" not in str(seen.plain())
        assert "2003" in seen.detail

    def test_a_filter_hides_what_never_comes(self) -> None:
        for seen in (
            state(follower(beat=1, Replicate_Wild_Ignore_Table="app.%"), writer(), timedelta(0)),
            state(follower(beat=1), Writer(1, LOGS, {0: 7}, None, (), "Binlog_Do_DB: other"), timedelta(0)),
        ):
            assert seen.attached
            assert {"same_cluster", "bytes_behind", "heartbeat_age"} <= seen.absent.keys()

    def test_a_stopped_replay(self) -> None:
        assert state(follower(Slave_SQL_Running="No"), writer(), timedelta(0)).paused

    def test_a_replica_of_another_primary(self) -> None:
        seen = state(follower(), writer(server=9), timedelta(0))
        assert not seen.same_cluster
        assert seen.absent["bytes_behind"].reason is Reason.CONTRADICTED

    def test_a_log_that_the_primary_does_not_have(self) -> None:
        seen = state(follower(6, Relay_Master_Log_File="other.000001"), writer(), timedelta(0))
        assert seen.absent["bytes_behind"].reason is Reason.INCOMPLETE

    def test_positions(self) -> None:
        assert positions("0-1-7,1-2-9,0-3-8") == {0: 8, 1: 9}
        assert positions("") == {}
        with pytest.raises(CannotSee):
            positions("3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5")

    def test_rights_beyond_reading(self) -> None:
        hashed = "IDENTIFIED BY PASSWORD '*667F407DE7C6AD07358FA38DAED7828A72014B4E'"
        lines = (
            f"GRANT BINLOG MONITOR, SLAVE MONITOR ON *.* TO `audit`@`h` {hashed}",
            "GRANT SELECT (a, b), INSERT (a) ON `app`.`t` TO `audit`@`h` WITH GRANT OPTION",
            f"GRANT ALL PRIVILEGES ON *.* TO `root`@`h` {hashed} WITH GRANT OPTION",
            "GRANT PROXY ON ``@`%` TO `root`@`localhost` WITH GRANT OPTION",
        )
        found = beyond([{"Grants": line} for line in lines])
        assert found == (
            "INSERT on `app`.`t`", "GRANT OPTION on `app`.`t`", "ALL PRIVILEGES on *.*", "GRANT OPTION on *.*",
        )  # fmt: skip
        assert beyond([{"Grants": lines[0]}]) == ()

    def test_the_names_of_the_heartbeat(self) -> None:
        written = {"id": "r", "kind": "mariadb-replica", "at": "b", "primary": {"env": "P"}, "standby": {"env": "S"}}
        for name in ("app.beat", "app.beat.ts; DROP", "a.b.`c`", "a.b.c.d", "a b.c.d"):
            with pytest.raises(ValidationError):
                MariadbReplica.model_validate({**written, "heartbeat": name})
        query = "SELECT UNIX_TIMESTAMP(MAX(`c`)) AS beat, UNIX_TIMESTAMP(NOW(6)) AS now FROM `a`.`b`"
        assert VERBS.allow_sql(query)
        assert not VERBS.allow_sql(query.replace("`b`", "`b`; DROP TABLE x"))
        assert not VERBS.allow_sql(query + " WHERE 1")

    def test_mysql_with_its_own_words(self) -> None:
        row = {
            "Replica_IO_Running": "Yes", "Replica_SQL_Running": "Yes", "Source_Server_Id": 1,
            "Relay_Source_Log_File": "bin.000003", "Exec_Source_Log_Pos": 100,
        }  # fmt: skip
        common = {"SHOW GRANTS": [], "SELECT VERSION": [{"version": "8.0.36", "server": 1}]}
        world = scene(
            mysql={
                "P": {
                    **common,
                    "SHOW BINARY LOGS": [{"Log_name": name, "File_size": size} for name, size in LOGS],
                    "SHOW MASTER STATUS": [],
                },
                "S": {**common, "SHOW REPLICA STATUS": [row]},
            }
        )
        copy = MariadbReplica.model_validate(
            {"id": "r", "kind": "mariadb-replica", "at": "b", "primary": {"env": "P"}, "standby": {"env": "S"}}
        )
        seen = anyio.run(replication.look, copy, world)
        assert (seen.attached, seen.bytes_behind, seen.excess) == (True, 0, ())


def folder(name: str, kind: str = "full-backuped", lsn: tuple[str, str] = ("0", "10"), **info: str) -> Folder:
    told = {"start_time": "2026-09-01 10:00:00", "end_time": "2026-09-01 10:01:00", "partial": "N", **info}
    checkpoints = {"backup_type": kind, "from_lsn": lsn[0], "to_lsn": lsn[1]} if kind else {}
    return Folder(f"/b/{name}", told, checkpoints, datetime(2026, 9, 1, 12, tzinfo=UTC))


class TestMariabackup:
    def doubts(self, *folders: Folder, zone: str | None = "UTC") -> dict[str, str]:
        return {point.id: point.doubt for point in judged(folders, zone).values()}

    def test_local_times_are_placed(self) -> None:
        (point,) = judged([folder("a")], "Asia/Seoul").values()
        assert point.start == datetime(2026, 9, 1, 1, tzinfo=UTC)
        with pytest.raises(CannotSee, match="timezone"):
            judged([folder("a")], None)

    def test_a_zone_that_cannot_be(self) -> None:
        with pytest.raises(CannotSee) as gap:
            judged([folder("a", start_time="2026-09-01 10:00:00", end_time="2026-09-01 10:01:00")], "America/New_York")
        assert gap.value.reason is Reason.CONTRADICTED

    @pytest.mark.parametrize(
        ("one", "words"),
        [
            (folder("a", ""), "no checkpoints"), (folder("a", partial="Y"), "part of the tables"),
            (folder("a", "log-copied"), "not known"), (folder("a", end_time=""), "no end"),
            (folder("a", start_time="x"), "not finished"), (folder("a", lsn=("x", "1")), "cannot be read"),
        ],
    )  # fmt: skip
    def test_what_does_not_count(self, one: Folder, words: str) -> None:
        assert words in self.doubts(one)["a"]

    def test_a_chain_needs_every_link(self) -> None:
        full, first = folder("full"), folder("i1", "incremental", ("10", "20"), start_time="2026-09-01 10:10:00")
        second = folder("i2", "incremental", ("20", "30"), start_time="2026-09-01 10:20:00")
        assert set(self.doubts(full, first, second).values()) == {""}
        assert "up to LSN 20" in self.doubts(full, second)["i2"]
        assert all(self.doubts(first, second).values())

    def test_a_chain_that_bites_its_own_tail(self) -> None:
        assert all(self.doubts(folder("a", "incremental", ("5", "6")), folder("b", "incremental", ("6", "5"))).values())

    @pytest.mark.parametrize(("log", "errors"), [(b"r", None), (b"", 1), (None, 1)])
    def test_files_become_points(self, log: bytes | None, errors: int | None) -> None:
        info = b"start_time = 2026-09-01 10:00:00\nend_time = 2026-09-01 10:00:05\npartial = N\ntool_version = 10.11\n"
        points = b"backup_type = full-backuped\nfrom_lsn = 0\nto_lsn = 44388\n"
        at = datetime(2026, 9, 1, 10, 1, tzinfo=UTC)
        files = {
            "/b/1/xtrabackup_info": info, "/b/1/xtrabackup_checkpoints": points, "/b/1/ibdata1": b"x" * 100,
            "/b/2/ibdata1": b"x", **({"/b/1/ib_logfile0": log} if log is not None else {}),
        }  # fmt: skip
        world = scene(files={path: SceneFile(content, at) for path, content in files.items()})
        copy = Mariabackup.model_validate(
            {"id": "m", "kind": "mariabackup", "at": "b", "path": "/b/*", "timezone": "UTC"}
        )
        seen = anyio.run(backups.look, copy, world)
        assert isinstance(seen, BackupState)
        assert [(point.id, point.complete) for point in seen.points] == [("1", True), ("2", False)]
        assert seen.size == 100 + len(info) + len(points) + len(log or b"")
        assert (len(seen.errors) if seen.has("errors") else None) == errors
        assert errors or seen.absent["errors"].reason is Reason.INCOMPLETE

    @pytest.mark.parametrize(
        ("made", "verified"),
        [
            ({"app/a.ibd": 1}, True), ({"app/a.new": 1}, True), ({"app/a#P#old.ibd": 1}, True), ({}, False),
            ({"app/ab.ibd": 1}, False), ({"app/a.ibd": 1, "app/v.frm": b"TYPE=VIEW"}, True),
            ({"app/a.ibd": 1, "app/m.frm": b"\xfe\1\x0a\x09"}, True),
        ],
    )  # fmt: skip
    def test_a_table_without_its_file_is_not_verified(self, made: Mapping[str, Any], verified: Any) -> None:
        at = datetime(2026, 9, 1, 10, 1, tzinfo=UTC)
        info = b"start_time = 2026-09-01 10:00:00\nend_time = 2026-09-01 10:00:05\npartial = N\n"
        whole = bytes(46) + (1).to_bytes(4, "big") + bytes(4) + (0x15).to_bytes(4, "big")
        contents = {
            "xtrabackup_info": info,
            "xtrabackup_checkpoints": b"backup_type = full-backuped\nfrom_lsn = 0\nto_lsn = 9\n",
            "ib_logfile0": b"r", "app/a.frm": b"\xfe\1\x0a\x0c",
            **{name: whole.ljust(16384, b"\0") if content == 1 else content for name, content in made.items()},
        }  # fmt: skip
        files = {f"/b/1/{name}": SceneFile(content, at) for name, content in contents.items()}
        copy = Mariabackup.model_validate(
            {"id": "m", "kind": "mariabackup", "at": "b", "path": "/b/*", "timezone": "UTC", "verify": "pages"}
        )
        world = scene(files=files, command={"innochecksum": Output(0, "", "")})
        seen = anyio.run(backups.look, copy, world)
        assert isinstance(seen, BackupState)
        assert (seen.integrity == 2, seen.has("errors")) == (verified, verified)
