"""A format and a target in, a whole report or none out."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.model.dossier import Dossier
from audit.model.exit import Exit, Stop
from reports import formats
from reports.format import Format, Page, write
from tests.reports.sample import dossier

SMALL = dossier(40, 2, 2)


def test_a_file_appears_whole_with_ordinary_rights(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    assert write(formats()["json"], SMALL, "en", target) == (target,)
    assert target.read_bytes().startswith(b'{"schema": "haechi.run/1"')
    (tmp_path / "fresh").touch()
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE((tmp_path / "fresh").stat().st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fresh", "report.json"]


def _breaks(error: OSError) -> Format:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise error

    def pages(dossier: Dossier, language: str) -> Iterator[Page]:
        yield Page("", chunks())
        yield Page("more/a.html", chunks())

    return Format("broken", ".html", "text/html", pages)


def test_nothing_is_left_of_a_report_that_could_not_be_finished(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    with pytest.raises(Stop) as stopped:
        write(_breaks(OSError(28, "No space left on device")), SMALL, "en", target)
    assert stopped.value.code is Exit.STORAGE
    assert "No space left" in stopped.value.lines[0]
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert target.read_text() == "old"


def test_a_full_disk_ends_in_exit_7(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stopped, open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123
        write(formats()["json"], SMALL, "en", full)
    assert stopped.value.code is Exit.STORAGE
    with pytest.raises(Stop) as stopped:
        write(formats()["json"], SMALL, "en", Path("/dev/full"))
    assert stopped.value.code is Exit.STORAGE
    assert Path("/dev/full").is_char_device()


def test_a_missing_folder_ends_in_exit_7_and_a_folder_as_target_in_2(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stopped:
        write(formats()["json"], SMALL, "en", tmp_path / "missing" / "report.json")
    assert stopped.value.code is Exit.STORAGE
    with pytest.raises(Stop) as stopped:
        write(formats()["json"], SMALL, "en", tmp_path)
    assert stopped.value.code is Exit.USAGE


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link = tmp_path / "latest.json"
    link.symlink_to(tmp_path / "far" / "report.json")
    write(formats()["json"], SMALL, "en", link)
    assert link.is_symlink()
    assert (tmp_path / "far" / "report.json").read_bytes().startswith(b"{")


def test_a_big_report_is_a_page_with_a_folder_and_can_be_written_again(tmp_path: Path) -> None:
    big = dossier(3_200, 3, 4)
    target = tmp_path / "report.html"
    first = write(formats()["html"], big, "ko", target)
    assert write(formats()["html"], big, "ko", target) == first
    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert {path.parent for path in first[1:]} == {folder}
    assert sorted(folder.iterdir()) == sorted(first[1:])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["report.html", folder.name])
    with pytest.raises(Stop) as stopped:
        write(formats()["html"], big, "en", io.BytesIO())
    assert stopped.value.code is Exit.USAGE
    assert "--output" in stopped.value.lines[0]


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "euc-kr"])
def test_text_survives_every_locale(encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    write(formats()["terminal"], SMALL, "ko", stream)
    text = stream.buffer.getvalue().decode(encoding)
    assert ("\\u" in text) == (encoding == "ascii")
    assert "%" in text


def test_data_is_utf_8_in_every_locale() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    write(formats()["json"], SMALL, "en", stream)
    stream.buffer.getvalue().decode("utf-8")


PROGRAM = """
import sys
from reports import formats
from reports.format import write
from tests.reports.sample import dossier
write(formats()["terminal"], dossier(40, 2, 2), "ko", sys.stdout)
"""


def test_a_pipe_gets_plain_text_and_a_terminal_gets_colour_unless_it_says_no() -> None:
    root = Path(__file__).resolve().parents[2]
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM", "COLUMNS")}

    def through_terminal(**wishes: str) -> bytes:
        leader, follower = os.openpty()
        try:
            program = subprocess.Popen(
                [sys.executable, "-c", PROGRAM], cwd=root, env=plain | wishes, stdout=follower, stderr=subprocess.PIPE
            )
            os.close(follower)
            seen = b""
            while True:
                try:
                    piece = os.read(leader, 65536)
                except OSError:
                    break
                if not piece:
                    break
                seen += piece
            assert program.wait(30) == 0, program.communicate()[1]
            program.communicate()
            return seen
        finally:
            os.close(leader)

    coloured = through_terminal(TERM="xterm")
    assert b"\x1b[" in coloured
    assert b"\x1b" not in through_terminal(TERM="xterm", NO_COLOR="1")
    assert b"\x1b" not in through_terminal(TERM="dumb")
    piped = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, env=plain, capture_output=True, check=True, timeout=30
    )
    assert b"\x1b" not in piped.stdout
