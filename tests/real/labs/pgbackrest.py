"""A folder to a pgBackRest repository with a full and a differential backup of a running primary."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.real.archives import DSN, Archiving, archiving
from tests.real.children import free_port, wait_until
from tests.real.clusters import Cluster
from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("pgbackrest", "postgres", "initdb")
# Else a file that is broken is read three times, fifteen seconds apart.
_CONFIG: Final = """
[global]
repo1-path={folder}/repo
repo1-retention-full=2
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=planted-pgbackrest-pw
log-path={folder}/log
lock-path={folder}/lock
spool-path={folder}/spool
start-fast=y
compress-level=1
job-retry=0
[kosme]
pg1-path={folder}/primary
pg1-port={port}
pg1-socket-path={folder}
pg1-user=postgres
"""


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """`root` is not used: it may be closed to the user who runs the server."""

    def settings(folder: Path) -> str:
        return f"archive_command = 'pgbackrest --config={folder}/pgbackrest.conf --stanza=kosme archive-push %p'"

    with archiving(settings) as primary:
        folder = primary.folder
        (folder / "pgbackrest.conf").write_text(_CONFIG.format(folder=folder, port=primary.server.port))
        _run(primary, "stanza-create")
        _run(primary, "--type=full", "backup")
        primary.write(2)
        _run(primary, "--type=diff", "backup")
        primary.write(3)
        kept = ("repo", "log", "lock", "spool")
        yield Lab(
            item={
                "kind": "pgbackrest", "stanza": "kosme", "config": str(folder / "pgbackrest.conf"),
                "primary": {"env": DSN}, "verify": "checksums", "keys-at": "busan",
            },
            state=lambda: {f"{name}/{path}": seen for name in kept for path, seen in _seen(folder / name).items()},
            breaks={
                "segment-removed": lambda: _segment_removed(primary, -2),
                "newest-segment-removed": lambda: _segment_removed(primary, -1),
                "segment-of-the-backup-removed": lambda: _own_segment_removed(primary),
                "bytes-flipped": lambda: _flipped(primary),
                "full-removed": lambda: _full_removed(primary),
                "archived-to-nowhere": lambda: _to_nowhere(primary),
                "two-servers-write": lambda: _forked(primary),
                "never-finished": lambda: _never_finished(primary),
            },
            environment=primary.environment,
        )  # fmt: skip


def _seen(folder: Path) -> Mapping[str, str]:
    return tree(folder) if folder.exists() else {}


def _run(primary: Archiving, *words: str) -> str:
    return primary.run("pgbackrest", f"--config={primary.folder}/pgbackrest.conf", "--stanza=kosme", *words)


def _said(primary: Archiving) -> Said:
    """What `info` says with what `verify` says."""
    info = next(line.strip() for line in _run(primary, "info").splitlines() if "status:" in line)
    verify = _run(primary, "--output=text", "--verbose", "--log-level-console=off", "verify").splitlines()
    status = next(line.strip() for line in verify if line.startswith("status:"))
    return Said(f"info: {info}; verify ends with 0, {status}", content=info == "status: ok" and status == "status: ok")


def _segments(primary: Archiving) -> list[Path]:
    return sorted((primary.folder / "repo/archive/kosme/15-1").glob("*/*.gz"))


def _segment_removed(primary: Archiving, number: int) -> Said:
    _segments(primary)[number].unlink()
    return _said(primary)


def _own_segment_removed(primary: Archiving) -> Said:
    """The one from which the newest backup must replay before it can be opened."""
    named = max((primary.folder / "repo/archive/kosme/15-1").glob("*/*.backup")).name[:24]
    next(path for path in _segments(primary) if path.name.startswith(named)).unlink()
    return _said(primary)


def _flipped(primary: Archiving) -> Said:
    full = next(path for path in (primary.folder / "repo/backup/kosme").glob("*F") if path.is_dir())
    largest = max((full / "pg_data/base").rglob("*.gz"), key=lambda path: (path.stat().st_size, path.name))
    with largest.open("r+b") as file:
        file.seek(largest.stat().st_size // 2)
        file.write(b"\xff\x00\xff")
    info = next(line.strip() for line in _run(primary, "info").splitlines() if "status:" in line)
    ended = _run(primary, "verify").strip()
    return Said(f"info: {info}; verify ends with 0", content=info == "status: ok" and "error" not in ended.lower())


def _full_removed(primary: Archiving) -> Said:
    """The differential backup stays, with nothing to add itself to."""
    full = next(path for path in (primary.folder / "repo/backup/kosme").glob("*F") if path.is_dir())
    shutil.rmtree(full)
    info = next(line.strip() for line in _run(primary, "info").splitlines() if "status:" in line)
    return Said(f"info: {info}", content=info == "status: ok")


def _to_nowhere(primary: Archiving) -> Said:
    primary.server.sql("alter system set archive_command = '/bin/true'; select pg_reload_conf()")
    primary.write(3)
    failed = primary.server.sql("select failed_count from pg_stat_archiver")
    said = _said(primary)
    return Said(f"pg_stat_archiver: failed_count {failed}; {said.native}", said.content and failed == "0")


def _forked(primary: Archiving) -> Said:
    """A server is restored for a try, as on another machine, opened, while it still archives into the same stanza."""
    restored = Cluster(primary.server.programs, primary.folder / "tried", port=free_port())
    primary.run("mkdir", "-m", "700", str(restored.folder))
    _run(primary, f"--pg1-path={restored.folder}", "restore")
    command = f"pgbackrest --config={primary.folder}/pgbackrest.conf --stanza=kosme --pg1-path={restored.folder}"
    with (restored.folder / "postgresql.conf").open("a") as file:
        file.write(f"archive_command = '{command} archive-push %p'\n")
    restored.start()
    try:
        wait_until(lambda: restored.sql("select pg_is_in_recovery()") == "f", "the restored server")
        restored.sql("insert into canary (note) values ('tried'); select pg_switch_wal()")
        archive = primary.folder / "repo/archive/kosme/15-1"
        wait_until(lambda: any(archive.glob("0000000200000000/00000002*.gz")), "its log in the archive")
    finally:
        restored.stop()
    primary.write(2)
    return _said(primary)


def _never_finished(primary: Archiving) -> Said:
    """What a backup that was killed leaves behind: a folder without an entry in the list."""
    folder = primary.folder / "repo/backup/kosme"
    newest = max(path.name for path in folder.glob("*D"))
    (folder / f"{newest[:16]}_{datetime.now(UTC):%Y%m%d-%H%M%S}D").mkdir()
    return _said(primary)
