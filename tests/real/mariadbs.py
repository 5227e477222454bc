"""A folder becomes a MariaDB server, or a primary with its replica, for as long as a test needs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.real.children import free_port, wait_until
from tests.real.daemons import done, end, run, serving
from tests.real.moulds import copied

WORD: Final = "planted-mysql-word"
PROGRAMS: Final = ("mariadbd", "mariadb", "mariadb-install-db", "mariabackup")


@dataclass
class Mariadb:
    """One server on loopback and on a socket."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self.folder / "s.sock"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def sql(self, text: str) -> str:
        """The answer to statements, tabs between the columns, without their names."""
        words = ("mariadb", "--no-defaults", "-S", str(self.socket), "-u", "root", "-N", "-B", "-e")
        return done(*words, text).strip()

    def shown(self, text: str) -> str:
        """The answer with a line for each column."""
        return done("mariadb", "--no-defaults", "-S", str(self.socket), "-u", "root", "-E", "-e", text)

    def answers(self) -> bool:
        words = ("mariadb", "--no-defaults", "-S", str(self.socket), "-u", "root", "-e", "select 1")
        return run(*words).returncode == 0

    def url(self, user: str = "audit", word: str = WORD) -> str:
        return f"mysql://{user}:{word}@127.0.0.1:{self.port}/"

    def argv(self, number: int) -> tuple[str, ...]:
        user = ("--user=root",) if os.getuid() == 0 else ()
        return (
            "mariadbd", "--no-defaults", *user, f"--datadir={self.data}", f"--port={self.port}",
            "--bind-address=127.0.0.1", f"--socket={self.socket}", f"--pid-file={self.folder / 'pid'}",
            f"--server-id={number}", f"--log-bin={self.data / 'bin'}", "--gtid-strict-mode=1", "--event-scheduler=ON",
            "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--slave-net-timeout=600",
        )  # fmt: skip


@contextmanager
def started(count: int) -> Iterator[tuple[Mariadb, ...]]:
    """As many servers, each with a user `audit` that may do what the probe needs and no more."""
    folder = Path(tempfile.mkdtemp(prefix="haechi-mariadb-"))
    try:
        with ExitStack() as stack:
            servers: list[Mariadb] = []
            for number in range(1, count + 1):
                server = Mariadb(folder / str(number), free_port())
                server.folder.mkdir()
                copied(_installed, server.data)
                log = server.folder / "log"
                server.process = stack.enter_context(serving(server.argv(number), server.answers, log))
                servers.append(server)
            servers[0].sql(
                f"create user audit@'127.0.0.1' identified by '{WORD}';"
                "grant replica monitor, binlog monitor on *.* to audit@'127.0.0.1';"
                "create database app; create table app.heartbeat (ts timestamp(6) not null) engine=innodb;"
                "insert into app.heartbeat values (now(6)); grant select on app.heartbeat to audit@'127.0.0.1';"
                "create table app.ledger (id int auto_increment primary key, note varchar(200)) engine=innodb;"
                "use app; insert into app.ledger (note) select repeat('x', 100) from seq_1_to_2000"
            )
            yield tuple(servers)
            for server in servers:
                if server.process is not None:
                    end(server.process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _installed(data: Path) -> None:
    """The data of a server that never ran yet."""
    user = ("--user=root",) if os.getuid() == 0 else ()
    done(
        "mariadb-install-db", "--no-defaults", f"--datadir={data}", *user,
        "--auth-root-authentication-method=normal", "--skip-test-db",
    )  # fmt: skip


@contextmanager
def replicating() -> Iterator[tuple[Mariadb, Mariadb]]:
    """A primary that writes the time every second, with its replica."""
    with started(2) as (primary, replica):
        primary.sql(
            f"create user rep@'127.0.0.1' identified by '{WORD}'; grant replication slave on *.* to rep@'127.0.0.1';"
            "create event app.beat on schedule every 1 second do update app.heartbeat set ts = now(6)"
        )
        replica.sql(
            f"change master to master_host='127.0.0.1', master_port={primary.port}, master_user='rep',"
            f"master_password='{WORD}', master_use_gtid=slave_pos; start slave"
        )
        wait_until(lambda: caught_up(primary, replica), "the replica")
        yield primary, replica


def caught_up(primary: Mariadb, replica: Mariadb) -> bool:
    written = primary.sql("select @@gtid_binlog_pos")
    # Another heartbeat may have come in between.
    return int((replica.sql("select @@gtid_slave_pos") or "0-0-0").split("-")[2]) >= int(written.split("-")[2])
