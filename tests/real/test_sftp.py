"""The sftp-server of OpenSSH to the files that the hand brings of it, and what it never does."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

import anyio
import pytest

from audit.contract import CannotSee, Files, Reason, SshDoor
from audit.model.backup import BackupState
from audit.model.item import Secret
from audit.world.build import real_world
from checks.backup.sftp import SftpDrop, newest_files
from checks.backup.tree import FileTree, mirrored
from tests.real.drops import Sshd, drop, dump, filled, sshd
from tests.world.servers import closed_port, served, silent

pytestmark = [pytest.mark.real, pytest.mark.lab]
T = TypeVar("T")
LONG = timedelta(seconds=60)


@pytest.fixture(scope="module")
def server(need: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    need("sshd"), need("ssh-keygen")
    with sshd(tmp_path_factory.mktemp("ssh") / "ssh") as started:
        yield started


def door(server: Sshd, **more: Any) -> SshDoor:
    item = server.item
    return SshDoor(**{
        "host": item["host"], "port": server.port, "user": item["user"], "host_key": item["host-key"],
        "key": Secret("file", item["key"]["file"]), **more,
    })  # fmt: skip


def within(where: SshDoor, use: Callable[[Files], Awaitable[T]], timeout: timedelta = LONG) -> T:
    async def used() -> T:
        world = real_world(allow=(ip_network("127.0.0.0/8"),), root=Path("/"))
        async with world.sftp.files(where, timeout) as files:
            return await use(files)

    return anyio.run(used)


def gap_of(where: SshDoor, timeout: timedelta = LONG) -> CannotSee:
    with pytest.raises(CannotSee) as gap:
        within(where, lambda files: files.list("/*", 1), timeout)
    return gap.value


def test_files_as_those_of_this_machine(server: Sshd, tmp_path: Path) -> None:
    content = os.urandom(3_000_001)
    drop(tmp_path, "large", content, minutes=3)
    (tmp_path / "below" / "deep").mkdir(parents=True)
    drop(tmp_path / "below" / "deep", "packed.gz", gzip.compress(content))
    drop(tmp_path, ".hidden", b"x")
    (tmp_path / "link").symlink_to("/etc/passwd")

    async def use(files: Files) -> None:
        listed = await files.list(f"{tmp_path}/*", 10)
        assert [(file.path, file.size) for file in listed] == [(f"{tmp_path}/large", 3_000_001)]
        every = await files.list(f"{tmp_path}/**", 10)
        assert {file.path.rpartition("/")[2] for file in every} == {"large", "packed.gz"}
        assert len(await files.list(f"{tmp_path}/**/*.gz", 10)) == 1
        assert len(await files.list(f"{tmp_path}/.hidden", 10)) == 1
        assert await files.folders(str(tmp_path), LONG) == ("below",)
        path = f"{tmp_path}/large"
        assert await files.sha256(path, LONG) == hashlib.sha256(content).hexdigest()
        assert await files.head(path, 10) == content[:10]
        assert await files.tail(path, 10) == content[-10:]
        assert await files.tail(path, 9_000_000) == content
        assert await files.piece(path, 3, 4) == content[3:7]
        assert await files.unpack(path, 10, LONG) is None
        unpacked = await files.unpack(f"{tmp_path}/below/deep/packed.gz", 10, LONG)
        assert unpacked is not None
        assert (unpacked.head, unpacked.tail, unpacked.size) == (content[:10], content[-10:], len(content))

    within(door(server), use)


def test_what_is_not_there_or_is_no_file(server: Sshd, tmp_path: Path) -> None:
    async def use(files: Files) -> None:
        with pytest.raises(CannotSee) as gap:
            await files.list(f"{tmp_path}/none/*", 1)
        assert gap.value.reason is Reason.UNREACHABLE
        assert await files.list(f"{tmp_path}/none", 1) == ()
        with pytest.raises(CannotSee) as gap:
            await files.folders(f"{tmp_path}/none", LONG)
        assert gap.value.reason is Reason.UNREACHABLE
        with pytest.raises(CannotSee) as gap:
            await files.head(f"{tmp_path}/none", 1)
        assert gap.value.reason is Reason.UNREACHABLE
        with pytest.raises(CannotSee, match="is a folder"):
            await files.list(str(tmp_path), 1)
        with pytest.raises(CannotSee, match="no ordinary file"):
            await files.head("/dev/zero", 1)
        with pytest.raises(CannotSee, match="no path"):
            await files.head("/a\0b", 1)

    within(door(server), use)


def test_a_file_that_takes_too_long_is_left(server: Sshd, tmp_path: Path) -> None:
    drop(tmp_path, "large", bytes(30_000_000))

    async def use(files: Files) -> None:
        with pytest.raises(CannotSee) as gap:
            await files.sha256(f"{tmp_path}/large", timedelta(seconds=0.001))
        assert gap.value.reason is Reason.TIMEOUT

    within(door(server), use)


def test_another_host_key_is_another_host(server: Sshd, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True, timeout=300)
    other = " ".join((tmp_path / "other.pub").read_text().split()[:2])
    gap = gap_of(door(server, host_key=other))
    assert gap.reason is Reason.DENIED
    assert "key the inventory names" in str(gap)
    assert gap_of(door(server, host_key="ssh-ed25519 nonsense")).reason in (Reason.INCOMPLETE, Reason.DENIED)
    assert gap_of(door(server, host_key="* ssh-ed25519 AAAA\nx")).reason is Reason.INCOMPLETE


def test_a_user_who_is_not_let_in(server: Sshd, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True, timeout=300)
    assert gap_of(door(server, key=Secret("file", str(tmp_path / "key")))).reason is Reason.DENIED
    assert gap_of(door(server, key=None)).reason is Reason.DENIED
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "word", "-f", tmp_path / "shut"], check=True, timeout=300
    )
    assert "passphrase" in str(gap_of(door(server, key=Secret("file", str(tmp_path / "shut")))))


def test_a_server_that_is_away_silent_or_not_allowed(server: Sshd) -> None:
    assert gap_of(door(server, port=closed_port())).reason is Reason.UNREACHABLE
    assert gap_of(door(server, host="192.0.2.1")).reason is Reason.DENIED
    with served(silent) as port:
        assert gap_of(door(server, port=port), timedelta(seconds=1)).reason is Reason.TIMEOUT


def test_neither_agent_nor_settings_of_the_user_take_part(server: Sshd, tmp_path: Path) -> None:
    """The only key that would open the door lies where ssh would look for it."""
    kept = dict(os.environ)
    folder = tmp_path / ".ssh"
    folder.mkdir(mode=0o700)
    (folder / "id_ed25519").write_bytes((server.folder / "audit").read_bytes())
    (folder / "id_ed25519").chmod(0o600)
    (folder / "config").write_text(f"Host *\n  IdentityFile {folder}/id_ed25519\n")
    os.environ["HOME"] = str(tmp_path)
    try:
        assert gap_of(door(server, key=None)).reason is Reason.DENIED
    finally:
        os.environ.clear()
        os.environ |= kept


def look(server: Sshd, path: str, **more: Any) -> BackupState:
    copy = SftpDrop.model_validate({"id": "n", "kind": "sftp", "at": "busan", "path": path, **server.item, **more})
    found = anyio.run(newest_files.look, copy, real_world(allow=(ip_network("127.0.0.0/8"),), root=Path("/")))
    assert isinstance(found, BackupState)
    return found


def test_ends_alone_see_a_dump_that_is_not_packed(server: Sshd, tmp_path: Path) -> None:
    filled(tmp_path / "drop")
    seen = look(server, f"{tmp_path}/drop/*.gz")
    assert seen.newest is not None
    assert (seen.newest.id, seen.location, seen.has("errors")) == ("newest.sql.gz", "127.0.0.1", False)
    assert timedelta(0) < seen.round_trip < timedelta(seconds=20)
    drop(tmp_path / "drop", "later.sql", gzip.decompress(dump(whole=False)))
    assert look(server, f"{tmp_path}/drop/*.sql").newest is None


def test_a_tree_on_a_server(server: Sshd, tmp_path: Path) -> None:
    filled(tmp_path / "drop")
    there = {name: server.item[name] for name in ("host", "port", "user", "host-key", "key")}
    written = {
        "id": "n",
        "kind": "tree",
        "at": "busan",
        "path": str(tmp_path / "drop"),
        "server": there,
        "verify": "all",
    }
    copy = FileTree.model_validate(written)
    world = real_world(allow=(ip_network("127.0.0.0/8"),), root=Path("/"))
    seen = anyio.run(mirrored.look, copy, world)
    assert isinstance(seen, BackupState)
    assert (seen.integrity, seen.errors, seen.points[0].files) == (2, (), 4)
    drop(tmp_path / "drop", "90.sql.gz", dump(3))
    seen = anyio.run(mirrored.look, copy, world)
    assert isinstance(seen, BackupState)
    assert seen.newest is None
