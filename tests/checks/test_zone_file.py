"""Zone files in, what they hold out; what cannot be read is never half of a zone."""

from __future__ import annotations

import pytest

from audit.model.verdict import CannotSee
from checks.network.zone_file import read

ZONE = """$ORIGIN .
$TTL 300\t; 5 minutes
kibo.example\t\tIN SOA\tns1.kibo.example. noc.other.example. (
\t\t\t\t2026090101 ; serial
\t\t\t\t3600       ; refresh
\t\t\t\t900 604800 300 )
\t\t\tNS\tns1.kibo.example.
\t\t\tNS\tns2.other.example.
$ORIGIN kibo.example.
ns1\t\t\tA\t192.0.2.1
www\t1h30m IN\tA\t192.0.2.4
\tIN 60\tA\t192.0.2.5
\t\tAAAA\t2001:DB8:0::4
web CNAME www
txt TXT "a ; b ( c" "d"
"""
AXFR = """; <<>> DiG 9.18 <<>> axfr kibo.example
kibo.example.\t300\tIN\tSOA\tns1.kibo.example. noc.other.example. 7 3600 900 604800 300
kibo.example.\t300\tIN\tNS\tns1.kibo.example.
WWW.kibo.example.\t60\tIN\tA\t192.0.2.4
kibo.example.\t300\tIN\tSOA\tns1.kibo.example. noc.other.example. 7 3600 900 604800 300
"""


def test_what_named_writes() -> None:
    found = read(ZONE, "kibo.example")
    assert found.serials == [2026090101]
    assert found.of("www.kibo.example") == {"192.0.2.4", "192.0.2.5", "2001:db8::4"}
    assert found.of("WEB.kibo.example.") == found.of("www.kibo.example")
    assert found.servers == {"ns1.kibo.example", "ns2.other.example"}
    assert found.of("gone.kibo.example") == frozenset()


def test_what_a_transfer_writes() -> None:
    found = read(AXFR, "Kibo.example.")
    assert found.serials == [7, 7]
    assert found.of("www.kibo.example") == {"192.0.2.4"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words\nin a file\n",
        ZONE.replace("kibo.example", "other.example"),
        ZONE[: ZONE.index("900")],
        ZONE.replace("2026090101", "many"),
        ZONE.replace("192.0.2.4", "192.0.2.400"),
        ZONE + "$INCLUDE /etc/passwd\n",
        "(" * 100_000,
        "x " * 600_000,
    ],
)
def test_what_is_no_zone_tells_nothing(text: str) -> None:
    with pytest.raises(CannotSee):
        read(text, "kibo.example")


def test_a_chain_of_aliases_ends() -> None:
    loop = AXFR + "a.kibo.example. CNAME b.kibo.example.\nb.kibo.example. CNAME a.kibo.example.\n"
    assert read(loop, "kibo.example").of("a.kibo.example") == frozenset()
