"""Plain texts of servers and archives become what a drill makes of them: targets, complaints, names of pieces."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.catalogue import discover
from audit.contract import Reason
from audit.model.drilling import Checked
from checks.backup.barman import Barman
from checks.backup.drills import archive, cluster, mariadb, postgresql, replay
from checks.backup.drills.choice import at_fault
from checks.backup.drills.mariabackup import COMMANDS as MARIABACKUP
from checks.backup.drills.pgbackrest import COMMANDS as PGBACKREST
from checks.backup.etcd import Etcd
from checks.backup.mariabackup import Mariabackup
from checks.backup.pgbackrest import PgBackRest
from checks.backup.postgresql_archive import PostgresqlArchive
from checks.backup.redis import RedisFiles

FIRST = "000000010000000000000005"


def test_each_kind_has_its_drill() -> None:
    found = discover()
    for kind in (PgBackRest, Barman, PostgresqlArchive, Mariabackup, RedisFiles, Etcd):
        assert found.drill_of(kind) is not None, kind


def test_a_restore_needs_the_log_from_its_first_segment_on_with_every_history() -> None:
    names = (
        "000000010000000000000004", FIRST, "000000010000000000000006", "000000020000000000000006", "00000002.history",
        "000000010000000000000006.00000028.backup", "../../etc/passwd", "000000010000000000000006.partial",
    )  # fmt: skip
    wanted = ("00000002.history", FIRST, "000000010000000000000006", "000000020000000000000006")
    assert replay.needed(names, FIRST) == wanted


def test_segments_of_an_older_timeline_are_of_no_use() -> None:
    first = "000000020000000000000005"
    assert replay.needed(("000000010000000000000009", first), first) == (first,)


def test_names_of_an_archive_are_found_packed_or_not() -> None:
    found = archive.named([f"/a/{FIRST}.gz", "/a/00000002.history", f"/a/{FIRST}.partial", "/a/x", f"/b/{FIRST}"])
    assert found == {FIRST: f"/a/{FIRST}.gz", "00000002.history": "/a/00000002.history"}


@pytest.mark.parametrize(
    ("text", "bytes_"), [("0/5008A80", 0x5008A80), ("1/0", 1 << 32), ("", 0), ("x/y", 0), ("0/123456789", 0)]
)
def test_positions(text: str, bytes_: int) -> None:
    assert postgresql.position(text) == bytes_


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e300", "soon"])
def test_a_time_that_is_none(text: str) -> None:
    assert postgresql.instant(text) is None


def test_a_time() -> None:
    assert postgresql.instant("1795294605.5") == datetime(2026, 11, 21, 20, 56, 45, 500_000, UTC)


def test_the_gravest_line_is_told() -> None:
    said = "postgres ended before it was ready: LOG: starting / FATAL:  recovery ended before / LOG: shut down"
    assert postgresql.complaint(said) == "FATAL:  recovery ended before"
    assert postgresql.complaint("") == "it said nothing"


def test_a_complaint_holds_no_value_out_of_the_data() -> None:
    said = 'psql:x.sql:9: ERROR:  invalid input syntax for type integer: "planted-value"\nCONTEXT:  planted-value'
    assert "planted-value" not in postgresql.complaint(said)
    assert "planted-value" not in mariadb.complaint("ERROR 1062 (23000) at line 3: Duplicate entry 'planted-value'")


def test_the_settings_let_nothing_out_and_force_the_target() -> None:
    text = postgresql._settings(Path("/room"), {"max_connections": "37"}, postgresql.Replay(Path("/room/log"), "0/99"))
    lines = dict(line.split(" = ", 1) for line in text.splitlines())
    assert lines["listen_addresses"] == lines["primary_conninfo"] == lines["shared_preload_libraries"] == "''"
    assert lines["archive_mode"] == "'off'"
    assert lines["max_logical_replication_workers"] == "'0'"
    assert lines["max_connections"] == "'37'"
    assert lines["recovery_target_lsn"] == "'0/99'"
    assert "recovery_target_lsn" not in postgresql._settings(Path("/room"), {}, None)


@pytest.mark.parametrize("commands", [PGBACKREST, postgresql.COMMANDS, mariadb.COMMANDS, MARIABACKUP, archive.COMMANDS])
def test_no_drill_declares_a_program_that_writes_into_a_copy(commands: tuple[str, ...]) -> None:
    for line in commands:
        words = line.split()
        assert not {"backup", "expire", "archive-push", "stanza-create", "check", "--backup"} & set(words), line
        assert words[0] not in ("sh", "bash", "rsync", "mv")


def test_the_first_superuser_is_found_in_the_pages_of_a_cluster() -> None:
    page = b"\x01" * 40 + b"\x0a\0\0\0" + b"boss".ljust(64, b"\0") + b"\x01\x01" + b"\x0a\0\0\0short"
    names = [found[1] for found in cluster._OWNER.finditer(page)]
    assert b"boss" in names


def test_a_level_needs_every_check() -> None:
    def level(**held: bool) -> int:
        checks = [Checked(name=name.replace("_", " "), held=fine) for name, fine in held.items()]
        return postgresql.Found(checks).level

    assert level(restore=True, start=True, pg_amcheck=True, canary=True) == 5
    assert level(restore=True, start=True, pg_amcheck=True) == 4
    assert level(restore=True, start=True, pg_amcheck=True, canary=False) == 4
    assert level(restore=True, start=True, pg_amcheck=False, canary=True) == 1
    assert level(restore=True) == 1
    twice = [Checked(name=name, held=held) for name, held in (("load", False), ("load", True), ("start", True))]
    assert postgresql.Found(twice).level == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('FATAL:  could not write file "pg_wal/x": No space left on device', Reason.DENIED),
        ("PANIC: Cannot allocate memory", Reason.DENIED),
        ('FATAL:  could not access file "$libdir/postgis"', Reason.NO_TOOL),
    ],
)
def test_what_this_machine_lacks_is_called_by_its_name(said: str, reason: Reason) -> None:
    assert at_fault(said) is reason
