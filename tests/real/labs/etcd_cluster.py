"""A folder to the three servers of an etcd, one a site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import wait_until
from tests.real.daemons import run
from tests.real.etcds import API, Etcd, started
from tests.real.lab import Lab, Said

NEEDS: Final = ("etcd", "etcdctl")
SITES: Final = ("daejeon/room-1", "busan", "gwangju")


def said(server: Etcd) -> Said:
    health = server.healthy()
    return Said(f"/health of {server.name}: {health}", content=health == "true")


def given(servers: tuple[Etcd, ...], wanted: Etcd) -> None:
    """Who leads is chance; what a server says of the loss of another one is not to depend on it."""
    number = wanted.number()

    def leads() -> bool:
        leader = int(wanted.status().get("leader", "0"))
        for server in servers:
            if leader != number and server.number() == leader:
                run("etcdctl", "--endpoints", server.url, "move-leader", f"{number:x}", environment=API)
        return leader == number

    wait_until(leads, "the leader")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with started(root / "etcd", 3) as servers:
        first, second, third = servers

        def stopped() -> Said:
            given(servers, first)
            third.stop()
            return said(first)

        def frozen() -> Said:
            given(servers, first)
            third.freeze()
            return said(first)

        def halved() -> Said:
            given(servers, first)
            second.stop()
            third.stop()
            wait_until(lambda: first.status().get("leader", "0") == "0", "the end of the majority")
            return said(first)

        def filled() -> Said:
            """An alarm that stays after the room is there again; nothing is written until somebody ends it."""
            number = second.number()
            body = f'{{"action": 1, "memberID": "{number}", "alarm": 1}}'
            first.post("/v3/maintenance/alarm", body)
            health = first.healthy()
            return Said(f"member list: {first.ctl('member', 'list').count('started')} started; /health: {health}",
                        content=health == "true")  # fmt: skip

        def removed() -> Said:
            """Two are left, of which neither may be lost."""
            given(servers, first)
            number = third.number()
            words = ("--endpoints", first.url, "member", "remove", f"{number:x}")
            # Nobody is removed before all have seen each other for five seconds.
            wait_until(lambda: run("etcdctl", *words, environment=API).returncode == 0, "the removal")
            third.stop()
            wait_until(lambda: first.healthy() == "true", "a leader of the two")
            return said(first)

        def state() -> dict[str, str]:
            """Without the count of elections: on a busy machine there is one more now and then."""
            told = first.ctl("get", "", "--prefix", "--write-out=fields").splitlines()
            keys = "\n".join(line for line in told if not line.startswith('"RaftTerm"'))
            return {"members": first.ctl("member", "list"), "keys": keys}

        try:
            yield Lab(
                item={
                    "kind": "etcd", "urls": [server.url for server in servers],
                    "members": [{"name": server.name, "at": site}
                                for server, site in zip(servers, SITES, strict=True)],
                },
                state=state,
                breaks={"stopped": stopped, "frozen": frozen, "halved": halved, "filled": filled, "removed": removed},
                role="failover",
            )  # fmt: skip
        finally:
            for server in servers:
                server.thaw()
