"""Addresses of loopback to what an echo says of them, with and without the right to send one."""

from __future__ import annotations

import socket

import pytest

from audit.model.verdict import CannotSee, Reason
from tests.world.hands import LONG, SOON, hands, run

HANDS = hands(hosts={"two.example": ("127.0.0.1", "::1")})


def may_ping() -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except PermissionError:
            continue
        return True
    return False


def test_an_echo_to_every_address_or_the_reason_why_not() -> None:
    if may_ping():
        state = run(HANDS.icmp.ping("two.example", LONG))
        assert [(sample.address, sample.failure) for sample in state.samples] == [("127.0.0.1", None), ("::1", None)]
    else:
        with pytest.raises(CannotSee, match="ping_group_range") as seen:
            run(HANDS.icmp.ping("two.example", LONG))
        assert seen.value.reason == Reason.DENIED


def test_no_echo_outside_what_is_allowed() -> None:
    with pytest.raises(CannotSee, match="outside what the estate allows"):
        run(HANDS.icmp.ping("10.0.0.1", SOON))
