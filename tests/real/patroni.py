"""A folder becomes a PostgreSQL cluster of two that Patroni switches over, with its etcd, for as long as needed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.programs import find
from tests.real.children import PATIENCE, free_port, tied, wait_until
from tests.real.daemons import plainly
from tests.real.etcds import Etcd, started

NEEDS: Final = ("patroni", "postgres", "etcd", "etcdctl")
SCOPE: Final = "kibo"
WORD: Final = "planted-patroni-word"
_QUICK: Final = {"loop_wait": 2, "retry_timeout": 10, "maximum_lag_on_failover": 1048576}


@dataclass
class Node:
    """One member: a Patroni with the PostgreSQL that it keeps."""

    name: str
    folder: Path
    settings: Path
    api: int
    port: int
    process: subprocess.Popen[bytes] | None = None
    authority: str | None = None
    """The file with what its API is to be trusted by; it speaks without TLS where there is none."""

    @property
    def url(self) -> str:
        return f"{'https' if self.authority else 'http'}://127.0.0.1:{self.api}"

    def start(self) -> None:
        program = find("patroni")
        assert program is not None
        with (self.folder.parent / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*tied("postgres"), str(program), str(self.settings)], env=plainly(), cwd=self.folder.parent,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def ask(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """What its REST API answers, whatever the status; a text where it is no JSON."""
        content = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/{path}", content, {"content-type": "application/json"}, method=method)
        try:
            trust = ssl.create_default_context(cafile=self.authority) if self.authority else None
            with urlopen(request, timeout=PATIENCE, context=trust) as answer:
                text = answer.read()
        except HTTPError as status:
            text = status.read()
        try:
            return json.loads(text)
        except ValueError:
            return text.decode()

    def alive(self) -> bool:
        with suppress(URLError, TimeoutError, ConnectionError):
            self.ask("patroni")
            return True
        return False

    def postmaster(self) -> int | None:
        """The process of PostgreSQL; None where none runs."""
        with suppress(OSError, ValueError, IndexError):
            number = int((self.folder / "postmaster.pid").read_text().splitlines()[0])
            if str(self.folder) in Path(f"/proc/{number}/cmdline").read_text():
                return number
        return None

    def signal(self, word: signal.Signals) -> None:
        """To Patroni, to PostgreSQL, to all of its processes."""
        server = self.postmaster()
        children = () if server is None else _children(server)
        for number in (None if self.process is None else self.process.pid, server, *children):
            with suppress(ProcessLookupError):
                if number is not None:
                    os.kill(number, word)

    def freeze(self) -> None:
        """As a machine that stands still: nothing of it moves, its connections stay."""
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def kill(self) -> None:
        """As a machine that lost its power."""
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait(PATIENCE)
            self.process = None

    def stop(self) -> None:
        """In order: Patroni ends its PostgreSQL, gives the lead away."""
        self.thaw()
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        self.kill()


@dataclass(frozen=True)
class Pair:
    """Two members with the etcd in which they agree who leads."""

    folder: Path
    nodes: tuple[Node, Node]
    etcd: tuple[Etcd, ...]
    scope: str = SCOPE
    named: Mapping[str, Node] = field(default_factory=dict)

    @property
    def urls(self) -> tuple[str, ...]:
        """The REST API of each member."""
        return tuple(node.url for node in self.nodes)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(node.name for node in self.nodes)

    @property
    def etcd_urls(self) -> tuple[str, ...]:
        return tuple(server.url for server in self.etcd)

    def dsn(self, user: str = "postgres", attributes: str = "read-write") -> str:
        """For whoever leads; `attributes` is what libpq calls `target_session_attrs`."""
        ports = ",".join(str(node.port) for node in self.nodes)
        return (
            f"host={','.join('127.0.0.1' for _ in self.nodes)} port={ports} user={user} dbname=postgres "
            f"password={WORD} connect_timeout=3 target_session_attrs={attributes}"
        )

    def members(self) -> dict[str, Mapping[str, Any]]:
        """What the first that answers says of each, by name."""
        for node in self.nodes:
            with suppress(URLError, TimeoutError, ConnectionError):
                return {one["name"]: one for one in node.ask("cluster")["members"]}
        return {}

    def leader(self) -> Node:
        """Who leads now; waits until somebody does."""
        found: list[Node] = []

        def there() -> bool:
            names = [name for name, one in self.members().items() if one["role"] in ("leader", "primary", "master")]
            found.extend(self.named[name] for name in names)
            return bool(found)

        wait_until(there, "a leader")
        return found[-1]

    def follower(self) -> Node:
        lead = self.leader()
        return next(node for node in self.nodes if node is not lead)

    def leads(self) -> bool:
        """Whether a server takes writes."""
        return any(node.ask("patroni").get("role") in ("primary", "master") for node in self.nodes if node.alive())

    def whole(self) -> bool:
        """One leads, the other follows it with all that there is."""
        told = self.members().values()
        states = sorted((str(one["role"]), str(one["state"])) for one in told)
        follows = states and states[-1][0] == "replica" and states[-1][1] in ("running", "streaming")
        leads = states and states[0] in (("leader", "running"), ("primary", "running"), ("master", "running"))
        return bool(len(states) == 2 and leads and follows) and all(one.get("lag", 0) == 0 for one in told)

    def streams(self) -> bool:
        told = self.leader().ask("patroni").get("replication") or [{}]
        return self.whole() and any(one.get("state") == "streaming" for one in told)

    def settle(self) -> None:
        wait_until(self.streams, "both members")

    def configure(self, **settings: Any) -> None:
        """Change what is kept for the whole cluster, by one of them."""
        self.leader().ask("config", "PATCH", settings)

    def pause(self) -> None:
        """Let it switch nothing by itself; both know it afterwards."""
        self.configure(pause=True)
        wait_until(lambda: all(node.ask("patroni").get("pause") for node in self.nodes), "the pause")

    def resume(self) -> None:
        self.configure(pause=None)
        wait_until(lambda: not any(node.ask("patroni").get("pause") for node in self.nodes), "the end of the pause")

    def switch(self) -> Any:
        """Let the other lead, by the tool's own request; what it answers."""
        lead, other = self.leader(), self.follower()
        return lead.ask("switchover", "POST", {"leader": lead.name, "candidate": other.name})

    def sql(self, text: str, node: Node | None = None) -> str:
        """The answer of the leader, or of the one named, to one statement."""
        program = find("psql")
        assert program is not None
        where = self.dsn() if node is None else f"host=127.0.0.1 port={node.port} user=postgres dbname=postgres"
        ended = subprocess.run(
            [str(program), "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", text, where],
            env={**plainly(), "PGPASSWORD": WORD}, cwd="/", capture_output=True, text=True, timeout=PATIENCE,
            check=False,
        )  # fmt: skip
        if ended.returncode != 0:
            raise RuntimeError(f"psql: {ended.stderr.strip()[-2000:]}")
        return ended.stdout.strip()


@contextmanager
def pair(
    root: Path, voters: int = 1, api: Mapping[str, str] = MappingProxyType({}), *, lease: int = 30, **tags: Any
) -> Iterator[Pair]:
    """`root` holds the etcd; PostgreSQL stands in a folder of its own, as pytest's is closed to the user `postgres`.

    `api` are more settings of the REST API, files with keys among them.
    """
    programs = find("postgres")
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="haechi-patroni-"))
    folder.chmod(0o755)
    try:
        with started(root / "etcd", voters) as etcd:
            nodes = tuple(
                Node(name, folder / name, folder / f"{name}.yml", free_port(), free_port(), None, api.get("cafile"))
                for name in ("node1", "node2")
            )
            for node in nodes:
                settings = _settings(node, programs.resolve().parent, [server.url for server in etcd], lease, tags)
                settings["restapi"] |= {name: _opened(folder, file) for name, file in api.items()}
                # JSON is YAML too.
                node.settings.write_text(json.dumps(settings, indent=1))
            if os.getuid() == 0:
                shutil.chown(folder, "postgres", "postgres")
            both = Pair(folder, (nodes[0], nodes[1]), etcd, named={node.name: node for node in nodes})
            try:
                for node in nodes:
                    node.start()
                wait_until(lambda: all(node.alive() for node in nodes), "Patroni")
                both.settle()
                yield both
            finally:
                for server in etcd:
                    server.thaw()
                for node in nodes:
                    node.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(node: Node, programs: Path, etcd: list[str], lease: int, tags: Mapping[str, Any]) -> dict[str, Any]:
    own = {"max_connections": 30, "shared_buffers": "16MB", "fsync": "off", "wal_retrieve_retry_interval": "200ms"}
    kept = {"use_pg_rewind": True, "use_slots": True, "parameters": own}
    return {
        "scope": SCOPE, "name": node.name,
        "restapi": {"listen": f"127.0.0.1:{node.api}", "connect_address": f"127.0.0.1:{node.api}"},
        "etcd3": {"hosts": [url.removeprefix("http://") for url in etcd]},
        "bootstrap": {
            "dcs": {**_QUICK, "ttl": lease, "postgresql": kept},
            "initdb": [{"encoding": "UTF8"}, "data-checksums", "no-sync"],
        },
        "postgresql": {
            "listen": f"127.0.0.1:{node.port}", "connect_address": f"127.0.0.1:{node.port}",
            "data_dir": str(node.folder), "bin_dir": str(programs), "pgpass": f"{node.folder}.pgpass",
            "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
            "authentication": {"replication": {"username": "replica", "password": WORD},
                               "superuser": {"username": "postgres", "password": WORD}},
            "parameters": {"unix_socket_directories": ""},
        },
        "tags": {"nofailover": False, "nosync": False, **tags},
    }  # fmt: skip


def _opened(folder: Path, file: str) -> str:
    """A copy of a file which the user `postgres` may read; what is none stays as it is."""
    return str(shutil.copy(file, str(folder))) if Path(file).is_file() else file


def _children(parent: int) -> tuple[int, ...]:
    with suppress(OSError):
        return tuple(map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split()))
    return ()
