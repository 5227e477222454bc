"""A folder becomes the servers of one etcd, on loopback, for as long as a test needs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.real.children import free_port, wait_until
from tests.real.daemons import done, end, run, serving

API: Final[Mapping[str, str]] = {"ETCDCTL_API": "3"}
_QUICK: Final = ("--heartbeat-interval", "200", "--election-timeout", "3000", "--log-level", "error")


@dataclass(frozen=True)
class Etcd:
    """One server."""

    name: str
    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        end(self.process)

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGCONT)

    def ctl(self, *words: str) -> str:
        return done("etcdctl", "--endpoints", self.url, "--command-timeout=60s", *words, environment=API).strip()

    def sound(self) -> bool:
        words = ("etcdctl", "--endpoints", self.url, "--command-timeout=5s", "endpoint", "health")
        return run(*words, environment=API).returncode == 0

    def healthy(self) -> str:
        """What /health says."""
        try:
            with urlopen(f"{self.url}/health", timeout=300) as answer:
                return str(json.load(answer)["health"])
        except HTTPError as status:
            return str(json.load(status).get("health"))
        except (URLError, TimeoutError):
            return "no answer"

    def post(self, path: str, body: str = "{}") -> Mapping[str, Any]:
        """What the gateway answers."""
        request = Request(f"{self.url}{path}", body.encode(), {"content-type": "application/json"})
        with urlopen(request, timeout=300) as answer:
            found: Mapping[str, Any] = json.load(answer)
            return found

    def status(self) -> Mapping[str, Any]:
        return self.post("/v3/maintenance/status")

    def number(self) -> int:
        """Under which the others know it."""
        return int(self.status()["header"]["member_id"])


@contextmanager
def started(folder: Path, count: int, *more: str) -> Iterator[tuple[Etcd, ...]]:
    """So many servers that know each other: e1, e2, ..."""
    folder.mkdir(exist_ok=True)
    names = tuple(f"e{number}" for number in range(1, count + 1))
    clients = {name: f"http://127.0.0.1:{free_port()}" for name in names}
    peers = {name: f"http://127.0.0.1:{free_port()}" for name in names}
    group = ",".join(f"{name}={peer}" for name, peer in peers.items())
    with ExitStack() as stack:
        servers = []
        for name in names:
            argv = (
                "etcd", "--name", name, "--data-dir", str(folder / name),
                "--listen-client-urls", clients[name], "--advertise-client-urls", clients[name],
                "--listen-peer-urls", peers[name], "--initial-advertise-peer-urls", peers[name],
                "--initial-cluster", group, *_QUICK, *more,
            )  # fmt: skip
            process = stack.enter_context(serving(argv, lambda: True, folder / f"{name}.log", API))
            servers.append(Etcd(name, clients[name], process))
        for server in servers:
            wait_until(server.sound, server.name)
        yield tuple(servers)
