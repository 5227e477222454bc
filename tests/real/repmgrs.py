"""A folder of PostgreSQL programs becomes a cluster of repmgr with its witness, for as long as a test needs it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.real.children import PATIENCE, tied, wait_until
from tests.real.clusters import PASSWORD, Cluster, Pair, initialise, started_pair
from tests.real.daemons import plainly, run
from tests.real.moulds import copied

_WITNESS: Final = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
shared_buffers = 16MB
shared_preload_libraries = 'repmgr'
log_min_messages = warning
"""
_CONNECT: Final = 60
"""Seconds for which repmgr waits for a server that takes its connection, and says nothing."""
_PATIENT: Final = 3600
"""Seconds for which repmgrd waits for a primary that is gone: what it does then is not what is tested."""


@dataclass
class Group:
    """A primary n1, its standby n2, a witness n3, each with a repmgrd."""

    pair: Pair
    witness: Cluster
    program: Path
    settings: tuple[Path, ...]
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def repmgr(self, *words: str, node: int = 1) -> subprocess.CompletedProcess[str]:
        return run(str(self.program), "-f", str(self.settings[node - 1]), *words, environment={"PGTZ": "UTC"})

    def done(self, *words: str, node: int = 1) -> None:
        ended = self.repmgr(*words, node=node)
        if ended.returncode != 0:
            raise RuntimeError(f"repmgr {' '.join(words)}: {ended.stderr.strip()[-1000:]}")

    def follow(self, name: str) -> None:
        """Let the standby follow its primary under a name."""
        source = f"host=127.0.0.1 port={self.pair.primary.port} user=replica password={PASSWORD}"
        settings = f"alter system set primary_conninfo = '{source} application_name={name}'"
        self.pair.standby.sql(f"{settings}; select pg_reload_conf()")
        query = f"select count(*) from pg_stat_replication where application_name = '{name}' and state = 'streaming'"
        wait_until(lambda: self.pair.primary.sql(query) == "1", "the standby")

    def signal(self, server: Cluster, word: signal.Signals) -> None:
        """To a server with all its processes."""
        if server.process is None or server.process.poll() is not None:
            return
        number = server.process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        for one in (number, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(one, word)

    def hurry(self, number: int) -> None:
        """Let repmgr wait no longer for a node than it can."""
        changed = f"replace(conninfo, 'connect_timeout={_CONNECT}', 'connect_timeout=2')"
        self.pair.primary.sql(f"update repmgr.nodes set conninfo = {changed} where node_id = {number}")

    def thaw(self) -> None:
        for server in (self.pair.primary, self.pair.standby, self.witness):
            self.signal(server, signal.SIGCONT)

    def ready(self) -> bool:
        """Whether every repmgrd has reported to its database."""
        return self.repmgr("service", "status", "--csv").stdout.count(",1,1,") == len(self.settings)


@contextmanager
def started(programs: Path, folder: Path) -> Iterator[Group]:
    """`folder` takes a `repmgr` that runs as the owner of the cluster: it refuses root, as whom tests may run."""
    folder.mkdir()
    program = folder / "repmgr"
    program.write_text(f'#!/bin/sh\ncd /\nexec {" ".join(tied("postgres"))} {programs / "repmgr"} "$@"\n')
    program.chmod(0o755)
    with started_pair(programs) as pair:
        place = pair.primary.folder.parent
        witness = Cluster(programs, place / "witness")
        copied(_witness, witness.folder, str(programs))
        with (witness.folder / "postgresql.conf").open("a") as file:
            file.write(_WITNESS)
        servers = (pair.primary, pair.standby, witness)
        group = Group(pair, witness, program, tuple(_known(one, number) for number, one in enumerate(servers, 1)))
        try:
            for server in (pair.primary, pair.standby):
                # A server that lives elsewhere writes its dates otherwise.
                server.sql("alter system set shared_preload_libraries = 'repmgr'")
                server.sql("alter system set timezone = 'Asia/Seoul'")
                server.stop()
                server.start()
            witness.start()
            group.follow("n2")
            group.done("primary", "register")
            pair.settle()
            group.done("standby", "register", "--upstream-node-id=1", node=2)
            where = ("-h", "127.0.0.1", "-p", str(pair.primary.port), "-U", "postgres", "-d", "postgres")
            group.done("witness", "register", *where, node=3)
            for path in group.settings:
                words = (str(programs / "repmgrd"), "-f", str(path), "--daemonize=false", "--pid-file", f"{path}.pid")
                with Path(f"{path}.log").open("ab") as log:
                    group.daemons.append(
                        subprocess.Popen([*tied("postgres"), *words], env=plainly(), cwd="/",
                                         stdin=subprocess.DEVNULL, stdout=log, stderr=log)
                    )  # fmt: skip
            wait_until(group.ready, "repmgrd")
            yield group
        finally:
            for daemon in group.daemons:
                daemon.kill()
                daemon.wait(PATIENCE)
            group.thaw()
            witness.stop()


def _witness(folder: Path, programs: str) -> None:
    """repmgr refuses one that is a copy of the same server as the primary."""
    initialise(folder, programs)


def _known(server: Cluster, number: int) -> Path:
    """The settings of a node for repmgr."""
    path = server.folder.parent / f"n{number}.conf"
    path.write_text(
        f"node_id={number}\nnode_name='n{number}'\ndata_directory='{server.folder}'\n"
        f"conninfo='host=127.0.0.1 port={server.port} user=postgres dbname=postgres connect_timeout={_CONNECT}'\n"
        f"pg_bindir='{server.programs}'\nfailover=automatic\npromote_command='/bin/false'\nfollow_command='/bin/false'\n"
        f"reconnect_attempts={_PATIENT}\nreconnect_interval=1\n"
    )
    return path
