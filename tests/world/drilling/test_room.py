"""Scratch folders with rooms of the living, the dead and of nobody in, what is left of them out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.drilling.room import LOCK, Room, Taken, claimed, inside, make_room, remove_room, sweep


def test_a_room_is_closed_to_others_and_taken_away_with_all_that_is_in_it(tmp_path: Path) -> None:
    room = make_room(tmp_path, "20261122T050000Z-abcd")
    assert [path.stat().st_mode & 0o777 for path in (room.path, room.home, room.inside)] == [0o700] * 3
    assert room.outer.stat().st_mode & 0o066 == 0
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (room.path / "link").symlink_to(outside)
    (room.path / "deep" / "er").mkdir(parents=True)
    (room.path / "deep" / "er" / "file").write_text("x")
    (room.path / "deep" / "er").chmod(0o500)
    (room.path / "deep").chmod(0)
    remove_room(room)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside"]
    assert (outside / "kept").read_text() == "kept"


@pytest.mark.parametrize("depth", [20, 3000])
def test_no_folder_is_too_deep_to_be_taken_away(tmp_path: Path, depth: int) -> None:
    room = make_room(tmp_path, "deep")
    folder = os.open(room.path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=folder)
        os.symlink("/etc", "out", dir_fd=folder)
        below = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.fchmod(folder, 0)
    os.close(folder)
    remove_room(room)
    assert not list(tmp_path.iterdir())
    assert Path("/etc/passwd").exists()


def test_a_room_that_could_not_be_made_leaves_nothing(tmp_path: Path) -> None:
    words = """
import resource, signal, sys
from pathlib import Path
from audit.world.drilling.room import make_room
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
make_room(Path(sys.argv[1]), "full")
"""
    made = subprocess.run(
        [sys.executable, "-c", words, tmp_path], capture_output=True, text=True, timeout=300, check=False
    )
    assert "File too large" in made.stderr
    assert not list(tmp_path.iterdir())


def test_a_room_whose_marker_was_never_written_is_taken_away(tmp_path: Path) -> None:
    unmarked = tmp_path / "haechi-drill-killed"
    unmarked.mkdir()
    (unmarked / "marker").touch()
    assert sweep(tmp_path) == ()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("marker", [None, "", "{", "[]", '{"id": "other"}', '{"id": 7}'])
def test_a_folder_without_the_right_marker_is_never_taken_away(tmp_path: Path, marker: str | None) -> None:
    room = make_room(tmp_path, "mine")
    (room.path / "file").write_text("x")
    (room.outer / "marker").unlink()
    if marker is not None:
        (room.outer / "marker").write_text(marker)
    with pytest.raises(ValueError, match="not marked"):
        remove_room(room)
    assert sweep(tmp_path) == ()
    assert (room.path / "file").exists()


def test_a_marker_that_is_a_link_is_none(tmp_path: Path) -> None:
    room = make_room(tmp_path, "mine")
    (room.outer / "marker").rename(tmp_path / "marker")
    (room.outer / "marker").symlink_to(tmp_path / "marker")
    with pytest.raises(ValueError, match="not marked"):
        remove_room(room)


def test_a_room_under_another_name_is_not_taken_away(tmp_path: Path) -> None:
    room = make_room(tmp_path, "mine")
    moved = Room("mine", tmp_path / "precious")
    room.outer.rename(moved.outer)
    with pytest.raises(ValueError, match="not marked"):
        remove_room(moved)


@pytest.mark.parametrize("id", ["", "..", "a/b", "x" * 100, "a\0b"])
def test_an_id_that_is_no_name_of_a_folder(tmp_path: Path, id: str) -> None:  # noqa: A002
    if id == "..":
        # Dots are fine behind the prefix: it stays a plain name.
        assert make_room(tmp_path, id).outer.parent == tmp_path
        return
    with pytest.raises(ValueError):
        make_room(tmp_path, id)


def test_the_room_of_a_living_drill_stays(tmp_path: Path) -> None:
    room = make_room(tmp_path, "living")
    assert sweep(tmp_path) == ()
    assert room.path.is_dir()


def test_what_a_dead_drill_left_is_taken_away(tmp_path: Path) -> None:
    words = "import sys; from pathlib import Path; from audit.world.drilling.room import make_room"
    made = "make_room(Path(sys.argv[1]), 'dead').path.joinpath('file').write_text('x')"
    subprocess.run([sys.executable, "-c", f"{words}; {made}", str(tmp_path)], check=True, timeout=300)
    living, nobody = make_room(tmp_path, "living"), tmp_path / "haechi-drill-empty"
    nobody.mkdir()
    theirs = tmp_path / "haechi-drill-theirs"
    theirs.mkdir()
    (theirs / "file").write_text("x")
    assert sweep(tmp_path) == ("dead",)
    assert sorted(path.name for path in tmp_path.iterdir()) == [living.outer.name, theirs.name]


def test_another_process_under_the_old_number_is_not_taken_for_the_drill(tmp_path: Path) -> None:
    room = make_room(tmp_path, "old")
    marker = json.loads((room.outer / "marker").read_text())
    for change in ({"began": "1"}, {"boot": "another"}):
        again = make_room(tmp_path, "again")
        (again.outer / "marker").write_text(json.dumps({**marker, "id": "again", **change}))
        assert sweep(tmp_path) == ("again",)


def test_one_drill_at_a_time(tmp_path: Path) -> None:
    with claimed(tmp_path), pytest.raises(Taken, match=str(os.getpid())), claimed(tmp_path):
        pass
    with claimed(tmp_path):
        pass


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    (tmp_path / LOCK).symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="symbolic"), claimed(tmp_path):
        pass
    assert (tmp_path / "target").read_text() == "kept"


def test_only_what_is_in_the_room_is_in_the_room(tmp_path: Path) -> None:
    room = make_room(tmp_path, "mine").path
    (room / "out").symlink_to(tmp_path)
    assert inside(room, Path("a/b")) == room / "a/b"
    assert inside(room, room) == room
    for path in (Path("../home"), Path("/etc"), Path("out/x"), room.parent):
        with pytest.raises(CannotSee) as gap:
            inside(room, path)
        assert gap.value.reason is Reason.DENIED
