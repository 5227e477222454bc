"""A folder to a Redis primary with a replica, watched by three Sentinels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import wait_until
from tests.real.daemons import run
from tests.real.lab import Lab, Said
from tests.real.redises import WORD
from tests.real.sentinels import GROUP, group
from tests.real.sentinels import NEEDS as PROGRAMS

NEEDS: Final = PROGRAMS


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    # On a busy machine each of them is silent for some seconds now and then.
    with group(root, replicas=1, patience=120) as made:
        primary, replica = made.servers
        sentinel = made.sentinels[0]
        for one in made.sentinels:
            # One that stood still for two seconds holds back for thirty; Redis 6 knows no other time for it.
            run("redis-cli", "-p", str(one.port), "SENTINEL", "DEBUG", "tilt-trigger", "600000")

        def said() -> Said:
            # Where what is dead is to be found soon, one that is well is taken for it now and then.
            wait_until(lambda: made.quorum().startswith("OK 3 "), "the Sentinels")
            line = made.quorum()
            return Said(f"ckquorum: {line}", content=line.startswith("OK"))

        def rows() -> str:
            return sentinel.cli("SENTINEL", "REPLICAS", GROUP)

        def waiting() -> Said:
            """The replica starts anew and waits for its first data, which the primary does not hurry to send."""
            primary.cli("CONFIG", "SET", "repl-diskless-sync-delay", "60")
            replica.cli("REPLICAOF", "NO", "ONE")
            # Without the history of the primary it has to be given everything.
            replica.cli("SET", "mine", "1")
            primary.cli("DEBUG", "CHANGE-REPL-ID")
            replica.cli("REPLICAOF", "127.0.1.1", str(primary.port))
            wait_until(lambda: "wait_bgsave" in primary.info("slave0", "replication"), "the wait")
            found = said()
            count = primary.info("connected_slaves", "replication")
            return Said(f"{found.native}; connected_slaves:{count}", found.content and count == "1")

        def barred() -> Said:
            replica.cli("CONFIG", "SET", "replica-priority", "0")
            wait_until(lambda: "slave-priority\n0" in rows(), "the Sentinel")
            return said()

        def frozen() -> Said:
            made.hurry(5)
            made.freeze(replica)
            wait_until(lambda: "s_down" in rows(), "the Sentinel")
            return said()

        def switched() -> Said:
            """The primary was lost, the replica has taken over: there is nothing left to take over again."""
            made.hurry(5)
            made.kill(primary)
            wait_until(lambda: made.primary() is replica and "s_down" in rows(), "the switch")
            return said()

        def drifted() -> Said:
            """The replica may throw keys away where the primary keeps all of them."""
            replica.cli("CONFIG", "SET", "maxmemory", "100mb", "maxmemory-policy", "allkeys-lru")
            return said()

        def undecided() -> Said:
            """Two of three Sentinels are gone; the replica is as near as can be."""
            made.hurry(5)
            for other in made.sentinels[1:]:
                made.kill(other)
            wait_until(lambda: not made.quorum().startswith("OK"), "the Sentinel")
            line = primary.info("slave0", "replication").partition("state=")[2].partition(",")[0]
            return Said(f"INFO replication: slave0 state={line}", content=line == "online")

        def state() -> dict[str, str]:
            wait_until(made.calm, "a Sentinel that does not hold back")
            return {
                "roles": primary.cli("ROLE").split()[0] + replica.cli("ROLE").split()[0],
                "settings": primary.cli("CONFIG", "GET", "*replica*") + replica.cli("CONFIG", "GET", "*replica*"),
                "keys": primary.cli("DBSIZE") + replica.cli("DBSIZE"),
                "epoch": sentinel.cli("SENTINEL", "MASTER", GROUP).partition("config-epoch\n")[2].split("\n")[0],
            }

        yield Lab(
            item={
                "kind": "sentinel", "host": "127.0.1.2", "port": sentinel.port, "group": GROUP, "user": "audit",
                "password": {"env": "LAB_SENTINEL"}, "timeout": "6s",
            },
            state=state,
            breaks={"waiting": waiting, "barred": barred, "frozen": frozen, "switched": switched,
                    "undecided": undecided, "drifted": drifted},
            role="failover",
            environment={"LAB_SENTINEL": WORD},
        )  # fmt: skip
