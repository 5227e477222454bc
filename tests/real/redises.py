"""A folder becomes a Redis server for as long as a test needs it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.real.children import free_port
from tests.real.daemons import done, end, run, serving

WORD: Final = "planted-redis-word"
PROGRAMS: Final = ("redis-server", "redis-cli", "redis-check-rdb")


@dataclass
class Redis:
    """One server on loopback; its default user needs no password and may do everything."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def cli(self, *words: str) -> str:
        return done("redis-cli", "-e", "-p", str(self.port), *words).strip()

    def info(self, name: str, section: str) -> str:
        """One value of INFO."""
        lines = self.cli("INFO", section).splitlines()
        return next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:")), "")

    def fill(self, count: int, name: str = "key") -> None:
        """So many keys, which also come to every replica."""
        self.cli("EVAL", f"for i = 1, {count} do redis.call('set', KEYS[1] .. i, i * 7919) end", "1", name)

    def limit(self) -> None:
        """A user for the audit that may ask and no more."""
        self.cli("ACL", "SETUSER", "audit", "on", f">{WORD}", "-@all", "+info", "+acl|whoami")

    def stop(self) -> None:
        end(self.process)


@contextmanager
def started(folder: Path, *more: str, port: int | None = None) -> Iterator[Redis]:
    folder.mkdir(exist_ok=True)
    port = port or free_port()
    argv = (
        "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--daemonize", "no",
        "--repl-diskless-sync-delay", "0", "--loglevel", "warning", "--enable-debug-command", "yes", *more,
    )  # fmt: skip

    def answers() -> bool:
        return run("redis-cli", "-p", str(port), "PING").stdout.strip() == "PONG"

    with serving(argv, answers, folder / "log") as process:
        yield Redis(folder, port, process)
