"""A folder to snapshots that were taken of an etcd server."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import free_port
from tests.real.daemons import done, run, serving
from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("etcd", "etcdctl")
_API: Final[Mapping[str, str]] = {"ETCDCTL_API": "3"}


@contextmanager
def started(folder: Path, backup: Path | None = None) -> Iterator[str]:
    """A server of its own, restored from a snapshot where one is given; its address."""
    client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    argv = (
        "etcd", "--data-dir", str(folder / "data"), "--listen-client-urls", client, "--advertise-client-urls", client,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
        "--log-level", "error",
    )  # fmt: skip

    def answers() -> bool:
        words = ("etcdctl", "--endpoints", client, "--command-timeout=2s", "endpoint", "health")
        return run(*words, environment=_API).returncode == 0

    folder.mkdir()
    if backup is not None:
        done("etcdctl", "snapshot", "restore", str(backup), "--data-dir", str(folder / "data"), "--initial-cluster",
             f"default={peer}", "--initial-advertise-peer-urls", peer, environment=_API)  # fmt: skip
    with serving(argv, answers, folder / "log", _API) as _:
        yield client


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    snapshots = root / "snapshots"
    snapshots.mkdir()

    def took(address: str, name: str) -> Path:
        done("etcdctl", "--endpoints", address, "snapshot", "save", str(snapshots / name), environment=_API)
        return snapshots / name

    with started(root / "server") as address:
        for number in range(20):
            done("etcdctl", "--endpoints", address, "put", f"key{number}", "x" * 200, environment=_API)
        took(address, "1.db")
        done("etcdctl", "--endpoints", address, "put", "more", "1", environment=_API)
        newest = took(address, "2.db")
        for beginning in ("key1", "key2"):
            done("etcdctl", "--endpoints", address, "del", beginning, "--prefix", environment=_API)
        took(address, "most.gone")
        done("etcdctl", "--endpoints", address, "del", "", "--prefix", environment=_API)
        took(address, "all.gone")

    def said(path: Path) -> Said:
        ended = run("etcdctl", "snapshot", "status", str(path), environment=_API)
        return Said(f"etcdctl snapshot status: {'a hash, ' if ended.stdout else ''}rc {ended.returncode}",
                    ended.returncode == 0)  # fmt: skip

    def flipped() -> Said:
        content = bytearray(newest.read_bytes())
        place = content.rindex(b"x" * 200)
        content[place + 100] ^= 0x01
        newest.write_bytes(content)
        return said(newest)

    def cut() -> Said:
        content = newest.read_bytes()
        newest.write_bytes(content[:-1000])
        return said(newest)

    def emptied() -> Said:
        """The job was pointed at a new cluster that nobody uses yet."""
        with started(root / "other") as address:
            done("etcdctl", "--endpoints", address, "put", "only", "1", environment=_API)
            found = said(took(address, "3.db"))
        os.utime(snapshots / "3.db")
        return found

    def next_one(kept: Path) -> Said:
        """The job goes on after what was done to the cluster."""
        kept.replace(snapshots / "3.db")
        os.utime(snapshots / "3.db")
        return said(snapshots / "3.db")

    def copied() -> Said:
        """The job copies the first snapshot again and again."""
        (snapshots / "3.db").write_bytes((snapshots / "1.db").read_bytes())
        return said(snapshots / "3.db")

    yield Lab(
        item={"kind": "etcd", "path": str(snapshots / "*.db")},
        state=lambda: tree(snapshots),
        breaks={
            "flipped": flipped,
            "cut": cut,
            "emptied": emptied,
            "copied": copied,
            "all-deleted": lambda: next_one(snapshots / "all.gone"),
            "most-deleted": lambda: next_one(snapshots / "most.gone"),
        },
    )
