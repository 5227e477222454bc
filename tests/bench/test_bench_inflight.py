"""10,000 pages that take two seconds, asked for at once, to the error, time, memory of each."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time
from urllib.parse import quote

import httpx
import pytest

from audit.world.http import HttpHand
from audit.world.world import Page
from tests.bench import late_server
from tests.bench.collector import rarely
from tests.real.children import free_port, wait_until
from tests.real.webs import answers
from tests.world.hands import LONG, hands

pytestmark = pytest.mark.bench

DELAY, ADDRESSES, ROUNDS = 2.0, 32, 4
MODULE = """
modules:
  page:
    prober: http
    timeout: 10s
    http: {preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: ['"status":"UP"']}
"""
TOOK = re.compile(r"^probe_duration_seconds ([0-9.e-]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Crowd:
    """How a crowd of looks went; errors in seconds, sorted."""

    wall: float
    cpu: float
    errors: list[float]
    stated: list[float]
    memory: float
    """KB each, at the most."""

    def line(self, who: str) -> str:
        size = len(self.errors)
        parts = [1000 * self.errors[int(size * share)] for share in (0.5, 0.99)]
        said = f"stated p99 {1000 * self.stated[int(size * 0.99)]:5.1f} ms" if self.stated else ""
        return (
            f"  {who:<19} {size:>6} at once: {self.wall:5.2f} s, {self.cpu / size * 1000:6.3f} CPU-ms each, "
            f"error p50 {parts[0]:7.1f} p99 {parts[1]:7.1f} ms, {self.memory:6.2f} KB each  {said}"
        )


@contextlib.contextmanager
def room() -> Iterator[int]:
    """As many open files as this machine lets a process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def late() -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, str(Path(late_server.__file__)), str(DELAY), str(ADDRESSES)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.terminate()
        child.communicate()


def asked(child: subprocess.Popen[str]) -> dict[str, float]:
    """How late the server itself was with each answer: no error of who asked."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("\n")
    child.stdin.flush()
    known: dict[str, float] = json.loads(child.stdout.readline())
    return known


def resident(number: int | str = "self") -> int:
    """KB of memory of a process."""
    return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * resource.getpagesize() // 1024


async def ours(child: subprocess.Popen[str], port: int, size: int, hand: HttpHand) -> Crowd:
    pages = [
        Page(f"http://127.0.1.{1 + number % ADDRESSES}:{port}/{number}", contains='"status":"UP"')
        for number in range(size)
    ]
    before = most = resident()

    async def weigh() -> None:
        nonlocal most
        while True:
            await asyncio.sleep(0.2)
            most = max(most, resident())

    scale = asyncio.create_task(weigh())
    began, cpu = monotonic(), process_time()
    states = await asyncio.gather(*(hand.visit(page, LONG) for page in pages))
    wall, cpu = monotonic() - began, process_time() - cpu
    scale.cancel()
    slow = asked(child)
    samples = [state.samples[0] for state in states]
    assert {sample.failure for sample in samples} == {None}
    errors = sorted(abs(sample.phases["total"] - DELAY - slow[f"/{number}"]) for number, sample in enumerate(samples))
    return Crowd(wall, cpu, errors, sorted(sample.error for sample in samples), (most - before) / size)


async def theirs(child: subprocess.Popen[str], port: int, size: int, exporter: int, its_port: int) -> Crowd:
    """An exporter asked over as many connections; its own duration, memory and CPU count."""
    transport = hands().http.transport()

    def burned() -> float:
        fields = Path(f"/proc/{exporter}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    async def one(number: int) -> float:
        target = quote(f"http://127.0.1.{1 + number % ADDRESSES}:{port}/{number}", safe="")
        url = f"http://127.0.0.1:{its_port}/probe?module=page&target={target}"
        extensions = {"timeout": dict.fromkeys(("connect", "read", "write"), 30.0)}
        response = await transport.handle_async_request(httpx.Request("GET", url, extensions=extensions))
        assert "\nprobe_success 1\n" in response.text
        found = TOOK.search(response.text)
        assert found is not None
        return float(found[1])

    before, cpu, began = resident(exporter), burned(), monotonic()
    took = await asyncio.gather(*(one(number) for number in range(size)))
    wall, cpu = monotonic() - began, burned() - cpu
    slow = asked(child)
    errors = sorted(abs(seconds - DELAY - slow[f"/{number}"]) for number, seconds in enumerate(took))
    return Crowd(wall, cpu, errors, [], (resident(exporter) - before) / size)


@contextlib.contextmanager
def exporter(program: str, folder: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    (folder / "blackbox.yml").write_text(MODULE)
    child = subprocess.Popen(
        [program, f"--config.file={folder / 'blackbox.yml'}", f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: answers(port), program)
        yield child.pid, port
    finally:
        child.terminate()
        child.wait(10)


def test_a_crowd_of_slow_pages(tmp_path: Path) -> None:
    blackbox = shutil.which("prometheus-blackbox-exporter")
    lines: list[str] = []
    with room() as most, late() as child, rarely():
        assert child.stdout is not None
        port = int(child.stdout.readline())
        for size in (1000, min(10_000, most - 1000)):
            # A watch comes back to the same pages again and again: the first round writes the requests.
            hand = hands().http
            for number in range(ROUNDS):
                gc.collect()
                who = "haechi, first round" if not number else "haechi"
                lines.append(asyncio.run(ours(child, port, size, hand)).line(who))
        if blackbox is not None:
            with exporter(blackbox, tmp_path) as (number, its_port):
                lines.append(asyncio.run(theirs(child, port, 1000, number, its_port)).line("blackbox_exporter"))
    print(f"\nPages that take {DELAY:g} s, all asked for at once; error: what was reported minus what the server took")
    print("\n".join(lines))
    if blackbox is None:
        print("  prometheus-blackbox-exporter is not on this machine: no comparison")
