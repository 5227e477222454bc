"""Real backup files restored in a drill: packed, archived, with manifests, damaged on the way, locked in a cipher."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import importlib
import io
import lzma
import os
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.model.verdict import CannotSee, Reason
from checks.backup import files as kinds
from checks.backup.drills import files
from checks.backup.drills.files import restored
from checks.backup.files import FileCopies
from tests.real.around import secrets_of
from tests.real.lab import tree
from tests.real.scratch import scratch_for
from tests.real.workshops import Brought, drill

pytestmark = [pytest.mark.real, pytest.mark.lab]
Need = Callable[[str], Path]


def look(folder: Path, pattern: str = "*", *, more: dict[str, Any] | None = None, **terms: Any) -> Brought:
    written = {"id": "nightly", "kind": "files", "at": "busan", "path": f"kept/{pattern}"}
    copy = FileCopies.model_validate({**written, **(more or {})})
    before = tree(folder / "kept")
    brought = drill(restored, copy, folder, folder / "scratch", **terms)
    assert brought.left == ()
    assert tree(folder / "kept") == before
    return brought


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    (tmp_path / "kept").mkdir()
    return tmp_path / "kept"


def archive(members: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    """A tar archive in memory."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            file.addfile(entry)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.bin.gz", gzip.compress), ("a.bin.bz2", bz2.compress), ("a.bin.xz", lzma.compress)],
)
def test_a_packed_file_is_unpacked_and_held_against_its_sum(kept: Path, name: str, pack: Any) -> None:
    (kept / name).write_bytes(pack(os.urandom(10_000) * 3))
    brought = look(kept.parent)
    assert brought.failed == {}
    assert (brought.restored.integrity, brought.restored.bytes, brought.restored.point.id) == (3, 30_000, name)
    assert {part.name for part in brought.parts} >= {"fetch", "restore", "verify"}


def test_a_file_that_nothing_sums_up_proves_little(kept: Path) -> None:
    (kept / "image.raw").write_bytes(os.urandom(5000))
    brought = look(kept.parent)
    assert brought.failed == {}
    assert brought.restored.integrity == 1


def test_a_manifest_beside_it_proves_a_file(kept: Path) -> None:
    (kept / "image.raw").write_bytes(b"x" * 5000)
    (kept / "SHA256SUMS").write_text(f"{hashlib.sha256(b'x' * 5000).hexdigest()}  image.raw\n")
    brought = look(kept.parent)
    assert [check.name for check in brought.restored.checks] == ["fetch", "sha256"]
    assert brought.restored.integrity == 3


def test_an_archive_is_extracted_and_its_canary_found(kept: Path) -> None:
    ledger = os.urandom(4000)
    sums = f"{hashlib.sha256(ledger).hexdigest()}  ledger\n".encode()
    (kept / "a.tar").write_bytes(archive({"srv/ledger": ledger, "srv/SHA256SUMS": sums, "srv/marker": b"9\n"}))
    brought = look(kept.parent, canary={"file": "srv/marker", "at-least": 7})
    assert brought.failed == {}
    assert (brought.restored.integrity, brought.restored.files) == (5, 3)


def test_an_archive_whose_content_was_spoiled_fails_by_its_manifest(kept: Path) -> None:
    # No tool that reads the archive finds this: a tar archive sums up its headers alone.
    ledger = b"a" * 4000
    sums = f"{hashlib.sha256(ledger).hexdigest()}  ledger\n".encode()
    made = archive({"srv/ledger": ledger, "srv/SHA256SUMS": sums})
    (kept / "a.tar").write_bytes(made.replace(b"a" * 100, b"b" * 100, 1))
    brought = look(kept.parent)
    assert "another sha256" in brought.failed["manifest"]
    assert brought.restored.integrity == 1


def test_an_archive_cannot_write_outside_of_the_room(kept: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    evil = archive({"../../../out": b"1", str(target / "absolute"): b"2"}, {"way": str(target)})
    (kept / "a.tar").write_bytes(evil)
    look(kept.parent)
    assert list(target.iterdir()) == []
    assert not (tmp_path / "out").exists()


def test_the_one_before_is_taken_where_the_newest_is_cut_off(kept: Path) -> None:
    packed = gzip.compress(os.urandom(50_000))
    (kept / "1.gz").write_bytes(packed)
    os.utime(kept / "1.gz", (1_700_000_000, 1_700_000_000))
    (kept / "2.gz").write_bytes(packed[:-4000])
    assert look(kept.parent).restored.point.id == "1.gz"
    brought = look(kept.parent, wanted="2.gz")
    assert "unpack" in brought.failed
    assert brought.restored.integrity == 1


def test_nothing_whole_is_a_failed_drill(kept: Path) -> None:
    (kept / "1.gz").write_bytes(gzip.compress(os.urandom(50_000))[:-4000])
    brought = look(kept.parent)
    assert brought.failed.keys() == {"complete point"}


def test_what_is_encrypted_is_no_drill(kept: Path) -> None:
    (kept / "1.age").write_bytes(b"age-encryption.org/v1\n-> X25519 abc\n" + os.urandom(300))
    with pytest.raises(CannotSee) as gap:
        look(kept.parent)
    assert gap.value.reason is Reason.INCOMPLETE
    assert "encrypted" in str(gap.value)


def test_what_unpacks_to_more_than_is_allowed_is_not_unpacked(kept: Path) -> None:
    (kept / "1.gz").write_bytes(gzip.compress(b"ledger\n" * 430_000))
    with pytest.raises(CannotSee) as gap:
        look(kept.parent, most=1_000_000)
    assert gap.value.reason is Reason.DENIED


@pytest.mark.parametrize("form", ["custom", "folder", "sql", "tar"])
def test_a_dump_is_loaded_into_a_server(need: Need, tmp_path: Path, form: str) -> None:
    made = importlib.import_module(f"tests.real.labs.dumps_{form}")
    for name in made.NEEDS:
        need(name)
    with made.lab(tmp_path) as lab, secrets_of(lab), scratch_for(tmp_path) as scratch:
        before = lab.state()
        found = scratch.drill(lab.item, only=(files, kinds)).state
        assert found is not None
        assert [check for check in found.checks if not check.held] == []
        assert (found.proven, found.integrity) == (True, 4)
        assert {part.name for part in found.parts} >= {"fetch", "start", "restore", "verify"}
        assert found.rto > timedelta(0)
        assert lab.state() == before
