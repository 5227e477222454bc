"""The copies that an estate names become files in a folder: sound ones, beside those with a planted fault."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "semas/relief/hourly": "old",
        "koreg/ledger/quarter-hourly": "cut",
        "koreg/intranet/nightly": "future",
        "tipa/grants/hourly": "empty",
        "sbdc/logistics/nightly": "missing",
    }
)
AGES: Final[Mapping[str, Sequence[timedelta]]] = MappingProxyType(
    {
        "old": (timedelta(days=4), timedelta(days=3), timedelta(days=2)),
        "future": (timedelta(days=2), timedelta(days=1), -timedelta(days=1)),
        "empty": (),
    }
)
SOUND: Final = (timedelta(days=90), timedelta(days=30), timedelta(days=1), timedelta(hours=1), timedelta(minutes=2))
SECONDS: Final = 30
"""For one call of restic, which may have to share a small machine."""


def dumps(folder: Path, now: datetime) -> None:
    """Write the files of one copy, e.g. `copies/semas/relief/hourly`, with their sums."""
    fault = FAULTS.get("/".join(folder.parts[-3:]), "")
    if fault == "missing":
        return
    folder.mkdir(parents=True)
    sums = []
    for number, age in enumerate(AGES.get(fault, SOUND)):
        written = now - age
        path = folder / f"{written:%Y%m%dT%H%M%SZ}.sql.gz"
        body = gzip.compress(_dump(number, str(folder)), 6, mtime=0)
        sums.append(f"{hashlib.sha256(body).hexdigest()}  {path.name}\n")
        if fault == "cut" and number == len(SOUND) - 1:
            body = body[: len(body) // 3]
        path.write_bytes(body)
        os.utime(path, (written.timestamp(), written.timestamp()))
    (folder / "SHA256SUMS").write_text("".join(sums))


def _dump(number: int, seed: str) -> bytes:
    """A dump as pg_dump writes it, of rows that do not shrink to nothing."""
    dice = random.Random(seed + str(number))  # noqa: S311 - rows of a demo, no secret
    rows = "".join(f"{row}\t{dice.getrandbits(96):x}\n" for row in range(300 + number))
    return (
        "--\n-- PostgreSQL database dump\n--\n\n"
        f"COPY public.synthetic (id, value) FROM stdin;\n{rows}\\.\n\n"
        "--\n-- PostgreSQL database dump complete\n--\n\n"
    ).encode()


def secrets(folder: Path, closed_port: int) -> None:
    """The secrets that the estate refers to: a password, a wrong one, a database that refuses."""
    refusing = f"host=127.10.0.1 port={closed_port} dbname=guarantee user=auditor connect_timeout=2\n"
    # No plain words: what is known to be secret is hidden wherever it occurs, in the name of a certificate too.
    values = {"restic": "demo-4b7e91d2\n", "wrong": "demo-c06a58f3\n", "primary": refusing, "standby": refusing}
    (folder / "secrets").mkdir(mode=0o700)
    for name, value in values.items():
        path = folder / "secrets" / name
        path.touch(mode=0o600)
        path.write_text(value)


def repository(folder: Path, now: datetime) -> bool:
    """A restic repository with fresh backups and an old one; False where restic is missing or does not work."""
    program = shutil.which("restic")
    if program is None:
        return False
    settings = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TZ": "UTC",
        "RESTIC_REPOSITORY": str(folder / "restic"),
        "RESTIC_PASSWORD_FILE": str(folder / "secrets" / "restic"),
        "GOMAXPROCS": "2",
    }

    def restic(*words: str) -> None:
        subprocess.run(
            (program, "--no-cache", "--quiet", *words),
            cwd=folder,
            env=settings,
            check=True,
            capture_output=True,
            timeout=SECONDS,
        )

    papers = folder / "papers"
    papers.mkdir()
    for number in range(20):
        (papers / f"{number}.txt").write_bytes(_dump(number, "papers"))
    try:
        restic("init")
        for tag, age in (("orders", timedelta(days=9)), ("papers", timedelta(minutes=5))):
            restic("backup", "--tag", tag, "--host", "demo", "--time", f"{now - age:%Y-%m-%d %H:%M:%S}", "papers")
    except (subprocess.SubprocessError, OSError):
        return False
    return True
