"""The command `haechi demo` in, a whole audit of made-up institutions out."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.model.exit import Exit
from audit.model.verdict import Reason, Verdict

pytestmark = pytest.mark.real

DEMO = (sys.executable, "-P", "-m", "audit", "demo")
LIMIT = 600
SECRET = "hunter2-planted-in-the-environment"


def surroundings(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
    return {**kept, "HOME": str(home), "TMPDIR": str(home), "PGPASSWORD": SECRET, "HTTPS_PROXY": f"http://a:{SECRET}@x"}


def children(folder: Path) -> list[int]:
    """The processes that serve out of a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"audit.demo.servers" in words and any(word.startswith(bytes(folder)) for word in words):
            found.append(int(entry.name))
    return found


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, subprocess.CompletedProcess[str]]]:
    """Two demos at once, each with an empty HOME, from a folder that is not the project's."""
    rooms = [tmp_path_factory.mktemp(f"demo {number}") for number in range(2)]
    running = []
    for room, language in zip(rooms, ("en", "ko"), strict=True):
        command = (*DEMO, "--output", str(room / "out"), "--lang", language)
        pipe = subprocess.PIPE
        running.append(subprocess.Popen(command, cwd=room, env=surroundings(room), stdout=pipe, stderr=pipe, text=True))
    ended = []
    try:
        for room, child in zip(rooms, running, strict=True):
            out, err = child.communicate(timeout=LIMIT)
            ended.append((room, subprocess.CompletedProcess(child.args, child.returncode, out, err)))
    finally:
        for child in running:
            with child:
                child.kill()
    return ended


def test_it_ends_well_and_finds_everything(twice: list[tuple[Path, subprocess.CompletedProcess[str]]]) -> None:
    for _, answer in twice:
        assert answer.returncode == Exit.READY, answer.stdout + answer.stderr
        assert "Traceback" not in answer.stderr
    found = re.search(r"^(\d+) of (\d+) planted faults found\.$", twice[0][1].stdout, re.MULTILINE)
    assert found
    assert found[1] == found[2]
    assert int(found[1]) >= 50


def test_what_it_leaves(twice: list[tuple[Path, subprocess.CompletedProcess[str]]]) -> None:
    for room, answer in twice:
        for name in ("report.html", "report.ko.html", "run.json", "haechi.db", "estate/00-estate.yaml"):
            assert (room / "out" / name).stat().st_size > 1000, name
            if not name.startswith("estate"):
                assert str(room / "out" / name) in answer.stdout
        english, korean = ((room / "out" / name).read_text("utf-8") for name in ("report.html", "report.ko.html"))
        assert "All data is synthetic" in english
        assert "모든 자료는 가상입니다" in korean
        assert "<script" not in english + korean


def test_every_verdict_and_reason_occurs(twice: list[tuple[Path, subprocess.CompletedProcess[str]]]) -> None:
    run = json.loads((twice[0][0] / "out" / "run.json").read_text("utf-8"))
    assert {one["verdict"] for one in run["findings"]} == {str(verdict) for verdict in Verdict}
    assert {one["reason"] for one in run["findings"]} == {None, *(str(reason) for reason in Reason)}
    assert len(run["readiness"]["institutions"]) == 11
    assert 55 <= len(run["readiness"]["systems"]) <= 65


def test_no_secret_gets_out(twice: list[tuple[Path, subprocess.CompletedProcess[str]]]) -> None:
    for room, answer in twice:
        assert SECRET not in answer.stdout + answer.stderr
        kept = [path.read_bytes().strip() for path in (room / "out" / "estate" / "secrets").iterdir()]
        assert len(kept) == 4
        for name in ("report.html", "report.ko.html", "run.json", "haechi.db"):
            body = (room / "out" / name).read_bytes()
            assert SECRET.encode() not in body
            assert not [secret for secret in kept if secret in body]
            # Nothing in the demo looks like a secret: what is hidden here would be something else.
            assert b"[hidden]" not in body


def test_no_server_is_left(twice: list[tuple[Path, subprocess.CompletedProcess[str]]]) -> None:
    assert [children(room) for room, _ in twice] == [[], []]


def test_the_store_can_be_read_afterwards(twice: list[tuple[Path, subprocess.CompletedProcess[str]]]) -> None:
    room = twice[0][0]
    answer = subprocess.run(
        (*DEMO[:-1], "show", "latest", "--store", str(room / "out" / "haechi.db"), "--format", "json"),
        cwd=room,
        env=surroundings(room),
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    assert answer.returncode == Exit.READY, answer.stderr
    shown, written = json.loads(answer.stdout), json.loads((room / "out" / "run.json").read_text("utf-8"))
    assert shown["findings"] == written["findings"]


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    answer = subprocess.run((*DEMO, "--output", str(tmp_path)), capture_output=True, timeout=LIMIT, check=False)
    assert answer.returncode == Exit.USAGE
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    (tmp_path / "file").write_text("")
    answer = subprocess.run(
        (*DEMO, "--output", str(tmp_path / "file")), capture_output=True, timeout=LIMIT, check=False
    )
    assert answer.returncode == Exit.USAGE
    assert b"Traceback" not in answer.stderr


@pytest.fixture
def halfway(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo that has begun to look."""
    child = subprocess.Popen(
        (*DEMO, "--output", str(tmp_path / "out")),
        env=surroundings(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stderr
        for line in child.stderr:
            if line.startswith("Auditing"):
                break
        yield child
    finally:
        child.kill()
        child.communicate(timeout=LIMIT)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_however_it_ends_its_servers_end(halfway: subprocess.Popen[str], end: signal.Signals, tmp_path: Path) -> None:
    (servers,) = children(tmp_path)
    watch = os.pidfd_open(servers)
    try:
        halfway.send_signal(end)
        _, said = halfway.communicate(timeout=LIMIT)
        import select

        assert select.select([watch], [], [], LIMIT)[0], "the servers outlived the demo"
    finally:
        os.close(watch)
    assert "Traceback" not in said
    assert halfway.returncode == (Exit.INTERRUPTED if end == signal.SIGINT else -end)
