"""Groups with places to what the loss of each site leaves of them."""

from __future__ import annotations

from audit.model.failover import FailoverState, Member, Voter
from audit.model.graph import Graph
from audit.model.quorum import losses, site_of
from audit.model.technology import Failover
from tests.checks.judging import scene

ESTATE = """
sites:
  - {id: daejeon, region: ap-1, networks: [10.1.0.0/16], rooms: [{id: room-1}]}
  - {id: busan, networks: [10.2.0.0/16, "2001:db8:2::/48"]}
  - {id: gwangju, region: ap-3}
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        at: [daejeon/room-1]
        failover: [{id: f, kind: declared, to: busan, mode: hot, members: [{name: n1, at: daejeon/room-1}]}]
"""


def around() -> tuple[Failover, Graph]:
    estate = scene(ESTATE).estate
    switch = estate.index["kibo/guarantee/f"]
    assert isinstance(switch, Failover)
    return switch, Graph(estate)


def standby(name: str, address: str = "", zone: str = "", *, usable: bool = True) -> Member:
    return Member(name=name, role="standby", usable=usable, address=address, zone=zone)


class TestPlaces:
    def test_what_the_inventory_says_goes_first(self) -> None:
        switch, graph = around()
        assert site_of(standby("n1", "10.2.0.9"), switch, graph) == "daejeon"
        assert site_of(standby("n1:5432"), switch, graph) == "daejeon"
        assert site_of(standby("x", "n1:5432"), switch, graph) == "daejeon"

    def test_an_address_tells_by_the_networks_of_the_sites(self) -> None:
        switch, graph = around()
        assert site_of(standby("n2", "10.2.3.4"), switch, graph) == "busan"
        assert site_of(standby("n2", "10.2.3.4:26379"), switch, graph) == "busan"
        assert site_of(standby("10.1.0.7:6379"), switch, graph) == "daejeon"
        assert site_of(standby("[2001:db8:2::7]:6379"), switch, graph) == "busan"
        assert site_of(standby("n2", "192.0.2.1"), switch, graph) == ""
        assert site_of(standby("n2", "not an address"), switch, graph) == ""

    def test_a_cloud_names_its_zones(self) -> None:
        switch, graph = around()
        assert site_of(standby("pod", zone="ap-3"), switch, graph) == "gwangju"
        assert site_of(standby("pod", zone="ap-9"), switch, graph) == ""


def voter(address: str, *, up: bool | None = True) -> Voter:
    return Voter(name=address, up=up, address=address)


LEAD = Member(name="n1", role="primary", usable=True)


class TestLosses:
    def test_two_sites_hang_on_the_one_with_more_votes(self) -> None:
        switch, graph = around()
        voters = (voter("10.1.0.1"), voter("10.1.0.2"), voter("10.2.0.1"))
        state = FailoverState(members=(LEAD, standby("s", "10.2.0.5")), voters=voters)
        busan, daejeon = losses(state, switch, graph)
        assert (busan.site, busan.quorum, busan.takers) == ("busan", True, ())
        assert (daejeon.site, daejeon.quorum, daejeon.voters, daejeon.takers) == ("daejeon", False, 1, ("s",))

    def test_a_voter_that_is_down_already_counts_for_nothing(self) -> None:
        switch, graph = around()
        voters = (voter("10.1.0.1"), voter("10.2.0.1"), Voter(name="w", up=False, zone="ap-3"))
        state = FailoverState(members=(LEAD, standby("s", "10.2.0.5")), voters=voters)
        assert [one.quorum for one in losses(state, switch, graph)] == [False, False, True]

    def test_what_nobody_placed_leaves_it_open(self) -> None:
        switch, graph = around()
        voters = (voter("10.1.0.1"), voter("192.0.2.1"), voter("10.2.0.1"))
        state = FailoverState(members=(LEAD, standby("s", "10.2.0.5")), voters=voters)
        daejeon = losses(state, switch, graph)[1]
        assert (daejeon.quorum, daejeon.voters, daejeon.unknown) == (None, None, ("192.0.2.1",))

    def test_a_voter_that_nobody_could_ask_leaves_it_open(self) -> None:
        switch, graph = around()
        voters = (voter("10.1.0.1"), voter("10.2.0.1"), Voter(name="w", up=None, zone="ap-3"))
        state = FailoverState(members=(LEAD, standby("s", "10.2.0.5")), voters=voters)
        assert losses(state, switch, graph)[1].quorum is None

    def test_more_may_be_needed_than_half(self) -> None:
        switch, graph = around()
        voters = (voter("10.1.0.1"), voter("10.2.0.1"), Voter(name="w", up=True, zone="ap-3"))
        state = FailoverState(members=(LEAD,), voters=voters, needed=3)
        assert [one.quorum for one in losses(state, switch, graph)] == [False, False, False]

    def test_a_group_without_voters_has_no_quorum_to_lose(self) -> None:
        switch, graph = around()
        state = FailoverState(members=(LEAD, standby("s", "10.2.0.5", usable=False)))
        assert [(one.quorum, one.takers) for one in losses(state, switch, graph)] == [(None, ()), (None, ())]


class TestReady:
    def test_of_those_that_serve_together_one_may_be_lost(self) -> None:
        pool = tuple(Member(name=f"w{number}", role="serving", usable=number != 2) for number in range(3))
        assert [one.name for one in FailoverState(members=pool).ready] == ["w1"]
        assert FailoverState(members=pool[:1]).ready == ()
        assert FailoverState(members=pool[:1]).troubled()
