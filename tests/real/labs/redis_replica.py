"""A folder to a Redis primary with a replica that holds everything."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import free_port, wait_until
from tests.real.lab import Lab, Said
from tests.real.redises import PROGRAMS, WORD, Redis, started

NEEDS: Final = PROGRAMS
_PATIENT: Final = ("--save", "", "--repl-timeout", "600")


def following(replica: Redis) -> bool:
    return replica.info("master_link_status", "replication") == "up"


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with (
        started(root / "primary", *_PATIENT) as primary,
        started(root / "replica", *_PATIENT, "--replicaof", "127.0.0.1", str(primary.port)) as replica,
    ):
        for server in (primary, replica):
            server.limit()
        primary.fill(1000)
        # The link may have been up before these came over.
        wait_until(lambda: following(replica) and replica.cli("DBSIZE") == primary.cli("DBSIZE"), "the replica")

        def said() -> Said:
            answer = replica.cli("GET", "key1")
            return Said(f"replica: PING PONG, GET key1 {answer or '(nil)'}", content=bool(answer))

        def cut() -> Said:
            """The address of the primary changed; the replica goes on serving what it has."""
            replica.cli("REPLICAOF", "127.0.0.1", str(free_port()))
            primary.fill(5000, "new")
            return said()

        def promoted() -> Said:
            replica.cli("REPLICAOF", "NO", "ONE")
            primary.fill(5000, "new")
            return said()

        def frozen() -> Said:
            os.kill(primary.process.pid, signal.SIGSTOP)
            status = replica.info("master_link_status", "replication")
            return Said(f"master_link_status:{status}", content=status == "up")

        yield Lab(
            item={
                "kind": "redis-replica", "host": "127.0.0.1", "port": replica.port, "primary-host": "127.0.0.1",
                "primary-port": primary.port, "user": "audit", "password": {"env": "LAB_REDIS_REPLICA"},
                "timeout": "6s",
            },
            state=lambda: {str(server.port): server.cli("DBSIZE") + server.cli("ACL", "LIST")
                           for server in (primary, replica)},
            breaks={"cut": cut, "promoted": promoted, "frozen": frozen},
            environment={"LAB_REDIS_REPLICA": WORD},
        )  # fmt: skip
