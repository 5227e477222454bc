"""One estate with one copy of each technology: healthy all pass, then each is broken in turn and is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.real.lab import Lab, labs

pytestmark = [pytest.mark.real, pytest.mark.lab]
TRUTH: Final = (
    "backup.age", "backup.clock", "backup.newest-complete", "backup.log-unbroken", "backup.verified",
    "backup.replication-lag", "backup.replicated", "backup.scope", "backup.worst-age",
)  # fmt: skip
"""The checks of whether what a copy holds can be brought back."""
Verdicts = Mapping[str, Mapping[str, tuple[str, str | None, str]]]


@dataclass(frozen=True)
class Shop:
    """All technologies side by side in one estate."""

    folder: Path
    made: Mapping[str, Lab]

    def look(self, *on: str) -> Verdicts:
        """By copy, by check: verdict, reason, what it says."""
        words = [word for name in on for word in ("--on", f"kibo/guarantee/ledger/{name}")]
        secrets = {key: value for lab in self.made.values() for key, value in lab.environment.items()}
        done = subprocess.run(
            [sys.executable, "-m", "audit", "run", "estate.yaml", "--format", "json", *words],
            cwd=self.folder, env={**os.environ, **secrets}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.stdout, done.stderr
        found: dict[str, dict[str, tuple[str, str | None, str]]] = {}
        for row in json.loads(done.stdout)["findings"]:
            name = row["subject"].rpartition("/")[2]
            found.setdefault(name, {})[row["check"]] = (row["verdict"], row["reason"], row["says"]["en"])
        return found


def within(item: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Relative paths of a lab's item as they are written one folder above it."""
    return {
        key: f"{folder}/{value}" if key in PATHS and isinstance(value, str) and not value.startswith("/") else
        {"file": f"{folder}/{value['file']}"} if isinstance(value, dict) and set(value) == {"file"}
        and not value["file"].startswith("/") else value
        for key, value in item.items()
    }  # fmt: skip


PATHS: Final = ("path", "repository", "manifest", "config", "wal", "archive", "backups", "rdb", "folder", "authority")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    made: dict[str, Lab] = {}
    with ExitStack() as stack:
        for name, needs, maker in labs():
            for program in needs:
                need(program)
            root = folder / name
            root.mkdir()
            lab = stack.enter_context(maker(root))
            if lab.role == "copies":
                made[name] = lab
        copies = [{"id": name, "at": "busan", **within(lab.item, name)} for name, lab in made.items()]
        system = {
            "id": "guarantee", "grade": 1, "at": ["daejeon/room-1"], "rpo": "1h", "rto": "1h",
            "data": [{"id": "ledger", "at": "daejeon/room-1", "copies": copies}],
        }  # fmt: skip
        estate = {
            "estate": {"id": "shop", "allow": ["127.0.0.0/8"]},
            "sites": [{"id": "daejeon", "rooms": [{"id": "room-1"}]}, {"id": "busan"}],
            "institutions": [{"id": "kibo", "systems": [system]}],
        }
        (folder / "estate.yaml").write_text(yaml.safe_dump(estate, allow_unicode=True, sort_keys=False))
        yield Shop(folder, made)


def test_each_passes_while_it_is_healthy_then_is_found_once_it_is_broken(shop: Shop) -> None:
    healthy = shop.look()
    for name in shop.made:
        told = {check: ruled for check, ruled in healthy[name].items() if check in TRUTH}
        assert [(check, ruled) for check, ruled in told.items() if ruled[0] == "fail"] == [], name
        assert any(ruled[0] == "pass" for ruled in told.values()), (name, told)
    for name, lab in shop.made.items():
        passed = {check for check, ruled in healthy[name].items() if check in TRUTH and ruled[0] == "pass"}
        next(iter(lab.breaks.values()))()
        broken = shop.look(name)[name]
        lost = {check: broken[check] for check in passed if broken[check][0] != "pass"}
        assert lost, (name, next(iter(lab.breaks)), broken)
        assert any(ruled[0] == "fail" or ruled[1] for ruled in lost.values()), (name, lost)
