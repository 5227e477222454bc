"""A folder to a Redis primary with a replica, watched by a Sentinel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import wait_until
from tests.real.lab import Lab, Said
from tests.real.redises import PROGRAMS, WORD, Redis, started, watched

NEEDS: Final = (*PROGRAMS, "redis-sentinel")
GROUP: Final = "kodit"


def known(sentinel: Redis) -> bool:
    return "slave" in sentinel.cli("SENTINEL", "REPLICAS", GROUP)


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with (
        started(root / "primary", "--save", "") as primary,
        started(root / "replica", "--save", "", "--replicaof", "127.0.0.1", str(primary.port)) as replica,
    ):
        for server in (primary, replica):
            server.limit()
        wait_until(lambda: replica.info("master_link_status", "replication") == "up", "the replica")
        with watched(root / "sentinel", primary, GROUP) as sentinel:
            wait_until(lambda: known(sentinel), "the Sentinel")

            def said() -> Said:
                line = sentinel.cli("SENTINEL", "CKQUORUM", GROUP)
                return Said(f"ckquorum: {line}", content=line.startswith("OK"))

            def waiting() -> Said:
                """The replica starts anew and waits for its first data, which the primary does not hurry to send."""
                primary.cli("CONFIG", "SET", "repl-diskless-sync-delay", "60")
                replica.cli("REPLICAOF", "NO", "ONE")
                # Without the history of the primary it has to be given everything.
                replica.cli("SET", "mine", "1")
                primary.cli("DEBUG", "CHANGE-REPL-ID")
                replica.cli("REPLICAOF", "127.0.0.1", str(primary.port))
                wait_until(lambda: "wait_bgsave" in primary.info("slave0", "replication"), "the wait")
                found = said()
                count = primary.info("connected_slaves", "replication")
                return Said(f"{found.native}; connected_slaves:{count}", found.content and count == "1")

            def barred() -> Said:
                replica.cli("CONFIG", "SET", "replica-priority", "0")
                wait_until(lambda: "slave-priority\n0" in sentinel.cli("SENTINEL", "REPLICAS", GROUP), "the Sentinel")
                return said()

            yield Lab(
                item={
                    "kind": "sentinel", "host": "127.0.0.1", "port": sentinel.port, "group": GROUP, "user": "audit",
                    "password": {"env": "LAB_SENTINEL"},
                },
                state=lambda: {"roles": primary.cli("ROLE").split()[0] + replica.cli("ROLE").split()[0],
                               "settings": primary.cli("CONFIG", "GET", "replica*"),
                               "keys": primary.cli("DBSIZE") + replica.cli("DBSIZE")},
                breaks={"waiting": waiting, "barred": barred},
                role="failover",
                environment={"LAB_SENTINEL": WORD},
            )  # fmt: skip
