"""Addresses of loopback to what an echo says of them, with and without the right to send one."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import textwrap
import time

import pytest

from audit.model.facts import ServiceState
from audit.model.verdict import CannotSee, Reason
from tests.world.hands import LONG, SOON, hands, run

HANDS = hands(hosts={"two.example": ("127.0.0.1", "::1")})
ALONE = """
import fcntl, os, socket, struct, sys
with socket.socket() as channel:
    fcntl.ioctl(channel, 0x8914, struct.pack("16sh", b"lo", 1))  # loopback up
from audit.model.verdict import CannotSee
from tests.world.hands import LONG, SOON, hands, run
"""


def may_ping() -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except PermissionError:
            continue
        return True
    return False


def alone(script: str) -> str:
    """What a script prints in a network of its own that has nothing but loopback."""
    own = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel gives nobody a network of their own")
    words = [*own, sys.executable, "-W", "error", "-c", ALONE + textwrap.dedent(script)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


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


def test_a_raw_socket_for_all_targets() -> None:
    said = alone("""
        import asyncio
        hand = hands("127.0.0.0/8", "::1/128").icmp
        async def together():
            looks = [hand.ping(f"127.0.{number // 250}.{1 + number % 250}", LONG) for number in range(500)]
            waiting = asyncio.gather(*looks, hand.ping("::1", LONG))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            print(len(os.listdir("/proc/self/fd")) < 20)
            return await waiting
        print({sample.failure for state in run(together()) for sample in state.samples}, hand._open)
        print({sample.failure for state in run(together()) for sample in state.samples}, hand._open)
    """)
    assert said.splitlines() == ["True", "{None} {}", "True", "{None} {}"]


def test_the_socket_of_a_user_without_rights() -> None:
    said = alone("""
        try:
            with open("/proc/sys/net/ipv4/ping_group_range", "w") as settings:
                settings.write("0 0")
        except OSError:
            print("None None")
            sys.exit()
        import ctypes
        for right in range(41):
            ctypes.CDLL(None).prctl(24, right, 0, 0, 0)  # out of the bounding set
        head, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None).capset(head, data) == 0
        try:
            socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        except PermissionError:
            state = run(hands().icmp.ping("127.0.0.1", LONG))
            newer = run(hands().icmp.ping("::1", LONG))
            print(state.samples[0].failure, newer.samples[0].failure)
    """)
    assert said.split() == ["None", "None"]


def test_a_silent_target_and_one_without_a_way() -> None:
    said = alone("""
        with open("/proc/sys/net/ipv4/icmp_echo_ignore_all", "w") as settings:
            settings.write("1")
        sample = run(hands().icmp.ping("127.0.0.1", SOON)).samples[0]
        print(sample.failure, sample.phases["total"] > 0.2)
        try:
            run(hands("10.0.0.0/8").icmp.ping("10.1.1.1", LONG))
        except CannotSee as gap:
            print(gap)
    """)
    silent, no_way = said.splitlines()
    assert silent == "no-reply True"
    assert no_way.startswith("unreachable: this machine has no way to 10.1.1.1")


@pytest.mark.skipif(not may_ping(), reason="this user may not send echoes")
def test_what_this_machine_notices_late_is_no_part_of_the_time() -> None:
    async def busy() -> ServiceState:
        looking = asyncio.create_task(HANDS.icmp.ping("127.0.0.1", LONG))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        time.sleep(0.3)
        return await looking

    # The kernel begins to note times some moments after a first socket wants them: one that does is here already.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wanting:
        wanting.setsockopt(socket.SOL_SOCKET, 35, 1)
        time.sleep(0.2)
        sample = run(busy()).samples[0]
    assert sample.failure is None
    assert sample.phases["echo"] < 0.25
