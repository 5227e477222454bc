"""A folder of PostgreSQL programs becomes a primary with its streaming standby, on loopback, for as long as needed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.real.children import PATIENCE, free_port, tied, wait_until
from tests.real.moulds import copied
from tests.real.statements import answered

PASSWORD = "planted-c0rrect-horse"
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
wal_level = replica
max_wal_senders = 5
wal_keep_size = 64MB
hot_standby = on
shared_buffers = 16MB
wal_retrieve_retry_interval = 200ms
wal_sender_timeout = 600s
wal_receiver_timeout = 600s
log_min_messages = warning
"""
_ACCESS = """
host all postgres 127.0.0.1/32 trust
host replication replica 127.0.0.1/32 scram-sha-256
host all audit 127.0.0.1/32 scram-sha-256
host all plain 127.0.0.1/32 scram-sha-256
"""
_ROLES = f"""
create role replica login replication password '{PASSWORD}';
create role audit login password '{PASSWORD}';
grant pg_monitor to audit;
create role plain login password '{PASSWORD}';
create table canary (id serial primary key, note text);
insert into canary (note) select 'row' || g from generate_series(1, 100) g;
"""


@dataclass
class Cluster:
    """One server; PostgreSQL refuses root, so that root runs it as `postgres`."""

    programs: Path
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def dsn(self, user: str = "audit", password: str = PASSWORD) -> str:
        return f"host=127.0.0.1 port={self.port} user={user} dbname=postgres password={password}"

    def run(self, program: str, *words: str) -> str:
        """What one of the programs prints."""
        done = subprocess.run(
            [*tied("postgres", "QUIT"), str(self.programs / program), *words],
            env={**_environment(), "PGPASSWORD": PASSWORD},
            cwd=self.folder.parent,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def sql(self, text: str) -> str:
        """The answer to statements, each in a transaction of its own."""
        for statement in filter(str.strip, text.split(";")):
            answer = answered(self.dsn("postgres"), statement)
        return answer

    def start(self) -> None:
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *tied("postgres", "QUIT"),
                    str(self.programs / "postgres"),
                    "-D",
                    str(self.folder),
                    "-p",
                    str(self.port),
                ],
                env=_environment(),
                cwd=self.folder.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self.answers, f"PostgreSQL in {self.folder}")

    def answers(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError((self.folder.parent / f"{self.folder.name}.log").read_text("utf-8", "replace")[-2000:])
        try:
            return self.sql("select 1") == "1"
        except RuntimeError:
            return False

    def stop(self, word: signal.Signals = signal.SIGQUIT) -> None:
        """End the server at once; the postmaster ends its children, and does not outlive a test where it fails to."""
        if self.process is None:
            return
        self.signal(signal.SIGCONT)
        self.process.send_signal(word)
        try:
            self.process.wait(20 if word == signal.SIGQUIT else PATIENCE)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait(PATIENCE)
        self.process = None

    def signal(self, word: signal.Signals) -> None:
        """To the server with all its processes."""
        if self.process is None or self.process.poll() is not None:
            return
        number = self.process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        for one in (number, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(one, word)


@dataclass(frozen=True)
class Pair:
    """A primary with its standby, streaming."""

    primary: Cluster
    standby: Cluster
    following: str
    """The standby's settings as they were made: how it follows its primary."""

    def cut_off(self) -> None:
        """The receiver finds its primary no more, while the standby itself goes on answering."""
        nowhere = f"host=127.0.0.1 port={free_port()} user=replica"
        self.standby.sql(f"alter system set primary_conninfo = '{nowhere}'; select pg_reload_conf()")
        wait_until(lambda: self.standby.sql("select count(*) from pg_stat_wal_receiver") == "0", "the cut")

    def mend(self) -> None:
        """Put right what a test planted."""
        if self.standby.process is None:
            self.standby.start()
        settings = self.standby.folder / "postgresql.auto.conf"
        if settings.read_text() != self.following:
            settings.write_text(self.following)
            self.standby.sql("select pg_reload_conf()")
        self.standby.sql("select pg_wal_replay_resume()")
        self.settle()

    def rest(self) -> None:
        """Wait until the standby has replayed what it received, as the primary goes on to write a little by itself."""
        query = "select coalesce(pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(), true)"
        wait_until(lambda: self.standby.sql(query) == "t", "the end of the replay")

    def caught_up(self) -> bool:
        """Whether the standby streams and has replayed all that the primary wrote."""
        written = self.primary.sql("select pg_current_wal_lsn()")
        streams = self.primary.sql("select count(*) from pg_stat_replication where state = 'streaming'") == "1"
        return streams and self.standby.sql(f"select pg_last_wal_replay_lsn() >= '{written}'") == "t"

    def settle(self) -> None:
        """Wait until both are as at the start."""
        wait_until(self.caught_up, "the standby")

    def write(self) -> None:
        """Some rows that a standby has to follow."""
        self.primary.sql("insert into canary (note) select 'more' from generate_series(1, 500)")


@contextmanager
def started_pair(programs: Path) -> Iterator[Pair]:
    """Copy both, start both, remove both."""
    # Not below pytest's folder: that is closed to the user `postgres`.
    folder = Path(tempfile.mkdtemp(prefix="haechi-real-"))
    primary, standby = Cluster(programs, folder / "primary"), Cluster(programs, folder / "standby")
    try:
        copied(_pair, folder, str(programs))
        settings = standby.folder / "postgresql.auto.conf"
        settings.write_text(re.sub(r"port=\d+", f"port={primary.port}", settings.read_text()))
        primary.start()
        standby.start()
        pair = Pair(primary, standby, settings.read_text())
        pair.settle()
        yield pair
    finally:
        with ExitStack() as ending:
            ending.callback(primary.stop)
            ending.callback(standby.stop)
        shutil.rmtree(folder, ignore_errors=True)


def initialised(server: Cluster, *words: str) -> None:
    """A server that never ran yet; every copy says of itself that it is the same one."""
    copied(initialise, server.folder, str(server.programs), *words)


def initialise(folder: Path, programs: str, *words: str) -> None:
    """A server that says of itself that it is another one than all others."""
    known = ("-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")
    Cluster(Path(programs), folder).run("initdb", "-D", str(folder), *known, *words)


def _pair(folder: Path, programs: str) -> None:
    """A primary with its standby, both ended in order."""
    folder.mkdir()
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    with ExitStack() as ending:
        primary, standby = Cluster(Path(programs), folder / "primary"), Cluster(Path(programs), folder / "standby")
        initialised(primary)
        with (primary.folder / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS)
        (primary.folder / "pg_hba.conf").write_text(_ACCESS)
        ending.callback(primary.stop)
        primary.start()
        primary.sql(_ROLES)
        source = ("-h", "127.0.0.1", "-p", str(primary.port), "-U", "replica")
        primary.run(
            "pg_basebackup", *source, "-D", str(standby.folder), "-R", "-X", "stream", "-c", "fast", "--no-sync"
        )
        ending.callback(standby.stop)
        standby.start()
        Pair(primary, standby, "").settle()
        # The primary first: it sends all that it wrote before it ends.
        primary.stop(signal.SIGINT)
        standby.stop(signal.SIGINT)


def _environment() -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
