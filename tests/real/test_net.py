"""A real nginx with a real BIND to what the hands to the network say of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.world import Page
from tests.real.children import free_port
from tests.real.webs import names, web
from tests.world.certificates import DAY, Authority
from tests.world.hands import LONG, hands, only, run

pytestmark = pytest.mark.real
Need = Callable[[str], Path]

ZONE = """$TTL 3600
@ IN SOA ns1 admin 2026 7200 900 604800 60
@ IN NS ns1
@ IN NS ns2
ns1 IN A 127.0.0.1
ns2 IN A 127.0.0.2
guarantee 300 IN A 127.0.0.1
guarantee 120 IN AAAA ::1
www 30 IN CNAME guarantee
mail IN MX 10 guarantee
many IN TXT "x"
"""


def test_a_site_of_nginx(need: Need, tmp_path: Path) -> None:
    program = need("nginx")
    authority = Authority.new(tmp_path)
    authority.server("guarantee.kibo.example")
    pem = next(path for path in tmp_path.glob("*.pem") if path.name != "Test authority.pem")
    plain, secure = free_port(), free_port()
    servers = f"""
        server {{
            listen 127.0.0.1:{plain}; server_name guarantee.kibo.example;
            location /old {{ return 301 https://guarantee.kibo.example:{secure}/; }}
            location /out {{ return 302 http://169.254.169.254/latest/meta-data/; }}
            location /down {{ return 503; }}
        }}
        server {{
            listen 127.0.0.1:{secure} ssl; server_name guarantee.kibo.example;
            ssl_certificate {pem}; ssl_certificate_key {pem};
            gzip on; gzip_min_length 1; gzip_types text/plain;
            location / {{ default_type text/plain; charset utf-8; return 200 "보증 신청 {"x" * 4000}"; }}
        }}"""
    hand = hands(hosts={"guarantee.kibo.example": ("127.0.0.1",)})

    with web(program, tmp_path, servers, secure):
        state = run(
            hand.http.visit(
                Page(f"http://guarantee.kibo.example:{plain}/old", authority=authority.file, contains="보증 신청"), LONG
            )
        )
        sample = only(state)
        assert (sample.failure, sample.status, sample.tls[:5]) == (None, 200, "TLSv1")
        assert sample.size == len("보증 신청 ".encode()) + 4000
        assert sample.hops == (f"http://guarantee.kibo.example:{plain}/old",)
        assert sample.certificate is not None
        assert sample.certificate.trusted
        assert abs(state.clock_offset) < timedelta(seconds=60)
        for path, failure in (("/down", "bad-status"), ("/out", "redirect-policy")):
            page = Page(f"http://guarantee.kibo.example:{plain}{path}")
            assert only(run(hand.http.visit(page, LONG))).failure == failure
        greeted = only(run(hand.tls.greet("127.0.0.1", secure, "guarantee.kibo.example", LONG, authority.file)))
        assert greeted.failure is None
        assert only(run(hand.tls.greet("127.0.0.1", secure, None, LONG, authority.file))).failure == "tls-hostname"
        assert only(run(hand.tls.greet("127.0.0.1", plain, None, LONG, authority.file))).failure == "tls-protocol"
        assert only(run(hand.tcp.knock("guarantee.kibo.example", plain, LONG))).failure is None
    assert only(run(hand.tcp.knock("guarantee.kibo.example", plain, LONG))).failure == "refused"


def test_a_certificate_of_nginx_that_ended(need: Need, tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    authority.server("portal.example", starts=-9 * DAY, ends=-DAY)
    pem = next(path for path in tmp_path.glob("*.pem") if path.name != "Test authority.pem")
    port = free_port()
    server = f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {pem}; ssl_certificate_key {pem}; return 200; }}"
    hand = hands(hosts={"portal.example": ("127.0.0.1",)})
    with web(need("nginx"), tmp_path, server, port):
        page = Page(f"https://portal.example:{port}/", authority=authority.file)
        sample = only(run(hand.http.visit(page, LONG)))
    assert sample.failure == "tls-expired"
    assert sample.certificate is not None
    assert sample.certificate.names == ("portal.example",)


@pytest.mark.parametrize("minimal", ["yes", "no"])
def test_a_zone_of_bind(need: Need, tmp_path: Path, minimal: str) -> None:
    with names(need("named"), tmp_path, ZONE, minimal=minimal) as port:
        state = run(hands().dns.ask("guarantee.kibo.example", "127.0.0.1", port, LONG))
        alias = run(hands().dns.ask("www.kibo.example", "127.0.0.1", port, LONG))
        gone = run(hands().dns.ask("gone.kibo.example", "127.0.0.1", port, LONG))
        empty = run(hands().dns.ask("many.kibo.example", "127.0.0.1", port, LONG))
        apex = run(hands().dns.ask("ns1.kibo.example", "127.0.0.1", port, LONG))
        resolved = run(hands(servers=(("127.0.0.1", port),)).guard.check("guarantee.kibo.example"))
    assert (state.addresses, state.ttl) == (("127.0.0.1", "::1"), timedelta(seconds=120))
    assert (state.authoritative, state.zone, state.soa_expire) == (True, "kibo.example", timedelta(days=7))
    assert [(server.name, server.addresses) for server in state.servers] == [
        ("ns1.kibo.example", ("127.0.0.1",)),
        ("ns2.kibo.example", ("127.0.0.2",)),
    ]
    assert (alias.addresses, alias.ttl) == (("127.0.0.1", "::1"), timedelta(seconds=30))
    assert only(gone).failure == "dns-nxdomain"
    assert only(empty).failure == "dns-no-address"
    assert apex.zone == "kibo.example"
    assert set(resolved) == {"127.0.0.1", "::1"}


def test_a_large_answer_of_bind_comes_over_tcp(need: Need, tmp_path: Path) -> None:
    # As many as BIND takes of one kind; more than a datagram holds.
    rows = "".join(f"many IN A 127.0.0.{number}\n" for number in range(1, 100))
    with names(need("named"), tmp_path, ZONE.replace('many IN TXT "x"\n', rows)) as port:
        state = run(hands().dns.ask("many.kibo.example", "127.0.0.1", port, LONG))
    assert len(state.addresses) == 99
    assert state.authoritative


def test_a_bind_that_refuses_other_zones(need: Need, tmp_path: Path) -> None:
    with names(need("named"), tmp_path, ZONE) as port, pytest.raises(CannotSee) as seen:
        run(hands().dns.ask("portal.other.example", "127.0.0.1", port, LONG))
    assert seen.value.reason == Reason.DENIED
