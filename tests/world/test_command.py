"""Commands of this machine: what they are given, how they end, what is left of them."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.command import LocalCommand
from audit.world.secrets import HIDDEN, Secrets
from audit.world.world import Output

SOON = timedelta(seconds=60)
PLANTED = Secret("env", "HAECHI_TEST_SECRET")


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalCommand:
    monkeypatch.setenv(PLANTED.name, "planted-value")
    return LocalCommand(Secrets(tmp_path))


def run(
    hand: LocalCommand,
    *argv: str,
    timeout: timedelta = SOON,
    secrets: Mapping[str, Secret] = {},
    files: Mapping[str, Secret] = {},
) -> Output:
    async def main() -> Output:
        return await hand.run(argv, timeout, secrets, files)

    return anyio.run(main)


def refusal(hand: LocalCommand, *argv: str, timeout: timedelta = SOON) -> Reason:
    with pytest.raises(CannotSee) as gap:
        run(hand, *argv, timeout=timeout)
    return gap.value.reason


def gone(mark: Path) -> bool:
    """Whether the process that wrote its number into a file has ended."""
    try:
        number = int(mark.read_text())
    except (FileNotFoundError, ValueError):
        return True  # ended before it came to write it
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            stat = Path(f"/proc/{number}/stat").read_text()
        except FileNotFoundError:
            return True
        if stat.rpartition(")")[2].split()[0] == "Z":  # ended; whoever inherited it has not looked yet
            return True
        time.sleep(0.02)
    return False


def test_a_program_says_its_version_once_until_its_file_is_another(hand: LocalCommand, tmp_path: Path) -> None:
    program, asked = tmp_path / "program", tmp_path / "asked"

    def said(text: str) -> tuple[int, str]:
        program.write_text(f"#!/bin/sh\necho x >>{asked}\n{text}\n")
        program.chmod(0o700)
        told = [anyio.run(hand.version, (str(program), "version"), SOON) for _ in range(2)]
        assert told[0] == told[1]
        times = len(asked.read_text().split())
        asked.unlink()
        return times, told[0].out

    assert said("echo 1.0") == (1, "1.0\n")
    assert said("echo 1.10") == (1, "1.10\n")
    assert said("exit 1") == (2, "")  # what went wrong is no answer to keep
    with pytest.raises(CannotSee) as gap:
        anyio.run(hand.version, ("haechi-no-such-program", "version"), SOON)
    assert gap.value.reason is Reason.NO_TOOL


def test_what_a_command_prints_with_its_code(hand: LocalCommand) -> None:
    assert run(hand, "sh", "-c", "echo out; echo err >&2; exit 3") == Output(3, "out\n", "err\n")


def test_a_code_that_is_lost_is_no_success(hand: LocalCommand) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert run(hand, "true").code != 0
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert run(hand, "true").code == 0


def test_what_is_said_by_halves_and_at_length(hand: LocalCommand) -> None:
    said = run(hand, "sh", "-c", "printf a; sleep 0.05; exec >&-; sleep 0.1; head -c 3000000 /dev/zero >&2; exit 4")
    assert (said.code, said.out, len(said.err)) == (4, "a", 65_536)
    assert said.took > 0.15
    assert len(run(hand, "head", "-c", "7000000", "/dev/zero").out) == 7_000_000


def test_no_shell_looks_at_the_words(hand: LocalCommand) -> None:
    assert run(hand, "echo", "$HOME; `id` *").out == "$HOME; `id` *\n"


def test_the_environment_holds_nothing_of_ours(hand: LocalCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-key")
    monkeypatch.setenv("http_proxy", "http://proxy.example:1")
    said = run(hand, "env").out
    names = {line.partition("=")[0] for line in said.splitlines()}
    assert names <= {"PATH", "HOME", "TMPDIR", "TZ", "LC_ALL", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "PWD"}
    assert {"TZ=UTC", "LC_ALL=C.UTF-8"} <= set(said.splitlines())


def test_the_home_is_empty_closed_and_gone_afterwards(hand: LocalCommand) -> None:
    said = run(hand, "sh", "-c", 'pwd; ls -A; stat -c %a .; echo "$HOME"; touch left').out.split()
    assert said[0] == said[2]
    assert said[1] == "700"
    assert not Path(said[0]).exists()


def test_a_secret_as_a_file_is_in_no_argument_no_variable_on_no_disk(hand: LocalCommand) -> None:
    script = 'cat "$1"; echo; tr "\\0" "\\n" </proc/$$/cmdline; tr "\\0" "\\n" </proc/$$/environ; ls -A'
    first, *rest = run(hand, "sh", "-c", script, "x", "{word}", files={"word": PLANTED}).out.splitlines()
    assert first == "planted-value"
    assert "planted-value" not in "\n".join(rest)


def test_a_secret_as_a_variable(hand: LocalCommand) -> None:
    assert run(hand, "sh", "-c", 'echo "$A"', secrets={"A": PLANTED}).out == "planted-value\n"


def test_what_a_command_complains_of_holds_no_secret(hand: LocalCommand) -> None:
    assert run(hand, "sh", "-c", 'echo "bad $A" >&2', secrets={"A": PLANTED}).err == f"bad {HIDDEN}\n"


def test_nothing_can_be_typed(hand: LocalCommand) -> None:
    assert run(hand, "cat").out == ""
    assert run(hand, "sh", "-c", "exec 3</dev/tty").code != 0


def test_a_missing_program(hand: LocalCommand) -> None:
    assert refusal(hand, "haechi-no-such-program") is Reason.NO_TOOL


def test_a_file_that_is_no_program(hand: LocalCommand, tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"\x7fELF nonsense")
    (tmp_path / "broken").chmod(0o700)
    assert refusal(hand, str(tmp_path / "broken")) is Reason.INCOMPLETE


def test_a_command_that_does_not_end_is_ended_with_its_children(hand: LocalCommand, tmp_path: Path) -> None:
    script = f"sleep 300 & echo $! >{tmp_path}/child; trap '' TERM; wait; sleep 300"
    assert refusal(hand, "sh", "-c", script, timeout=timedelta(seconds=1)) is Reason.TIMEOUT
    assert gone(tmp_path / "child")


def test_a_child_that_stays_behind_is_ended_too(hand: LocalCommand, tmp_path: Path) -> None:
    script = f"sleep 300 >/dev/null 2>&1 & echo $! >{tmp_path}/child"
    assert run(hand, "sh", "-c", script).code == 0
    assert gone(tmp_path / "child")


def test_a_look_that_is_called_off_ends_its_command(hand: LocalCommand, tmp_path: Path) -> None:
    async def main() -> None:
        async with anyio.create_task_group() as group:
            script = f"echo $$ >{tmp_path}/number; mv {tmp_path}/number {tmp_path}/child; sleep 300"
            group.start_soon(hand.run, ("sh", "-c", script), SOON, {})
            while not (tmp_path / "child").exists():
                await anyio.sleep(0.02)
            group.cancel_scope.cancel()

    anyio.run(main)
    assert gone(tmp_path / "child")


def test_an_endless_output_is_cut(hand: LocalCommand) -> None:
    assert refusal(hand, "yes") is Reason.INCOMPLETE


def test_endless_complaints_are_dropped_not_kept(hand: LocalCommand) -> None:
    said = run(hand, "sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo done")
    assert said.out == "done\n"
    assert len(said.err) == 65_536


def test_output_that_is_no_text(hand: LocalCommand) -> None:
    assert run(hand, "printf", "\\377a").out == "�a"
