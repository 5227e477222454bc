"""A folder to backup files in it, with the ways in which they go wrong; to a server that gives them out over SFTP."""

from __future__ import annotations

import getpass
import gzip
import hashlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.programs import find
from tests.real.children import PATIENCE, free_port
from tests.real.daemons import end
from tests.real.lab import Said

NEWEST = "newest.sql.gz"
_BEGIN = b"-- PostgreSQL database dump\n\nCREATE TABLE loan (id integer);\n"
_END = b"--\n-- PostgreSQL database dump complete\n--\n\n"


def dump(rows: int = 2000, *, whole: bool = True) -> bytes:
    """A dump, or the first half of one, packed: the packing is sound in both."""
    lines = b"".join(b"INSERT INTO loan VALUES (%d);\n" % number for number in range(rows))
    return gzip.compress(_BEGIN + lines + (_END if whole else b""), mtime=0)


def drop(folder: Path, name: str, content: bytes, *, minutes: float = 0) -> Path:
    """A file that was finished some minutes ago."""
    path = folder / name
    path.write_bytes(content)
    at = time.time() - minutes * 60
    os.utime(path, (at, at))
    return path


def filled(folder: Path) -> None:
    """Four dumps, the newest 20 minutes old, with a manifest."""
    folder.mkdir()
    for minutes in (130, 90, 50):
        drop(folder, f"{minutes}.sql.gz", dump(), minutes=minutes)
    drop(folder, NEWEST, dump(), minutes=20)
    listed(folder)


def listed(folder: Path) -> None:
    """Write the manifest."""
    sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.glob("*.gz")))
    (folder / "SHA256SUMS").write_text("".join(sums))


def breaks(folder: Path) -> Mapping[str, Callable[[], Said]]:
    """What goes wrong with dropped files."""
    return {
        "half-a-dump": lambda: _half(folder),
        "few-rows": lambda: _few(folder),
        "empty": lambda: _empty(folder),
        "byte-flipped": lambda: _flipped(folder),
        "never-finished": lambda: _unfinished(folder),
        "stopped": lambda: _stopped(folder),
        "from-the-future": lambda: _ahead(folder),
    }


def _tested(path: Path) -> str:
    code = subprocess.run(["gzip", "-t", path], capture_output=True, check=False, timeout=300).returncode
    return f"gzip -t ends with {code}"


def _half(folder: Path) -> Said:
    path = drop(folder, NEWEST, dump(whole=False))
    listed(folder)
    return Said(f"{_tested(path)}; sha256sum -c: {_summed(folder)}", content=True)


def _few(folder: Path) -> Said:
    """Most rows were deleted, or a word of the job's command leaves them out."""
    path = drop(folder, NEWEST, dump(rows=20))
    listed(folder)
    return Said(f"{_tested(path)}; sha256sum -c: {_summed(folder)}", content=True)


def _summed(folder: Path) -> str:
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True, check=False, timeout=300
    )
    return f"ends with {done.returncode}"


def _empty(folder: Path) -> Said:
    drop(folder, NEWEST, b"")
    listed(folder)
    return Said(f"sha256sum -c: {_summed(folder)}", content=True)


def _flipped(folder: Path) -> Said:
    path = folder / NEWEST
    content, times = bytearray(path.read_bytes()), path.stat().st_mtime_ns
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    os.utime(path, ns=(times, times))
    size = path.stat().st_size
    return Said(f"ls: {'the same size, the same date' if size == len(content) else 'another size'}", content=True)


def _unfinished(folder: Path) -> Said:
    for path in folder.glob("*.gz"):
        os.utime(path, (path.stat().st_mtime - 7200, path.stat().st_mtime - 7200))
    drop(folder, "later.sql.gz.part", dump()[:300])
    return Said("ls: the newest file is later.sql.gz.part", content=True)


def _stopped(folder: Path) -> Said:
    for path in folder.glob("*.gz"):
        os.utime(path, (path.stat().st_mtime - 10800, path.stat().st_mtime - 10800))
    return Said(f"sha256sum -c: {_summed(folder)}", content=True)


def _ahead(folder: Path) -> Said:
    path = folder / NEWEST
    os.utime(path, (time.time() + 86400, time.time() + 86400))
    return Said(f"sha256sum -c: {_summed(folder)}", content=True)


@dataclass(frozen=True, slots=True)
class Sshd:
    """A running server; `item` is what the inventory says of it."""

    port: int
    pid: int
    item: Mapping[str, Any]
    folder: Path


@contextmanager
def sshd(folder: Path) -> Iterator[Sshd]:
    """The sftp-server of OpenSSH for this user alone, on loopback, ended with the context."""
    keygen, server = find("ssh-keygen"), find("sshd")
    if keygen is None or server is None:
        raise FileNotFoundError("sshd")
    folder.mkdir(mode=0o700)
    for name in ("host", "audit"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True, timeout=300)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    (folder / "authorized").write_text(f"restrict {(folder / 'audit.pub').read_text()}")
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/authorized\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
        f"KbdInteractiveAuthentication no\nSubsystem sftp internal-sftp -R\nForceCommand internal-sftp -R\n"
    )
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", "--", server, "-D", "-E", folder / "log", "-f", folder / "sshd_config"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        answers(port)
        host_key = " ".join((folder / "host.pub").read_text().split()[:2])
        item = {
            "host": "127.0.0.1", "port": port, "user": getpass.getuser(), "host-key": host_key,
            "key": {"file": str(folder / "audit")},
        }  # fmt: skip
        yield Sshd(port, process.pid, item, folder)
    finally:
        end(process)


def answers(port: int) -> None:
    """Wait until a server of SSH answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as channel:
            if channel.recv(4).startswith(b"SSH"):
                return
        time.sleep(0.05)
    raise TimeoutError("sshd does not answer")
