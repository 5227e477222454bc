"""A folder to a Redis server with the RDB files that were taken off it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.daemons import run
from tests.real.lab import Lab, Said, tree
from tests.real.redises import PROGRAMS, WORD, started

NEEDS: Final = PROGRAMS


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    taken = root / "taken"
    taken.mkdir()
    with started(root / "server", "--save", "") as server:
        server.limit()
        for number in range(1, 3):
            server.fill(2000 * number)
            server.cli("SAVE")
            # Whole seconds are all that the head of a file has.
            time.sleep(1.1)
            shutil.copy(server.folder / "dump.rdb", taken / f"{number}.rdb")
        newest = taken / "2.rdb"

        def said() -> Said:
            """The server is asked whether its saves went well, as monitoring does."""
            status = server.info("rdb_last_bgsave_status", "persistence")
            return Said(f"rdb_last_bgsave_status:{status}, {newest.name} is there", content=status == "ok")

        def flipped() -> Said:
            content = bytearray(newest.read_bytes())
            content[len(content) // 2] ^= 0xFF
            newest.write_bytes(content)
            return said()

        def cut() -> Said:
            newest.write_bytes(newest.read_bytes()[:-2000])
            return said()

        def touched() -> Said:
            """The job copies the same old file each night: only its own head tells when it was saved."""
            newest.unlink()
            old = taken / "1.rdb"
            content = old.read_bytes()
            # The head holds the time of the save, four bytes behind its name, which the checksum at the end covers.
            place = content.index(b"\x05ctime\xc2") + 7
            saved = int(time.time() - 3 * 86400).to_bytes(4, "little")
            old.write_bytes(content[:place] + saved + content[place + 4 : -8] + bytes(8))
            os.utime(old)
            checked = run("redis-check-rdb", str(old))
            return Said(f"ls: 1.rdb of today; redis-check-rdb: rc {checked.returncode}", checked.returncode == 0)

        yield Lab(
            item={
                "kind": "redis", "host": "127.0.0.1", "port": server.port, "user": "audit",
                "password": {"env": "LAB_REDIS"}, "rdb": str(taken / "*.rdb"),
            },
            state=lambda: {**tree(taken), "saves": server.info("rdb_saves", "persistence"),
                           "keys": server.cli("DBSIZE")},
            breaks={"flipped": flipped, "cut": cut, "touched": touched},
            environment={"LAB_REDIS": WORD},
        )  # fmt: skip
