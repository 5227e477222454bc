"""A folder to backups of a MariaDB server: a full one, one that was made upon it, a newer full one."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import wait_until
from tests.real.daemons import done, plainly, run
from tests.real.lab import Lab, Said, tree
from tests.real.mariadbs import PROGRAMS, Mariadb, started

NEEDS: Final = (*PROGRAMS, "innochecksum")
_CHECKPOINT: Final = (
    "set global innodb_max_dirty_pages_pct_lwm = 0.001; set global innodb_max_dirty_pages_pct = 0; "
    "use app; insert into ledger (note) select repeat('z', 100) from seq_1_to_500; flush tables"
)
_POSITION: Final = "show global status like 'Innodb_checkpoint_age'"


def words(server: Mariadb, target: Path) -> tuple[str, ...]:
    return (
        "mariabackup", "--no-defaults", "--backup", f"--target-dir={target}", f"--socket={server.socket}",
        "--user=root", f"--datadir={server.data}",
    )  # fmt: skip


def prepared(folder: Path, scratch: Path) -> Said:
    """What the tool says when it makes a copy of a backup ready."""
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(folder, scratch)
    ended = run("mariabackup", "--no-defaults", "--prepare", f"--target-dir={scratch}")
    last = "completed OK!" if "completed OK!" in ended.stderr else "it failed"
    return Said(f"mariabackup --prepare: {last}, rc {ended.returncode}", ended.returncode == 0)


def listed(folder: Path) -> Said:
    """What a job that asks for the newest folder sees."""
    newest = max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    there = newest.is_dir() and any(newest.iterdir())
    return Said(f"ls -t: {newest.name}" + (", not empty" if there else ""), content=there)


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    backups, scratch = root / "backups", root / "scratch"
    backups.mkdir()
    with started(1) as (server,):
        done(*words(server, backups / "1-full"))
        on(server)
        done(*words(server, backups / "2-more"), f"--incremental-basedir={backups / '1-full'}")
        done(*words(server, backups / "3-full"))

        def flipped() -> Said:
            space = backups / "3-full" / "app" / "ledger.ibd"
            with space.open("r+b") as file:
                # In the middle of a page that the log of the backup does not write anew.
                file.seek(16384 * 3 + 200)
                found = file.read(1)
                file.seek(16384 * 3 + 200)
                file.write(bytes([found[0] ^ 0xFF]))
            return prepared(backups / "3-full", scratch)

        def interrupted() -> Said:
            log = root / "interrupted.log"
            with log.open("wb") as output:
                process = subprocess.Popen(
                    [*words(server, backups / "4-full"), "--throttle=1"], env=plainly(), stdout=output, stderr=output,
                    stdin=subprocess.DEVNULL,
                )  # fmt: skip
            try:
                wait_until(lambda: (backups / "4-full" / "ibdata1").exists(), "the copy")
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait(20)
            return listed(backups)

        def unlinked() -> Said:
            on(server)
            done(*words(server, backups / "4-more"), f"--incremental-basedir={backups / '3-full'}")
            on(server)
            done(*words(server, backups / "5-more"), f"--incremental-basedir={backups / '4-more'}")
            shutil.rmtree(backups / "4-more")
            return prepared(backups / "3-full", scratch)

        def stripped() -> Said:
            """Somebody freed space: the largest file of the newest backup is gone."""
            (backups / "3-full" / "app" / "ledger.ibd").unlink()
            return prepared(backups / "3-full", scratch)

        def dropped() -> Said:
            """A database dropped by mistake; the job goes on."""
            server.sql("drop database app")
            done(*words(server, backups / "4-full"))
            return prepared(backups / "4-full", scratch)

        yield Lab(
            item={"kind": "mariabackup", "path": str(backups / "*"), "timezone": "UTC", "verify": "pages"},
            state=lambda: tree(backups),
            breaks={
                "flipped": flipped,
                "interrupted": interrupted,
                "unlinked": unlinked,
                "stripped": stripped,
                "dropped": dropped,
            },
        )


def on(server: Mariadb) -> None:
    """Write something, then wait until the log position that a backup starts from has moved."""
    server.sql(_CHECKPOINT)
    wait_until(lambda: int(server.sql(_POSITION).split()[-1]) < 2000, "the checkpoint")
