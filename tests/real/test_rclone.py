"""Storages that rclone reaches to what the probe makes of them, with what it leaves behind."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import anyio
import pytest

from audit.contract import CannotSee, Reason
from audit.model.backup import BackupState
from audit.world.build import real_world
from checks.backup.rclone import Rclone, stored
from tests.real.buckets import ACCESS, REGION, SECRET, Buckets, buckets
from tests.real.drops import drop, dump, filled, listed
from tests.real.lab import tree
from tests.world.servers import closed_port

pytestmark = [pytest.mark.real, pytest.mark.lab]


@pytest.fixture(autouse=True)
def program(need: Callable[[str], Path]) -> None:
    need("rclone")


def look(root: Path, **more: Any) -> BackupState:
    copy = Rclone.model_validate({"id": "r", "kind": "rclone", "at": "busan", **more})
    found = anyio.run(stored.look, copy, real_world(allow=(ip_network("127.0.0.0/8"),), root=root))
    assert isinstance(found, BackupState)
    assert SECRET not in str(found.plain())
    return found


def test_a_folder_is_read_and_left_as_it_was(tmp_path: Path) -> None:
    filled(tmp_path / "drop")
    before = tree(tmp_path)
    seen = look(tmp_path, storage="local", path="drop", match="*.gz", manifest="SHA256SUMS")
    assert tree(tmp_path) == before
    assert (seen.integrity, seen.errors, len(seen.points)) == (2, (), 4)
    drop(tmp_path / "drop", "newest.sql.gz", dump(3))
    seen = look(tmp_path, storage="local", path="drop", match="*.gz", manifest="SHA256SUMS")
    assert seen.errors == ("newest.sql.gz: it is not what its sha256 says",)
    listed(tmp_path / "drop")
    assert look(tmp_path, storage="local", path="drop", manifest="SHA256SUMS").errors == ()


def test_names_that_look_like_options_or_remotes(tmp_path: Path) -> None:
    folder = tmp_path / "-v" / "s3:x"
    folder.mkdir(parents=True)
    drop(folder, "--config=x.dump", b"whole")
    seen = look(tmp_path, storage="local", path="-v/s3:x")
    assert [point.id for point in seen.points] == ["--config=x.dump"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotSee) as gap:
        look(tmp_path, storage="local", path="none")
    assert gap.value.reason is Reason.UNREACHABLE


@pytest.fixture
def store() -> Iterator[Buckets]:
    kept = dict(os.environ)
    os.environ |= {"KOSME_S3_ACCESS": ACCESS, "KOSME_S3_SECRET": SECRET, "RCLONE_CONFIG_HAECHI_ENV_AUTH": "true"}
    try:
        with buckets() as started:
            yield started
    finally:
        os.environ.clear()
        os.environ |= kept


def test_a_bucket(store: Buckets, tmp_path: Path) -> None:
    store.make("kosme-rclone")
    content = dump()
    store.put("kosme-rclone", "ledger/a.dump", content)
    store.put("kosme-rclone", "ledger/SUMS", f"{hashlib.sha256(content).hexdigest()}  a.dump\n".encode())
    before = store.state("kosme-rclone")
    written = {
        "storage": "s3", "path": "kosme-rclone/ledger", "manifest": "SUMS",
        "settings": {"provider": "Other", "endpoint": store.url, "region": REGION, "force-path-style": "true"},
        "secrets": {"access-key-id": {"env": "KOSME_S3_ACCESS"}, "secret-access-key": {"env": "KOSME_S3_SECRET"}},
    }  # fmt: skip
    seen = look(tmp_path, **written)
    assert (seen.integrity, seen.errors, seen.location) == (2, (), "127.0.0.1")
    assert [point.id for point in seen.points] == ["a.dump"]
    store.flip("kosme-rclone", "ledger/a.dump")
    assert look(tmp_path, **written).newest is None
    assert store.state("kosme-rclone") == before
    away = {**written["settings"], "endpoint": f"http://127.0.0.1:{closed_port()}"}  # type: ignore[dict-item]
    with pytest.raises(CannotSee) as gap:
        look(tmp_path, **{**written, "settings": away})
    assert gap.value.reason in (Reason.UNREACHABLE, Reason.TIMEOUT)
