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

from audit.app import audit
from audit.model.evidence import Selection
from audit.model.message import fill
from tests.real.around import REFS, planted
from tests.real.lab import Lab, labs

pytestmark = [pytest.mark.real, pytest.mark.lab]
TRUTH: Final = (
    "backup.age", "backup.clock", "backup.newest-complete", "backup.log-unbroken", "backup.verified",
    "backup.replication-lag", "backup.replicated", "backup.scope", "backup.worst-age",
)  # fmt: skip
"""The checks of whether what a copy holds can be brought back."""
Verdicts = Mapping[str, tuple[str, str | None, str]]
"""By check: verdict, reason, what it says."""


@dataclass(frozen=True)
class Shop:
    """All technologies side by side in one estate."""

    folder: Path
    made: Mapping[str, Lab]

    @property
    def refs(self) -> Mapping[str, str]:
        return {REFS[lab.role].removesuffix("it") + written(name): name for name, lab in self.made.items()}

    @property
    def secrets(self) -> Mapping[str, str]:
        return {
            key if key == "PATH" else f"{key}_{name}": value
            for name, lab in self.made.items()
            for key, value in lab.environment.items()
        }

    def look(self) -> Mapping[str, Verdicts]:
        """By lab what the command says of all of them."""
        done = subprocess.run(
            [sys.executable, "-m", "audit", "run", "estate.yaml", "--format", "json"],
            cwd=self.folder, env={**os.environ, **self.secrets}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.stdout, done.stderr
        refs = self.refs
        found: dict[str, dict[str, tuple[str, str | None, str]]] = {}
        for row in json.loads(done.stdout)["findings"]:
            if row["subject"] in refs:
                says = (row["verdict"], row["reason"], row["says"]["en"])
                found.setdefault(refs[row["subject"]], {})[row["check"]] = says
        return found

    def look_at(self, name: str) -> Verdicts:
        """The same of one alone, in this process: a program of its own begins anew for as long as it looks."""
        (ref,) = (ref for ref, lab in self.refs.items() if lab == name)
        with planted(self.secrets):
            outcome = audit(
                self.folder / "estate.yaml", store=str(self.folder / "one.db"), selection=Selection(subjects=(ref,))
            )
        return {
            found.check: (str(found.verdict), found.reason, fill(found.says.template, found.says.values))
            for found in outcome.dossier.findings
            if found.subject == ref
        }


def written(name: str) -> str:
    """The name of a lab as an id."""
    return name.replace("_", "-")


def within(name: str, value: Any, key: str = "") -> Any:
    """What a lab's item says as it is written one folder above it, its secrets under names of their own."""
    match value:
        case {"env": str(word), **rest} if not rest:
            return {"env": f"{word}_{name}"}
        case Mapping():
            return {inner: within(name, one, inner) for inner, one in value.items()}
        case str() if key in PATHS and not value.startswith("/"):
            return f"{name}/{value}"
        case _:
            return value


PATHS: Final = ("path", "repository", "config", "archive", "backups", "rdb", "file")
"""Keys whose relative paths start in the folder of the estate."""


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
            made[name] = stack.enter_context(maker(root))
        items = {name: {"id": written(name), **within(name, lab.item)} for name, lab in made.items()}

        def of(role: str, **more: str) -> list[dict[str, Any]]:
            return [{**items[name], **more} for name, lab in made.items() if lab.role == role]

        system = {
            "id": "guarantee", "grade": 1, "at": ["daejeon/room-1"], "rpo": "1h", "rto": "1h",
            "data": [{"id": "ledger", "at": "daejeon/room-1", "copies": of("copies", at="busan")}],
            "failover": of("failover", to="busan", mode="hot"),
        }  # fmt: skip
        room = {"id": "daejeon", "rooms": [{"id": "room-1"}], "power-protection": of("power-protection", room="room-1")}
        estate = {
            "estate": {"id": "shop", "allow": ["127.0.0.0/8"]},
            "sites": [room, {"id": "busan"}],
            "institutions": [{"id": "kibo", "systems": [system]}],
        }
        (folder / "estate.yaml").write_text(yaml.safe_dump(estate, allow_unicode=True, sort_keys=False))
        yield Shop(folder, made)


def test_each_passes_while_it_is_healthy_then_is_found_once_it_is_broken(shop: Shop) -> None:
    healthy = shop.look()
    for name in shop.made:
        told = asked(shop, name, healthy)
        assert [(check, ruled) for check, ruled in told.items() if ruled[0] == "fail"] == [], name
        assert any(ruled[0] == "pass" for ruled in told.values()), (name, told)
    for name, lab in shop.made.items():
        passed = {check for check, ruled in asked(shop, name, healthy).items() if ruled[0] == "pass"}
        broken = next(iter(lab.breaks))
        lab.breaks[broken]()
        found = shop.look_at(name)
        lost = {check: found[check] for check in passed if found[check][0] != "pass"}
        assert any(ruled[0] == "fail" or ruled[1] for ruled in lost.values()), (name, broken, found)


def asked(shop: Shop, name: str, verdicts: Mapping[str, Verdicts]) -> Verdicts:
    """Of a copy, whether what it holds can be brought back; of anything else, all."""
    copies = shop.made[name].role == "copies"
    return {check: ruled for check, ruled in verdicts[name].items() if check in TRUTH or not copies}
