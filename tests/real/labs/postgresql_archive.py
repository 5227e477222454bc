"""A folder to an archive of a running primary's log with two base backups beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.archives import DSN, Archiving, archiving
from tests.real.children import free_port, wait_until
from tests.real.clusters import Cluster
from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("postgres", "initdb", "pg_basebackup", "pg_verifybackup")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """`root` is not used: it may be closed to the user who runs the server."""

    def settings(folder: Path) -> str:
        return f"archive_command = 'mkdir -p {folder}/archive && cp %p {folder}/archive/%f'"

    with archiving(settings, segment=1) as primary:
        folder = primary.folder
        for name, words in (("monday", ("-X", "stream")), ("tuesday", ("-X", "none"))):
            _backup(primary, name, *words)
            primary.write(2)
        primary.write()
        yield Lab(
            item={
                "kind": "postgresql-archive", "archive": str(folder / "archive"), "backups": str(folder / "base/*"),
                "primary": {"env": DSN}, "verify": "manifest",
            },
            state=lambda: {**tree(folder / "archive"), **tree(folder / "base")},
            breaks={
                "segment-removed": lambda: _segment_removed(primary),
                "segment-partial": lambda: _segment_partial(primary),
                "segment-zeros": lambda: _segment_zeros(primary),
                "files-removed": lambda: _files_removed(primary),
                "archived-to-nowhere": lambda: _to_nowhere(primary),
                "two-servers-write": lambda: _forked(primary),
                "label-removed": lambda: _label_removed(primary),
                "byte-flipped": lambda: _flipped(primary),
                "another-cluster": lambda: _another_cluster(primary),
            },
            environment=primary.environment,
        )  # fmt: skip


def _backup(primary: Archiving, name: str, *words: str) -> None:
    source = ("-h", "127.0.0.1", "-p", str(primary.server.port), "-U", "postgres")
    folder = str(primary.folder / "base" / name)
    primary.server.run("pg_basebackup", *source, "-D", folder, *words, "-c", "fast", "--no-sync")


def _said(primary: Archiving) -> Said:
    """What the primary says of its archiver, with what pg_verifybackup says of the newest base backup."""
    failed = primary.server.sql("select failed_count from pg_stat_archiver")
    newest = str(primary.folder / "base/tuesday")
    said = primary.server.run("pg_verifybackup", "-n", newest).strip()
    return Said(f"pg_stat_archiver: failed_count {failed}; {said}", content=failed == "0" and "successfully" in said)


def _segments(primary: Archiving) -> list[Path]:
    return sorted(path for path in (primary.folder / "archive").iterdir() if len(path.name) == 24)


def _segment_removed(primary: Archiving) -> Said:
    _segments(primary)[-2].unlink()
    return _said(primary)


def _segment_partial(primary: Archiving) -> Said:
    """As a receiver leaves the piece that it was writing when it was ended: of full size, of unknown content."""
    segment = _segments(primary)[-2]
    segment.rename(segment.with_name(f"{segment.name}.partial"))
    return _said(primary)


def _segment_zeros(primary: Archiving) -> Said:
    """As a power failure leaves a file that was copied a moment before: name and length are there."""
    segment = _segments(primary)[-2]
    segment.write_bytes(bytes(segment.stat().st_size))
    return _said(primary)


def _files_removed(primary: Archiving) -> Said:
    """A clean-up of large files took the tables; what is small, the manifest among it, is left."""
    for folder in (primary.folder / "base").iterdir():
        shutil.rmtree(folder / "base")
    return Said("ls: backup_label, backup_manifest, PG_VERSION, global are there", content=True)


def _to_nowhere(primary: Archiving) -> Said:
    primary.server.sql("alter system set archive_command = '/bin/true'; select pg_reload_conf()")
    primary.write(3)
    return _said(primary)


def _forked(primary: Archiving) -> Said:
    """A server that was restored for a try is opened, while its archive_command still leads into the archive."""
    restored = Cluster(primary.server.programs, primary.folder / "tried", port=free_port())
    primary.run("cp", "-r", str(primary.folder / "base/tuesday"), str(restored.folder))
    with (restored.folder / "postgresql.conf").open("a") as file:
        file.write(f"restore_command = 'cp {primary.folder}/archive/%f %p'\n")
    (restored.folder / "recovery.signal").touch()
    if os.getuid() == 0:
        shutil.chown(restored.folder / "recovery.signal", "postgres", "postgres")
    restored.start()
    try:
        wait_until(lambda: restored.sql("select pg_is_in_recovery()") == "f", "the restored server")
        restored.sql("insert into canary (note) values ('tried'); select pg_switch_wal()")
        archive = primary.folder / "archive"
        wait_until(lambda: any(archive.glob("00000002????????????????")), "its log in the archive")
    finally:
        restored.stop()
    primary.write(2)
    return _said(primary)


def _label_removed(primary: Archiving) -> Said:
    """Some scripts take it for rubbish: without it a server begins at the wrong place in the log, so does this one."""
    for name in ("monday", "tuesday"):
        (primary.folder / "base" / name / "backup_label").unlink()
    state = primary.server.run("pg_controldata", str(primary.folder / "base/tuesday"))
    line = next(" ".join(line.split()) for line in state.splitlines() if "cluster state" in line)
    return Said(f"pg_controldata: {line}", content="in production" in line)


def _flipped(primary: Archiving) -> Said:
    largest = max((primary.folder / "base/tuesday/base").rglob("*"), key=lambda path: (path.stat().st_size, path.name))
    with largest.open("r+b") as file:
        file.seek(10_000)
        file.write(b"\xff\x00\xff")
    failed = primary.server.sql("select failed_count from pg_stat_archiver")
    return Said(f"pg_stat_archiver: failed_count {failed}", content=failed == "0")


def _another_cluster(primary: Archiving) -> Said:
    """The primary was made anew: its backups are those of the server that it replaced."""
    for name in ("monday", "tuesday"):
        control = primary.folder / "base" / name / "global/pg_control"
        content = control.read_bytes()
        control.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    failed = primary.server.sql("select failed_count from pg_stat_archiver")
    return Said(f"pg_stat_archiver: failed_count {failed}", content=failed == "0")
