"""A thousand SNMP agents in, the time of one audit of them beside that of snmpbulkwalk for each of them out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.bench.agents import address
from tests.programs import find
from tests.real.children import free_port

pytestmark = pytest.mark.bench
COUNT: Final = int(os.environ.get("HAECHI_BENCH_DEVICES", "1000"))
WALKED: Final = min(COUNT, 300)
"""Devices that snmpbulkwalk asks; the rest would take as long each."""
WORD: Final = "planted-community"
TREE: Final = Path(__file__).parents[2]


@contextmanager
def agents(count: int, port: int) -> Iterator[None]:
    """All of them, in one process."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "tests.bench.agents", str(count), str(port)],
        cwd=TREE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.terminate()
        process.communicate(timeout=10)


def estate(root: Path, port: int) -> Path:
    supplies = [
        {"id": f"ups-{number}", "kind": "snmp-ups", "host": address(number), "port": port, "community": {"env": "WORD"},
         "timeout": "5s", "room": "room-1"}
        for number in range(COUNT)
    ]  # fmt: skip
    written = {
        "estate": {"id": "many", "allow": ["127.0.0.0/8"]},
        "sites": [{"id": "daejeon", "rooms": [{"id": "room-1"}], "power-protection": supplies}],
        "institutions": [{"id": "kibo", "systems": [{"id": "guarantee", "grade": 1, "at": ["daejeon/room-1"]}]}],
    }
    path = root / "estate.yaml"
    path.write_text(yaml.safe_dump(written))
    return path


def audited(root: Path, path: Path) -> tuple[float, float, float, int]:
    """Seconds, seconds of work, megabytes at most, devices that pass."""
    out = root / "out.json"
    began = time.monotonic()
    with out.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "audit", "run", str(path), "--store", str(root / "store.db"), "--format", "json",
             "--check", "facility.battery-monitoring"],
            cwd=TREE, env={**os.environ, "WORD": WORD}, stdin=subprocess.DEVNULL, stdout=file,
        )  # fmt: skip
        _, _, used = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    process.returncode = 0
    found = json.loads(out.read_text())["findings"]
    passed = [row for row in found if row["check"] == "facility.battery-monitoring" and row["verdict"] == "pass"]
    return took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000, len(passed)


def walked(program: Path, port: int) -> float:
    """Seconds that snmpbulkwalk takes for each device, two at once."""

    def walk(number: int) -> None:
        subprocess.run(
            [program, "-v2c", "-c", WORD, "-On", f"{address(number)}:{port}", "1.3.6.1.2.1.33"],
            env={"MIBS": "", "PATH": os.environ["PATH"]}, stdout=subprocess.DEVNULL, check=True, timeout=20,
        )  # fmt: skip

    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(walk, range(WALKED)))
    return (time.monotonic() - began) / WALKED


def test_a_thousand_devices(tmp_path: Path) -> None:
    program = find("snmpbulkwalk")
    port = free_port()
    with agents(COUNT, port):
        took, work, memory, passed = audited(tmp_path, estate(tmp_path, port))
        each = walked(program, port) if program is not None else float("nan")
    assert passed == COUNT
    print(f"\n{COUNT} SNMP agents: one audit {took:.1f} s, {work:.1f} s of work, {memory:.0f} MB at most")
    share = took / COUNT / each
    print(f"  snmpbulkwalk: {each * 1e3:.1f} ms each, two at once; an audited device costs {share:.2f} of that")
