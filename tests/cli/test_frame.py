"""Words of a command line in, the output and the exit code of a real process out."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

from audit.cli import BROKEN_PIPE, COMMANDS, MEANINGS, haechi, main, unexpected
from audit.model.exit import Exit, Stop

HEAVY = (
    "anyio",
    "httpx",
    "jinja2",
    "pydantic",
    "rich",
    "sqlalchemy",
    "yaml",
    "audit.app",
    "audit.catalogue",
    "reports",
)


def run(*words: str, stdout: int = subprocess.PIPE, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        (sys.executable, "-P", "-m", "audit", *words),
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def text() -> str:
    answer = run("--help")
    assert answer.returncode == Exit.READY
    assert answer.stderr == b""
    return answer.stdout.decode()


def test_help_names_every_command_with_its_line() -> None:
    said = text()
    for name, line in COMMANDS:
        assert re.search(rf"^  {name} +{re.escape(line)}$", said, re.MULTILINE), name


def test_help_holds_the_table_of_exit_codes() -> None:
    table = dict(re.findall(r"^ +(\d+)  (\S.*)$", text(), re.MULTILINE))
    assert {int(code) for code in table} == {int(code) for code in Exit}
    assert table == {str(int(code)): says for code, says in MEANINGS}


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom audit.cli import main\nassert main(['--help']) == 0\n"
        f"print('heavy:', *[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    answer = subprocess.run((sys.executable, "-P", "-c", program), capture_output=True, timeout=60, check=False)
    assert answer.stderr == b"heavy:\n"


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_every_command_is_there(name: str) -> None:
    found = haechi.get_command(click.Context(haechi), name)
    assert found is not None
    assert found.name == name
    assert found.get_short_help_str(200).endswith(".")
    assert main([name, "--help"]) == Exit.READY


def test_version() -> None:
    assert re.fullmatch(rb"haechi \d+\.\d+\.\d+\S*\n", run("--version").stdout)


def test_no_command_is_wrong_usage() -> None:
    answer = run()
    assert (answer.returncode, answer.stdout) == (Exit.USAGE, b"")
    assert b"Commands:" in answer.stderr


def test_a_misspelt_command_is_guessed() -> None:
    answer = run("vaildate")
    assert answer.returncode == Exit.USAGE
    assert answer.stdout == b""
    assert b"No such command 'vaildate'. Did you mean 'validate'?" in answer.stderr


@pytest.mark.parametrize("word", ["\x1b[31mred", "\u202eevil", "\x9b5n", "a\x07b"])
def test_what_was_typed_comes_back_clean(word: str) -> None:
    answer = run(word)
    assert answer.returncode == Exit.USAGE
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", answer.stderr.decode())


@pytest.mark.parametrize("words", [("completion", "ksh"), ("completion",), ("--nonsense",), ("doctor", "--nonsense")])
def test_wrong_usage(words: tuple[str, ...]) -> None:
    answer = run(*words)
    assert (answer.returncode, answer.stdout) == (Exit.USAGE, b"")
    assert b"Traceback" not in answer.stderr


def test_a_reader_that_leaves_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        answer = run("--help", stdout=writing)
    finally:
        os.close(writing)
    assert (answer.returncode, answer.stderr) == (BROKEN_PIPE, b"")


def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        answer = run("--help", stdout=full.fileno())
    assert answer.returncode == Exit.STORAGE
    assert answer.stderr.splitlines() == [b"cannot write the output: No space left on device"]


def test_a_closed_output_is_no_crash() -> None:
    answer = subprocess.run(
        ("sh", "-c", '"$0" -P -m audit --help >&-', sys.executable), capture_output=True, timeout=60, check=False
    )
    assert b"Traceback" not in answer.stderr


def test_an_encoding_without_korean_letters() -> None:
    program = "import sys\nfrom audit.cli import main\nmain(['--help'])\nprint('해치')\nprint('해치', file=sys.stderr)"
    answer = subprocess.run(
        (sys.executable, "-P", "-c", program),
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert answer.returncode == 0
    assert answer.stdout.endswith(b"\\ud574\\uce58\n")


def test_a_bug_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAECHI_DEBUG", raising=False)
    assert unexpected(ZeroDivisionError("a\nb\x1b[2J postgresql://me:hunter2@db/x password=hunter3")) == Exit.INTERNAL
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("internal error: ZeroDivisionError: a b")
    assert line.endswith("; run again with HAECHI_DEBUG=1")
    assert "hunter" not in line
    assert "\x1b" not in line


def test_a_bug_shows_its_traceback_on_demand(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAECHI_DEBUG", "1")
    with pytest.raises(LookupError) as caught:
        raise LookupError("password=" + "hunter" + "3")
    assert unexpected(caught.value) == Exit.INTERNAL
    said = capsys.readouterr().err
    assert said.startswith("Traceback (most recent call last):")
    assert "test_frame.py" in said
    assert "hunter3" not in said


ENDS: Mapping[str, tuple[str, int, str]] = {
    "stop": ("raise Stop(Exit.LOCKED, 'locked', 'by \\x1b[1mme')", Exit.LOCKED, "locked\nby \ufffd[1mme\n"),
    "interrupt": ("raise KeyboardInterrupt", Exit.INTERRUPTED, "interrupted\n"),
    "exit": ("return Exit.NOT_VERIFIED", Exit.NOT_VERIFIED, ""),
    "context": ("ctx.exit(5)", Exit.EXPIRED, ""),
    "pipe": ("raise BrokenPipeError(32, 'Broken pipe')", Exit.INTERNAL, "internal error: BrokenPipeError: "),
}


@pytest.mark.parametrize("case", ENDS)
def test_how_a_command_ends(case: str) -> None:
    body, code, said = ENDS[case]
    program = (
        "import sys, click\nfrom audit.cli import haechi, main\nfrom audit.model.exit import Exit, Stop\n"
        f"@click.command('probe')\n@click.pass_context\ndef probe(ctx):\n    {body}\n"
        "type(haechi).list_commands = lambda self, ctx: ['probe']\n"
        "type(haechi).get_command = lambda self, ctx, name: probe\n"
        "sys.exit(main(['probe']))"
    )
    answer = subprocess.run((sys.executable, "-P", "-c", program), capture_output=True, timeout=60, check=False)
    assert answer.returncode == code, answer.stderr
    assert answer.stderr.decode().startswith(said)
    assert b"Traceback" not in answer.stderr


def test_stop_carries_lines() -> None:
    assert Stop(Exit.LOCKED, "one", "two").lines == ("one", "two")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(shell: str) -> None:
    answer = run("completion", shell)
    assert answer.returncode == Exit.READY
    assert f"_HAECHI_COMPLETE={shell}_complete" in answer.stdout.decode()


def test_completion_of_words() -> None:
    answer = run(_HAECHI_COMPLETE="bash_complete", COMP_WORDS="haechi va", COMP_CWORD="1")
    assert answer.stdout.decode().split() == ["plain,validate"]
    answer = run(_HAECHI_COMPLETE="bash_complete", COMP_WORDS="haechi completion ", COMP_CWORD="2")
    assert answer.stdout.decode().split() == ["plain,bash", "plain,zsh", "plain,fish"]
