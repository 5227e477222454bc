"""Endpoints as an inventory writes them to what their probes ask of the world."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from audit.contract import Probe, Token
from audit.model.facts import NameState, Sample, ServiceState
from audit.model.item import Secret
from audit.model.technology import Endpoint
from audit.model.verdict import CannotSee
from audit.world.scene import scene
from audit.world.world import World
from checks.availability import http, icmp, tcp, tls
from checks.network import dns
from tests.world.hands import run

STATE = ServiceState(samples=(Sample(address="127.0.0.1"),))

STOCK = {"transport": "httpx"}
TOKEN = {"url": "https://idp.example/token", "client-id": "haechi", "client-secret": {"env": "IDP"}}

WRITTEN: tuple[tuple[type[Endpoint], dict[str, Any], str], ...] = (
    (
        http.HttpEndpoint,
        {
            "id": "web",
            "kind": "http",
            "url": "https://guarantee.kibo.example/",
            "expect": {"status": "200", "contains": "보증"},
            "timeout": "5s",
        },
        "guarantee.kibo.example",
    ),
    (
        http.HttpEndpoint,
        {
            "id": "web-dr",
            "kind": "http",
            "url": "https://guarantee.kibo.example/",
            "address": "10.20.0.9",
            "at": "busan/room-1",
        },
        "10.20.0.9",
    ),
    (tcp.TcpEndpoint, {"id": "db", "kind": "tcp", "host": "127.0.0.1", "port": "5432"}, "127.0.0.1"),
    (
        tls.TlsEndpoint,
        {"id": "ldap", "kind": "tls", "host": "idp.example", "port": "636", "server-name": "x.example"},
        "idp.example",
    ),
    (icmp.IcmpEndpoint, {"id": "gate", "kind": "icmp", "host": "10.0.0.1", "family": "4"}, "10.0.0.1"),
    (
        dns.DnsEndpoint,
        {"id": "name", "kind": "dns", "name": "guarantee.kibo.example", "server": "127.0.0.1", "port": "5353"},
        "127.0.0.1",
    ),
)


@pytest.mark.parametrize(("technology", "written", "host"), WRITTEN)
def test_endpoints_as_they_are_written(technology: type[Endpoint], written: dict[str, Any], host: str) -> None:
    endpoint = technology.model_validate(written)
    assert endpoint.host == host
    assert endpoint.timeout == timedelta(seconds=5)
    assert technology.technology == written["kind"]


@pytest.mark.parametrize(
    ("technology", "change", "says"),
    [
        (http.HttpEndpoint, {"url": "https://name:hidden@a.example/"}, "without a user name or password"),
        (http.HttpEndpoint, {"url": "ftp://a.example/"}, "scheme 'ftp'"),
        (http.HttpEndpoint, {"url": "https:///x"}, "without a host"),
        (http.HttpEndpoint, {"url": "https://a.example:0/"}, "port from 1 to 65535"),
        (http.HttpEndpoint, {"url": "https://a.example:x/"}, "broken host or port"),
        (http.HttpEndpoint, {"url": "https://[::1/"}, "broken host or port"),
        (http.HttpEndpoint, {"url": "https://a b.example/"}, "space"),
        (http.HttpEndpoint, {"url": "https://2130706433/"}, "expected an address"),
        (http.HttpEndpoint, {"url": "https://a.example/" + "x" * 3000}, "characters"),
        (http.HttpEndpoint, {"expect": {"status": "okay"}}, "status such as 200"),
        (http.HttpEndpoint, {"expect": {"status": []}}, "status such as 200"),
        (http.HttpEndpoint, {"method": "HEAD", "expect": {"contains": "x"}}, "method GET"),
        (http.HttpEndpoint, {"method": "POST"}, "GET"),
        (http.HttpEndpoint, {"address": "dr.example"}, "expected an address"),
        (http.HttpEndpoint, {"address": "fe80::1%eth0"}, "without a zone"),
        (http.HttpEndpoint, {"headers": {"Authorization": "Bearer hidden"}}, "a secret is never written"),
        (http.HttpEndpoint, {"headers": {"Host": "b.example"}}, "haechi sets it itself"),
        (http.HttpEndpoint, {"headers": {"X-A": "a\r\nX-B: b"}}, "one line"),
        (http.HttpEndpoint, {"headers": {"a b": "c"}}, "name of a header"),
        (http.HttpEndpoint, {"headers": "x"}, "expected headers"),
        (http.HttpEndpoint, {"family": "5"}, "expected 4 or 6"),
        (http.HttpEndpoint, {"limits": {"connect": "soon"}}, "duration"),
        (http.HttpEndpoint, {"proxy": "http://p.example:3128"}, "transport: httpx"),
        (http.HttpEndpoint, {"http2": "true"}, "transport: httpx"),
        (http.HttpEndpoint, {**STOCK, "proxy": "https://p.example/"}, "a proxy of http"),
        (http.HttpEndpoint, {**STOCK, "proxy": "http://me:hidden@p.example/"}, "without a user name or password"),
        (http.HttpEndpoint, {**STOCK, "proxy": "http://p.example/", "follow": "any"}, "no `address`"),
        (http.HttpEndpoint, {**STOCK, "proxy": "http://p.example/", "address": "10.0.0.1"}, "no `address`"),
        (http.HttpEndpoint, {**STOCK, "token": {**TOKEN, "url": "http://idp.example/"}}, "a URL of https"),
        (http.HttpEndpoint, {**STOCK, "token": {**TOKEN, "client-secret": "hidden"}}, "a secret is never written"),
        (tcp.TcpEndpoint, {"port": "70000"}, "port from 1 to 65535"),
        (tcp.TcpEndpoint, {"port": "5_432"}, "port from 1 to 65535"),
        (tcp.TcpEndpoint, {"host": "a/b"}, "host name or an address"),
        (tcp.TcpEndpoint, {"host": "0x7f.1"}, "expected an address"),
        (tcp.TcpEndpoint, {"host": "user@a.example"}, "host name or an address"),
        (dns.DnsEndpoint, {"expect": {"addresses": ["x"]}}, "expected an address"),
    ],
)
def test_what_is_refused(technology: type[Endpoint], change: dict[str, Any], says: str) -> None:
    good = next(written for kind, written, _ in WRITTEN if kind is technology)
    technology.model_validate(good)
    with pytest.raises(ValidationError) as refused:
        technology.model_validate({**good, **change})
    said = "; ".join(error["msg"] for error in refused.value.errors())
    assert says in said
    assert "hidden" not in said


def test_what_a_page_is_asked_with() -> None:
    limits = {"connect": "1s", "first-byte": "2s"}
    written = {**WRITTEN[0][1], **STOCK, "http2": "true", "limits": limits, "token": {**TOKEN, "scope": "read"}}
    page = http.HttpEndpoint.model_validate(written).page
    assert page.limits == {"connect": timedelta(seconds=1), "first-byte": timedelta(seconds=2)}
    assert (page.transport, page.http2, page.proxy) == ("httpx", True, None)
    assert page.token == Token("https://idp.example/token", "haechi", Secret("env", "IDP"), "read")
    plain = http.HttpEndpoint.model_validate(WRITTEN[0][1])
    assert (plain.page.transport, plain.page.limits, plain.page.token) == ("engine", {}, None)
    assert plain.page is plain.page
    assert plain == http.HttpEndpoint.model_validate(WRITTEN[0][1])
    assert http.HttpEndpoint.model_validate(plain.model_dump(by_alias=True)) == plain


def test_the_marks_of_the_loader_are_no_keys() -> None:
    from audit.model.place import Place

    spot = Place("a.yaml", 1, 1)
    written = {**WRITTEN[0][1], "@": spot, "headers": {"Accept": "text/html", "@": spot}, "expect": {"@": spot}}
    endpoint = http.HttpEndpoint.model_validate(written)
    assert (endpoint.headers, endpoint.place) == ({"Accept": "text/html"}, spot)


WORLD = scene(
    http={"https://guarantee.kibo.example/": STATE, "https://guarantee.kibo.example/ @10.20.0.9": STATE},
    tcp={"127.0.0.1:5432": STATE},
    tls={"idp.example:636": STATE},
    icmp={"10.0.0.1": STATE},
    dns={"guarantee.kibo.example@127.0.0.1:5353": NameState(samples=STATE.samples, addresses=("10.0.0.1",))},
)
PROBES: dict[type[Endpoint], Probe] = {
    http.HttpEndpoint: http.visit,
    tcp.TcpEndpoint: tcp.connection,
    tls.TlsEndpoint: tls.handshake,
    icmp.IcmpEndpoint: icmp.echo,
    dns.DnsEndpoint: dns.answer,
}


async def look(probe: Probe, endpoint: Endpoint, world: World) -> ServiceState:
    seen = await probe.look(endpoint, world)
    assert isinstance(seen, probe.facts)
    assert isinstance(seen, ServiceState)
    return seen


@pytest.mark.parametrize(("technology", "written", "host"), WRITTEN)
def test_each_probe_asks_the_right_hand(technology: type[Endpoint], written: dict[str, Any], host: str) -> None:
    probe, endpoint = PROBES[technology], technology.model_validate(written)
    assert probe.technology is technology
    assert run(look(probe, endpoint, WORLD)).samples[0].failure is None
    with pytest.raises(CannotSee):
        run(look(probe, endpoint, scene()))


@pytest.mark.parametrize(
    ("wanted", "failure"),
    [
        ("10.0.0.1", None),
        (["10.0.0.1"], None),
        (["10.0.0.2"], "dns-wrong-answer"),
        (["10.0.0.1", "10.0.0.2"], "dns-wrong-answer"),
    ],
)
def test_addresses_that_a_name_must_have(wanted: object, failure: str | None) -> None:
    endpoint = dns.DnsEndpoint.model_validate({**WRITTEN[-1][1], "expect": {"addresses": wanted}})
    sample = run(look(dns.answer, endpoint, WORLD)).samples[0]
    assert sample.failure == failure
    assert (sample.detail == "") == (failure is None)
