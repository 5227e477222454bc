"""A folder to a Barman home with two backups of a running primary that archives into it."""

from __future__ import annotations

import getpass
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.real.archives import DSN, Archiving, archiving
from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("barman", "postgres", "initdb", "pg_verifybackup")
_CONFIG: Final = """
[barman]
barman_user = {user}
configuration_files_directory = {folder}/servers
barman_home = {folder}/home
log_file = {folder}/barman.log
[kosme]
description = loans
conninfo = host={folder} port={port} user=postgres dbname=postgres
streaming_conninfo = host={folder} port={port} user=postgres
backup_method = postgres
archiver = on
path_prefix = {programs}
immediate_checkpoint = true
minimum_redundancy = 1
"""


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    """`root` is not used: it may be closed to the user who runs the server."""

    def settings(folder: Path) -> str:
        incoming = folder / "home/kosme/incoming"
        return f"archive_command = 'mkdir -p {incoming} && cp %p {incoming}/%f'"

    with archiving(settings) as primary:
        folder = primary.folder
        user = "postgres" if os.getuid() == 0 else getpass.getuser()
        (folder / "barman.conf").write_text(
            _CONFIG.format(folder=folder, user=user, port=primary.server.port, programs=primary.server.programs)
        )
        (folder / "servers").mkdir()
        # Barman keeps a table space beside the data folder.
        primary.run("mkdir", str(folder / "space"))
        primary.server.sql(f"create tablespace far location '{folder}/space'")
        primary.server.sql("create table distant tablespace far as select generate_series(1, 777) as number")
        primary.write()
        _run(primary, "archive-wal", "kosme")
        for _ in range(2):
            _run(primary, "backup", "kosme")
            primary.write(2)
            _run(primary, "archive-wal", "kosme")
        primary.write()
        _run(primary, "archive-wal", "kosme")
        home = folder / "home"
        yield Lab(
            item={
                "kind": "barman", "server": "kosme", "config": str(folder / "barman.conf"), "primary": {"env": DSN},
                "verify": "manifest",
            },
            state=lambda: {**tree(home), "log": (folder / "barman.log").read_text()},
            breaks={
                "segment-removed": lambda: _segment_removed(primary, -2),
                "newest-segment-removed": lambda: _segment_removed(primary, -1),
                "segment-cut": lambda: _segment_cut(primary),
                "segment-of-another": lambda: _segment_of_another(primary),
                "byte-flipped": lambda: _flipped(primary),
                "data-removed": lambda: _data_removed(primary),
                "no-threshold": lambda: _aged(primary),
            },
            environment=primary.environment,
        )  # fmt: skip


def _run(primary: Archiving, *words: str, codes: tuple[int, ...] = (0,)) -> str:
    return primary.run("barman", "-c", f"{primary.folder}/barman.conf", *words, codes=codes)


def _said(primary: Archiving) -> Said:
    """What `check` says: how many of its checks fail, with the status of the newest backup."""
    checks = _json(_run(primary, "--format", "json", "check", "kosme", codes=(0, 1)))["kosme"]
    failed = sorted(name for name, seen in checks.items() if seen["status"] != "OK")
    listed = _json(_run(primary, "--format", "json", "list-backup", "kosme"))["kosme"]
    status = listed[0]["status"] if listed else "none"
    native = f"check: {'every one OK' if not failed else 'FAILED ' + ', '.join(failed)}; list-backup: {status}"
    return Said(native, content=not failed and status == "DONE")


def _json(text: str) -> Any:
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def _segments(primary: Archiving) -> list[Path]:
    found = (primary.folder / "home/kosme/wals").glob("*/*")
    return sorted(path for path in found if len(path.name) == 24)


def _segment_removed(primary: Archiving, number: int) -> Said:
    _segments(primary)[number].unlink()
    return _said(primary)


def _segment_cut(primary: Archiving) -> Said:
    """As a full disk leaves it."""
    os.truncate(_segments(primary)[-2], 5_000_000)
    return _said(primary)


def _segment_of_another(primary: Archiving) -> Said:
    """A script that copies by hand took one piece twice."""
    one, other = _segments(primary)[-3:-1]
    other.write_bytes(one.read_bytes())
    return _said(primary)


def _newest(primary: Archiving) -> Path:
    return max((primary.folder / "home/kosme/base").iterdir())


def _flipped(primary: Archiving) -> Said:
    largest = max((_newest(primary) / "data/base").rglob("*"), key=lambda path: (path.stat().st_size, path.name))
    with largest.open("r+b") as file:
        file.seek(10_000)
        file.write(b"\xff\x00\xff")
    return _said(primary)


def _data_removed(primary: Archiving) -> Said:
    """The files of both backups are gone; what Barman wrote about them stays."""
    for folder in (primary.folder / "home/kosme/base").iterdir():
        shutil.rmtree(folder / "data")
    return _said(primary)


def _aged(primary: Archiving) -> Said:
    """Both backups, with the log behind them, are made three days older than what was written since."""
    primary.server.sql("insert into canary (note) values ('since')")
    for path in (primary.folder / "home/kosme/base").glob("*/backup.info"):
        lines = path.read_text().splitlines()
        path.write_text("\n".join(_earlier(line) for line in lines) + "\n")
    for segment in _segments(primary):
        seen = segment.stat()
        os.utime(segment, (seen.st_atime, seen.st_mtime - 3 * 86400))
    return _said(primary)


def _earlier(line: str) -> str:
    key, sign, value = line.partition("=")
    if key not in ("begin_time", "end_time"):
        return line
    return f"{key}{sign}{datetime.fromisoformat(value) - timedelta(days=3)}"
