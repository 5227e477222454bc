"""Name servers with a zone to what the state of a name says."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import timedelta

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from audit.model.facts import NameState
from audit.model.verdict import CannotSee, Reason
from tests.world.hands import LONG, SOON, hands, only, run, unhurried
from tests.world.servers import Answers, Reply, closed_port, named

ZONE = (
    "kibo.example. 300 IN SOA ns1.kibo.example. admin.kibo.example. 1 7200 900 604800 60",
    "kibo.example. 300 IN NS ns1.kibo.example.",
    "kibo.example. 300 IN NS ns2.other.example.",
    "ns1.kibo.example. 300 IN A 127.0.0.53",
    "portal.kibo.example. 300 IN A 127.0.0.2",
    "portal.kibo.example. 120 IN AAAA ::1",
    "www.kibo.example. 30 IN CNAME portal.kibo.example.",
    "away.kibo.example. 30 IN CNAME portal.other.example.",
)


def authority(
    *rows: str, zone: str = "kibo.example.", change: Callable[[dns.message.Message], None] = lambda _: None
) -> Answers:
    """A server of one zone: it knows its rows, refuses everything else, does not recurse."""
    records = [row.split(" ", 4) for row in rows]

    def pick(name: str, kind: str) -> list[dns.rrset.RRset]:
        texts = [(int(ttl), text) for owner, ttl, _, type_, text in records if (owner, type_) == (name, kind)]
        return [dns.rrset.from_text(name, min(texts)[0], "IN", kind, *(text for _, text in texts))] if texts else []

    def reply(query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        question = query.question[0]
        name, kind = question.name.to_text().lower(), question.rdtype.name
        if not question.name.is_subdomain(dns.name.from_text(zone)):
            answer.set_rcode(dns.rcode.REFUSED)
        else:
            answer.flags |= dns.flags.AA
            alias = pick(name, "CNAME")
            answer.answer = alias + pick(alias[0][0].to_text() if alias else name, kind)
            if not any(row[0] == name for row in records):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            if not answer.answer:
                answer.authority = pick(zone, "SOA")
        change(answer)
        return answer

    return reply


def ask(
    reply: Reply, name: str = "portal.kibo.example", *, resolver: Reply | None = None, timeout: timedelta = LONG
) -> NameState:
    with named(reply) as port, named(resolver or authority(zone="nothing.")) as own:
        hand = hands(servers=(("127.0.0.1", own),)).dns
        return run(unhurried(lambda: hand.ask(name, "127.0.0.1", port, timeout)))


OTHER = authority("ns2.other.example. 60 IN A 10.3.2.1", zone="other.example.")


def test_a_name_with_its_zone() -> None:
    state = ask(authority(*ZONE), resolver=OTHER)
    assert only(state).failure is None
    assert state.addresses == ("127.0.0.2", "::1")
    assert (state.ttl, state.authoritative, state.zone) == (timedelta(seconds=120), True, "kibo.example")
    assert state.lifetime == timedelta(seconds=300)
    assert state.soa_expire == timedelta(days=7)
    assert [(server.name, server.addresses) for server in state.servers] == [
        ("ns1.kibo.example", ("127.0.0.53",)),
        ("ns2.other.example", ("10.3.2.1",)),
    ]
    assert NameState.model_validate(state.plain()) == state


def test_an_alias_inside_the_zone() -> None:
    state = ask(authority(*ZONE), "www.kibo.example", resolver=OTHER)
    assert (state.addresses, state.ttl) == (("127.0.0.2", "::1"), timedelta(seconds=30))


def test_an_alias_that_leads_out_of_what_the_server_knows() -> None:
    assert only(ask(authority(*ZONE), "away.kibo.example")).failure == "dns-no-address"


def test_name_servers_without_known_addresses_are_not_counted_as_one_network() -> None:
    state = ask(authority(*ZONE), resolver=lambda _: None, timeout=3 * SOON)
    assert state.zone == "kibo.example"
    with pytest.raises(CannotSee, match="timeout"):
        _ = state.servers


def test_a_name_server_whose_name_is_gone_is_a_fact() -> None:
    state = ask(authority(*ZONE), resolver=authority(zone="."))
    assert state.servers[1].addresses == ()


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (authority(*ZONE), "dns-nxdomain"),
        (authority(*ZONE, change=lambda answer: answer.set_rcode(dns.rcode.SERVFAIL)), "dns-servfail"),
        (authority(*ZONE, change=lambda answer: answer.set_rcode(dns.rcode.NOTAUTH)), "protocol"),
        (authority("none.kibo.example. 60 IN TXT x", *ZONE), "dns-no-address"),
    ],
)
def test_what_is_wrong_at_the_server(reply: Reply, failure: str) -> None:
    state = ask(reply, "none.kibo.example")
    assert only(state).failure == failure
    assert state.addresses == ()
    with pytest.raises(CannotSee):
        _ = state.ttl


def test_a_silent_server_cannot_be_judged() -> None:
    with named(lambda _: None) as port, pytest.raises(CannotSee) as seen:
        run(hands().dns.ask("portal.kibo.example", "127.0.0.1", port, SOON))
    assert seen.value.reason == Reason.TIMEOUT


def test_a_server_that_refuses_cannot_be_judged() -> None:
    with pytest.raises(CannotSee) as seen:
        ask(authority(*ZONE), "portal.other.example")
    assert seen.value.reason == Reason.DENIED


def test_a_port_without_a_server() -> None:
    state = run(hands().dns.ask("portal.kibo.example", "127.0.0.1", closed_port(), LONG))
    assert only(state).failure == "refused"


def test_a_server_outside_what_is_allowed() -> None:
    with pytest.raises(CannotSee, match="denied"):
        run(hands().dns.ask("portal.kibo.example", "10.0.0.1", 53, LONG))


def test_a_resolver_is_asked_with_recursion_and_is_no_authority() -> None:
    whole = authority(*ZONE)

    def reply(query: dns.message.Message) -> dns.message.Message:
        answer = whole(query) if query.flags & dns.flags.RD else dns.message.make_response(query)
        answer.flags &= ~dns.flags.AA
        return answer

    state = ask(reply, resolver=OTHER)
    assert (state.addresses, state.authoritative) == (("127.0.0.2", "::1"), False)


def test_a_cut_answer_comes_whole_over_tcp() -> None:
    many = authority(*ZONE, *(f"many.kibo.example. 60 IN A 127.0.1.{number}" for number in range(1, 201)))

    def cut(query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.TC
        return answer

    with named(cut, over_tcp=many) as port:
        state = run(hands().dns.ask("many.kibo.example", "127.0.0.1", port, LONG))
    assert len(state.addresses) == 200


def test_a_server_that_knows_no_edns() -> None:
    whole = authority(*ZONE)

    def reply(query: dns.message.Message) -> dns.message.Message:
        answer = whole(query)
        if query.edns >= 0:
            answer = dns.message.make_response(query)
            answer.use_edns(False)
            answer.set_rcode(dns.rcode.FORMERR)
        return answer

    assert ask(reply, resolver=OTHER).addresses == ("127.0.0.2", "::1")


def test_garbage_over_tcp() -> None:
    def cut(query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.TC
        return answer

    for garbage in ((b"garbage",), (struct.pack("!HHHHHH", 7, 0x8000, 0, 0, 0, 0),), ()):
        with named(cut, over_tcp=lambda _, garbage=garbage: garbage) as port:  # type: ignore[misc]
            state = run(hands().dns.ask("portal.kibo.example", "127.0.0.1", port, LONG))
        assert only(state).failure == "protocol"
