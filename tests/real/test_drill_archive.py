"""Base backups with the archive of a real primary, and Barman's, are restored by their drills: whole, then broken."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from audit.contract import CannotSee, Reason
from checks.backup.barman import Barman
from checks.backup.drills import archive, barman
from checks.backup.postgresql_archive import PostgresqlArchive
from tests.programs import find
from tests.real.archives import Archiving
from tests.real.clusters import Cluster
from tests.real.lab import tree
from tests.real.labs import barman as barman_lab
from tests.real.labs import postgresql_archive as archive_lab
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for the rooms: the socket of a restored server lies there, its path must be short."""
    folder = Path("/tmp") / f"haechi-{os.getpid()}-archive"
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def archived(short: Path, need: Callable[[str], Path]) -> Path:
    """A base backup with its log, copied from beside the primary that made them."""
    for program in archive_lab.NEEDS:
        need(program)
    with archive_lab.lab(short) as lab:
        source = Path(str(lab.item["archive"])).parent
        for name in ("archive", "base"):
            shutil.copytree(source / name, short / "made" / name)
        spaced(source, short / "spaced")
    return short / "made"


def spaced(source: Path, folder: Path) -> None:
    """A packed base backup of the same primary, once it has a table space."""
    programs = find("postgres")
    assert programs is not None
    port = int((source / "primary" / "postmaster.pid").read_text().splitlines()[3])
    primary = Archiving(source, Cluster(programs.resolve().parent, source / "primary", port))
    primary.run("mkdir", f"{source}/space")
    primary.server.sql(f"create tablespace far location '{source}/space'")
    primary.server.sql("create table distant tablespace far as select generate_series(1, 777) as number")
    door = ("-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "--no-sync")
    words = ("-Ft", "-z", "-X", "none", "-c", "fast")
    primary.server.run("pg_basebackup", *door, "-D", f"{source}/packed/wednesday", *words)
    primary.write()
    shutil.copytree(source / "archive", folder / "archive")
    shutil.copytree(source / "packed", folder / "base")


@pytest.fixture
def broken(archived: Path, tmp_path: Path) -> Path:
    shutil.copytree(archived, tmp_path / "broken")
    return tmp_path / "broken"


def restored(folder: Path, short: Path, count: int) -> Brought:
    copy = PostgresqlArchive.model_validate(
        {"id": "it", "kind": "postgresql-archive", "at": "busan", "archive": "archive", "backups": "base/*"}
    )
    canary = {"query": "SELECT count(*) FROM canary", "expect": str(count)}
    return drill(archive.restored, copy, folder, short / "scratch", canary=canary)


def test_a_whole_archive_is_proven(archived: Path, short: Path) -> None:
    before = tree(archived)
    brought = restored(archived, short, 1000 + 5 * 500)
    assert brought.failed == {}
    names = [check.name for check in brought.restored.checks]
    assert names == ["restore", "manifest", "start", "log", "pg_amcheck", "canary"]
    assert brought.restored.integrity == 5
    assert brought.restored.newest is not None
    assert brought.restored.newest > brought.restored.point.start - timedelta(seconds=1)
    assert (tree(archived), brought.left) == (before, ())


def test_a_table_space_comes_into_the_room_or_is_missed(archived: Path, short: Path) -> None:
    copy = PostgresqlArchive.model_validate(
        {"id": "it", "kind": "postgresql-archive", "at": "busan", "archive": "archive", "backups": "base/*"}
    )
    canary = {"query": "SELECT count(*) FROM distant", "expect": "777"}
    brought = drill(archive.restored, copy, short / "spaced", short / "scratch", canary=canary)
    assert brought.failed == {}
    assert [check.name for check in brought.restored.checks] == [
        "restore", "manifest", "start", "log", "pg_amcheck", "canary",
    ]  # fmt: skip
    assert brought.restored.integrity == 5
    next(path for path in (short / "spaced/base/wednesday").glob("*.tar.gz") if path.name[0].isdigit()).unlink()
    failed = drill(archive.restored, copy, short / "spaced", short / "scratch").failed
    assert "table space" in failed["complete point"]
    failed = drill(archive.restored, copy, short / "spaced", short / "scratch", wanted="wednesday").failed
    assert "table space" in failed["restore"]


def test_a_segment_that_is_gone_fails(broken: Path, short: Path) -> None:
    sorted(path for path in (broken / "archive").iterdir() if len(path.name) == 24)[-2].unlink()
    assert "before configured recovery target was reached" in restored(broken, short, 3500).failed["start"]


def test_a_base_backup_without_its_label_fails(broken: Path, short: Path) -> None:
    for name in ("monday", "tuesday"):
        (broken / "base" / name / "backup_label").unlink()
    brought = restored(broken, short, 3500)
    assert brought.failed
    assert brought.restored.integrity <= 1


def test_a_flipped_byte_fails(broken: Path, short: Path) -> None:
    largest = max((broken / "base/tuesday/base").rglob("*"), key=lambda path: (path.stat().st_size, path.name))
    with largest.open("r+b") as file:
        file.seek(10_000)
        file.write(b"\xff\x00\xff")
    failed = restored(broken, short, 3500).failed
    assert "manifest" in failed


def test_a_link_that_leads_out_of_the_room_is_not_followed(broken: Path, short: Path) -> None:
    """As a table space is one: a server over it would write into what is in production."""
    outside = broken / "production"
    outside.mkdir(mode=0o777)
    for name in ("monday", "tuesday"):
        (broken / "base" / name / "pg_tblspc" / "16999").symlink_to(outside)
    with pytest.raises(CannotSee, match="leads out of the room") as caught:
        restored(broken, short, 3500)
    assert caught.value.reason is Reason.DENIED
    assert list(outside.iterdir()) == []


def test_settings_that_came_with_the_data_stay_unread(broken: Path, short: Path) -> None:
    """A backup made by a standby brings `standby.signal`; what ALTER SYSTEM wrote could run a program."""
    proof = short / "ran"
    for name in ("monday", "tuesday"):
        folder = broken / "base" / name
        (folder / "standby.signal").touch()
        (folder / "postgresql.auto.conf").write_text(
            f"archive_cleanup_command = 'touch {proof}'\nrecovery_end_command = 'touch {proof}'\n"
            "shared_preload_libraries = 'nobody_has_this'\nlisten_addresses = '*'\nprimary_conninfo = 'host=10.0.0.1'\n"
        )
    brought = restored(broken, short, 3500)
    assert brought.failed == {}
    assert not proof.exists()


def test_barman(short: Path, need: Callable[[str], Path]) -> None:
    for program in barman_lab.NEEDS:
        need(program)
    with barman_lab.lab(short) as lab:
        copy = Barman.model_validate(
            {"id": "it", "at": "busan", "kind": "barman", "server": "kosme", "config": lab.item["config"]}
        )
        before = dict(lab.state())
        canary = {"query": "SELECT count(*) FROM canary JOIN distant ON number = id", "at-least": 777}
        brought = drill(barman.restored, copy, short, short / "scratch", canary=canary)
        assert brought.failed == {}
        assert brought.restored.integrity == 5
        assert lab.state() == before
        lab.breaks["segment-removed"]()
        brought = drill(barman.restored, copy, short, short / "scratch", canary=canary)
        assert "before configured recovery target was reached" in brought.failed["start"]
        lab.breaks["byte-flipped"]()
        assert "manifest" in drill(barman.restored, copy, short, short / "scratch").failed
