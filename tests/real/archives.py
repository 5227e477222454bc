"""Settings of PostgreSQL become a primary that archives its log, on loopback, with the words to ask it for more."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.programs import find
from tests.real.children import PATIENCE, tied, wait_until
from tests.real.clusters import PASSWORD, Cluster, initialised

DSN = "HAECHI_LAB_PRIMARY"
"""The variable that holds the connection string of the audit's role."""
_SETTINGS = """
listen_addresses = '127.0.0.1'
fsync = off
wal_level = replica
max_wal_senders = 5
shared_buffers = 16MB
archive_mode = on
archive_timeout = 1800
log_min_messages = fatal
"""
_ACCESS = """
local all postgres trust
local replication postgres trust
host all postgres 127.0.0.1/32 trust
host replication postgres 127.0.0.1/32 trust
host all audit 127.0.0.1/32 scram-sha-256
"""
_ROLES = f"""
create role audit login password '{PASSWORD}';
grant pg_monitor to audit;
create table canary (id serial primary key, note text);
insert into canary (note) select 'row' || g from generate_series(1, 1000) g;
"""


@dataclass(frozen=True)
class Archiving:
    """A primary in a folder beside which its archive lies."""

    folder: Path
    server: Cluster

    @property
    def environment(self) -> Mapping[str, str]:
        return {DSN: self.server.dsn()}

    def write(self, pieces: int = 1) -> None:
        """Some rows for each piece of the log, each of which comes into the archive."""
        for _ in range(pieces):
            self.server.sql("insert into canary (note) select 'more' from generate_series(1, 500)")
            name = self.server.sql("select pg_walfile_name(pg_switch_wal())")
            wait_until(
                lambda name=name: self.server.sql("select last_archived_wal from pg_stat_archiver")[:24] >= name,  # type: ignore[misc]
                f"{name} in the archive",
            )

    def run(self, *words: str, codes: tuple[int, ...] = (0,)) -> str:
        """What a program prints, run as the owner of the server."""
        done = subprocess.run(
            [*tied("postgres"), *words],
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LC_ALL": "C.UTF-8",
                "TZ": "UTC",
                "HOME": str(self.folder),
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode not in codes:
            raise RuntimeError(f"{words[0]}: {(done.stderr + done.stdout).strip()[-2000:]}")
        return done.stdout + done.stderr


@contextmanager
def archiving(settings: Callable[[Path], str], *, segment: int = 16) -> Iterator[Archiving]:
    """Make a primary with further settings, start it, remove it with its folder; `segment` in megabytes."""
    programs = find("postgres")
    assert programs is not None
    # Not below pytest's folder: that is closed to the user `postgres`.
    folder = Path(tempfile.mkdtemp(prefix="haechi-real-"))
    server = Cluster(programs.resolve().parent, folder / "primary")
    try:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        initialised(server, "--data-checksums", f"--wal-segsize={segment}")
        with (server.folder / "postgresql.conf").open("a") as file:
            file.write(f"{_SETTINGS}\nunix_socket_directories = '{folder}'\n{settings(folder)}\n")
        (server.folder / "pg_hba.conf").write_text(_ACCESS)
        server.start()
        server.sql(_ROLES)
        yield Archiving(folder, server)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
