"""A real group of Redis over three sites: what is left of it after the loss of each, after the loss of its primary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audit.model.facts import Facts
from audit.model.failover import FailoverState
from audit.world.world import World
from checks.failover.sentinel import Sentinel
from checks.failover.sentinel import standing as look
from tests.real.around import ruled
from tests.real.children import wait_until
from tests.real.lab import Lab
from tests.real.redises import WORD
from tests.real.sentinels import GROUP, NEEDS, Group, group
from tests.real.test_servers_asked import world
from tests.world.hands import run

pytestmark = [pytest.mark.real, pytest.mark.lab]
SITES = {1: "daejeon", 2: "busan", 3: "gwangju"}


@pytest.fixture(scope="module")
def made(need: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    for program in NEEDS:
        need(program)
    with group(tmp_path_factory.mktemp("group"), patience=6) as started:
        yield started


def written(made: Group, sentinel: int, places: dict[int, str]) -> Lab:
    """The group as an inventory words it, each of its addresses at a site."""
    host, port = made.doors[sentinel]
    members = [{"name": f"127.0.{number}.{last}", "at": site} for number, site in places.items() for last in (1, 2)]
    return Lab(
        item={"kind": "sentinel", "host": host, "port": port, "group": GROUP, "user": "audit", "timeout": "10s",
              "password": {"env": "LAB_GROUP"}, "members": members},
        state=dict, breaks={}, role="failover", environment={"LAB_GROUP": WORD},
    )  # fmt: skip


def test_three_sites_survive_the_loss_of_each(made: Group, tmp_path: Path) -> None:
    found = ruled(tmp_path, written(made, 0, SITES))
    assert found.verdict("failover.survives-site") == "pass", found.says("failover.survives-site")
    # The same group with two of its three Sentinels in one of two sites.
    found = ruled(tmp_path, written(made, 0, {1: "daejeon", 2: "daejeon", 3: "busan"}))
    assert found.verdict("failover.survives-site") == "fail", found.says("failover.survives-site")
    assert "daejeon" in found.says("failover.survives-site")


def test_after_the_loss_of_its_primary(made: Group, tmp_path: Path) -> None:
    for server in made.servers:
        server.cli("CONFIG", "SET", "min-replicas-to-write", "0")
    made.servers[0].cli("CONFIG", "SET", "min-replicas-to-write", "1")
    first = made.primary()
    made.kill(first)
    wait_until(lambda: made.primary() is not first and made.settled(1), "the switch")
    host, port = made.doors[1]
    hands: World = world(tmp_path, word=WORD)
    item = Sentinel.model_validate(
        {"id": "s", "kind": "sentinel", "to": "busan", "mode": "hot", "host": host, "port": port, "group": GROUP,
         "user": "audit", "password": {"file": "word"}, "timeout": "10s"}
    )  # fmt: skip

    async def main() -> Facts:
        return await look.look(item, hands)

    seen = run(main())
    assert isinstance(seen, FailoverState)
    assert (seen.quorum, seen.needed, seen.automatic, seen.paused) == (True, 2, True, False)
    assert seen.switches >= 1
    assert (seen.last_switch.at, seen.last_switch.source) == (None, "Sentinel config-epoch")
    # What the lost primary demanded of its replicas, the new one does not.
    leads = next(one for one in seen.members if one.role == "primary")
    assert (leads.usable, leads.settings["min-replicas-to-write"]) == (True, "0")
    assert [one.usable for one in seen.members if one.name == made.addresses[0]] == [False]
    assert len(seen.ready) == 1, seen.members
    assert seen.ready[0].version.startswith(leads.version)
