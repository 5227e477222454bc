"""What ZFS and PBM print, as it is documented, to what their probes make of it; neither of them ran here."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Output, Reason, World
from audit.model.backup import BackupState
from audit.world.scene import scene
from checks.backup.mongodb import MongodbBackup
from checks.backup.mongodb import backups as of_pbm
from checks.backup.zfs import Zfs, snapshots

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
STRANGE = ["", "[" * 100_000, "3", "null", "[]", '{"items": 3}', '{"items": [null]}', '{"backups": null}', "{}"]


def look(probe: Any, copy: Any, world: World) -> BackupState:
    found = anyio.run(probe.look, copy, world)
    assert isinstance(found, BackupState)
    return type(found).model_validate(found.plain())


def refusal(probe: Any, copy: Any, world: World) -> CannotSee:
    with pytest.raises(CannotSee) as gap:
        look(probe, copy, world)
    return gap.value


class TestZfs:
    COPY = Zfs.model_validate({"id": "z", "kind": "zfs", "at": "busan", "dataset": "tank/db", "snapshots": "auto-*"})
    STATUS = (
        "  pool: tank\n state: ONLINE\n  scan: scrub repaired 0B in 00:00:11 with 0 errors on "
        "Sun Aug 30 00:24:12 2026\nconfig:\n\n\tNAME  STATE\n\nerrors: No known data errors\n"
    )

    def world(self, lines: str, *, status: str = STATUS, own: str = "encryption\taes-256-gcm\n") -> World:
        return scene(
            now=NOW,
            command={
                "zfs list": Output(0, lines, ""),
                "zfs get": Output(0, own, ""),
                "zpool status tank": Output(0, status, ""),
            },
        )

    def lines(self, *sizes: int, holds: int = 0) -> str:
        start = int((NOW - timedelta(days=len(sizes))).timestamp())
        return "".join(
            f"tank/db@auto-{day}\t{start + day * 86400}\t{size}\t{holds}\n" for day, size in enumerate(sizes)
        )

    def test_snapshots_with_the_last_scrub(self) -> None:
        seen = look(snapshots, self.COPY, self.world(self.lines(1000, 1100, holds=1) + "tank/db@by-hand\t1\t1\t0\n"))
        assert [point.id for point in seen.points] == ["tank/db@auto-0", "tank/db@auto-1"]
        assert (seen.size, seen.lock, seen.encrypted, seen.errors) == (1100, "governance", True, ())
        assert [(proof.level, proof.at) for proof in seen.proofs] == [(2, datetime(2026, 8, 30, 0, 24, 12, tzinfo=UTC))]

    def test_a_file_system_that_is_empty_is_no_backup(self) -> None:
        seen = look(snapshots, self.COPY, self.world(self.lines(1000, 1100, 24)))
        assert [point.complete for point in seen.points] == [True, True, False]
        assert seen.lock == "none"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("ONLINE", "FAULTED"),
            ("No known data errors", "3 data errors, use '-v' for a list"),
            ("with 0 errors", "with 2 errors"),
        ],
    )
    def test_a_pool_that_lost_data(self, old: str, new: str) -> None:
        seen = look(snapshots, self.COPY, self.world(self.lines(1000), status=self.STATUS.replace(old, new)))
        assert len(seen.errors) == 1

    def test_a_pool_that_says_nothing_known_is_not_without_errors(self) -> None:
        seen = look(snapshots, self.COPY, self.world(self.lines(1000), status="all is well\n"))
        assert not seen.has("errors")

    @pytest.mark.parametrize("line", ["tank/db@auto-1", "tank/db@auto-1\tx\t1\t0", "tank/db@a\t" + "9" * 30 + "\t1\t0"])
    def test_lines_of_another_form(self, line: str) -> None:
        assert refusal(snapshots, self.COPY, self.world(line)).reason is Reason.INCOMPLETE

    @pytest.mark.parametrize("dataset", ["-rf", "tank db\n", "", "tank/"])
    def test_what_is_no_file_system(self, dataset: str) -> None:
        with pytest.raises(ValidationError):
            Zfs.model_validate({"id": "z", "kind": "zfs", "at": "busan", "dataset": dataset})


class TestMongodb:
    COPY = MongodbBackup.model_validate(
        {"id": "m", "kind": "mongodb", "at": "busan", "server": "db1", "uri": {"env": "U"}}
    )

    def world(self, told: Any, code: int = 0, err: str = "") -> World:
        text = told if isinstance(told, str) else json.dumps(told)
        return scene(
            now=NOW, command={"pbm status --out=json": Output(code, text, err)}, allowed={"db1": ("10.0.0.1",)}
        )

    def told(self, *ranges: tuple[int, int], status: str = "done") -> dict[str, Any]:
        def epoch(minutes: int) -> int:
            return int((NOW + timedelta(minutes=minutes)).timestamp())

        return {
            "backups": {
                "type": "S3",
                "path": "s3://vault/pbm",
                "snapshot": [
                    {
                        "name": "2026-09-01T11:00:00Z",
                        "status": status,
                        "completeTS": epoch(-50),
                        "size": 900,
                        "error": "x",
                    },
                    {"name": "2026-08-31T11:00:00Z", "status": "done", "completeTS": epoch(-1490), "size": 800},
                    {"name": "2026-09-01T11:59:00Z", "status": "running"},
                ],
                "pitrChunks": {"pitrChunks": [{"range": {"start": epoch(a), "end": epoch(b)}} for a, b in ranges]},
            }
        }

    def test_backups_with_an_unbroken_log(self) -> None:
        seen = look(of_pbm, self.COPY, self.world(self.told((-1500, -60), (-60, -5))))
        assert [point.complete for point in seen.points] == [True, True]
        assert (seen.reach, seen.gaps) == (NOW - timedelta(minutes=5), ())
        assert (seen.size, seen.location) == (900, "vault/pbm")

    def test_a_hole_in_the_log(self) -> None:
        seen = look(of_pbm, self.COPY, self.world(self.told((-1500, -300), (-200, -100), (-40, -5))))
        assert len(seen.gaps) == 2
        assert not seen.has("reach")
        assert seen.latest == datetime(2026, 9, 1, 11, tzinfo=UTC)

    def test_a_backup_that_failed(self) -> None:
        seen = look(of_pbm, self.COPY, self.world(self.told(status="error")))
        assert [(attempt.ok, bool(attempt.why)) for attempt in seen.attempts] == [(True, False), (False, True)]
        assert not seen.has("gaps")

    @pytest.mark.parametrize("text", STRANGE[:-1])
    def test_an_answer_of_another_form(self, text: str) -> None:
        assert refusal(of_pbm, self.COPY, self.world(text)).reason is Reason.INCOMPLETE

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ("Error: connect to mongodb: server selection error: timeout", Reason.UNREACHABLE),
            ("Error: (Unauthorized) not authorized on admin", Reason.DENIED),
            ("", Reason.INCOMPLETE),
        ],
    )
    def test_a_refusal(self, said: str, reason: Reason) -> None:
        assert refusal(of_pbm, self.COPY, self.world("", 1, said)).reason is reason

    def test_a_host_outside_of_allow_is_not_asked(self) -> None:
        assert refusal(of_pbm, self.COPY, scene()).reason is Reason.UNREACHABLE
