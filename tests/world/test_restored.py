"""Folders of restored files with links in them: what is listed, summed, saved; what lies elsewhere stays out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from audit.contract import Verbs
from audit.model.verdict import CannotSee, Reason
from audit.world.restored import entries_below, save_below, sums_below


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A room beside a file that was never restored."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ledger").write_bytes(b"ledger")
    folder = tmp_path / "room"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / ".hidden").write_bytes(b"ledger")
    (folder / "link").symlink_to(tmp_path / "elsewhere" / "ledger")
    (folder / "way").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "pipe")
    return folder


def test_only_ordinary_files_are_listed(room: Path) -> None:
    found = anyio.run(entries_below, room)
    assert {name: entry.size for name, entry in found.items()} == {"deep/.hidden": 6}
    assert found["deep/.hidden"].modified.tzinfo is not None
    assert anyio.run(entries_below, room / "nowhere") == {}


def test_what_a_link_leads_to_was_not_restored(room: Path) -> None:
    names = (
        "deep/.hidden",
        "link",
        "way/ledger",
        "../elsewhere/ledger",
        "deep/../deep/.hidden",
        "pipe",
        "deep",
        "a\0b",
    )
    assert anyio.run(sums_below, room, names) == {"deep/.hidden": hashlib.sha256(b"ledger").hexdigest()}


async def pieces(*texts: bytes) -> AsyncIterator[bytes]:
    for text in texts:
        yield text


def test_pieces_become_a_file_with_its_folders(room: Path) -> None:
    path = anyio.run(save_below, room, "new/one/file", pieces(b"led", b"ger"))
    assert path.read_bytes() == b"ledger"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["../out", "/etc/haechi", "a/../../out", "", "a//b", "."])
def test_a_name_that_leads_out_is_refused(room: Path, name: str) -> None:
    with pytest.raises(CannotSee) as gap:
        anyio.run(save_below, room, name, pieces(b"x"))
    assert gap.value.reason is Reason.DENIED


@pytest.mark.parametrize("name", ["link", "way/ledger", "way/new", "deep/.hidden"])
def test_nothing_is_written_over_or_through_a_link(room: Path, name: str) -> None:
    with pytest.raises(CannotSee):
        anyio.run(save_below, room, name, pieces(b"x"))
    assert sorted(path.name for path in (room.parent / "elsewhere").iterdir()) == ["ledger"]
    assert (room.parent / "elsewhere" / "ledger").read_bytes() == b"ledger"


def test_a_word_that_may_come_more_than_once() -> None:
    verbs = Verbs(commands=("restic restore * [--include=*]...",))
    for count in (0, 1, 500):
        assert verbs.allow_command(["restic", "restore", "id", *["--include=/a"] * count])
    assert not verbs.allow_command(["restic", "restore", "id", *["--include=/a"] * 500, "--delete"])
    assert not verbs.allow_command(["restic", "restore", "id", "--include=/a", "operand"])
