"""Copies of half a gigabyte in, the time of a drill of each beside that of its tools' own restore, as deep, out."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tests.programs import find, needed
from tests.real.archives import Archiving, archiving
from tests.real.children import free_port, tied
from tests.real.scratch import Scratch, scratch_for

pytestmark = pytest.mark.bench
MEGABYTES: Final = int(os.environ.get("HAECHI_BENCH_DRILL", "512"))
FILES: Final = 256
TURNS: Final = 3
LONGEST: Final = 900
NICE: Final = ("nice", "-n", "10")
"""As a drill runs its programs: on a busy machine another niceness would be measured, not the overhead."""


@dataclass(frozen=True)
class Case:
    """One copy with the restore that its tools make of it by themselves."""

    item: Mapping[str, Any]
    natively: Callable[[Path], None]
    """Restore into a folder that is not there yet, verify as deep as the drill does, end what was started."""
    data: Mapping[str, Any] = field(default_factory=dict)


def run(words: Sequence[str], folder: Path, **environment: str) -> str:
    plain = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(
        [*NICE, *words], env=plain | environment, cwd=folder, timeout=LONGEST, check=False,
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def source(root: Path) -> Path:
    """Files that no packer makes smaller."""
    folder = root / "source"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"part-{number}").write_bytes(os.urandom(MEGABYTES * 1_000_000 // FILES))
    (root / "password").write_text("planted\n")
    (root / "password").chmod(0o600)
    return folder


@contextmanager
def restic(root: Path) -> Iterator[Case]:
    needed("restic")
    words = ("restic", "-q", "--no-cache", "-r", "repository", "-p", "password")
    folder = source(root)
    run((*words, "init"), root)
    run((*words, "backup", str(folder)), root)
    shutil.rmtree(folder)
    yield Case(
        {"kind": "restic", "repository": "repository", "password": {"file": "password"}},
        lambda target: print(run((*words, "restore", "latest", f"--target={target}", "--verify", "--no-lock"), root)),
    )


@contextmanager
def borg(root: Path) -> Iterator[Case]:
    needed("borg")
    folder = source(root)
    around = {"BORG_PASSPHRASE": "planted", "BORG_BASE_DIR": str(root / "base")}
    run(("borg", "init", "--encryption=repokey-blake2", "repository"), root, **around)
    run(("borg", "create", "--compression=none", "repository::one", str(folder)), root, **around)
    shutil.rmtree(folder)

    def natively(target: Path) -> None:
        target.mkdir()
        run(("borg", "extract", "--bypass-lock", f"{root}/repository::one"), target, **around)

    yield Case({"kind": "borg", "repository": "repository", "passphrase": {"file": "password"}}, natively)


@contextmanager
def dump(root: Path) -> Iterator[Case]:
    """A dump of a database, which no tool verifies before a server has loaded it."""
    (root / "dumps").mkdir()
    path = root / "dumps" / "ledger.dump"
    with filled("archive_command = '/bin/true'") as primary:
        own = primary.folder / "ledger.dump"
        door = ("-h", "127.0.0.1", "-p", str(primary.server.port), "-U", "postgres")
        as_owner(primary.folder, "pg_dump", *door, "-Fc", "-Z0", "-f", str(own), "postgres")
        shutil.move(own, path)

    def natively(target: Path) -> None:
        target.mkdir()
        shutil.chown(target, "postgres")
        loaded = shutil.copy(path, target / "ledger.dump")
        shutil.chown(loaded, "postgres")
        data = target / "data"
        as_owner(target, "initdb", "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--data-checksums")
        with server(data) as door:
            as_owner(target, "pg_restore", *door, "--exit-on-error", "-d", "postgres", str(loaded))
            as_owner(target, "pg_amcheck", *door, "--all", "--install-missing")

    yield Case({"kind": "files", "path": f"{path.parent}/*.dump"}, natively)


@contextmanager
def pgbackrest(root: Path) -> Iterator[Case]:
    needed("pgbackrest")
    asked = "pgbackrest --config={folder}/pgbackrest.conf --stanza=kosme --log-level-console=off --log-level-file=off"
    with filled(f"archive_command = 'test ! -f {{folder}}/go || {asked} archive-push %p'") as primary:
        # Not below pytest's folder: that is closed to the user `postgres`.
        words = asked.format(folder=primary.folder).split()
        config = primary.folder / "pgbackrest.conf"
        config.write_text(
            f"[global]\nrepo1-path={primary.folder}/repository\nrepo1-retention-full=2\nstart-fast=y\n"
            f"lock-path={primary.folder}/lock\nspool-path={primary.folder}/spool\n"
            f"[kosme]\npg1-path={primary.server.folder}\npg1-port={primary.server.port}\n"
            f"pg1-socket-path={primary.folder}\npg1-user=postgres\n"
        )
        (primary.folder / "go").touch()
        for command in ("stanza-create", "backup"):
            as_owner(primary.folder, *words, command)
        primary.write(2)

        def natively(target: Path) -> None:
            target.mkdir()
            shutil.chown(target, "postgres")
            data = target / "data"
            as_owner(target, *words, f"--pg1-path={data}", f"--lock-path={target}/lock", "restore")
            with server(data) as door:
                as_owner(target, "pg_amcheck", *door, "--all", "--install-missing")

        yield Case({"kind": "pgbackrest", "stanza": "kosme", "config": str(config)}, natively)


@contextmanager
def filled(settings: str) -> Iterator[Archiving]:
    """A primary with one large table that has an index."""
    needed("postgres")
    with archiving(lambda folder: f"{settings.format(folder=folder)}\nmax_wal_size = 4GB") as primary:
        rows = MEGABYTES * 1_000_000 // 1060
        for text in (
            f"create table ledger as select g as id, repeat(md5(g::text), 31) from generate_series(1, {rows}) g",
            "alter table ledger add primary key (id)",
            "checkpoint",
        ):
            door = ("-h", "127.0.0.1", "-p", str(primary.server.port), "-U", "postgres")
            as_owner(primary.folder, "psql", "-Xq", *door, "-c", text, "postgres")
        yield primary


def as_owner(folder: Path, program: str, *words: str) -> None:
    path = find(program)
    assert path is not None
    # Behind a link there may be a wrapper that costs more than the program.
    found = find("postgres").resolve().parent / program  # type: ignore[union-attr]
    run((*tied("postgres"), str(found if found.exists() else path), *words), folder)


@contextmanager
def server(data: Path) -> Iterator[tuple[str, ...]]:
    """A server over a folder that takes part in nothing, once it has recovered."""
    program = find("postgres")
    assert program is not None
    port = free_port()
    settings = (
        "-p",
        str(port),
        "-k",
        str(data.parent),
        "-h",
        "127.0.0.1",
        "-c",
        "archive_mode=off",
        "-c",
        "hot_standby=off",
    )
    words = [*NICE, *tied("postgres", "QUIT"), str(program.resolve()), "-D", str(data), *settings]
    running = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        pid = data / "postmaster.pid"
        # Before its recovery has ended it lets nobody in.
        while not (pid.exists() and pid.read_text().splitlines()[7:8] == ["ready   "]):
            assert running.poll() is None
            time.sleep(0.05)
        door = ("-h", str(data.parent), "-p", str(port), "-U", "postgres")
        yield door
    finally:
        running.send_signal(signal.SIGQUIT)
        running.wait(60)


@dataclass
class Cost:
    """Seconds of the clock, of processors, of this process's own part in those."""

    wall: float
    processor: float
    own: float


@contextmanager
def measured() -> Iterator[Cost]:
    def used(who: int) -> float:
        told = resource.getrusage(who)
        return told.ru_utime + told.ru_stime

    cost = Cost(time.perf_counter(), used(resource.RUSAGE_CHILDREN), used(resource.RUSAGE_SELF))
    yield cost
    cost.wall = time.perf_counter() - cost.wall
    cost.own = used(resource.RUSAGE_SELF) - cost.own
    cost.processor = used(resource.RUSAGE_CHILDREN) - cost.processor + cost.own


@pytest.mark.parametrize("made", [restic, borg, dump, pgbackrest], ids=lambda made: str(made.__name__))
def test_a_drill_takes_little_longer_than_the_restore_in_it(tmp_path: Path, made: Any) -> None:
    """Clearing away counts for both: whoever tries a restore by hand takes it away again."""
    native: list[Cost] = []
    whole: list[Cost] = []
    with made(tmp_path) as case, scratch_for(tmp_path) as scratch:
        for _ in range(TURNS):
            with measured() as cost:
                case.natively(scratch.folder / "native")
                run(("rm", "-rf", str(scratch.folder / "native")), tmp_path)
            native.append(cost)
            with measured() as cost:
                parts, rto = drilled(case, scratch)
            whole.append(cost)
    best, least = min(native, key=lambda one: one.wall), min(whole, key=lambda one: one.wall)
    used, spent = (min(one.processor for one in costs) for costs in (native, whole))
    # A server of a drill ends with its namespace: nobody is told what it used.
    processors = (
        f"; of processors {used:.2f} s and {spent:.2f} s, {spent / used:.2f}x"
        f" ({min(one.own for one in whole):.2f} s of it Haechi's own)"
    )
    print(
        f"\n{made.__name__}, {MEGABYTES} MB: by hand {best.wall:.2f} s, the drill {least.wall:.2f} s,"
        f" {least.wall / best.wall:.2f}x{processors if made in (restic, borg) else ''};"
        f" its recovery time {rto:.2f} s; {parts}"
    )


def drilled(case: Case, scratch: Scratch) -> tuple[str, float]:
    """The parts of a whole drill, then what counts as its recovery time."""
    found = scratch.drill(case.item, case.data, {"most": "1 TB"})
    assert found.state is not None, found.unseen
    assert found.state.proven, found.state.checks
    parts: dict[str, float] = {}
    for part in found.state.parts:
        parts[part.name] = parts.get(part.name, 0.0) + part.took
    told = ", ".join(f"{name} {took:.2f}" for name, took in parts.items())
    return told, found.state.rto.total_seconds()
