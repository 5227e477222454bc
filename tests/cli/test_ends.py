"""Streams that are closed, narrow or full, keys that are pressed in, a clean end of a real process out."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audit.cli import interrupt, main
from audit.model.exit import Exit

EMPTY = "estate: {id: nothing}\n"


def shell(words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """`$0` in the words is Python, as in `"$0" -P -m audit runs >&-`."""
    return subprocess.run(
        ("sh", "-c", words, sys.executable),
        cwd=folder,
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        check=False,
    )


def test_a_closed_stream_takes_nothing_from_a_run(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(EMPTY)
    ends = {"run estate.yaml <&- >&- 2>&-": Exit.NOT_VERIFIED, "show >&-": Exit.READY, "show 2>&-": Exit.READY}
    for words, code in ends.items():
        answer = shell(f'"$0" -m audit {words}', tmp_path)
        assert (answer.returncode, b"internal" in answer.stderr) == (code, False), answer.stderr
    assert shell('"$0" -m audit runs', tmp_path).stdout.count(b"\n") == 1


@pytest.mark.parametrize("words", ["explain backup.age", "checks --format json"])
def test_a_terminal_that_says_it_is_ascii_gets_no_other_sign(words: str, tmp_path: Path) -> None:
    answer = shell(f'"$0" -m audit {words} --lang ko', tmp_path, PYTHONIOENCODING="ascii")
    assert answer.returncode == Exit.READY
    assert answer.stdout.isascii()
    assert b"\\u" in answer.stdout


def test_the_name_of_a_folder_does_not_act_on_a_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "\x1b[31m\u202ered"
    folder.mkdir()
    (folder / "estate.yaml").write_text("nonsense: 1\n")
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        words = (sys.executable, "-P", "-m", "audit", "validate", str(folder))
        answer = subprocess.run(words, stdout=theirs, stderr=theirs, timeout=60, check=False)
        os.close(theirs)
        said = terminal.read(10_000).decode()
    assert answer.returncode == Exit.INVALID
    assert "problems in" in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_ctrl_c_within_an_import_ends_at_once(tmp_path: Path) -> None:
    (tmp_path / "slowly.py").write_text(
        "import os, signal, time\n"
        "class Late:\n    def __del__(self):\n        os.kill(os.getpid(), signal.SIGINT); time.sleep(0.1)\n"
        "Late()\n"
    )
    program = (
        "import sys\nimport click\nfrom audit.cli import haechi, main\n"
        "@click.command('probe')\ndef probe():\n    import slowly\n    print('went on')\n"
        "type(haechi).list_commands = lambda self, ctx: ['probe']\n"
        "type(haechi).get_command = lambda self, ctx, name: probe\n"
        "sys.exit(main(['probe']))"
    )
    (tmp_path / "program.py").write_text(program)
    answer = shell('"$0" program.py', tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (Exit.INTERRUPTED, b"", b"interrupted\n")


def test_ctrl_c_elsewhere_is_left_to_whoever_cleans_up() -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupt(signal.SIGINT, None)


def test_a_report_that_cannot_be_written_is_told_before_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "estate.yaml").write_text(EMPTY)
    store = tmp_path / "haechi.db"
    words = ["run", str(tmp_path), "--store", str(store), "--output"]
    assert main([*words, str(tmp_path)]) == Exit.USAGE
    assert main([*words, str(tmp_path / "nowhere" / "report.html")]) == Exit.STORAGE
    assert "there is no folder" in capsys.readouterr().err
    assert not store.exists()


def test_a_dash_is_the_standard_output(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(EMPTY)
    answer = shell('"$0" -m audit run estate.yaml --format jsonl --output -', tmp_path)
    assert answer.stdout.startswith(b'{"schema"')
    assert not (tmp_path / "-").exists()
    again = shell('"$0" -m audit show --format jsonl --output /dev/stdout | cat', tmp_path)
    assert (again.stdout, again.stderr) == (answer.stdout, b"")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("run estate.yaml", b"cannot use the store haechi.db: File too large"),
        ("init made", b"cannot write into made: File too large"),
        ("checks > listed", b"cannot write the output: File too large"),
    ],
)
def test_what_cannot_be_written_is_storage(words: str, said: bytes, tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(EMPTY)
    answer = shell(f'ulimit -f 0; "$0" -B -m audit {words}', tmp_path)
    assert (answer.returncode, answer.stderr.startswith(said)) == (Exit.STORAGE, True), answer.stderr
    assert not (tmp_path / "made" / "estate.yaml").exists()


def test_what_a_library_logs_is_not_printed(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(EMPTY)
    (tmp_path / "program.py").write_text(
        "import logging\nfrom audit.cli import main\n"
        "assert main(['run', 'estate.yaml']) == 3\nlogging.getLogger('asyncio').warning('a loop is closed')"
    )
    answer = shell('"$0" program.py', tmp_path)
    assert (answer.returncode, answer.stderr) == (0, b"")


def test_a_folder_that_was_deleted_under_ones_feet(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    answer = shell('rmdir ../gone; "$0" -m audit runs', gone)
    assert answer.returncode == Exit.USAGE
    assert answer.stderr.splitlines() == [b"the folder that you are in is no longer there; go to another one"]
