"""The stage of the demo becomes a year of real commands by a clock that is set forward, with what each of them told."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from audit.demo.stage import now, stage

COPY: Final = "kosme/documents/papers/backup"
AGE: Final = "backup.age"
SEOUL: Final = ZoneInfo("Asia/Seoul")
HEAD: Final = "Kwon Daon (synthetic)"
WAIVERS: Final = """waivers:
  - check: backup.age
    on: {copy}
    reason: the new library comes in summer
    compensation: dumps are carried to Gwangju by hand
    requested-by: Lee Maru (synthetic)
    approved-by: {head}
    from: {start}
    expires: {end}
"""


@dataclass(frozen=True)
class Told:
    """What one command told."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def finding(self, check: str = AGE, subject: str = COPY) -> Mapping[str, Any]:
        (found,) = [one for one in self.json["findings"] if (one["check"], one["subject"]) == (check, subject)]
        return MappingProxyType(found)


@dataclass
class Year:
    """The folder of the demo's estate with two stores, one of an institution, one of the ministry."""

    folder: Path
    library: Path
    began: datetime
    ahead: int
    """Seconds to the first morning: no day may end while its commands run."""
    day: int = 0
    told: dict[str, Told] = field(default_factory=dict)

    @property
    def estate(self) -> Path:
        return self.folder / "estate"

    def date(self, day: int) -> str:
        return (self.began + timedelta(days=day)).astimezone(SEOUL).date().isoformat()

    def on(self, day: int) -> None:
        """From now on it is that day of the year."""
        self.day = day
        shift = day * 86_400 + self.ahead
        (self.folder / "clock").write_bytes(struct.pack("qq", shift, shift))

    def do(self, name: str, *words: str, store: str = "") -> Told:
        """One command; `name` is under which it is remembered."""
        environment = {**os.environ, "LD_PRELOAD": str(self.library), "CLOCK_FILE": str(self.folder / "clock")}
        done = subprocess.run(
            (sys.executable, "-P", "-m", "audit", *words, *(("--store", f"{store}.db") if store else ())),
            cwd=self.folder, env={**environment, "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, timeout=180, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        told = self.told[name] = Told(done.returncode, done.stdout, done.stderr)
        return told

    def kosme(self, name: str, *words: str) -> Told:
        return self.do(name, *words, "--lang", "en", store="kosme")

    def mss(self, name: str, *words: str) -> Told:
        return self.do(name, *words, "--lang", "en", store="mss")

    def look(self, name: str, *words: str) -> Told:
        """Look at the copy once more."""
        return self.kosme(name, "run", "estate", "--check", AGE, "--on", COPY, "--format", "json", *words)

    def restic(self, *words: str) -> None:
        """Do something to the real repository."""
        base = ("restic", "--no-cache", "-q", "-r", "restic", "-p", "secrets/restic")
        subprocess.run(
            (*base, *words), cwd=self.estate, check=True, capture_output=True, timeout=300,
            env={**os.environ, "TZ": "UTC"},
        )  # fmt: skip

    def back_up(self) -> None:
        at = datetime.now(UTC) + timedelta(days=self.day, seconds=self.ahead, minutes=-5)
        stamp = f"{at:%Y-%m-%d %H:%M:%S}"
        self.restic("backup", "--tag", "papers", "--host", "demo", "--time", stamp, "papers")

    def forget_newest(self) -> None:
        """What a careless hand does."""
        base = ("restic", "--no-cache", "-q", "-r", "restic", "-p", "secrets/restic", "snapshots", "--json")
        told = subprocess.run(base, cwd=self.estate, check=True, capture_output=True, timeout=300).stdout
        newest = max(json.loads(told), key=lambda one: str(one["time"]))
        self.restic("forget", str(newest["id"]))

    def waive(self, start: int, end: int) -> None:
        text = WAIVERS.format(copy=COPY, head=HEAD, start=self.date(start), end=self.date(end))
        (self.estate / "60-waivers.yaml").write_text(text, "utf-8")

    def key(self, name: str, person: str) -> Path:
        """A key of a person, known to the list of signers."""
        path = self.folder / name
        words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path))
        subprocess.run(words, check=True, capture_output=True, timeout=300)
        public = " ".join(path.with_suffix(".pub").read_text("ascii").split()[:2])
        with (self.estate / "signers").open("a", encoding="utf-8") as list_:
            list_.write(f'"{person}" namespaces="haechi-assessment" {public}\n')
        return path

    def touch_up(self, store: str, run: str) -> Path:
        """A copy of a store in which somebody made a failure look like a pass."""
        path, made = self.folder / f"{store}.db", self.folder / "touched.db"
        with sqlite3.connect(path) as whole, sqlite3.connect(made) as copy:
            whole.backup(copy)
            wanted = "SELECT rowid, line FROM finding WHERE run = ? AND rule = ?"
            number, line = copy.execute(wanted, (run, AGE)).fetchone()
            assert b'"verdict":"fail"' in line
            touched = line.replace(b'"verdict":"fail"', b'"verdict":"pass"')
            copy.execute("UPDATE finding SET line = ?, verdict = 'pass' WHERE rowid = ?", (touched, number))
        whole.close()
        copy.close()
        return made


@contextmanager
def staged(folder: Path, library: Path) -> Iterator[Year]:
    """The demo's servers and estate, on the first day of the year."""
    at = now()
    with stage(folder, at) as stands:
        assert stands.restic
        assert stands.signed
        first = at.astimezone(SEOUL).replace(hour=10, minute=0, second=0)
        morning = first if first > at else first + timedelta(days=1)
        year = Year(folder, library, morning, int((morning - at).total_seconds()))
        year.on(0)
        yield year
