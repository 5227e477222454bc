"""Programs and folders of a drill in, what they may do and how they end out."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.drilling.shop import Shop
from audit.world.world import Output
from tests.real.children import wait_until
from tests.world.drilling.shops import shop_in, work

PASSWORD = "planted\nsecond line of a key"


def script(text: str, **more: Any) -> Any:
    async def job(shop: Shop) -> Output:
        return await shop.run(["sh", "-c", text], **more)

    return job


def test_a_program_runs_in_the_room_with_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "ours")
    with shop_in(tmp_path) as shop:
        shown = work(shop, script("pwd; echo $TZ $LC_ALL $MORE; env | grep -c PGPASSWORD; echo $HOME; umask",
                                  environment={"MORE": "more", "TZ": "Asia/Seoul", "HOME": "/"}))  # fmt: skip
        assert shown.out.splitlines() == [str(shop.room), "UTC C.UTF-8 more", "0", str(shop.place.home), "0077"]
    assert shown.code == 0


@pytest.mark.parametrize("words", [["sh", "-c"], ["sh", "-x", "-c", "true"], ["rm", "-rf", "/x"], []])
def test_what_was_not_declared_is_refused(tmp_path: Path, words: list[str]) -> None:
    async def job(shop: Shop) -> None:
        await shop.run(words)

    with shop_in(tmp_path) as shop, pytest.raises(CannotSee) as gap:
        work(shop, job)
    assert gap.value.reason is Reason.DENIED


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    async def job(shop: Shop) -> None:
        await shop.run(["nothing-of-that-name"])

    with shop_in(tmp_path) as shop, pytest.raises(CannotSee) as gap:
        work(shop, job)
    assert gap.value.reason is Reason.NO_TOOL


def test_secrets_reach_a_program_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(PASSWORD)
    (tmp_path / "key").chmod(0o600)
    key = Secret("file", "key")
    with shop_in(tmp_path) as shop:
        shown = work(shop, script("echo $KEY; echo \"$KEY\" >&2; tr '\\0' ' ' </proc/$$/cmdline", secrets={"KEY": key}))
        assert PASSWORD.split()[0] in shown.out.splitlines()[0]
        assert "planted" not in shown.err
        assert "second line" not in shown.err
        assert shop.check("x", True, f"why: {PASSWORD}").detail == "why: [hidden]"
        read = work(shop, lambda one: one.run(["python3", "-c", "import sys; print(open(sys.argv[1]).read())", "{key}"],
                                              files={"key": key}))  # fmt: skip
        assert read.out.strip() == PASSWORD


def test_no_program_outlasts_its_time_nor_leaves_children(tmp_path: Path) -> None:
    began = time.monotonic()
    with shop_in(tmp_path, {"ends": time.monotonic() + 1}) as shop, pytest.raises(CannotSee) as gap:
        work(shop, script("sleep 97 & echo $! > child; trap '' TERM; sleep 98"))
    assert gap.value.reason is Reason.TIMEOUT
    assert time.monotonic() - began < 60


def test_a_child_that_is_left_is_ended(tmp_path: Path) -> None:
    with shop_in(tmp_path) as shop:
        work(shop, script("sleep 97 >/dev/null 2>&1 & echo $! > child"))
        child = int((shop.room / "child").read_text())
    wait_until(lambda: gone(child), "the end of the child")


def gone(pid: int) -> bool:
    """Whether a process has ended; perhaps nobody has taken note of it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_without_time_nothing_begins(tmp_path: Path) -> None:
    with shop_in(tmp_path, {"ends": time.monotonic() - 1}) as shop, pytest.raises(CannotSee) as gap:
        work(shop, script("touch began"))
    assert gap.value.reason is Reason.TIMEOUT


def test_a_flood_is_cut(tmp_path: Path) -> None:
    with shop_in(tmp_path) as shop, pytest.raises(CannotSee) as gap:
        work(shop, script("while :; do echo 0123456789012345678901234567890123456789; done"))
    assert gap.value.reason is Reason.INCOMPLETE


def test_of_many_complaints_the_first_and_the_last_are_kept(tmp_path: Path) -> None:
    with shop_in(tmp_path) as shop:
        told = work(shop, script("echo first >&2; seq 1 30000 >&2; echo last >&2; exit 3"))
    assert told.code == 3
    assert told.err.startswith("first")
    assert told.err.rstrip().endswith("last")
    assert len(told.err) <= 64 * 1024


def test_more_than_may_be_restored_is_refused(tmp_path: Path) -> None:
    with shop_in(tmp_path, {"most": 1000}) as shop:
        shop.afford(1000)
        with pytest.raises(CannotSee, match="more than one drill restores") as gap:
            shop.afford(1001)
        assert gap.value.reason is Reason.DENIED
    with shop_in(tmp_path, {"most": 1000, "share": 0.5}) as shop, pytest.raises(CannotSee, match="raise `most:`"):
        shop.afford(1001)
    disk = os.statvfs(tmp_path)
    with shop_in(tmp_path, {"most": 10**24}) as shop, pytest.raises(CannotSee, match="free scratch space"):
        shop.afford(disk.f_bavail * disk.f_frsize // 2)


def test_what_is_written_stays_in_the_room(tmp_path: Path) -> None:
    with shop_in(tmp_path) as shop:
        path = shop.write("conf/server.conf", "x = 1\n")
        assert path == shop.room / "conf/server.conf"
        assert path.read_text() == "x = 1\n"
        (shop.room / "out").symlink_to(tmp_path)
        (shop.room / "file").symlink_to(tmp_path / "victim")
        for name in ("../x", "/etc/x", "out/x"):
            with pytest.raises(CannotSee):
                shop.write(name, "y")
        with pytest.raises(OSError, match="symbolic"):
            shop.write("file", "y")
    assert not (tmp_path / "victim").exists()


def test_a_tree_is_counted_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 1000)
    with shop_in(tmp_path) as shop:
        shop.write("a/b/c", "12345")
        shop.write("d", "123")
        (shop.room / "a" / "link").symlink_to(tmp_path / "large")
        (shop.room / "folder").symlink_to(tmp_path)
        found = work(shop, lambda one: one.tree(one.room))
        assert (found.bytes, found.files) == (8, 2)
        with pytest.raises(CannotSee):
            work(shop, lambda one: one.tree(tmp_path))


def test_a_file_with_another_name_outside_is_not_handed_over(tmp_path: Path) -> None:
    original = tmp_path / "original"
    original.write_text("x")
    with shop_in(tmp_path) as shop:
        shop.write("data/own", "x")
        (shop.room / "data" / "twin").hardlink_to(shop.room / "data" / "own")
        work(shop, lambda one: one.hand_over(one.room / "data"))
        (shop.room / "data" / "theirs").hardlink_to(original)
        if shop.terms.user is not None:
            with pytest.raises(CannotSee, match="another name"):
                work(shop, lambda one: one.hand_over(one.room / "data"))
    assert original.stat().st_uid == os.geteuid()


def test_parts_are_measured_also_where_they_fail(tmp_path: Path) -> None:
    with shop_in(tmp_path) as shop:
        with shop.part("restore"):
            time.sleep(0.02)
        with pytest.raises(ValueError), shop.part("verify"):
            raise ValueError
        assert [part.name for part in shop.parts] == ["restore", "verify"]
        assert shop.parts[0].took >= 0.02


def test_hostile_details_become_one_short_line(tmp_path: Path) -> None:
    with shop_in(tmp_path) as shop:
        told = shop.check("x", False, "a\x1b[31m\nb\u202e" + "y" * 5000)
    assert len(told.detail) == 300
    assert told.detail.isprintable()
