"""A command line becomes a server that is ready, ended with everything it started when nobody needs it any more."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.real.children import wait_until

PATIENCE = 180
"""Seconds for one program of a test, on a machine that has others to serve."""


@contextmanager
def serving(
    argv: Sequence[str],
    ready: Callable[[], bool],
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start it, wait, end it; it dies also where the tests are killed."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *argv],
            cwd=log.parent, env={**plainly(), **(environment or {})}, stdin=subprocess.DEVNULL,
            stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip

    def answers() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"{argv[0]} ended: {log.read_text('utf-8', 'replace')[-2000:]}")
        return ready()

    try:
        wait_until(answers, argv[0])
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server, also one that was frozen."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE)


def run(*argv: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One program to its end, whatever its code."""
    return subprocess.run(
        argv, env={**plainly(), **(environment or {})}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        errors="replace", timeout=PATIENCE, check=False,
    )  # fmt: skip


def done(*argv: str, environment: Mapping[str, str] | None = None) -> str:
    """What one program prints; it has to end well."""
    ended = run(*argv, environment=environment)
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(argv[:3])}: {(ended.stderr + ended.stdout).strip()[-2000:]}")
    return ended.stdout


def plainly() -> dict[str, str]:
    folders = ("/usr/sbin", "/sbin")
    return {
        "PATH": os.pathsep.join((os.environ.get("PATH", os.defpath), *folders)), "LC_ALL": "C.UTF-8", "TZ": "UTC",
    }  # fmt: skip
