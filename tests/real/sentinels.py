"""A folder becomes a Redis primary with replicas, watched by three Sentinels, for as long as a test needs them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.real.children import free_port, wait_until
from tests.real.daemons import end, run, serving
from tests.real.redises import PROGRAMS, Redis, started

NEEDS: Final = (*PROGRAMS, "redis-sentinel")
GROUP: Final = "kodit"


@dataclass(frozen=True)
class Group:
    """Servers and Sentinels, each at a loopback address of its own: `127.0.1.1` is that of the first server.

    The Sentinels stand at `127.0.1.2`, `127.0.2.2`, `127.0.3.2`. Commands reach all of them at 127.0.0.1 as well.
    """

    servers: tuple[Redis, ...]
    """The one that was the primary first."""
    sentinels: tuple[Redis, ...]
    name: str = GROUP

    @property
    def addresses(self) -> tuple[str, ...]:
        """`host:port` of each server, as the Sentinels call it."""
        return tuple(f"127.0.{number}.1:{server.port}" for number, server in enumerate(self.servers, 1))

    @property
    def doors(self) -> tuple[tuple[str, int], ...]:
        """Host and port of each Sentinel, as the others call it."""
        return tuple((f"127.0.{number}.2", one.port) for number, one in enumerate(self.sentinels, 1))

    def primary(self, asked: int = 0) -> Redis:
        """The server that a Sentinel calls the primary."""
        lines = self.sentinels[asked].cli("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.name).splitlines()
        return next(server for server in self.servers if str(server.port) == lines[1])

    def replicas(self, asked: int = 0) -> tuple[Redis, ...]:
        first = self.primary(asked)
        return tuple(server for server in self.servers if server is not first)

    def quorum(self, asked: int = 0) -> str:
        """What `ckquorum` says."""
        ended = run("redis-cli", "-p", str(self.sentinels[asked].port), "SENTINEL", "CKQUORUM", self.name)
        return (ended.stdout or ended.stderr).strip()

    def kill(self, server: Redis) -> None:
        """Ended at once, as by a loss of power."""
        server.process.kill()
        server.process.wait(15)

    def stop(self, server: Redis) -> None:
        end(server.process)

    def hurry(self, patience: float) -> None:
        """Let every Sentinel call dead what is silent for so many seconds."""
        for one in self.sentinels:
            one.cli("SENTINEL", "SET", self.name, "down-after-milliseconds", str(int(patience * 1000)))

    def freeze(self, server: Redis) -> None:
        server.process.send_signal(signal.SIGSTOP)

    def thaw(self, server: Redis) -> None:
        server.process.send_signal(signal.SIGCONT)

    def settled(self, replicas: int | None = None) -> bool:
        """Whether every Sentinel that runs knows the others and one primary, with as many replicas that follow it."""
        count = len(self.servers) - 1 if replicas is None else replicas
        alive = [number for number, one in enumerate(self.sentinels) if one.process.poll() is None]
        first = self.primary(alive[0])
        for number in alive:
            if self.primary(number) is not first or self._following(number) < count:
                return False
        lines = first.cli("INFO", "replication").splitlines()
        online = sum("state=online" in line for line in lines if line.startswith("slave"))
        return online >= count and self.quorum(alive[0]).startswith(f"OK {len(alive)} ")

    def calm(self, asked: int = 0) -> bool:
        """Whether a Sentinel does not hold back, as each does for 30 seconds after it stood still for two."""
        return self.sentinels[asked].info("sentinel_tilt", "sentinel") == "0"

    def _following(self, asked: int) -> int:
        """How many replicas a Sentinel hears that follow their primary; none while it is switching."""
        sentinel = self.sentinels[asked]
        if "failover_in_progress" in sentinel.cli("SENTINEL", "MASTER", self.name):
            return 0
        found = sentinel.cli("SENTINEL", "REPLICAS", self.name)
        # A Sentinel that takes up a new primary begins anew with each replica.
        return sum("flags\nslave\n" in one and "master-link-status\nok" in one for one in found.split("name\n"))


@contextmanager
def group(root: Path, *, replicas: int = 2, patience: float = 10.0) -> Iterator[Group]:
    """A group that is settled; a primary that is silent for `patience` seconds is switched away from."""
    with ExitStack() as stack:
        servers: list[Redis] = []
        for number in range(1, replicas + 2):
            place = f"127.0.{number}.1"
            follows = ("--replicaof", f"127.0.1.1 {servers[0].port}") if servers else ()
            more = (
                "--save", "", "--bind", place, "127.0.0.1", "--replica-announce-ip", place, "--repl-timeout", "600",
                "--min-replicas-max-lag", "60", *follows,
            )  # fmt: skip
            server = stack.enter_context(started(root / f"server-{number}", *more))
            server.limit()
            server.cli("ACL", "SETUSER", "audit", "+config|get", "+ping")
            servers.append(server)
        sentinels = [
            stack.enter_context(_sentinel(root / f"sentinel-{number}", number, servers[0], patience))
            for number in (1, 2, 3)
        ]
        made = Group(tuple(servers), tuple(sentinels))
        wait_until(made.settled, "the group")
        yield made


@contextmanager
def _sentinel(folder: Path, number: int, primary: Redis, patience: float) -> Iterator[Redis]:
    folder.mkdir(exist_ok=True)
    port, place, silence = free_port(), f"127.0.{number}.2", int(patience * 1000)
    settings = folder / "sentinel.conf"
    settings.write_text(
        f"port {port}\nbind {place} 127.0.0.1\ndir {folder}\nprotected-mode no\nsentinel announce-ip {place}\n"
        f"sentinel announce-port {port}\nsentinel monitor {GROUP} 127.0.1.1 {primary.port} 2\n"
        f"sentinel down-after-milliseconds {GROUP} {silence}\nsentinel failover-timeout {GROUP} 10000\n"
    )

    def answers() -> bool:
        return run("redis-cli", "-p", str(port), "PING").stdout.strip() == "PONG"

    with serving(("redis-server", str(settings), "--sentinel"), answers, folder / "log") as process:
        yield Redis(folder, port, process)
