"""What nodes of a Galera cluster say of themselves to whether the others would go on."""

from __future__ import annotations

from typing import Any

import pytest

from audit.contract import CannotSee, Reason, say
from audit.model.failover import FailoverState
from checks.failover.galera import facts, together
from checks.failover.mariadb_output import Server

LOST = CannotSee(Reason.UNREACHABLE, say("gone"))


def node(size: int = 3, uuid: str = "u", settings: Any = None, **told: str) -> Server:
    status = {
        "wsrep_cluster_size": str(size), "wsrep_cluster_state_uuid": uuid, "wsrep_cluster_status": "Primary",
        "wsrep_local_state_comment": "Synced", "wsrep_ready": "ON",
    }  # fmt: skip
    return Server({"version": "10.11.19-MariaDB", "server": 1}, {"wsrep_on": "ON", **(settings or {})},
                  {**status, **told}, (), {})  # fmt: skip


def seen(*nodes: Server | CannotSee) -> FailoverState:
    return facts({f"n{number}": one for number, one in enumerate(nodes, 1)})


def test_three_in_step() -> None:
    found = seen(node(), node(), node())
    assert ([one.name for one in found.ready], found.trouble, found.needed) == (["n2", "n3"], (), 2)
    assert [one.up for one in found.voters] == [True, True, True]
    assert (found.automatic, found.quorum) == (True, True)


@pytest.mark.parametrize(
    "last",
    [
        node(wsrep_local_state_comment="Donor/Desynced"), node(wsrep_cluster_status="non-Primary"),
        node(wsrep_ready="OFF"), node(settings={"read_only": "ON"}), node(wsrep_cluster_status=""),
    ],
)  # fmt: skip
def test_one_that_takes_no_writes(last: Server) -> None:
    assert [one.usable for one in seen(node(), node(), last).members] == [True, True, False]


def test_two_cannot_lose_one() -> None:
    for nodes in ((node(2), node(2)), (node(2), node(2), LOST)):
        found = seen(*nodes)
        assert (found.ready, found.needed) == ((), 2)
        assert "too few would be left" in found.members[1].detail


def test_an_arbitrator_is_a_voter() -> None:
    found = seen(node(), node())
    assert ([one.name for one in found.ready], len(found.voters)) == (["n2"], 3)


def test_two_clusters() -> None:
    for nodes in ((node(1), node(1)), (node(2), node(2), node(1, "other"), node(1, "other"))):
        assert "split brain" in seen(*nodes).trouble[0]


def test_one_of_the_component_that_cannot_be_asked_leaves_it_open() -> None:
    assert len(seen(node(), node(), LOST).ready) == 1
    with pytest.raises(CannotSee):
        seen(node(), LOST, LOST)
    with pytest.raises(CannotSee):
        seen(LOST, LOST)
    assert seen(node(0, wsrep_cluster_status="non-Primary")).trouble


def test_servers_without_a_cluster() -> None:
    assert together({"n1": node(), "n2": LOST})
    assert not together({"n1": node(settings={"wsrep_on": "OFF"}), "n2": LOST})
    assert not together({"n1": LOST})
