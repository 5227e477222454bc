"""Five hundred repositories in, the time of one audit of them beside that of their tools' own commands out."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE
from types import MappingProxyType
from typing import Any, Final

import anyio
import pytest
import yaml

from audit.app import audit, hands, planned
from audit.catalogue import discover
from audit.model.estate import Estate
from audit.model.evidence import Selection
from audit.model.item import Secret, Technology
from audit.world.world import Command, Output, Unpacked, World
from tests.programs import needed
from tests.real.around import secrets_of
from tests.real.lab import Lab
from tests.real.labs import pgbackrest, restic

pytestmark = pytest.mark.bench
COUNT: Final = int(os.environ.get("HAECHI_BENCH_LOOKS", "500"))
WORKERS: Final = 2
"""Looks at one machine at once, as the engine has it."""
SAMPLE: Final = max(20, COUNT // 5)
"""Lists by which the time of all of them is told."""
PASSWORD: Final = "restic/password"


@dataclass
class Recording:
    """A hand that runs programs and keeps how it was asked."""

    hand: Command
    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def run(
        self,
        argv: Sequence[str],
        timeout: timedelta,
        secrets: Mapping[str, Secret],
        files: Mapping[str, Secret] = MappingProxyType({}),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Output:
        self.asked.append(tuple(argv))
        return await self.hand.run(argv, timeout, secrets, files, environment)

    async def version(self, argv: Sequence[str], timeout: timedelta) -> Output:
        return await self.hand.version(argv, timeout)

    async def unpack(self, argv: Sequence[str], size: int, timeout: timedelta) -> Unpacked:
        self.asked.append(tuple(argv))
        return await self.hand.unpack(argv, size, timeout)

    async def plugin(self, argv: Sequence[str], timeout: timedelta, secrets: Mapping[str, Secret]) -> Output:
        return await self.hand.plugin(argv, timeout, secrets)


def estate_of(root: Path, made: Mapping[str, Lab]) -> Path:
    """An estate with COUNT copies; each is a link of its own to one of the two repositories."""
    copied = root / "pgbackrest.conf"
    copied.write_bytes(Path(made["pgbackrest"].item["config"]).read_bytes())
    copies: list[dict[str, Any]] = []
    for number in range(COUNT):
        if number % 2:
            link = root / f"restic-{number}"
            link.symlink_to(root / "restic" / "repository")
            item = {"kind": "restic", "repository": link.name, "password": {"file": PASSWORD}}
        else:
            link = root / f"pgbackrest-{number}.conf"
            link.hardlink_to(copied)
            item = {"kind": "pgbackrest", "stanza": "kosme", "config": str(link)}
        copies.append({"id": f"copy-{number}", "at": "busan", **item})
    data = [{"id": "ledger", "at": "daejeon", "copies": copies}]
    system = {"id": "guarantee", "grade": 1, "at": ["daejeon"], "rpo": "1h", "data": data}
    estate = {
        "estate": {"id": "many", "allow": ["127.0.0.0/8"]},
        "sites": [{"id": "daejeon"}, {"id": "busan"}],
        "institutions": [{"id": "kibo", "systems": [system]}],
    }
    path = root / "estate.yaml"
    path.write_text(yaml.safe_dump(estate, sort_keys=False))
    return path


def asked_of(path: Path) -> list[tuple[str, ...]]:
    """The command lines of one look at one copy of each kind."""
    estate = planned(path).estate
    hand = hands(estate)
    recording = Recording(hand.command)
    known = discover()

    async def look() -> None:
        for name in ("copy-0", "copy-1"):
            item = estate.index[f"kibo/guarantee/ledger/{name}"]
            assert isinstance(item, Technology)
            probe = known.probe_of(type(item))
            assert probe is not None
            await probe.look(item, replace(hand, command=recording))

    anyio.run(look)
    return recording.asked


def natively(root: Path, lines: Sequence[tuple[str, ...]]) -> float:
    """Seconds that the tools alone take for all these, so many at once."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "TZ": "UTC", "LC_ALL": "C.UTF-8"}

    def run(words: Sequence[str]) -> None:
        argv = [str(root / PASSWORD) if word == "{password}" else word for word in words]
        with subprocess.Popen(argv, env=environment, stdin=subprocess.DEVNULL, stdout=PIPE, stderr=PIPE) as running:
            # As the hand runs them: on a busy machine another niceness would be measured, not the looks.
            os.setpriority(os.PRIO_PROCESS, running.pid, 10)
            running.communicate(timeout=60)
        assert running.returncode == 0

    began = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run, lines))
    return time.perf_counter() - began


def slowest(root: Path, listings: Sequence[tuple[str, ...]]) -> float:
    """Seconds for COUNT lists of the slowest tool, so many at once; asked before and after, as machines drift."""
    return max(natively(root, [line] * SAMPLE) / SAMPLE for line in listings) * COUNT


def test_a_look_takes_no_longer_than_its_tools(tmp_path: Path) -> None:
    with ExitStack() as stack:
        made: dict[str, Lab] = {}
        for name, lab in (("restic", restic), ("pgbackrest", pgbackrest)):
            for program in lab.NEEDS:
                needed(program)
            (tmp_path / name).mkdir()
            made[name] = stack.enter_context(lab.lab(tmp_path / name))
            stack.enter_context(secrets_of(made[name]))
        path = estate_of(tmp_path, made)
        lines = asked_of(path)
        listings = [line for line in lines if "snapshots" in line or "info" in line]
        before = slowest(tmp_path, listings)
        seen: list[World] = []

        def world(estate: Estate) -> World:
            seen.append(hands(estate))
            return seen[-1]

        began = time.perf_counter()
        outcome = audit(path, store=str(tmp_path / "many.db"), world=world, selection=Selection(areas=("backup",)))
        took = time.perf_counter() - began
        ages = [one for one in outcome.dossier.findings if one.check == "backup.age"]
        assert [str(one.verdict) for one in ages] == ["pass"] * COUNT
        bound = (before + slowest(tmp_path, listings)) / 2
        whole = natively(tmp_path, lines * (COUNT // 2))
    print(
        f"\n{COUNT} repositories: one audit {took:.1f} s; the same commands by hand {whole:.1f} s, {took / whole:.2f}x;"
        f" the slowest list x count / workers {bound:.1f} s, {took / bound:.2f}x; {len(lines) / 2:g} commands a look,"
        f" {bound * WORKERS / COUNT:.2f} s a list, most of which is the key that restic derives at each start"
    )
