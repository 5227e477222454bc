"""Real borg repositories: good, damaged, busy, behind a key file, behind SSH, without encryption, locked away."""

from __future__ import annotations

import ipaddress
import os
import pwd
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from audit.contract import CannotSee, Reason
from audit.model.backup import BackupState
from audit.world.build import real_world
from checks.backup.borg import Borg, archives
from tests.real.children import free_port, wait_until
from tests.real.daemons import end
from tests.real.lab import tree
from tests.real.labs.borg import PASSWORD, Repository

pytestmark = [pytest.mark.real, pytest.mark.lab]
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


def look(root: Path, **more: Any) -> BackupState:
    written = {"id": "n", "kind": "borg", "at": "busan", "repository": "repository", "passphrase": {"file": "word"}}
    copy = Borg.model_validate({**written, **more})
    before = tree(root / "repository")
    found = anyio.run(archives.look, copy, real_world(allow=LOOPBACK, root=root))
    assert isinstance(found, BackupState)
    assert tree(root / "repository") == before
    assert PASSWORD not in str(found.plain())
    return found


def refusal(root: Path, **more: Any) -> CannotSee:
    with pytest.raises(CannotSee) as gap:
        look(root, **more)
    assert PASSWORD not in str(gap.value)
    return gap.value


def filled(root: Path, mode: str, **environment: str) -> Repository:
    """A repository with one archive."""
    repository = Repository(root)
    (root / "source").mkdir()
    (root / "source" / "ledger").write_bytes(os.urandom(100_000))
    (root / "word").write_text(PASSWORD + "\n")
    (root / "word").chmod(0o600)
    repository.run("init", "-e", mode, str(repository.folder), fine=(0,), **environment)
    repository.run("create", f"{repository.folder}::web-1", str(repository.source), fine=(0,), **environment)
    return repository


@pytest.fixture
def repository(need: Callable[[str], Path], tmp_path: Path) -> Repository:
    need("borg")
    return filled(tmp_path, "repokey-blake2")


def test_a_good_repository(repository: Repository) -> None:
    seen = look(repository.root, verify="data")
    assert [point.complete for point in seen.points] == [True]
    assert (seen.size, seen.encrypted, seen.key, seen.errors, seen.integrity) == (100_000, True, "copy", (), 2)
    assert seen.tool.startswith("borg 1.")
    assert not seen.has("append_only")


def test_one_that_only_takes(repository: Repository) -> None:
    repository.run("config", str(repository.folder), "append_only", "1")
    assert look(repository.root).append_only is True


def test_a_wrong_passphrase_is_denied(repository: Repository) -> None:
    (repository.root / "word").write_text("planted-wrong\n")
    assert refusal(repository.root).reason is Reason.DENIED
    (repository.root / "word").write_text("\n")
    assert refusal(repository.root).reason is Reason.DENIED


def test_no_repository_is_unreachable(repository: Repository) -> None:
    assert refusal(repository.root, repository="nowhere").reason is Reason.UNREACHABLE


def test_a_backup_that_runs_does_not_hold_the_look_up(repository: Repository) -> None:
    command = ["borg", "create", f"{repository.folder}::web-2", "-"]
    with subprocess.Popen(command, env=repository.environment(), stdin=subprocess.PIPE) as child:
        try:
            wait_until((repository.folder / "lock.exclusive").exists, "the lock")
            assert len(look(repository.root).points) == 1
        finally:
            child.communicate(b"", timeout=300)


def test_a_key_that_lies_with_the_client(need: Callable[[str], Path], tmp_path: Path) -> None:
    need("borg")
    filled(tmp_path, "keyfile", BORG_KEYS_DIR=str(tmp_path / "keys"))
    assert refusal(tmp_path).reason is Reason.DENIED
    key = next((tmp_path / "keys").iterdir())
    seen = look(tmp_path, **{"key-file": f"keys/{key.name}"})
    assert (len(seen.points), seen.encrypted, seen.key) == (1, True, "client")


def test_a_repository_without_encryption(need: Callable[[str], Path], tmp_path: Path) -> None:
    need("borg")
    filled(tmp_path, "none")
    seen = look(tmp_path, passphrase=None)
    assert (len(seen.points), seen.encrypted, seen.has("key")) == (1, False, False)


@contextmanager
def served(root: Path, daemon: Path) -> Iterator[int]:
    """An SSH server of this user on loopback, whose keys lie beside the repository; its port."""
    for name in ("host", "identity"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root / name], check=True, timeout=300)
    port = free_port()
    (root / "authorized").write_text(f'command="borg serve",restrict {(root / "identity.pub").read_text()}')
    (root / "known").write_text(f"[127.0.0.1]:{port} {(root / 'host.pub').read_text()}")
    (root / "sshd").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {root}/host\nAuthorizedKeysFile {root}/authorized\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPidFile none\nPermitRootLogin prohibit-password\n"
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    words = ["setpriv", "--pdeathsig", "TERM", "--", str(daemon), "-D", "-e", "-f", str(root / "sshd")]
    with subprocess.Popen(words, stderr=subprocess.PIPE) as server:
        try:
            assert server.stderr is not None
            assert any(b"Server listening" in line for line in iter(server.stderr.readline, b""))
            yield port
        finally:
            end(server)


def test_a_repository_behind_ssh(need: Callable[[str], Path], repository: Repository) -> None:
    root = repository.root
    user = pwd.getpwuid(os.getuid()).pw_name
    with served(root, need("sshd")) as port:
        where = {"repository": f"ssh://{user}@127.0.0.1:{port}{repository.folder}", "identity": "identity"}
        seen = look(root, **where, **{"known-hosts": "known"})
        assert (len(seen.points), seen.location, seen.size) == (1, "127.0.0.1", 100_000)
        assert "append_only" in seen.absent
        (root / "other").write_text(f"[127.0.0.1]:{port} {(root / 'identity.pub').read_text()}")
        for known in ("other", "none"):
            # What ssh says of it may come too late for borg, which then knows of a closed connection alone.
            gap = refusal(root, **where, **{"known-hosts": known})
            assert gap.reason in (Reason.DENIED, Reason.UNREACHABLE)
    assert refusal(root, **where, **{"known-hosts": "known"}).reason is Reason.UNREACHABLE
    where["repository"] = where["repository"].replace("127.0.0.1", "10.1.1.1")
    assert refusal(root, **where).reason is Reason.DENIED


def test_too_little_time(repository: Repository) -> None:
    assert refusal(repository.root, timeout="1ms").reason is Reason.TIMEOUT
