"""A folder with server blocks to an nginx on one loopback address that can be given others, or stopped."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.real.daemons import run, serving
from tests.real.lab import Said
from tests.real.webs import NGINX


@dataclass
class Site:
    """One address of one site."""

    folder: Path
    address: str
    port: int
    started: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def serve(self, servers: str) -> None:
        """Answer by these server blocks from now on."""
        self.stop()
        settings = self.folder / "nginx.conf"
        settings.write_text(NGINX.format(folder=self.folder, servers=servers))
        argv = ("nginx", "-p", str(self.folder), "-c", str(settings), "-e", "stderr")
        self.started.enter_context(serving(argv, self.answers, self.folder / "output"))

    def stop(self) -> None:
        self.started.close()

    def answers(self) -> bool:
        with socket.socket() as channel:
            return channel.connect_ex((self.address, self.port)) == 0


def asked(url: str, site: Site, *more: str) -> Said:
    """What curl says of a page at one site, as somebody who wants it to work asks: trusting, following."""
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    place = f"{host}:{site.port}:{site.address}"
    ended = run("curl", "-skL", "-m", "120", "--resolve", place, "-o", "/dev/null", "-w", "%{http_code}", *more, url)
    word = f"curl -kL: {ended.stdout.strip()}" if ended.returncode == 0 else f"curl: exit {ended.returncode}"
    return Said(word, content=ended.returncode == 0 and ended.stdout.startswith("2"))
