"""Real name servers with a zone that is signed or not, below another zone or not, to what is ruled on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.real.around import Ruled, ruled
from tests.real.lab import Lab
from tests.real.labs.zone import NEEDS
from tests.real.names import Served, serving_names, signed, zone_text

pytestmark = pytest.mark.real
ZONE = "kodit.example"


@pytest.fixture
def root(tmp_path: Path, need: Callable[[str], Path]) -> Path:
    for program in NEEDS:
        need(program)
    folder = tmp_path / "lab"
    folder.mkdir()
    return folder


def judged(root: Path, *servers: Served, **more: Any) -> Ruled:
    item = {
        "kind": "zone", "name": ZONE, "names": [f"www.{ZONE}"], "timeout": "60s", "steering": "health-checked",
        "servers": [{"name": f"ns{number}.{ZONE}", "host": "127.0.0.1", "port": server.port,
                     "at": "daejeon/room-1" if number == 1 else "busan"}
                    for number, server in enumerate(servers, 1)],
    }  # fmt: skip
    return ruled(root, Lab(item, dict, {}, role="endpoints"), **more)


@pytest.mark.parametrize(
    ("old", "new", "verdict", "word"),
    [
        ("", "", "pass", "goes on for"),
        # A digest of another key under the number of this one, as after a change of keys that nobody told above.
        (r"(DS \d+ 13 2 )\S+", r"\g<1>" + "AB" * 32, "fail", "vouches for none of the keys"),
    ],
)
def test_the_zone_above_vouches_for_a_key(root: Path, old: str, new: str, verdict: str, word: str) -> None:
    text = signed(root, ZONE, zone_text(ZONE, 7))
    # dnssec-signzone folds a digest into pieces.
    given = " ".join((root / "keys" / f"dsset-{ZONE}.").read_text().split())
    given = re.sub(r"(DS \d+ 13 2 \S+) (\S+)", r"\1\2", given)
    above = given if not old else re.sub(old, new, given)
    names = "".join(f"kodit NS ns{number}.kodit\nns{number}.kodit A 192.0.2.{number}\n" for number in (1, 2, 3))
    with serving_names(root / "first", ZONE, text) as first, parent(root, names + above + "\n") as server:
        found = judged(root, first, parent={"host": "127.0.0.1", "port": server.port})
    assert found.verdict("network.zone-clock") == verdict, found.says("network.zone-clock")
    assert word in found.says("network.zone-clock")


def test_signatures_by_keys_that_are_gone(root: Path) -> None:
    text = signed(root, ZONE, zone_text(ZONE, 7))
    for path in (root / "keys").glob("K*"):
        path.unlink()
    other = signed(root, ZONE, zone_text(ZONE, 7))
    keys = re.findall(r"DNSKEY\s+25[67] 3 13 \(([^)]*)\)", other)
    for old, new in zip(re.findall(r"DNSKEY\s+25[67] 3 13 \(([^)]*)\)", text), keys, strict=True):
        text = text.replace(old, new)
    with serving_names(root / "first", ZONE, text) as first:
        found = judged(root, first)
    assert found.verdict("network.zone-clock") == "fail", found.says("network.zone-clock")
    assert "with none of the keys" in found.says("network.zone-clock")


MAIL = "mail IN A 192.0.2.9\n"


@pytest.mark.parametrize(
    ("first", "second", "more", "verdict", "word"),
    [
        (MAIL, MAIL, {"names": []}, "unknown: incomplete", "names ns3.kodit.example too"),
        (MAIL, "", {"names": []}, "fail", "under mail.kodit.example"),
        (MAIL, MAIL.replace("9", "8"), {}, "fail", "under mail.kodit.example"),
        (MAIL, "", {"transfer": False}, "unknown: incomplete", "names ns3.kodit.example too"),
    ],
)
def test_a_name_that_one_server_lacks_in_the_same_version(
    root: Path, first: str, second: str, more: dict[str, Any], verdict: str, word: str
) -> None:
    with (
        serving_names(root / "first", ZONE, zone_text(ZONE, 7) + first) as one,
        serving_names(root / "second", ZONE, signed(root, ZONE, zone_text(ZONE, 7) + second)) as other,
    ):
        found = judged(root, one, other, **more)
        assert found.verdict("network.zone-consistent") == verdict, found.says("network.zone-consistent")
        assert word in found.says("network.zone-consistent")


@contextmanager
def parent(root: Path, delegation: str) -> Iterator[Served]:
    """A server of the zone above."""
    apex = "$ORIGIN example.\n$TTL 300\n@ IN SOA ns noc 1 3600 900 604800 300\n@ IN NS ns\nns IN A 192.0.2.9\n"
    with serving_names(root / "above", "example", apex + delegation) as server:
        yield server


def test_an_unsigned_zone_lives_as_long_as_its_secondaries(root: Path) -> None:
    with serving_names(root / "first", ZONE, zone_text(ZONE, 7)) as first:
        found = judged(root, first)
        assert found.verdict("network.zone-clock") == "pass"
        assert found.verdict("network.zone-consistent") == "unknown: incomplete"
        assert "names ns2.kodit.example, ns3.kodit.example too" in found.says("network.zone-consistent")
        assert found.verdict("network.zone-copy") == "unknown: incomplete"
        assert found.verdict("network.registration") == "unknown: incomplete"


def test_signatures_that_are_over(root: Path) -> None:
    with serving_names(root / "first", ZONE, signed(root, ZONE, zone_text(ZONE, 7), days=-1)) as first:
        found = judged(root, first)
        assert found.verdict("network.zone-clock") == "fail"
        assert "ended on" in found.says("network.zone-clock")


@pytest.mark.parametrize(
    ("delegation", "check", "verdict", "word"),
    [
        ("kodit NS ns1.kodit\nkodit NS ns9.kodit\n", "network.zone-consistent", "fail", "ns9.kodit.example"),
        (
            "kodit NS ns1.kodit\nkodit NS ns2.kodit\nkodit NS ns3.kodit\nns2.kodit A 203.0.113.77\n",
            "network.zone-consistent", "fail", "leads to ns2.kodit.example at 203.0.113.77",
        ),
        (
            "kodit NS ns1.kodit\nkodit NS ns2.kodit\nkodit NS ns3.kodit\nns1.kodit A 192.0.2.1\n"
            "kodit DS 1 13 2 " + "ab" * 32 + "\n",
            "network.zone-clock", "fail", "is signed, and it is not",
        ),
    ],
)  # fmt: skip
def test_what_the_zone_above_says_counts(root: Path, delegation: str, check: str, verdict: str, word: str) -> None:
    with serving_names(root / "first", ZONE, zone_text(ZONE, 7)) as first, parent(root, delegation) as above:
        found = judged(root, first, parent={"host": "127.0.0.1", "port": above.port})
        assert found.verdict(check) == verdict, found.says(check)
        assert word in found.says(check)


def test_a_server_that_may_not_tell_us_is_no_fail(root: Path) -> None:
    text = zone_text(ZONE, 7)
    with (
        serving_names(root / "first", ZONE, text) as first,
        serving_names(root / "second", "other.example", zone_text("other.example", 1)) as other,
    ):
        found = judged(root, first, other)
        assert found.verdict("network.zone-consistent") == "unknown: denied"


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        (b"\x00\x01binary", "unknown: incomplete"),
        (b"", "unknown: incomplete"),
        (b"$INCLUDE /etc/shadow\n", "unknown: incomplete"),
        (None, "unknown: unreachable"),
    ],
)
def test_a_copy_that_cannot_be_read_tells_nothing(root: Path, written: bytes | None, verdict: str) -> None:
    with serving_names(root / "first", ZONE, zone_text(ZONE, 7)) as first:
        if written is not None:
            (root / "copy").write_bytes(written)
        found = judged(root, first, copy={"path": "copy", "at": "busan"})
        assert found.verdict("network.zone-copy") == verdict, found.says("network.zone-copy")
        assert "shadow" not in found.says("network.zone-copy")


def test_nothing_answers(root: Path) -> None:
    with serving_names(root / "first", ZONE, zone_text(ZONE, 7)) as first:
        first.stop()
        found = judged(root, first)
    assert found.verdict("network.zone-consistent") == "fail"
    for check in ("network.zone-clock", "network.name-servers", "failover.name-lifetime"):
        assert found.verdict(check) == "unknown: incomplete", found.says(check)
