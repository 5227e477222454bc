"""A folder to a Redis server that saves itself, as the only backup that there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from tests.real.lab import Lab, Said, tree
from tests.real.redises import PROGRAMS, WORD, Redis, started

NEEDS: Final = PROGRAMS
_ASKED: Final = ("rdb_last_bgsave_status", "aof_last_write_status")


def said(server: Redis) -> Said:
    """What INFO says of the saves, with the time of the last one where it is not old."""
    words = {name: server.info(name, "persistence") for name in _ASKED}
    there = int(server.info("rdb_last_save_time", "persistence")) > 0
    line = ", ".join(f"{name}:{value}" for name, value in words.items())
    return Said(line + ", rdb_last_save_time: of today", content=there and set(words.values()) == {"ok"})


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with ExitStack() as stack:
        folder = root / "server"
        server = stack.enter_context(started(folder, "--save", "", "--appendonly", "yes"))
        server.limit()
        server.cli("SET", "ledger", "1")

        def fresh() -> Said:
            """The server was set up anew, its settings forgotten: it keeps everything in memory, nothing on disk."""
            server.stop()
            for path in sorted(folder.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            anew = stack.enter_context(started(folder, "--save", "", port=server.port))
            anew.limit()
            anew.cli("SET", "ledger", "1")
            return said(anew)

        def off() -> Said:
            server.cli("CONFIG", "SET", "appendonly", "no")
            server.cli("SET", "ledger", "2")
            return said(server)

        yield Lab(
            item={
                "kind": "redis", "host": "127.0.0.1", "port": server.port, "user": "audit",
                "password": {"env": "LAB_REDIS_SERVER"},
            },
            state=lambda: {name: what for name, what in tree(folder).items() if name != "log"},
            breaks={"fresh": fresh, "off": off},
            environment={"LAB_REDIS_SERVER": WORD},
        )  # fmt: skip
