"""A folder to two routers that share an address by VRRP, each in a network of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.real.children import free_port, wait_until
from tests.real.daemons import done, end, run, serving
from tests.real.lab import Lab, Said
from tests.real.labs.snmp_ups import WORD

NEEDS: Final = ("keepalived", "snmpd", "snmpget", "unshare", "nsenter", "ip")
INSTANCE: Final = "loans"
TIED: Final = ("--", "setpriv", "--pdeathsig", "TERM", "--")
"""Who enters a namespace loses the tie to the tests: it is made anew inside."""
SHARED: Final = "10.99.0.100"
STATE: Final = ".1.3.6.1.4.1.9586.100.5.2.3.1.4.1"


@dataclass
class Node:
    """One router in its namespace."""

    name: str
    number: int
    folder: Path
    holder: subprocess.Popen[bytes]
    """What keeps the namespace there."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def owner(self) -> tuple[str, ...]:
        """Words before a command that make its user, whoever that is, the owner of both networks."""
        return ("nsenter", "-t", str(self.holder.pid), "-U", "--preserve-credentials")

    @property
    def inside(self) -> tuple[str, ...]:
        """Words before a command that let it run in the namespace."""
        return (*self.owner, "-n", *TIED)

    @property
    def written(self) -> Path:
        """Where keepalived writes its state."""
        return self.folder / "kept" / "keepalived.json"

    def ip(self, *words: str) -> str:
        return done(*self.inside, "ip", *words)

    def holds(self) -> bool:
        return SHARED in self.ip("-o", "addr", "show", "dev", "v0")

    def told(self, file: Path) -> None:
        """Its state, as a job of the institution fetches it."""
        assert self.process is not None
        self.written.unlink(missing_ok=True)
        os.kill(self.process.pid, int(done("keepalived", "--signum=JSON")))
        wait_until(self.whole, "keepalived.json")
        shutil.copy2(self.written, file)

    def whole(self) -> bool:
        """Whether all of its state is written."""
        try:
            return bool(json.loads(self.written.read_text()))
        except (FileNotFoundError, ValueError):
            return False


@contextmanager
def namespace(folder: Path, name: str, number: int, *words: str) -> Iterator[Node]:
    """A network of its own; `words` come before `unshare`, or say what else is to be of its own."""
    folder.mkdir()
    (folder / "kept").mkdir()
    mark = folder / "there"
    argv = (*words, *TIED, "sh", "-c", f"touch {mark} && exec sleep 3600")
    with serving(argv, mark.exists, folder / "log") as holder:
        yield Node(name, number, folder, holder)


def settings(node: Node, other: int, door: Path, patience: int) -> None:
    """Written for the node: it takes over once so many words of the master, one a second, did not come."""
    (node.folder / "keepalived.conf").write_text(
        f"global_defs {{\n  router_id {node.name}\n  snmp_socket unix:{door}\n  enable_snmp_vrrp\n"
        f"  vrrp_garp_master_delay 1\n}}\n"
        f"vrrp_instance {INSTANCE} {{\n  state BACKUP\n  interface v0\n  virtual_router_id 51\n"
        f"  priority {150 - 50 * node.number}\n  advert_int 1\n  down_timer_adverts {patience}\n  nopreempt\n"
        f"  unicast_src_ip 10.99.0.{node.number}\n"
        f"  unicast_peer {{ 10.99.0.{other} }}\n  virtual_ipaddress {{ {SHARED}/24 }}\n"
        "  track_interface { w0 }\n}\n"
    )


@contextmanager
def routing(node: Node, other: int, door: Path, patience: int) -> Iterator[None]:
    settings(node, other, door, patience)
    argv = (
        *node.inside, "keepalived", "-n", "-l", "-f", str(node.folder / "keepalived.conf"), "-p",
        str(node.folder / "pid"),
        "-r", str(node.folder / "vrrp"),
    )  # fmt: skip
    # It writes its state into the folder for temporary files.
    place = {"TMPDIR": str(node.folder / "kept")}
    with serving(argv, (node.folder / "vrrp").exists, node.folder / "keepalived.log", place) as process:
        node.process = process
        yield


@contextmanager
def agent(folder: Path, port: int, door: Path) -> Iterator[None]:
    """An SNMP agent that keepalived tells its state at a socket."""
    settings = folder / "snmpd.conf"
    settings.write_text(
        f"agentaddress udp:127.0.0.1:{port}\nrocommunity {WORD} 127.0.0.1\nmaster agentx\nagentXSocket unix:{door}\n"
    )
    argv = ("snmpd", "-f", "-Lo", "-C", "-c", str(settings), "-p", str(folder / "snmpd.pid"), "-I", "-smux")
    environment = {"SNMP_PERSISTENT_DIR": str(folder / "kept"), "MIBS": ""}
    with serving(argv, door.exists, folder / "snmpd.log", environment):
        yield


@contextmanager
def routers() -> Iterator[tuple[Node, Node, int]]:
    """Two of them, the first of which is master, with the port of the agent of the second."""
    if run("unshare", "-Urn", "true").returncode != 0:
        pytest.skip("this user may not make networks")
    folder = Path(tempfile.mkdtemp(prefix="haechi-vrrp-"))
    port = free_port()
    door = folder / "agentx"
    try:
        with ExitStack() as stack:
            first = stack.enter_context(namespace(folder / "1", "daejeon", 1, "unshare", "-Urn"))
            second = stack.enter_context(namespace(folder / "2", "busan", 2, *first.owner, "--", "unshare", "-n"))
            first.ip("link", "add", "v0", "type", "veth", "peer", "name", "v0", "netns", str(second.holder.pid))
            for node in (first, second):
                node.ip("addr", "add", f"10.99.0.{node.number}/24", "dev", "v0")
                node.ip("link", "add", "w0", "type", "veth", "peer", "name", "w1")
                for link in ("lo", "v0", "w0", "w1"):
                    node.ip("link", "set", link, "up")
            stack.enter_context(agent(second.folder, port, door))
            stack.enter_context(routing(first, 2, door.with_name("none"), 3))
            wait_until(first.holds, "the master")
            # The master of a busy machine is silent for some seconds now and then.
            stack.enter_context(routing(second, 1, door, 100))
            wait_until(lambda: state_by_snmp(port).endswith(": 1"), "the backup")
            yield first, second, port
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def state_by_snmp(port: int) -> str:
    words = ("snmpget", "-v2c", "-c", WORD, "-On", "-t", "1", "-r", "0", f"127.0.0.1:{port}", STATE)
    ended = run(*words, environment={"MIBS": ""})
    return (ended.stdout or ended.stderr).strip()


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with routers() as (first, second, port):
        file = root / "daejeon.json"
        first.told(file)

        def said() -> Said:
            first.told(file)
            found = file.read_text().split('"state":')[1].split(",")[0]
            return Said(f'keepalived.json of the first node: "state":{found}', content=found == "2")

        def split() -> Said:
            """The nodes do not hear each other any more: each sends to a machine that is not there."""
            for node, other in ((first, 2), (second, 1)):
                lost = ("lladdr", "02:00:00:00:00:99", "dev", "v0", "nud", "permanent")
                node.ip("neigh", "replace", f"10.99.0.{other}", *lost)
            assert second.process is not None
            settings(second, 1, second.folder.parent / "agentx", 3)
            second.process.send_signal(signal.SIGHUP)
            wait_until(second.holds, "the second master")
            wait_until(lambda: state_by_snmp(port).endswith(": 2"), "the agent")
            return said()

        def fault() -> Said:
            """The standby lost its line to the outside, which keepalived watches."""
            second.ip("link", "set", "w1", "down")
            wait_until(lambda: state_by_snmp(port).endswith(": 3"), "the agent")
            return said()

        def ended() -> Said:
            assert second.process is not None
            end(second.process)
            return said()

        def forgotten() -> Said:
            """The job that fetches the state has not run for two hours; the node may be ashes."""
            before = time.time() - 7200
            os.utime(file, (before, before))
            return Said('keepalived.json of the first node: "state":2', content=True)

        yield Lab(
            item={
                "kind": "keepalived", "instance": INSTANCE, "max-age": "1h", "timeout": "6s",
                "nodes": [{"name": first.name, "file": str(file)},
                          {"name": second.name, "agent": {"host": "127.0.0.1", "port": port,
                                                          "community": {"env": "LAB_VRRP"}}}],
            },
            state=lambda: {node.name: f"{node.holds()} {node.written.stat().st_mtime_ns if node is first else ''}"
                           for node in (first, second)},
            breaks={"split": split, "fault": fault, "ended": ended, "forgotten": forgotten},
            role="failover",
            environment={"LAB_VRRP": WORD},
        )  # fmt: skip
