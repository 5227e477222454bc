"""Plain answers of borg and configurations of borgmatic to what their probes make of them; tests/real has real ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Output, Reason, World
from audit.model.backup import BackupState
from audit.world.scene import SceneFile, scene
from checks.backup.borg import Borg, archives
from checks.backup.borg_output import appends_only, chosen, errors, listed, parsed, refused
from checks.backup.borg_place import borg_host
from checks.backup.borgmatic import Borgmatic, job
from checks.backup.borgmatic_config import read

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
COMMIT = b"\x40\xf4\x3c\x25\x09\x00\x00\x00\x02"
STORE = "9d" * 32
WRITTEN = {"id": "n", "kind": "borg", "at": "busan", "repository": "/r", "passphrase": {"env": "P"}}
CONFIG = b"""
location: {source_directories: [/srv/ledgers, /etc], repositories: [{path: /r, label: here}, 'ssh://b@vault/./x']}
storage: {encryption_passphrase: planted}
retention: {keep_within: 2w}
"""
KEY = b"[repository]\nappend_only = 1\nid = 9d\nkey = planted\n\tplanted-too\n"


def archive(name: str, start: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "start": start, "hostname": "db1", **more}


def answer(*found: Any, mode: str = "repokey-blake2") -> dict[str, Any]:
    return {"archives": list(found), "encryption": {"mode": mode}, "repository": {"id": STORE}}


def world(told: Any, info: Any = None, *, files: dict[str, SceneFile] | None = None, **more: Output) -> World:
    there = {
        "/r/index.5": SceneFile(b"", NOW),
        "/r/data/0/4": SceneFile(b"x" * 40, NOW),
        "/r/data/0/5": SceneFile(b"BORG_SEG" + COMMIT, NOW),
        "/r/config": SceneFile(KEY, NOW),
        "/c.yaml": SceneFile(CONFIG, NOW),
        **(files or {}),
    }
    command = {
        "borg list": Output(0, told if isinstance(told, str) else json.dumps(told), "borgbackup version 1.2.4\n"),
        "borg info": Output(0, json.dumps(info or {"archives": []}), ""),
        **{words.replace("_", " "): output for words, output in more.items()},
    }
    return scene(now=NOW, files=there, command=command, allowed={"vault": ("10.0.0.1",)}, root=Path("/"))


def look(there: World, **more: Any) -> BackupState:
    found = anyio.run(archives.look, Borg.model_validate({**WRITTEN, **more}), there)
    assert isinstance(found, BackupState)
    assert "planted" not in str(found.plain())
    return found


def of_job(there: World, **more: Any) -> BackupState:
    copy = {"id": "n", "kind": "borgmatic", "at": "busan", "config": "/c.yaml", "repository": "here", **more}
    found = anyio.run(job.look, Borgmatic.model_validate(copy), there)
    assert isinstance(found, BackupState)
    return found


def refusal(there: World, **more: Any) -> CannotSee:
    with pytest.raises(CannotSee) as gap:
        look(there, **more)
    return gap.value


class TestBorg:
    def test_times_without_a_zone_are_those_of_the_world(self) -> None:
        found = listed(answer(archive("a", "2026-08-31T20:55:19.000000"), archive("b", "2026-09-01T06:00:00+09:00")))
        assert [one.point.start for one in found.archives] == [
            datetime(2026, 8, 31, 20, 55, 19, tzinfo=UTC), datetime(2026, 8, 31, 21, tzinfo=UTC),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("mode", "encrypted", "key"),
        [
            ("repokey", True, "copy"), ("keyfile-blake2", True, "client"), ("none", False, None),
            ("authenticated-blake2", False, None), ("shiny", None, None),
        ],
    )  # fmt: skip
    def test_how_it_is_encrypted(self, mode: str, encrypted: bool | None, key: str | None) -> None:  # noqa: FBT001
        seen = look(world(answer(mode=mode)))
        assert (seen.encrypted if seen.has("encrypted") else None) is encrypted
        assert (seen.key if seen.has("key") else None) == key

    def test_facts_of_a_repository(self) -> None:
        there = world(
            answer(archive("web-2026-08-30", "2026-08-30T00:00:00"), archive("web-2026-08-31", "2026-08-31T00:00:00")),
            {"archives": [{"name": "web-2026-08-31", "stats": {"original_size": 900, "nfiles": 3}}]},
        )
        seen = look(there)
        assert (seen.size, seen.tool, seen.append_only, seen.sets) == (900, "borg 1.2.4", True, ("db1:web",))

    @pytest.mark.parametrize("name", ["web.checkpoint", "web.checkpoint.12"])
    def test_a_checkpoint_is_no_backup(self, name: str) -> None:
        assert look(world(answer(archive(name, "2026-08-31T00:00:00")))).newest is None

    def test_one_that_shrank_does_not_count_however_many_follow(self) -> None:
        names = [f"web-{day}" for day in range(4)]
        told = [archive(name, f"2026-08-2{day}T00:00:00") for day, name in enumerate(names)]
        sizes = [
            {"name": name, "stats": {"original_size": size, "nfiles": 9}}
            for name, size in zip(names, (900, 1000, 10, 20), strict=True)
        ]
        seen = look(world(answer(*told), {"archives": sizes}))
        assert [point.complete for point in seen.points] == [True, True, False, False]

    def test_jobs_side_by_side_have_to_be_told_apart(self) -> None:
        told = answer(archive("web-1", "2026-08-30T00:00:00"), archive("db-1", "2026-08-31T00:00:00"))
        assert "archives" in str(refusal(world(told)))
        assert look(world(told), archives="db-*").taken == ("db1:db",)
        found = listed(
            answer(archive("a-1", "2026-08-30T00:00:00", hostname="x"), archive("a-1", "2026-08-31T00:00:00"))
        )
        with pytest.raises(CannotSee):
            chosen(found.archives, None)

    @pytest.mark.parametrize("text", ["", "3", "[" * 100_000, "{}", '{"archives": [3]}', json.dumps(answer({}))])
    def test_an_answer_of_another_form(self, text: str) -> None:
        assert refusal(world(text)).reason is Reason.INCOMPLETE

    @pytest.mark.parametrize("start", ["x", "99999-01-01", "0001-01-01T00:00:00+23:00"])
    def test_times_that_never_were(self, start: str) -> None:
        assert refusal(world(answer(archive("a", start)))).reason is Reason.INCOMPLETE

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ("passphrase supplied in BORG_PASSPHRASE, ... is incorrect.", Reason.DENIED),
            ("Repository /r does not exist.", Reason.UNREACHABLE),
            ("Host key verification failed.\nConnection closed by remote host.", Reason.DENIED),
            ("Connection closed by remote host. Is borg working on the server?", Reason.UNREACHABLE),
            ("borg: error: unrecognized arguments: --bypass-lock", Reason.NO_TOOL),
            ("", Reason.INCOMPLETE),
        ],
    )
    def test_why_it_gave_nothing(self, said: str, reason: Reason) -> None:
        assert refused(Output(2, "", said)).reason is reason
        with pytest.raises(CannotSee):
            parsed(Output(2, "{}", said))

    def test_damage_without_its_traceback(self) -> None:
        said = (
            "Local Exception\nTraceback (most recent call last):\n  raise IntegrityError('Data integrity error')\n"
            "FileNotFoundError: [Errno 2] No such file or directory: '/r/data/0/2'\n"
        )
        assert errors(Output(2, "", said)) == ("FileNotFoundError: [Errno 2] No such file or directory: '/r/data/0/2'",)
        assert errors(Output(2, "", "No such file or directory: '/srv/key'")) == ()

    def test_reading_that_finds_damage(self) -> None:
        told = answer(archive("a", "2026-08-31T00:00:00"))
        seen = look(world(told, borg_extract=Output(2, "", "Data integrity error: x\n")), verify="data")
        assert (seen.errors, seen.integrity) == (("Data integrity error: x",), 1)
        seen = look(world(told, borg_extract=Output(2, "", "Remote: killed\n")), verify="data")
        assert not seen.has("errors")
        seen = look(world(told, borg_extract=Output(0, "", "")), verify="data")
        assert (seen.errors, seen.integrity) == ((), 2)

    @pytest.mark.parametrize("index", ["index.4", "index.6", "other"])
    def test_nothing_is_asked_where_borg_would_write_an_index(self, index: str) -> None:
        files = {
            f"/r/{index}": SceneFile(b"", NOW),
            "/r/data/0/5": SceneFile(COMMIT, NOW),
            "/r/config": SceneFile(KEY, NOW),
        }
        there = scene(now=NOW, files=files, command={"borg list": Output(0, json.dumps(answer()), "")})
        assert refusal(there).reason is Reason.INCOMPLETE

    @pytest.mark.parametrize(
        ("config", "only"),
        [(KEY, True), (KEY.replace(b"= 1", b"= 0"), False), (b"", False), (b"key = x\n\tappend_only = 1", False)],
    )
    def test_whether_it_lets_clients_delete(self, config: bytes, *, only: bool) -> None:
        assert appends_only(config) is only

    @pytest.mark.parametrize(
        ("repository", "host"),
        [
            ("/r", ""), ("r", ""), ("./a:b", ""), ("/a:b", ""), ("file:///r", ""), ("ssh://b@vault:22/./r", "vault"),
            ("b@vault:r", "vault"), ("vault:/r", "vault"), ("ssh://[2001:db8::1]/r", "2001:db8::1"),
            ("http://vault/r", None), ("ssh:///r", None),
        ],
    )  # fmt: skip
    def test_the_host_of_a_repository(self, repository: str, host: str | None) -> None:
        assert borg_host(repository) == host

    @pytest.mark.parametrize("repository", ["-r", "a\nb", "/r::x", "/srv/{fqdn}", "ssh://b:planted@vault/r"])
    def test_what_may_not_be_written(self, repository: str) -> None:
        with pytest.raises(ValidationError) as gap:
            Borg.model_validate({**WRITTEN, "repository": repository})
        assert all("planted" not in str(error["msg"]) for error in gap.value.errors())

    @pytest.mark.parametrize("repository", ["ssh://b@elsewhere/r", "http://vault/r"])
    def test_a_host_outside_of_allow_is_not_asked(self, repository: str) -> None:
        assert refusal(world(answer()), repository=repository).reason in (Reason.DENIED, Reason.UNREACHABLE)
        assert look(world(answer()), repository="ssh://b@vault/r").location == "vault"


class TestBorgmatic:
    def test_a_job_that_forgets_by_age_alone_empties_its_store(self) -> None:
        assert read(CONFIG, "c").empties_after == timedelta(days=14)
        assert read(CONFIG.replace(b"2w", b"2w, keep_daily: 7"), "c").empties_after is None
        flat = read(b"repositories: [{path: /r}]\nkeep_within: 24H\nsource_directories: [/srv]", "c")
        assert (flat.empties_after, flat.folders, flat.repositories) == (timedelta(days=1), ("/srv",), {"/r": "/r"})

    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"3",
            b"{",
            b"[" * 5000,
            b"x: !include planted",
            b"\xff\xfe",
            b"location: {repositories: 3}",
            b"a: &a [*a]",
            b"source_directories: " + b"[" * 200_000,
            b"repositories: [/r]\na: &a [x, x]\nsource_directories: [*a]",
            b"repositories: [/r]\na: &a {x: 1}\nb: {<<: [*a, *a]}",
        ],
    )
    def test_what_is_no_configuration(self, text: bytes) -> None:
        with pytest.raises(CannotSee) as gap:
            read(text, "c")
        assert gap.value.reason is Reason.INCOMPLETE
        assert "planted" not in str(gap.value)

    def test_a_folder_that_is_left_out(self) -> None:
        told = world(answer(archive("a", "2026-08-31T00:00:00")))
        assert of_job(told, folders=["/srv/ledgers/2026", "/etc"]).newest is not None
        seen = of_job(told, folders=["/srv/ledgers-new"])
        assert seen.points[-1].doubt == "the job leaves out /srv/ledgers-new"
        assert seen.newest is None

    def test_times_of_its_checks(self) -> None:
        checked = {
            f"/s/checks/{STORE}/repository": SceneFile(b"", NOW - timedelta(days=3)),
            f"/s/checks/{STORE}/archives/all": SceneFile(b"", NOW - timedelta(days=1)),
            f"/s/checks/{STORE}/data": SceneFile(b"", NOW + timedelta(days=1)),
        }
        seen = of_job(world(answer(), files=checked), state="/s")
        assert [(proof.level, proof.at) for proof in seen.proofs] == [
            (2, NOW - timedelta(days=3)), (1, NOW - timedelta(days=1)),
        ]  # fmt: skip
        assert of_job(world(answer())).proofs == ()

    @pytest.mark.parametrize("repository", [None, "elsewhere"])
    def test_several_repositories_have_to_be_told_apart(self, repository: str | None) -> None:
        with pytest.raises(CannotSee):
            of_job(world(answer()), repository=repository)
