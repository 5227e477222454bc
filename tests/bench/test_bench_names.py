"""Names in a slow zone and names by the thousand to how long a lookup takes, beside blackbox_exporter."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audit.world.resolver import Resolver
from tests.world.name_server import answering_late

pytestmark = pytest.mark.bench
ROOT = Path(__file__).resolve().parents[2]
ALONE = ("unshare", "--map-root-user", "--net", "--mount")


def test_a_hundred_names_in_a_slow_zone(tmp_path: Path) -> None:
    program = shutil.which("prometheus-blackbox-exporter")
    if program is None or subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs prometheus-blackbox-exporter and a network of its own")
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    script = f'mount --bind {tmp_path}/resolv.conf /etc/resolv.conf && exec "$@"'
    words = [*ALONE, "sh", "-c", script, "sh", sys.executable, "-m", "tests.bench.slow_zone", program, str(tmp_path)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    for who, figures in found.items():
        print(f"\n{who:>9}: " + ", ".join(f"{what} {value:.3g}" for what, value in figures.items()), end="")
    print()
    assert found["ours"]["healthy failed"] == 0
    assert found["ours"]["slow failed"] == 0


def test_lookups_by_the_thousand() -> None:
    most = 5000

    async def together(resolver: Resolver) -> tuple[float, float]:
        turn = asyncio.Semaphore(64)

        async def one(number: int) -> None:
            async with turn:
                await resolver.addresses(f"n{number}.example", None)

        cpu, wall = time.thread_time(), time.perf_counter()
        await asyncio.gather(*(one(number) for number in range(most)))
        return time.thread_time() - cpu, time.perf_counter() - wall

    with answering_late(lambda _: 0.0) as heard:
        cpu, wall = asyncio.run(together(Resolver(servers=(("127.0.0.1", heard.port),))))
        ports = len(heard.ports)
    print(f"\na name, A and AAAA: {cpu / most * 1e6:.0f} CPU-us, {most / wall:.0f}/s, from {ports} ports")
