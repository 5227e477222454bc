"""17,000 systems that lean on each other in, processor seconds with megabytes of every command about losses out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Final

import pytest

pytestmark = pytest.mark.bench
SYSTEMS: Final = 17_000
BODIES: Final = 11
SECONDS: Final = 20
MEGABYTES: Final = 1_000


def text(dice: Random, count: int = SYSTEMS) -> str:
    """Sites with feeds, batteries; systems that need what was written shortly before, a few hubs, suppliers."""
    sites = max(4, count // 400)
    rooms = [f"s{site}/r{room}" for site in range(sites) for room in range(8)]
    lines = ["estate: {id: large, timezone: Asia/Seoul}", "sites:"]
    for site in range(sites):
        feeds = ", ".join(sorted({f"feed-{dice.randrange(sites // 2)}" for _ in range(2)}))
        inside = ", ".join(f"{{id: r{room}, compartment: c{room // 2}, restart: 1h}}" for room in range(8))
        ups = f"{{id: ups, room: r1, chemistry: lithium-ion, installed: 20{dice.randrange(10, 25)}-01-01, life: 10y}}"
        lines += [
            f"  - {{id: s{site}, operator: host-{site % 5}, power: [{feeds}], rooms: [{inside}],",
            f"     batteries: [{ups}]}}",
        ]
    lines += ["suppliers:", *(f"  - {{id: host-{host}, rto: {4 + host}h}}" for host in range(5))]
    lines += [f"  - {{id: sup-{one}, contract-ends: 2027-0{1 + one % 9}-15}}" for one in range(count // 200)]
    lines.append("institutions:")
    refs: list[str] = []
    for body in range(BODIES):
        lines += [f"  - id: i{body}", "    systems:"]
        for _ in range(count // BODIES):
            lines.append(system(dice, len(refs), rooms, refs, count // 200))
            refs.append(f"i{body}/x{len(refs)}")
    lines.append("contributors:")
    lines += [f"  - {{id: k{one}, contribution: {one + 2}e8 KRW, commitment: verbal}}" for one in range(4)]
    money = "{sum: contribution, at-least: 9e8 KRW, of: [k0, k1, k2, k3]}"
    lines.append(f"programmes: [{{id: fund, guarantees: 1e11 KRW, served-by: [{refs[0]}], needs: [{money}]}}]")
    lines.append("measures:")
    lines += [f"  - {{id: m{one}, cost: {one + 9}e6 KRW, doubles: [{dice.choice(refs)}]}}" for one in range(40)]
    return "\n".join(lines) + "\n"


def system(dice: Random, number: int, rooms: list[str], refs: list[str], suppliers: int) -> str:
    """One line of the inventory."""
    near, needs, home = refs[-300:], [], dice.choice(rooms)
    if len(near) > 5:
        needs += [dice.choice(near)] if dice.random() < 0.4 else []
        needs += [f"{{any: [{', '.join(dice.sample(near, 2))}]}}"] if dice.random() < 0.3 else []
        needs += [f"{{k: 2, of: [{', '.join(dice.sample(near, 3))}]}}"] if dice.random() < 0.15 else []
        needs += [f"{{on: {dice.choice(near)}, grace: 4h}}"] if dice.random() < 0.05 else []
    needs += [dice.choice(refs[:5])] if len(refs) > 400 and dice.random() < 0.3 else []
    needs += [f"sup-{dice.randrange(suppliers)}"] if dice.random() < 0.3 else []
    drills = ", drills: [{on: 2026-05-01, realism: real-switch, took: 50m}]" if dice.random() < 0.5 else ""
    mode = dice.choice(("hot", "warm", "cold", "active-active"))
    away = f", failover: [{{id: f, kind: declared, to: {dice.choice(rooms)}, mode: {mode}{drills}}}]"
    copy = f"{{id: c, kind: files, at: {dice.choice(rooms)}, path: '/x/*.gz', every: 1d, restore-rate: 200 MB/s}}"
    data = f", data: [{{id: d, at: {home}, size: {dice.randrange(1, 5000)} GB, copies: [{copy}]}}]"
    told = [f", users: {dice.randrange(10, 10**6)}", f", applicants: {dice.randrange(100, 300_000)}/y"]
    told += [", restart: 40m", ", rebuild: 5d"]
    rest = "".join(one for one in told if dice.random() < 0.7)
    rest += (away if dice.random() < 0.25 else "") + (data if dice.random() < 0.8 else "")
    grade = dice.choices((1, 2, 3, 4), (6, 10, 36, 48))[0]
    return f"      - {{id: x{number}, grade: {grade}, at: [{home}], needs: [{', '.join(needs)}]{rest}}}"


def commands(estate: str, where: Path) -> dict[str, list[str]]:
    """Every command of the loss engine, with what it is asked."""
    some = "i0/x700"
    return {
        "validate": [estate],
        "whatif": [estate, "s0"],
        "spof": [estate],
        "pairs": [estate],
        "cutsets": [estate, some],
        "recovery-order": [estate, "s0"],
        "blackstart": [estate],
        "rto": [estate],
        "rpo": [estate],
        "impact": [estate, "s0"],
        "concentration": [estate],
        "programme": [estate, "fund", "--drop", "k0"],
        "unknowns": [estate],
        "fixes": [estate, "--budget", "300e6 KRW"],
        "forecast": [estate, "--until", "2027-03-01", "--at", "2026-11-20", "--store", str(where / "none.db")],
        "explain": [estate, some, "s0"],
        "diff": [estate, estate],
        "export": [estate, "--open-psa", "--output", str(where / "tree.xml")],
    }


def measured(words: list[str], out: Path) -> tuple[float, float, int]:
    """Processor seconds, megabytes at the most, the exit code of a command in a process of its own."""
    with out.open("wb") as target:
        child = subprocess.Popen([sys.executable, "-m", "audit", *words], stdout=target, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, child.returncode


def test_every_command_about_losses(tmp_path: Path) -> None:
    estate = tmp_path / "large.yaml"
    estate.write_text(text(Random(1)))
    print()
    for name, words in commands(str(estate), tmp_path).items():
        seconds, megabytes, code = measured([name, *words], tmp_path / "out")
        assert code in (0, 1, 3), (tmp_path / "out").read_text()[:500]
        print(f"{name:<15} {seconds:6.1f} s, {seconds / SECONDS:4.2f} of the gate; "
              f"{megabytes:5.0f} MB, {megabytes / MEGABYTES:4.2f}", flush=True)  # fmt: skip
