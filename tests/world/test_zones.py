"""Servers of one zone to what the state of the zone says of each of them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from audit.model.message import say
from audit.model.naming import ZoneState
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import NameDoor
from audit.world.chain import fits, vouched
from audit.world.surveyed import Told, newer, state
from audit.world.transfer import Held
from audit.world.zones import ZonesHand
from tests.world.hands import LONG, SECOND, hands, run
from tests.world.servers import Reply, closed_port, named

APEX = "kibo.example."
WWW = "www.kibo.example"
Rows = dict[tuple[str, str], list[str]]


def rows(serial: int = 7) -> Rows:
    """The zone, with the lifetime in front of each record."""
    return {
        (APEX, "SOA"): [f"300 ns1.kibo.example. noc.kibo.example. {serial} 3600 900 604800 60"],
        (APEX, "NS"): ["300 ns1.kibo.example.", "300 ns2.kibo.example."],
        ("ns1.kibo.example.", "A"): ["300 192.0.2.1"],
        ("ns2.kibo.example.", "A"): ["300 198.51.100.1"],
        ("www.kibo.example.", "A"): ["60 192.0.2.4"],
        ("www.kibo.example.", "AAAA"): ["86400 2001:db8::4"],
    }


def authority(held: Rows, change: Callable[[dns.message.Message], None] = lambda _: None) -> Reply:
    def reply(query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        asked = query.question[0]
        texts = held.get((asked.name.to_text().lower(), asked.rdtype.name), [])
        if texts:
            lifetime = int(texts[0].split(" ", 1)[0])
            found = (text.split(" ", 1)[1] for text in texts)
            answer.answer = [dns.rrset.from_text(asked.name, lifetime, "IN", asked.rdtype.name, *found)]
        answer.flags |= dns.flags.AA
        change(answer)
        return answer

    return reply


def survey(*replies: Reply, parent: Reply | None = None, timeout: timedelta = LONG) -> ZoneState:
    with ExitStack() as stack:
        doors = [
            NameDoor("127.0.0.1", stack.enter_context(named(reply)), f"ns{number}.kibo.example")
            for number, reply in enumerate(replies, 1)
        ]
        above = NameDoor("127.0.0.1", stack.enter_context(named(parent))) if parent is not None else None
        return run(ZonesHand(hands().guard).survey("kibo.example", doors, (WWW,), above, timeout))


def taken(*each: Held | CannotSee) -> ZoneState:
    """Servers at version 7, each of which hands all of its zone over, or not."""
    soa = dns.rrset.from_text(APEX, 300, "IN", "SOA", f"ns1.{APEX} noc.{APEX} 7 3600 900 604800 60")[0]
    told = [Told(NameDoor(f"ns{number}"), f"192.0.2.{number}", soa=soa, held=held)
            for number, held in enumerate(each, 1)]  # fmt: skip
    return state("kibo.example", told, told, {})


def test_what_one_of_three_holds_alone() -> None:
    one: Held = Held(7, {"a": frozenset({("A", "192.0.2.4")}), "b": frozenset({("A", "192.0.2.5")})})
    lacks, old = Held(7, {"a": one.names["a"]}), Held(6, {})
    assert taken(one, one, lacks).unlike == {"ns3 (192.0.2.3)": ("b",)}
    assert (taken(one, one, old).unlike, taken(one, one, old).compared) == ({}, 2)
    gap = CannotSee(Reason.DENIED, say("no"))
    for each in ((one, gap, gap), (gap, gap)):
        assert taken(*each).absent["unlike"].reason is Reason.DENIED
    assert not taken(one, old).has("unlike")


def test_a_whole_zone_is_not_asked_for_again_at_once() -> None:
    asked: list[str] = []

    def reply(query: dns.message.Message) -> dns.message.Message:
        if query.question[0].rdtype == dns.rdatatype.AXFR:
            asked.append(APEX)
            refused = dns.message.make_response(query)
            refused.set_rcode(dns.rcode.REFUSED)
            return refused
        answer = authority(rows())(query)
        assert isinstance(answer, dns.message.Message)
        return answer

    with named(reply) as one, named(reply) as other:
        hand = ZonesHand(hands().guard)
        doors = [NameDoor("127.0.0.1", one, "ns1.kibo.example"), NameDoor("127.0.0.1", other, "ns2.kibo.example")]

        async def twice() -> None:
            for _ in range(2):
                state = await hand.survey("kibo.example", doors, (WWW,), None, LONG, whole=True)
                assert state.absent["unlike"].reason is Reason.DENIED

        run(twice())
    assert len(asked) == 2


def test_a_zone_of_a_thousand_keys_keeps_nobody_busy() -> None:
    texts = [f"257 3 13 {base64.b64encode(number.to_bytes(64, 'big')).decode()}" for number in range(1000)]
    keys = dns.rrset.from_text(APEX, 300, "IN", "DNSKEY", *texts)
    signature = f"DNSKEY 13 2 300 20300101000000 20200101000000 1 {APEX} {base64.b64encode(bytes(64)).decode()}"
    answer = dns.message.make_response(dns.message.make_query(APEX, "DNSKEY"))
    answer.answer = [keys, dns.rrset.from_text(APEX, 300, "IN", "RRSIG", signature)]
    above = dns.rrset.from_text(APEX, 300, "IN", "DS", f"1 13 2 {'00' * 32}")
    assert fits(answer, keys) is None
    assert vouched(keys.name, keys, list(above)) is None
    few = dns.rrset.from_text(APEX, 300, "IN", "DNSKEY", texts[0])
    assert fits(answer, few) is False
    assert vouched(few.name, few, list(above)) is False


def test_servers_that_agree() -> None:
    state = survey(authority(rows()), authority(rows()))
    assert [one.serial for one in state.asked] == [7, 7]
    assert state.asked[0].answers == {WWW: ("192.0.2.4", "2001:db8::4")}
    assert (state.zone, state.primary, state.serial) == ("kibo.example", "ns1.kibo.example", 7)
    assert (state.ttl, state.lifetime) == (timedelta(seconds=60), timedelta(days=1))
    assert (state.soa_expire, state.signed) == (timedelta(days=7), False)
    assert [server.addresses for server in state.servers] == [("192.0.2.1",), ("198.51.100.1",)]
    assert ZoneState.model_validate(state.plain()) == state


def test_an_alias_that_leads_out_of_the_zone_is_what_can_be_changed() -> None:
    def alias(answer: dns.message.Message) -> None:
        asked = answer.question[0]
        if asked.name.to_text() == "www.kibo.example.":
            answer.answer = [dns.rrset.from_text(asked.name, 90, "IN", "CNAME", "www.other.example.")]

    held = {key: value for key, value in rows().items() if key[0] != "www.kibo.example."}
    state = survey(authority(held, alias))
    assert (state.asked[0].answers, state.lifetime) == ({WWW: ()}, timedelta(seconds=90))


def test_a_server_that_is_behind() -> None:
    state = survey(authority(rows(4294967295)), authority(rows(1)))
    assert state.serial == 1  # the count begins anew at its end
    assert [one.serial for one in state.asked] == [4294967295, 1]


@pytest.mark.parametrize(("one", "other", "behind"), [(2, 1, True), (1, 2, False), (1, 1, False), (0, 2**32 - 5, True)])
def test_serial_numbers_go_round(one: int, other: int, behind: bool) -> None:  # noqa: FBT001
    assert newer(one, other) is behind


def without_authority(answer: dns.message.Message) -> None:
    answer.flags &= ~dns.flags.AA


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        (without_authority, "it is no authority for the zone"),
        (lambda answer: answer.set_rcode(dns.rcode.SERVFAIL), "it does not serve the zone: SERVFAIL"),
        (lambda answer: answer.answer.clear(), "it has no such zone"),
    ],
)
def test_a_server_that_does_not_serve_the_zone(change: Callable[[dns.message.Message], None], trouble: str) -> None:
    state = survey(authority(rows()), authority(rows(), change))
    assert (state.asked[0].trouble, state.asked[1].trouble) == ("", trouble)
    assert state.serial == 7
    assert state.samples[1].failure is not None


def test_one_that_refuses_or_is_silent_is_not_judged() -> None:
    refusing = authority(rows(), lambda answer: answer.set_rcode(dns.rcode.REFUSED))
    state = survey(authority(rows()), refusing, lambda _: None, timeout=3 * SECOND)
    reasons = [one.unseen.reason if one.unseen else None for one in state.asked]
    assert reasons == [None, Reason.DENIED, Reason.TIMEOUT]
    assert state.serial == 7
    with pytest.raises(CannotSee):
        _ = state.samples


def test_where_none_answers_nothing_is_known() -> None:
    with pytest.raises(CannotSee) as gap:
        survey(lambda _: None, timeout=SECOND)
    assert gap.value.reason == Reason.TIMEOUT


def test_where_none_serves_it_each_fact_tells_why() -> None:
    state = survey(authority(rows(), without_authority))
    with pytest.raises(CannotSee, match="no authority"):
        _ = state.soa_expire


def test_a_closed_port_and_an_address_that_is_not_allowed() -> None:
    async def look() -> ZoneState:
        doors = (NameDoor("127.0.0.1", closed_port()), NameDoor("10.0.0.1", 53))
        return await ZonesHand(hands().guard).survey("kibo.example", doors, (), None, LONG)

    state = run(look())
    assert state.asked[0].trouble == "Connection refused"
    assert state.asked[1].unseen is not None
    assert state.asked[1].unseen.reason == Reason.DENIED


def test_the_earliest_end_of_a_signature_counts() -> None:
    def sign(end: str) -> Callable[[dns.message.Message], None]:
        def change(answer: dns.message.Message) -> None:
            asked = answer.question[0]
            text = f"{asked.rdtype.name} 13 2 300 {end} 20260801000000 1 kibo.example. AAAA"
            if answer.answer:
                answer.answer.append(dns.rrset.from_text(asked.name, 300, "IN", "RRSIG", text))
            if asked.rdtype == dns.rdatatype.DNSKEY:
                answer.answer = [dns.rrset.from_text(asked.name, 300, "IN", "DNSKEY", "257 3 13 AAAA")]

        return change

    state = survey(authority(rows(), sign("20260930000000")), authority(rows(), sign("20260910000000")))
    assert (state.signed, state.signatures_end) == (True, datetime(2026, 9, 10, tzinfo=UTC))


def test_what_the_zone_above_says() -> None:
    def parent(query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        asked = query.question[0]
        if asked.rdtype == dns.rdatatype.DS:
            answer.answer = [dns.rrset.from_text(asked.name, 300, "IN", "DS", "1 13 2 " + "00" * 32)]
        else:
            answer.authority = [dns.rrset.from_text(asked.name, 300, "IN", "NS", "ns1.kibo.example.", "old.other.")]
        return answer

    state = survey(authority(rows()), parent=parent)
    assert state.delegation == ("ns1.kibo.example", "old.other")
    assert state.anchored


def test_a_zone_above_that_is_silent_is_absent_with_its_reason() -> None:
    state = survey(authority(rows()), parent=lambda _: None, timeout=3 * SECOND)
    assert state.serial == 7
    assert state.absent["delegation"].reason == Reason.TIMEOUT
