"""Tables as the kernel writes them to what they say of the way to others."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.world.link import Link, broken_since, read_link

ROUTES = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
eth1	00000000	00000000	0200	0	0	0	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
"""
NEIGHBOURS = """\
IP address       HW type     Flags       HW address            Mask     Device
192.0.2.1        0x1         {flags}         02:fc:00:00:00:05     *        eth0
192.0.2.9        0x1         0x0         00:00:00:00:00:00     *        eth0
"""
NEWER = (
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "fe800000000000000000000000000001 00000400 00000003 00000000 00450003     wlan0\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n"
    "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n"
)


def tables(folder: Path, *, routes: str = ROUTES, flags: str = "0x2", newer: str | None = None) -> Link:
    (folder / "route").write_text(routes)
    (folder / "arp").write_text(NEIGHBOURS.format(flags=flags))
    if newer is not None:
        (folder / "ipv6_route").write_text(newer)
    link = read_link(folder)
    assert link is not None
    return link


def test_default_routes(tmp_path: Path) -> None:
    assert tables(tmp_path).routes == {"eth0"}
    assert tables(tmp_path, newer=NEWER).routes == {"eth0", "wlan0"}
    assert tables(tmp_path, routes=ROUTES.splitlines()[0] + "\n", newer="").routes == frozenset()


def test_gateways_that_are_silent(tmp_path: Path) -> None:
    assert tables(tmp_path).silent == ()
    assert tables(tmp_path, flags="0x0").silent == ("192.0.2.1",)


def test_no_tables(tmp_path: Path) -> None:
    assert read_link(tmp_path) is None


def test_this_machine() -> None:
    link = read_link()
    assert link is None or "lo" not in link.running | link.routes


def link(running: str = "eth0 eth1", routes: str = "eth0", silent: str = "") -> Link:
    return Link(frozenset(running.split()), frozenset(routes.split()), tuple(silent.split()))


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        (link(), link(), ""),
        (link(), link(running="eth0"), ""),
        (link(), link(running=""), "no network interface of this machine has a carrier any more"),
        (link(), link(routes=""), "this machine has no default route any more"),
        (link(), link(running="eth1"), "the network interface eth0 has no carrier any more"),
        (link(), link(routes="eth1"), ""),
        (link(), link(silent="192.0.2.1"), "the gateway 192.0.2.1 does not answer"),
        (link(routes="eth0 eth1"), link(routes="eth0 eth1", silent="192.0.2.1"), ""),
        (link(routes=""), link(routes=""), ""),
        (link(running="", routes=""), link(running="", routes=""), ""),
    ],
)
def test_what_is_missed(before: Link, now: Link, why: str) -> None:
    assert str(broken_since(before, now) or "") == why
