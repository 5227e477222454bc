"""One estate with one of each technology: healthy all pass, then each is broken and is found."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest
import yaml

from audit.app import audit
from audit.catalogue import Catalogue, discover
from audit.model.evidence import Selection
from audit.model.message import fill
from audit.store import open_store
from tests.real.around import REFS, planted
from tests.real.lab import Lab, Made, labs
from tests.real.lie import lies

pytestmark = [pytest.mark.real, pytest.mark.lab]
TRUTH: Final = (
    "backup.age", "backup.clock", "backup.newest-complete", "backup.log-unbroken", "backup.verified",
    "backup.replication-lag", "backup.replicated", "backup.scope", "backup.worst-age",
)  # fmt: skip
"""The checks of whether what a copy holds can be brought back."""
AT_ONCE: Final = 4
PATIENT: Final = "150s"
"""A lab, which has the machine for itself, gives up sooner; here all the others are asked at that moment."""
Verdicts = Mapping[str, tuple[str, str | None, str]]
"""By check: verdict, reason, what it says."""


@dataclass(frozen=True)
class Shop:
    """All technologies side by side in one estate, each in a system or a site of its own."""

    folder: Path
    made: Mapping[str, Lab]
    catalogue: Catalogue

    @property
    def refs(self) -> Mapping[str, str]:
        return {REFS[lab.role].replace(AROUND[lab.role], unit(name, lab), 1): name for name, lab in self.made.items()}

    @property
    def secrets(self) -> Mapping[str, str]:
        return {
            key if key == "PATH" else f"{key}_{name}": value
            for name, lab in self.made.items()
            for key, value in lab.environment.items()
        }

    def look(self) -> Mapping[str, Verdicts]:
        """By lab what the command says of it, all being asked at once."""
        done = subprocess.run(
            [sys.executable, "-m", "audit", "run", "estate.yaml", "--format", "json"],
            cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        assert done.stdout, done.stderr
        refs = self.refs
        found: dict[str, dict[str, tuple[str, str | None, str]]] = {}
        for row in json.loads(done.stdout)["findings"]:
            if row["subject"] in refs:
                says = (row["verdict"], row["reason"], row["says"]["en"])
                found.setdefault(refs[row["subject"]], {})[row["check"]] = says
        return found

    def store(self, name: str) -> str:
        """Where what is seen of one alone is kept."""
        return str(self.folder / f"{name}.db")

    def look_at(self, name: str) -> Verdicts:
        """What a run in this process rules on one alone."""
        (ref,) = (ref for ref, lab in self.refs.items() if lab == name)
        selection = Selection(subjects=(ref,))
        path = self.folder / "estate.yaml"
        outcome = audit(path, store=self.store(name), selection=selection, catalogue=self.catalogue)
        return {
            found.check: (found.verdict, found.reason, fill(found.says.template, found.says.values))
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
            return {inner: PATIENT if inner == "timeout" else within(name, one, inner) for inner, one in value.items()}
        case list():
            return [within(name, one, key) for one in value]
        case str() if key in PATHS and not value.startswith("/"):
            return f"{name}/{value}"
        case _:
            return value


PATHS: Final = ("path", "repository", "config", "archive", "backups", "rdb", "file", "here", "there")
"""Keys whose relative paths start in the folder of the estate."""


SYSTEM: Final = "kibo/guarantee"
SITE: Final = "daejeon"
AROUND: Final[Mapping[str, str]] = MappingProxyType(
    {role: SITE if ref.startswith(f"{SITE}/") else SYSTEM for role, ref in REFS.items()}
)
"""What stands around a lab of each role; here each has one of its own, so that a look at one asks no other."""


def unit(name: str, lab: Lab) -> str:
    """The system or site of a lab."""
    return written(name) if AROUND[lab.role] == SITE else f"kibo/{written(name)}"


def around(name: str, lab: Lab) -> dict[str, Any]:
    """The system or the site of its own in which a lab stands."""
    item = {"id": "it", "timeout": PATIENT, **within(name, lab.item)}
    if AROUND[lab.role] == SITE:
        return {
            "id": written(name),
            "name": "Daejeon",
            "rooms": [{"id": "room-1"}],
            lab.role: [{"room": "room-1", **item}],
        }
    system: dict[str, Any] = {
        "id": written(name), "grade": 1, "at": ["daejeon/room-1"], "rpo": "1h", "rto": "1h", "endpoints": [*lab.beside],
    }  # fmt: skip
    if lab.role == "copies":
        system["data"] = [{"id": "ledger", "at": "daejeon/room-1", "copies": [{"at": "busan", **item}]}]
    elif lab.role == "failover":
        system["failover"] = [{"to": "busan", "mode": "hot", **item}]
    else:
        system["endpoints"] = [item, *lab.beside]
    return system


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with ExitStack() as stack:
        found = list(labs())
        for program in {program for _, needs, _ in found for program in needs}:
            need(program)

        def entered(name: str, maker: Made) -> Lab:
            (folder / name).mkdir()
            return stack.enter_context(maker(folder / name))

        # A server ends with the thread that started it: these live until everything has ended.
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE))
        started = [(name, pool.submit(entered, name, maker)) for name, _, maker in found]
        made = {name: future.result() for name, future in started}
        placed = {name: around(name, lab) for name, lab in made.items()}
        sites = [place for name, place in placed.items() if AROUND[made[name].role] == SITE]
        systems = [place for name, place in placed.items() if AROUND[made[name].role] == SYSTEM]
        first = {"id": "daejeon", "rooms": [{"id": "room-1"}]}
        estate = {
            "estate": {"id": "shop", "allow": ["127.0.0.0/8"]},
            "sites": [first, {"id": "busan"}, {"id": "gwangju"}, *sites],
            "institutions": [{"id": "kibo", "systems": systems}],
        }
        (folder / "estate.yaml").write_text(yaml.safe_dump(estate, allow_unicode=True, sort_keys=False))
        shop = Shop(folder, made, discover())
        stack.enter_context(planted(shop.secrets))
        yield shop


@pytest.fixture(scope="module")
def healthy(shop: Shop) -> Mapping[str, Verdicts]:
    """What is ruled on each before any is broken."""
    return shop.look()


# Each of the three has the time for itself that a test may take.
def test_each_is_made(shop: Shop) -> None:
    assert set(shop.made) == {name for name, _, _ in labs()}


def test_each_passes_while_it_is_healthy(shop: Shop, healthy: Mapping[str, Verdicts]) -> None:
    for name in shop.made:
        told = asked(shop, name, healthy)
        assert [(check, ruled) for check, ruled in told.items() if ruled[0] == "fail"] == [], name
        assert any(ruled[0] == "pass" for ruled in told.values()), (name, told)


def test_each_is_found_once_it_is_broken(shop: Shop, healthy: Mapping[str, Verdicts]) -> None:
    # For what falls silent one would have to wait: the suite of lies does.
    silent = {(lie.lab, lie.broken) for lie in lies() if lie.silent}

    def found_out(name: str) -> tuple[str, Verdicts]:
        """The way in which a lab is broken, with what no longer passes then."""
        passed = {check for check, ruled in asked(shop, name, healthy).items() if ruled[0] == "pass"}
        broken = next(broken for broken in shop.made[name].breaks if (name, broken) not in silent)
        shop.made[name].breaks[broken]()
        found = shop.look_at(name)
        return broken, {check: found[check] for check in passed if found[check][0] != "pass"}

    for name in shop.made:  # one after the other: what makes the tables of a store works in one thread alone
        with open_store(shop.store(name), writing=True):
            pass
    # Nothing that is broken here is anything that another of them rests on.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for name, (broken, lost) in zip(shop.made, pool.map(found_out, shop.made), strict=True):
            assert any(ruled[0] == "fail" or ruled[1] for ruled in lost.values()), (name, broken, lost)


def asked(shop: Shop, name: str, verdicts: Mapping[str, Verdicts]) -> Verdicts:
    """Of a copy, whether what it holds can be brought back; of anything else, all."""
    copies = shop.made[name].role == "copies"
    return {
        check: ruled
        for check, ruled in verdicts[name].items()
        # How fast one answers while all are asked says nothing of it.
        if check in TRUTH or not (copies or check == "availability.latency")
    }
