"""A folder to an HAProxy with three web servers behind it, one of them its standby."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import anyio

from audit.world.local import LocalHand
from tests.real.children import free_port, wait_until
from tests.real.daemons import end, run, serving
from tests.real.lab import Lab, Said
from tests.world.hands import LONG

NEEDS: Final = ("haproxy", "curl")
CHECKED: Final = "check inter 300ms rise 1 fall 3"
PAGE: Final = "http://127.0.0.1"


def settings(folder: Path, page: int, servers: str, patience: int) -> str:
    """Its sockets lie in a folder of a short name: an address of a socket holds no long one."""
    return f"""
global
  stats socket {folder}/audit.sock mode 600 level user
  stats socket {folder}/admin.sock mode 600 level admin
  hard-stop-after 1s
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
  timeout check {patience}s
listen statistics
  bind 127.0.0.1:{page}
  stats enable
  stats uri /s
frontend loans
  bind unix@{folder}/front.sock
  default_backend app
backend app
  option httpchk HEAD /
{servers}
"""


@contextmanager
def website(folder: Path, host: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A web server at an address of loopback, with its port."""
    folder.mkdir()
    port = free_port()
    argv = (sys.executable, "-m", "http.server", str(port), "--bind", host)

    def answers() -> bool:
        return run("curl", "-s", "-o", "/dev/null", f"http://{host}:{port}/").returncode == 0

    with serving(argv, answers, folder / "log") as process:
        yield port, process


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    page = free_port()
    hosts = {"daejeon1": "127.0.1.1", "daejeon2": "127.0.1.2", "busan1": "127.0.2.1"}
    with ExitStack() as stack:
        sites = {name: stack.enter_context(website(root / name, host)) for name, host in hosts.items()}
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haechi-haproxy-")))
        file = folder / "haproxy.cfg"

        def written(how: str, patience: int) -> str:
            lines = [f"  server {name} {hosts[name]}:{port} {how}" for name, (port, _) in sites.items()]
            return settings(folder, page, "\n".join((*lines[:2], lines[2] + " backup")), patience)

        def told(line: str, door: str = "admin.sock") -> str:
            return anyio.run(LocalHand(folder).talk, door, (line,), LONG)

        def status(name: str) -> str:
            rows = [row.split(",") for row in told("show stat app 6 -1").splitlines()[1:] if row]
            return next(row[17] for row in rows if row[1] == name)

        def counted(word: str) -> bool:
            return run("curl", "-s", f"{PAGE}:{page}/s;csv").stdout.count(f",{word},") == 3

        def shown() -> dict[str, str]:
            """Without the columns that are clocks or the results of checks."""
            rows = (line.split(" ") for line in told("show servers state app").splitlines()[2:] if line)
            return {row[3]: " ".join((*row[:9], row[18])) for row in rows} | {"environment": told("show env")}

        def said() -> Said:
            line = status("BACKEND")
            return Said(f"show stat: app,BACKEND,{line}", content=line == "UP")

        def drained() -> Said:
            told("set server app/busan1 state drain")
            told("set server app/daejeon2 state maint")
            return said()

        def frozen() -> Said:
            """The standby and one of the two take connections, and answer nothing."""
            first.close()
            started(CHECKED, 2)
            for name in ("busan1", "daejeon2"):
                sites[name][1].send_signal(signal.SIGSTOP)
            wait_until(lambda: {status("busan1"), status("daejeon2")} == {"DOWN"}, "the check")
            return said()

        def dead() -> Said:
            for name in ("busan1", "daejeon2"):
                end(sites[name][1])
            wait_until(lambda: {status("busan1"), status("daejeon2")} == {"DOWN"}, "the check")
            return said()

        first = ExitStack()
        stack.callback(first.close)

        def started(how: str, patience: int = 60) -> subprocess.Popen[bytes]:
            """On a busy machine a server that is well lets a check wait for some seconds now and then."""
            file.write_text(written(how, patience))
            argv = ("haproxy", "-db", "-f", str(file))
            word = "L7OK" if how else "no check"
            return first.enter_context(serving(argv, lambda: counted(word), folder / "log"))

        process = started(CHECKED)

        def unchecked() -> Said:
            """Somebody took the checks out; the standby is dead."""
            first.close()
            started("")
            end(sites["busan1"][1])
            return said()

        def doubled() -> Said:
            """Whoever wrote the servers down copied a line: three names, one server."""
            first.close()
            for name in ("daejeon2", "busan1"):
                hosts[name], sites[name] = hosts["daejeon1"], sites["daejeon1"]
            started(CHECKED)
            return said()

        def silent() -> Said:
            process.send_signal(signal.SIGSTOP)
            return Said("the socket takes connections", content=True)

        yield Lab(
            item={"kind": "haproxy", "socket": str(folder / "audit.sock"), "backend": "app", "timeout": "6s"},
            state=shown,
            breaks={"drained": drained, "frozen": frozen, "dead": dead, "unchecked": unchecked, "silent": silent,
                    "doubled": doubled},
            role="failover",
        )  # fmt: skip
