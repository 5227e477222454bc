"""Names with their addresses to which of them a probe may connect to."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model.facts import ServiceState
from audit.model.verdict import CannotSee, Reason
from audit.world.fault import Fault
from audit.world.guard import Guard
from audit.world.resolver import Resolver
from audit.world.tcp import TcpHand
from audit.world.world import Page
from tests.world.hands import LONG, SOON, hands, only, run
from tests.world.servers import closed_port, page, says, served, silent

WIDE = ("0.0.0.0/0", "::/0")


@pytest.mark.parametrize(
    "address",
    "169.254.169.254 169.254.0.1 ::ffff:169.254.169.254 fe80::1 febf::1 fd00:ec2::254 0.0.0.0 :: 255.255.255.255 "
    "224.0.0.1 ff02::1 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::1".split(),
)
def test_addresses_that_a_wide_network_does_not_open(address: str) -> None:
    assert not hands(*WIDE).guard.permits(address)


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "fe80::1"])
def test_an_exact_entry_opens_one_of_them(address: str) -> None:
    assert hands(*WIDE, address).guard.permits(address)
    assert not hands(*WIDE, address).guard.permits("169.254.169.253")
    assert not hands(*WIDE, address).guard.permits("0.0.0.0")


@given(st.ip_addresses())
def test_nothing_is_open_that_is_not_allowed(address: IPv4Address | IPv6Address) -> None:
    plain = str(getattr(address, "ipv4_mapped", None) or address)
    assert hands("127.0.0.0/8").guard.permits(str(address)) == plain.startswith("127.")


def test_an_estate_that_allows_nothing_is_not_looked_at() -> None:
    with pytest.raises(CannotSee, match="allows no address; add") as seen:
        run(TcpHand(Guard((), Resolver())).knock("127.0.0.1", closed_port(), LONG))
    assert seen.value.reason == Reason.DENIED


@pytest.mark.parametrize(
    "host", ["0x7f000001", "2130706433", "017700000001", "127.1", "0177.0.0.1", "127.0.0.01", "1.2.3.4.5", "0x7f.1"]
)
def test_disguised_addresses_are_no_names(host: str) -> None:
    with pytest.raises(Fault) as seen:
        run(hands(*WIDE).guard.find(host))
    assert seen.value.failure == "dns-nxdomain"


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("0:0::1", "::1"),
        ("①②⑦.0.0.①", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
    ],
)
def test_one_address_has_one_form(host: str, plain: str) -> None:
    assert run(hands().guard.find(host)).addresses == (plain,)


def test_a_zone_is_refused() -> None:
    with pytest.raises(Fault):
        run(hands(*WIDE).guard.find("fe80::1%lo"))


def test_a_family_that_an_address_is_not_of() -> None:
    with pytest.raises(Fault, match="dns-no-address"):
        run(hands().guard.find("127.0.0.1", 6))


def test_the_check_for_programs_wants_every_address_inside() -> None:
    guard = hands(hosts={"in.example": ("127.0.0.1", "127.0.0.2"), "half.example": ("127.0.0.1", "10.0.0.1")}).guard
    assert run(guard.check("in.example")) == ("127.0.0.1", "127.0.0.2")
    with pytest.raises(CannotSee, match=r"denied: 10\.0\.0\.1 \(half\.example\) is outside"):
        run(guard.check("half.example"))
    with pytest.raises(CannotSee, match="unreachable"):
        run(hands(hosts={"none.example": ()}).guard.check("none.example"))


def test_every_address_of_a_name_is_tried() -> None:
    hand = hands(hosts={"two.example": ("127.0.0.1", "127.0.0.2", "::1")})
    with served(says(page())) as port:
        state = run(hand.http.visit(Page(f"http://two.example:{port}/"), LONG))
    assert [(sample.address, sample.failure) for sample in state.samples] == [
        ("127.0.0.1", None),
        ("127.0.0.2", "refused"),
        ("::1", "refused"),
    ]
    assert state.troubled()


def test_one_family_alone() -> None:
    hand = hands(hosts={"two.example": ("127.0.0.1", "::1")})
    with served(says(page()), address="::1") as port:
        state = run(hand.http.visit(Page(f"http://two.example:{port}/", family=6), LONG))
        assert only(run(hand.tcp.knock("two.example", port, LONG, 4))).failure == "refused"
    assert (only(state).address, only(state).failure) == ("::1", None)


def test_an_address_that_may_not_be_tried_leaves_the_whole_unknown() -> None:
    hand = hands("127.0.0.0/8", hosts={"half.example": ("127.0.0.1", "10.0.0.1")})
    with served(says(page())) as port:
        state = run(hand.http.visit(Page(f"http://half.example:{port}/"), LONG))
    assert [sample.failure for sample in state.tried] == [None]
    assert not state.troubled()
    with pytest.raises(CannotSee, match=r"denied: 10\.0\.0\.1"):
        _ = state.samples
    assert type(state).model_validate(state.plain()).tried == state.tried


def test_a_failure_decides_whatever_stays_unseen() -> None:
    hand = hands("127.0.0.0/8", hosts={"half.example": ("127.0.0.1", "10.0.0.1")})
    assert only(run(hand.tcp.knock("half.example", closed_port(), LONG))).failure == "refused"


def test_a_name_with_too_many_addresses_is_not_seen_whole() -> None:
    hand = hands(hosts={"many.example": tuple(f"127.0.1.{number}" for number in range(100))})
    with pytest.raises(CannotSee, match="has 100 addresses"):
        run(hand.tcp.knock("many.example", 1, LONG))


def test_a_machine_that_is_behind_blames_nobody() -> None:
    async def busy(port: int) -> ServiceState:
        asyncio.get_running_loop().call_later(0.05, time.sleep, 0.9)
        return await hands().http.visit(Page(f"http://127.0.0.1:{port}/"), SOON / 3)

    with served(silent) as port, pytest.raises(CannotSee, match="behind its work") as seen:
        run(busy(port))
    assert seen.value.reason == Reason.TIMEOUT


def test_no_time_at_all_blames_nobody() -> None:
    with pytest.raises(CannotSee, match="no time to look"):
        run(hands().tcp.knock("127.0.0.1", closed_port(), timedelta(0)))
