"""Plain files to what the probes of trees and of rclone make of them, without a server; tests/real has real ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Output, Reason
from audit.model.backup import BackupState
from audit.world.scene import SceneFile, scene
from checks.backup.rclone import Rclone, stored
from checks.backup.tree import FileTree, mirrored

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sums(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()).encode()


def tree(files: Mapping[str, bytes], manifest: bytes, **beside: bytes) -> dict[str, SceneFile | CannotSee]:
    held = {f"/m/{name}": SceneFile(content, NOW - 5 * HOUR) for name, content in files.items()}
    held |= {f"/m/{name}": SceneFile(content, NOW - HOUR) for name, content in beside.items()}
    return {**held, "/m/SHA256SUMS": SceneFile(manifest, NOW - 2 * HOUR)}


def look(files: Mapping[str, SceneFile | CannotSee], now: datetime = NOW, **more: Any) -> BackupState:
    copy = FileTree.model_validate({"id": "m", "kind": "tree", "at": "busan", "path": "/m", "verify": "all", **more})
    found = anyio.run(mirrored.look, copy, scene(now=now, files=files))
    assert isinstance(found, BackupState)
    return found


FILES = {f"{number}/loan": b"loan %d" % number for number in range(90)}


class TestTree:
    def test_a_whole_tree_is_a_point_of_the_age_of_its_list(self) -> None:
        seen = look(tree(FILES, sums(FILES)))
        assert seen.newest is not None
        assert (seen.newest.start, seen.newest.files) == (NOW - 2 * HOUR, 90)
        assert (seen.integrity, seen.errors, seen.proofs[0].share) == (2, (), 1.0)

    def test_the_name_of_the_folder_is_no_pattern(self) -> None:
        held = {path.replace("/m/", "/m[1]/"): file for path, file in tree(FILES, sums(FILES)).items()}
        seen = look(held, path="/m[1]")
        assert (len(seen.usable), seen.integrity, seen.errors) == (1, 2, ())

    def test_the_marker_tells_the_start(self) -> None:
        seen = look(tree(FILES, sums(FILES), DONE=b"2026-09-01T19:30:00+09:00\n"), marker="DONE")
        assert seen.newest is not None
        assert (seen.newest.start, seen.newest.end) == (NOW - 1.5 * HOUR, NOW - HOUR)
        for odd in (b"yesterday", b"2026-09-01T10:00:00", b"\xff\xfe", b""):
            seen = look(tree(FILES, sums(FILES), DONE=odd), marker="DONE")
            assert seen.newest is not None
            assert seen.newest.start == NOW - HOUR

    def test_without_its_marker_it_is_not_whole(self) -> None:
        seen = look(tree(FILES, sums(FILES)), marker="DONE")
        assert seen.newest is None
        assert "did not end" in seen.points[0].doubt

    @pytest.mark.parametrize("wrong", [{"5/loan": b"other"}, {"5/loan": b""}])
    def test_a_file_that_changed(self, wrong: dict[str, bytes]) -> None:
        seen = look(tree({**FILES, **wrong}, sums(FILES)))
        assert seen.newest is None
        assert seen.errors == ("5/loan is not what its sha256 says",)

    def test_files_too_few_and_too_many(self) -> None:
        fewer = {name: content for name, content in FILES.items() if name != "7/loan"}
        assert look(tree(fewer, sums(FILES))).newest is None
        more = look(tree({**FILES, "x": b"x"}, sums(FILES)))
        assert more.errors == ("1 files are not in the list, such as x",)
        assert look(tree({}, sums(FILES))).newest is None

    def test_no_list_is_no_look_and_an_empty_list_no_backup(self) -> None:
        bare = tree(FILES, b"")
        seen = look(bare)
        assert seen.newest is None
        del bare["/m/SHA256SUMS"]
        with pytest.raises(CannotSee) as gap:
            look(bare)
        assert gap.value.reason is Reason.INCOMPLETE

    def test_every_file_has_its_turn_within_a_month(self) -> None:
        broken = tree({**FILES, "5/loan": b"other"}, sums(FILES))
        days = [look(broken, NOW + timedelta(days=day), verify="sample") for day in range(30)]
        assert sum(seen.newest is None for seen in days) == 1
        assert all(seen.proofs[0].share < 0.2 for seen in days if seen.has("errors") and not seen.errors)

    def test_names_alone_prove_no_content(self) -> None:
        seen = look(tree(FILES, sums(FILES)), verify="names")
        assert (seen.integrity, seen.has("errors"), seen.newest is not None) == (1, False, True)

    def test_a_list_cannot_lead_out_of_the_folder(self) -> None:
        line = f"{'a' * 64}  ../../etc/shadow\n{'a' * 64}  /etc/shadow\n".encode()
        seen = look(tree(FILES, sums(FILES) + line))
        assert seen.errors == ()


def listing(*entries: tuple[str, int, str]) -> Output:
    return Output(0, json.dumps([{"Path": p, "Size": s, "ModTime": t, "IsDir": False} for p, s, t in entries]), "")


def reads(listed: Output, checked: Output | None = None, cat: str = "", **more: Any) -> BackupState:
    written = {"id": "r", "kind": "rclone", "at": "busan", "storage": "local", "path": "/drop", **more}
    outputs = {"rclone lsjson": listed, "rclone cat": Output(0, cat, "")}
    if checked is not None:
        outputs["rclone checksum"] = checked
    found = anyio.run(stored.look, Rclone.model_validate(written), scene(now=NOW, command=outputs))
    assert isinstance(found, BackupState)
    return found


A, B = ("a.dump", 5, "2026-09-01T09:00:00.123456789Z"), ("b.dump", 6, "2026-09-01T20:00:00+09:00")
NAMED = f"{'a' * 64}  a.dump\n{'b' * 64}  b.dump\n"


class TestRclone:
    def test_files_are_points(self) -> None:
        seen = reads(listing(A, B, ("c.dump", 0, "2026-09-01T11:30:00Z"), ("d.dump.tmp", 3, "2026-09-01T11:50:00Z")))
        assert [(point.id, point.complete) for point in seen.points] == [
            ("a.dump", True), ("b.dump", True), ("c.dump", False),
        ]  # fmt: skip
        assert seen.newest is not None
        assert seen.newest.start == NOW - HOUR
        assert not seen.has("errors")

    def test_what_the_sums_prove(self) -> None:
        fine = Output(0, "", "NOTICE: x: 0 differences found\nNOTICE: x: 2 matching files\n")
        assert reads(listing(A, B), fine, NAMED, manifest="SUMS").integrity == 2
        said = "2026/11/22 05:14:28 ERROR : b.dump: files differ\nNOTICE: x: 1 differences found\n"
        seen = reads(listing(A, B), Output(1, "", said), NAMED, manifest="SUMS")
        assert seen.errors == ("b.dump: it is not what its sha256 says",)
        assert seen.newest is not None
        assert seen.newest.id == "a.dump"

    @pytest.mark.parametrize(
        "checked",
        [
            Output(1, "", "Failed"),
            Output(0, "", ""),
            Output(0, "", "1 differences found"),
            Output(1, "", "0 differences found"),
        ],
    )
    def test_a_check_that_contradicts_itself_proves_nothing(self, checked: Output) -> None:
        assert not reads(listing(A, B), checked, NAMED, manifest="SUMS").has("errors")

    def test_sums_of_other_files_prove_nothing_of_the_newest(self) -> None:
        fine = Output(0, "", "0 differences found")
        assert not reads(listing(A, B), fine, NAMED.splitlines()[0], manifest="SUMS").has("errors")
        assert not reads(listing(A, B), fine, "", manifest="SUMS").has("errors")

    @pytest.mark.parametrize(
        ("code", "said", "reason"),
        [(3, "directory not found", Reason.UNREACHABLE), (1, "status 403: AccessDenied", Reason.DENIED)],
    )
    def test_what_rclone_refuses(self, code: int, said: str, reason: Reason) -> None:
        with pytest.raises(CannotSee) as gap:
            reads(Output(code, "", said))
        assert gap.value.reason is reason

    @pytest.mark.parametrize(
        "out",
        [
            "",
            "{}",
            "[3]",
            '[{"Path": "a"}]',
            "[" * 100_000,
            '[{"Path":"a","Size":1,"ModTime":"x"}]',
            '[{"Path":"a","Size":1,"ModTime":"2026-09-01T12:00:00"}]',
        ],
    )
    def test_a_listing_of_another_form(self, out: str) -> None:
        with pytest.raises(CannotSee):
            reads(Output(0, out, ""))

    @pytest.mark.parametrize(
        "more",
        [{"settings": {"env_auth": "true"}}, {"storage": "sftp"}, {"storage": "s3", "settings": {"profile": "x"}},
         {"secrets": {"pass": "literal"}}, {"secrets": {"ssh": {"env": "A"}}}, {"path": "a\nb"}],
    )  # fmt: skip
    def test_settings_that_could_do_more_are_refused(self, more: dict[str, Any]) -> None:
        with pytest.raises((ValidationError, TypeError, ValueError)):
            reads(listing(A), **more)

    def test_a_host_outside_what_is_allowed_is_not_asked(self) -> None:
        with pytest.raises(CannotSee):
            reads(listing(A), storage="s3", settings={"endpoint": "http://192.0.2.1"}, path="bucket")
        with pytest.raises(CannotSee) as gap:
            reads(listing(A), storage="s3", path="bucket")
        assert gap.value.reason is Reason.DENIED
