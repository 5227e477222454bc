"""Configurations of nginx with what knocking shows to what the probe makes of the servers behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import CannotSee, Reason, say
from audit.model.facts import Sample, ServiceState
from audit.model.failover import FailoverState
from audit.world.scene import NOON, SceneFile, scene
from checks.failover.nginx import Nginx, standing
from checks.failover.nginx_config import Directive, backends, directives, upstreams

MAIN = """
user www-data;  # a comment with { and ;
http {
    log_format main '$remote_addr; {"quoted"} \\'x\\'';
    include conf.d/*.conf;
    server { listen 80; location / { proxy_pass http://loans/; } }
}
"""
LOANS = """
upstream loans {
    zone loans 64k;
    server 10.1.0.1:8080 weight=5 max_fails=3 fail_timeout=10s;
    server "10.2.0.1:8080" backup;
}
"""
GOOD = ServiceState(samples=(Sample(address="10.1.0.1"),))
OTHER = ServiceState(samples=(Sample(address="10.2.0.1"),))
BAD = ServiceState(samples=(Sample(address="10.0.0.9", failure="refused", detail="Connection refused"),))
UP = {"10.1.0.1:8080": GOOD, "10.2.0.1:8080": OTHER}


def asked(
    loans: str = LOANS, main: str = MAIN, tcp: Any = UP, more: dict[str, str] | None = None, **item: Any
) -> FailoverState:
    texts = {"/etc/nginx/nginx.conf": main, "/etc/nginx/conf.d/loans.conf": loans, **(more or {})}
    files = {path: SceneFile(text.encode(), NOON) for path, text in texts.items()}
    world = scene(files=files, tcp=tcp, http=item.pop("http", {}))
    written = {"id": "n", "kind": "nginx", "to": "busan", "mode": "hot", "config": "/etc/nginx/nginx.conf"}
    found = anyio.run(standing.look, Nginx.model_validate({**written, "upstream": "loans", **item}), world)
    assert isinstance(found, FailoverState)
    return found


def test_a_server_with_its_standby() -> None:
    found = asked()
    assert [(one.name, one.role, one.usable) for one in found.members] == [
        ("10.1.0.1:8080", "serving", True), ("10.2.0.1:8080", "standby", True)
    ]  # fmt: skip
    assert (found.trouble, found.automatic, found.has("last_switch")) == ((), True, False)


def test_a_standby_that_refuses() -> None:
    found = asked(tcp={**UP, "10.2.0.1:8080": BAD})
    assert found.ready == ()
    assert found.members[1].detail == "refused: Connection refused"


def test_a_standby_that_is_called_down() -> None:
    assert asked(LOANS.replace("backup", "backup down")).ready == ()


@pytest.mark.parametrize(
    "gap", [CannotSee(Reason.DENIED, say("outside of what the estate allows")), ServiceState(partial=GOOD.samples)]
)
def test_one_that_may_not_be_asked_leaves_all_open(gap: Any) -> None:
    with pytest.raises(CannotSee):
        asked(tcp={**UP, "10.2.0.1:8080": gap})


def test_a_local_socket_is_not_knocked_at() -> None:
    with pytest.raises(CannotSee) as gap:
        asked(LOANS.replace('"10.2.0.1:8080"', "unix:/run/app.sock"))
    assert gap.value.reason is Reason.NO_TOOL


def test_a_name_stands_for_as_many_servers_as_it_has_addresses() -> None:
    both = ServiceState(samples=(Sample(address="10.1.0.1"), Sample(address="10.1.0.2", failure="refused")))
    found = asked("upstream loans { server app.example; }", tcp={"app.example:80": both})
    assert [(one.name, one.usable) for one in found.members] == [
        ("app.example 10.1.0.1", True), ("app.example 10.1.0.2", False)
    ]  # fmt: skip


def test_what_keeps_nginx_from_the_next_server() -> None:
    assert "max_fails=0" in asked(LOANS.replace("max_fails=3", "max_fails=0")).trouble[0]
    inside = MAIN.replace("proxy_pass", "proxy_next_upstream off; proxy_pass")
    assert "proxy_next_upstream off" in asked(main=inside).trouble[0]
    above = MAIN.replace("include", "proxy_next_upstream off; include")
    assert asked(main=above).trouble
    mended = above.replace("proxy_pass", "proxy_next_upstream error timeout; proxy_pass")
    assert asked(main=mended).trouble == ()
    both = "location /other { proxy_next_upstream error timeout; proxy_pass http://loans; } location / {"
    elsewhere = inside.replace("location / {", both).replace("http://loans/", "http://other/")
    assert asked(main=elsewhere).trouble == ()


@pytest.mark.parametrize(
    ("inside", "word"),
    [
        ("proxy_next_upstream http_500;", "without `error`"),
        ("proxy_next_upstream_tries 1;", "tries 1"),
        ("proxy_next_upstream_timeout 1m;", "not above proxy_connect_timeout"),
        ("proxy_connect_timeout 2s; proxy_next_upstream_timeout 1m;", ""),
        ("fastcgi_next_upstream off;", ""),
        ("if ($old) { return 503; }", ""),
        ("return 503;", "turned away before: return 503"),
        ("deny all;", "turned away before: deny all"),
        ("allow 10.0.0.0/8; deny all;", ""),
        ("satisfy any; deny all; auth_basic x;", ""),
    ],
)
def test_what_hinders_a_way(inside: str, word: str) -> None:
    for place in ("proxy_pass", "location /"):
        trouble = asked(main=MAIN.replace(place, f"{inside} {place}")).trouble
        assert word in trouble[0] if word else trouble == ()


@pytest.mark.parametrize(
    ("way", "word"),
    [
        ("root /srv;", "no server of the configuration"),
        ("proxy_pass http://other/;", "no server of the configuration"),
        ("grpc_pass grpc://LOANS;", ""),
        ("set $to loans; proxy_pass http://$to;", ""),
        ("if ($new) { proxy_pass https://loans/x; }", ""),
    ],
)
def test_an_upstream_to_which_nothing_leads(way: str, word: str) -> None:
    trouble = asked(main=MAIN.replace("proxy_pass http://loans/;", way)).trouble
    assert word in trouble[0] if word else trouble == ()


@pytest.mark.parametrize("way", ["proxy_pass http://$host;", "include /srv/ways.conf;"])
def test_a_way_that_cannot_be_followed_leaves_it_open(way: str) -> None:
    main = MAIN.replace("proxy_pass http://loans/;", way)
    with pytest.raises(CannotSee) as gap:
        asked(main=main)
    assert gap.value.reason is Reason.INCOMPLETE
    assert asked(main=main, tcp={**UP, "10.2.0.1:8080": BAD}).ready == ()


def test_a_stream_has_ways_of_its_own() -> None:
    http = "http { upstream other { server a; } server { location / { proxy_pass http://loans; } } }"
    stream = "stream { include conf.d/*.conf; server { listen 1; proxy_pass %s; } }"
    assert asked(main=http + stream % "loans").trouble == ()
    assert asked(main=http + stream % "loan").trouble


def test_one_server_under_two_names_counts_once() -> None:
    found = asked("upstream loans { server a:1; server b:1; server b:2; }",
                  tcp={"a:1": GOOD, "b:1": GOOD, "b:2": GOOD})  # fmt: skip
    assert [one.detail for one in found.members] == ["", "it is a:1 once more", ""]


def test_a_standby_that_serves_already_takes_over_from_nobody() -> None:
    assert asked(tcp={**UP, "10.1.0.1:8080": BAD}).ready == ()


def test_by_http_where_a_path_is_named() -> None:
    pages = {"http://10.1.0.1:8080/health": GOOD, "http://10.2.0.1:8080/health": BAD}
    assert asked(tcp={}, http=pages, health="/health").ready == ()
    for wrong in ("health", "/a b", "/a@b"):
        with pytest.raises(ValidationError):
            asked(health=wrong)


def test_what_lies_outside_of_the_folder_is_not_read() -> None:
    away = {"/srv/other.conf": LOANS}
    for include in ("/srv/other.conf", "../../srv/*.conf"):
        with pytest.raises(CannotSee) as gap:
            asked("", MAIN.replace("conf.d/*.conf", include), more=away)
        assert gap.value.reason is Reason.INCOMPLETE
        with pytest.raises(CannotSee):
            asked("upstream loans { server 10.1.0.1:8080; include " + include + "; }", more=away)


def test_includes_without_an_end_end() -> None:
    with pytest.raises(CannotSee) as gap:
        asked("include conf.d/*.conf;" * 3)
    assert gap.value.reason is Reason.INCOMPLETE


@pytest.mark.parametrize(
    "text",
    ["upstream loans {", "}", "server;}", "x {" * 100, '"', "a\\", "upstream loans { server $backend; }",
     "upstream loans { server 10.1.0.1:99999; }", "upstream loans { }", "upstream other { server a; }",
     LOANS + LOANS, "upstream loans {" + "server a;" * 40 + "}", ";" * 250_000, "a_by_lua_block { {"],
)  # fmt: skip
def test_a_file_of_another_kind(text: str) -> None:
    with pytest.raises(CannotSee) as gap:
        asked(text)
    assert gap.value.reason is Reason.INCOMPLETE


def test_files_that_are_too_long_together() -> None:
    more = {f"/etc/nginx/conf.d/{number}.conf": "#" * 300_000 for number in range(4)}
    with pytest.raises(CannotSee) as gap:
        asked(more=more)
    assert "too long" in str(gap.value)


def test_a_block_in_another_language_is_passed_over() -> None:
    lua = "server { content_by_lua_block { if a then b = {1, 2} end } listen 80; }\n"
    assert asked(lua + LOANS).ready


def plain(tree: tuple[Directive, ...]) -> list[Any]:
    return [[list(one.words), None if one.block is None else plain(one.block)] for one in tree]


def theirs(block: Any) -> list[Any]:
    return [
        [[one["directive"], *one["args"]], None if one.get("block") is None else theirs(one["block"])] for one in block
    ]


@pytest.mark.parametrize("text", [MAIN, LOANS, "a 'x y' \"\" ${v}z;b{c;d{}}# e", "map $a $b { ~^x;y 1; default ''; }"])
def test_read_as_another_reader_does(tmp_path: Path, text: str) -> None:
    crossplane: Any = pytest.importorskip("crossplane")
    path = tmp_path / "nginx.conf"
    path.write_text(text)
    parsed = crossplane.parse(str(path), single=True, check_ctx=False, check_args=False)["config"][0]["parsed"]
    ours = plain(directives(text))
    # It gives the escapes of quoted words back as they mean, ours as they are written.
    assert str(ours).replace("\\\\'", "'").replace('"', "'") == str(theirs(parsed)).replace('"', "'")


def test_servers_of_an_upstream() -> None:
    text = "stream { upstream u { server [2001:db8::1]:5432 max_fails=0; server db; server unix:/s drain; } }"
    (found,) = upstreams(directives(text), "u")
    assert [(one.host, one.port, one.never_out, one.down) for one in backends(found)] == [
        ("2001:db8::1", 5432, True, False), ("db", 80, False, False), ("", 80, False, True)
    ]  # fmt: skip
