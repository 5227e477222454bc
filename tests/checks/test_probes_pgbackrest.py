"""What pgBackRest prints, as plain values, to what the probe makes of it; tests/real has the real one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Output, Reason, World, say
from audit.model.backup import BackupState
from audit.world.scene import SceneFile, scene
from checks.backup.pgbackrest import PgBackRest, stanzas
from checks.backup.pgbackrest_output import files, refused, settings, stanza, unfinished, verified

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
EPOCH = int(NOON.timestamp())
FULL, DIFF = "20260901-100000F", "20260901-100000F_20260901-110000D"
CONFIG = """
[global]
repo1-path=/repo
repo1-cipher-pass=planted-pgbackrest-pw
repo1-retention-full=2
[other]
repo1-path=/elsewhere
"""
REMOTE = CONFIG.replace("repo1-path=/repo", "repo1-host=backup.example\nrepo1-path=/repo")
WRITTEN = {"id": "nightly", "kind": "pgbackrest", "at": "busan", "stanza": "kosme", "config": "/c"}
BEFORE = "pgbackrest --config=/c --repo=1{} --log-level-file=off --log-level-console=off --log-level-stderr=error "


def backup(label: str, hours: int, first: int, **more: Any) -> dict[str, Any]:
    return {
        "archive": {"start": f"{1:08X}{0:08X}{first:08X}", "stop": f"{1:08X}{0:08X}{first:08X}"},
        "database": {"id": 1, "repo-key": 1}, "error": False, "info": {"size": 1000}, "label": label,
        "lsn": {"start": f"0/{first:X}000028"}, "prior": None, "reference": None,
        "timestamp": {"start": EPOCH - hours * 3600, "stop": EPOCH - hours * 3600 + 60}, "type": "full", **more,
    }  # fmt: skip


def info(*backups: dict[str, Any], code: int = 0, held: bool = False, message: str = "ok") -> list[dict[str, Any]]:
    return [
        {
            "name": "kosme", "cipher": "none", "backup": list(backups),
            "archive": [{"database": {"id": 1, "repo-key": 1}, "id": "15-1"}],
            "db": [{"id": 1, "repo-key": 1, "system-id": 7710731605142174066, "version": "15"}],
            "repo": [{"key": 1, "cipher": "none", "status": {"code": code, "message": message}}],
            "status": {"code": code, "message": message, "lock": {"backup": {"held": held}}},
        }
    ]  # fmt: skip


def pieces(*numbers: int, archive: str = "15-1") -> dict[str, Any]:
    return {
        f"{archive}/0000000100000000/{1:08X}{0:08X}{number:08X}-{'ab' * 20}.gz": {
            "type": "file", "size": 99, "time": EPOCH - 60 * (10 - number),
        }
        for number in numbers
    }  # fmt: skip


def world(
    told: Any, folders: tuple[str, ...], log: dict[str, Any], config: str = CONFIG, late: tuple[str, ...] = ()
) -> World:
    """A repository of this machine, and what pgBackRest prints of it where it lies elsewhere."""
    paths = {name: {"type": "path"} for name in (".", *folders)} | {"latest": {"type": "link", "destination": FULL}}
    answers = {
        BEFORE.format(" --stanza=kosme") + "--output=json info": json.dumps(told),
        BEFORE.format("") + "--output=json repo-ls backup": json.dumps({"kosme": {"type": "path"}}),
        BEFORE.format("") + "--output=json repo-ls backup/kosme": json.dumps(paths),
        BEFORE.format("") + "--output=json --recurse repo-ls archive/kosme": json.dumps(log),
    }
    beside = ("backup.info", *(f"{name}/backup.manifest" for name in folders))
    stored = {f"/repo/backup/kosme/{name}": SceneFile(b"x", NOON) for name in beside} if config == CONFIG else {}
    return scene(
        now=NOON,
        files={"/c": SceneFile(config.encode(), NOON), **stored},
        allowed={"backup.example": ("192.0.2.1",)},
        command={
            line: CannotSee(Reason.TIMEOUT, say("late")) if line in late else Output(0, out, "")
            for line, out in answers.items()
        },
    )


def look(there: World, **more: Any) -> BackupState:
    found = anyio.run(stanzas.look, PgBackRest.model_validate({**WRITTEN, **more}), there)
    assert isinstance(found, BackupState)
    assert "planted" not in str(found.plain())
    return found


class TestLook:
    def test_an_unbroken_log(self) -> None:
        seen = look(world(info(backup(FULL, 2, 2)), (FULL,), pieces(2, 3, 4)))
        assert (seen.gaps, seen.sets, seen.taken, seen.encrypted) == ((), ("kosme",), ("kosme",), False)
        assert seen.latest == datetime(2026, 9, 1, 11, 54, tzinfo=UTC)
        assert seen.absent["errors"].reason is Reason.INCOMPLETE
        assert type(seen).model_validate(json.loads(json.dumps(seen.plain()))) == seen

    def test_a_hole_ends_it(self) -> None:
        seen = look(world(info(backup(FULL, 2, 2)), (FULL,), pieces(2, 4)))
        assert [gap.missing for gap in seen.gaps] == [1]
        assert seen.reach == datetime(2026, 9, 1, 11, 52, tzinfo=UTC)

    def test_a_differential_without_its_full(self) -> None:
        diff = backup(DIFF, 1, 3, type="diff", prior=FULL, reference=[FULL])
        seen = look(world(info(diff), (DIFF,), pieces(3, 4)))
        assert seen.newest is None
        assert FULL in seen.points[0].doubt

    def test_a_differential_on_a_full_whose_folder_is_gone(self) -> None:
        diff = backup(DIFF, 1, 3, type="diff", prior=FULL, reference=[FULL])
        seen = look(world(info(backup(FULL, 2, 2), diff), (DIFF,), pieces(2, 3, 4)))
        assert [point.complete for point in seen.points] == [False, False]

    def test_pages_with_a_wrong_checksum(self) -> None:
        seen = look(world(info(backup(FULL, 2, 2, error=True)), (FULL,), pieces(2, 3)))
        assert seen.newest is None

    def test_no_backup_is_a_fact(self) -> None:
        seen = look(world(info(code=2, message="no valid backups"), (), {}))
        assert seen.points == ()

    @pytest.mark.parametrize("code", [1, 3, 4, 5, 99, 1000])
    def test_a_repository_that_it_could_not_read_is_no_fact(self, code: int) -> None:
        with pytest.raises(CannotSee):
            look(world(info(code=code, message="[FileOpenError] raised"), (), {}))

    def test_a_list_of_the_log_that_fails_leaves_the_rest(self) -> None:
        line = BEFORE.format("") + "--output=json --recurse repo-ls archive/kosme"
        seen = look(world(info(backup(FULL, 2, 2)), (FULL,), {}, late=(line,)))
        assert seen.absent["gaps"].reason is Reason.TIMEOUT
        assert not seen.has("reach")

    def test_a_repository_of_another_host_is_listed_by_its_tool(self) -> None:
        asked = (info(backup(FULL, 2, 2)), (FULL, "20260901-113000F"), pieces(2, 3))
        here, there = look(world(*asked)), look(world(*asked, config=REMOTE))
        assert (there.location, here.location) == ("backup.example", "")
        assert [point.complete for point in there.points] == [True, False]
        assert (there.points, there.sets) == (here.points, here.sets)

    def test_a_host_that_is_not_allowed_is_not_asked(self) -> None:
        there = scene(now=NOON, files={"/c": SceneFile(REMOTE.encode(), NOON)})
        with pytest.raises(CannotSee) as gap:
            look(there)
        assert "backup.example" in str(gap.value)

    @pytest.mark.parametrize("wrong", [{"stanza": "-x"}, {"stanza": "a/b"}, {"repo": "0"}, {"repo": "x"}])
    def test_what_no_inventory_may_say(self, wrong: dict[str, str]) -> None:
        with pytest.raises(ValidationError):
            PgBackRest.model_validate({**WRITTEN, **wrong})


class TestOutput:
    @pytest.mark.parametrize(
        "told",
        [3, "x", [{}], [None], [{"name": "kosme"}], {"name": "kosme"}, info(backup("x", 1, 1)),
         info(backup(FULL, 1, 1, timestamp={"start": 10**30, "stop": 1})),
         info(backup(FULL, 1, 1, timestamp={"start": "1", "stop": 1}))],
    )  # fmt: skip
    def test_another_form_is_no_list(self, told: Any) -> None:
        with pytest.raises(CannotSee):
            stanza(told, "kosme", 1)

    def test_another_repository_has_other_backups(self) -> None:
        other = backup(DIFF, 1, 3, database={"id": 1, "repo-key": 2})
        assert [found.label for found in stanza(info(backup(FULL, 2, 2), other), "kosme", 1).backups] == [FULL]

    @pytest.mark.parametrize("listed", [3, {"a": 1}, {"a": {"type": "file"}}, {"a": {"type": "file", "size": "x"}}])
    def test_another_form_is_no_folder(self, listed: Any) -> None:
        with pytest.raises(CannotSee):
            files(listed)

    def test_what_was_never_finished_has_the_time_of_its_label(self) -> None:
        seoul = backup("20260901-190000F", 2, 2)
        found = stanza(info(seoul), "kosme", 1)
        left = unfinished(found, frozenset(("20260901-190000F", "20260901-200000F")))
        assert [point.start for point in left] == [datetime(2026, 9, 1, 11, tzinfo=UTC)]
        running = stanza(info(seoul, held=True), "kosme", 1)
        assert unfinished(running, frozenset(("20260901-190000F", "20260901-200000F"))) == ()

    def test_verify_is_read_not_believed(self) -> None:
        said = (
            "stanza: kosme\nstatus: error\n  archiveId: 15-1, total WAL checked: 4, total valid WAL: 4\n"
            "    missing: 0, checksum invalid: 0, size invalid: 0, other: 0\n"
            f"  backup: {FULL}, status: invalid, total files checked: 1268, total valid files: 1267\n"
            "    missing: 0, checksum invalid: 1, size invalid: 0, other: 0\n"
        )
        errors, wrong = verified(Output(0, said, ""))
        assert errors == (f"backup {FULL}: checksum invalid 1",)
        assert set(wrong) == {FULL}
        assert verified(Output(0, "stanza: kosme\nstatus: ok\n", "")) == ((), {})
        assert verified(Output(0, "stanza: kosme\nstatus: error\n", ""))[0]

    @pytest.mark.parametrize("said", ["", "status: fine", "status: ok\nstatus: ok", "x"])
    def test_a_report_of_another_form_is_none(self, said: str) -> None:
        with pytest.raises(CannotSee):
            verified(Output(0, said, ""))

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ("ERROR: [041]: unable to open file '/c' for read: [13] Permission denied", Reason.DENIED),
            ("ERROR: [055]: unable to open missing path: [2] No such file or directory", Reason.UNREACHABLE),
            ("ERROR: [049]: unable to connect to 'h'", Reason.UNREACHABLE),
            ("ERROR: [031]: invalid option '--recurse'", Reason.NO_TOOL),
            ("what is this", Reason.INCOMPLETE),
            ("", Reason.INCOMPLETE),
        ],
    )
    def test_why_there_is_no_answer(self, said: str, reason: Reason) -> None:
        assert refused(Output(1, "", said)).reason is reason

    def test_settings_without_the_secret_ones(self) -> None:
        found = settings(CONFIG, "kosme", 1)
        assert found == {"path": "/repo", "retention-full": "2"}
        assert settings(CONFIG, "other", 1)["path"] == "/elsewhere"
