"""Name servers that answer, refuse, cut or keep silent, to the addresses that a name has."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import anyio
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from audit.model.facts import ServiceState
from audit.model.verdict import CannotSee, Reason
from audit.world.fault import Fault
from audit.world.resolver import Resolver, machine_resolver
from audit.world.world import Page
from tests.world.hands import LONG, SOON, hands, only, run
from tests.world.servers import Answers, Reply, closed_port, named, page, says, served


def answering(*rows: str, code: dns.rcode.Rcode = dns.rcode.NOERROR, cut: bool = False) -> Answers:
    """Answers with the rows (`name TTL IN A address`) that fit the question."""

    def reply(query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.set_rcode(code)
        answer.flags |= dns.flags.TC if cut else 0
        question = query.question[0]
        for row in rows:
            name, ttl, _, kind, text = row.split(" ", 4)
            if name == question.name.to_text() and kind in (question.rdtype.name, "CNAME"):
                answer.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, text))
        return answer

    return reply


def find(reply: Reply, name: str = "a.example", over_tcp: Reply | None = None) -> tuple[str, ...]:
    with named(reply, over_tcp=over_tcp) as port:
        return run(hands(servers=(("127.0.0.1", port),)).guard.find(name)).addresses


def failing(reply: Reply, name: str = "a.example") -> str:
    with pytest.raises(Fault) as seen:
        find(reply, name)
    return seen.value.failure


def test_addresses_of_both_families() -> None:
    both = answering("a.example. 60 IN A 127.0.0.1", "a.example. 60 IN A 127.0.0.2", "a.example. 60 IN AAAA ::1")
    assert set(find(both)) == {"127.0.0.1", "127.0.0.2", "::1"}


def test_names_that_have_no_address() -> None:
    assert failing(answering(code=dns.rcode.NXDOMAIN)) == "dns-nxdomain"
    assert failing(answering(code=dns.rcode.SERVFAIL)) == "dns-servfail"
    assert failing(answering()) == "dns-no-address"
    assert failing(answering(), "a" * 64 + ".example") == "dns-nxdomain"


def test_a_resolver_that_refuses_is_trouble_of_ours() -> None:
    with pytest.raises(CannotSee) as seen:
        find(answering(code=dns.rcode.REFUSED))
    assert seen.value.reason == Reason.DENIED


def test_a_cut_answer_is_asked_for_again_over_tcp() -> None:
    whole = answering(*(f"a.example. 60 IN A 127.0.0.{number}" for number in range(1, 31)))
    assert len(find(answering(cut=True), over_tcp=whole)) == 30


def test_a_name_in_korean() -> None:
    assert find(answering("xn--on3bi2i3pgwod.example. 60 IN A 127.0.0.1"), "보증신청.example") == ("127.0.0.1",)


def test_garbage_is_overlooked() -> None:
    right = answering("a.example. 60 IN A 127.0.0.1")
    foreign = answering("a.example. 60 IN A 127.0.0.9")

    def reply(query: dns.message.Message) -> tuple[bytes, ...]:
        other = dns.message.make_query("a.example", "A", id=query.id ^ 1)
        return b"garbage", b"", foreign(other).to_wire(), right(query).to_wire()

    assert find(reply) == ("127.0.0.1",)


def look(*servers: int, timeout: timedelta = LONG) -> ServiceState:
    hand = hands(servers=tuple(("127.0.0.1", port) for port in servers))
    return run(hand.tcp.knock("a.example", closed_port(), timeout))


def test_a_silent_resolver_is_trouble_of_ours() -> None:
    with named(lambda query: None) as port, pytest.raises(CannotSee) as seen:
        look(port, timeout=SOON)
    assert seen.value.reason == Reason.TIMEOUT


def test_no_resolver_at_all() -> None:
    with pytest.raises(CannotSee) as seen:
        look(closed_port())
    assert seen.value.reason == Reason.UNREACHABLE


def test_the_second_server_is_asked() -> None:
    with named(answering("a.example. 60 IN A 127.0.0.1")) as port:
        assert only(look(closed_port(), port)).failure == "refused"


def test_a_name_that_is_gone_is_a_fact() -> None:
    with named(answering(code=dns.rcode.NXDOMAIN)) as port:
        assert only(look(port)).failure == "dns-nxdomain"


def test_an_answer_that_changes_between_two_questions_changes_nothing() -> None:
    asked: list[str] = []

    def reply(query: dns.message.Message) -> dns.message.Message:
        asked.append(query.question[0].rdtype.name)
        address = "127.0.0.1" if asked.count("A") <= 1 else "169.254.169.254"
        return answering(f"a.example. 0 IN A {address}")(query)

    with named(reply) as names, served(says(page())) as port:
        state = run(
            hands("0.0.0.0/0", servers=(("127.0.0.1", names),)).http.visit(Page(f"http://a.example:{port}/"), LONG)
        )
    assert (only(state).address, only(state).failure) == ("127.0.0.1", None)
    assert asked.count("A") == 1


def test_a_hundred_slow_names_hold_nobody_up() -> None:
    quick = answering("good.example. 60 IN A 127.0.0.1")

    def reply(query: dns.message.Message) -> dns.message.Message | None:
        return quick(query) if query.question[0].name.to_text() == "good.example." else None

    async def together(names: int, port: int) -> list[str]:
        hand = hands(servers=(("127.0.0.1", names),))
        ended: list[str] = []

        async def one(number: int) -> None:
            with pytest.raises(CannotSee):
                await hand.http.visit(Page(f"http://slow{number}.example:{port}/"), timedelta(seconds=1.5))
            ended.append("slow")

        async def good() -> None:
            assert only(await hand.http.visit(Page(f"http://good.example:{port}/"), LONG)).failure is None
            ended.append("good")

        async with anyio.create_task_group() as group:
            for number in range(100):
                group.start_soon(one, number)
            group.start_soon(good)
        return ended

    with named(reply) as names, served(says(page())) as port:
        assert run(together(names, port)) == ["good"] + 100 * ["slow"]


def test_the_files_of_a_machine(tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text(
        "# made\nsearch kibo.example. other.example\nnameserver 127.0.0.53\nnameserver ::1\nnameserver x\n"
    )
    (tmp_path / "hosts").write_text("127.0.0.1 Portal.example portal # note\n::1 portal.example\nbroken\n0x7f.1 evil\n")
    names = machine_resolver(tmp_path / "resolv.conf", tmp_path / "hosts").names
    assert names.servers == (("127.0.0.53", 53), ("::1", 53))
    assert names.search == ("kibo.example", "other.example")
    assert names.hosts == {"portal.example": ("127.0.0.1", "::1"), "portal": ("127.0.0.1",)}
    nothing = machine_resolver(tmp_path / "none", tmp_path / "none").names
    assert (nothing.servers, nothing.hosts) == ((("127.0.0.1", 53),), {})


def test_hosts_come_before_servers_and_localhost_needs_none() -> None:
    hand = hands(hosts={"portal.example": ("127.0.0.3",)})
    assert run(hand.guard.find("Portal.Example.")).addresses == ("127.0.0.3",)
    assert run(hand.guard.find("localhost")).addresses == ("127.0.0.1", "::1")


def test_only_a_name_without_a_dot_is_searched(tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text("search kibo.example\nnameserver 127.0.0.1\n")
    search = machine_resolver(tmp_path / "resolv.conf", tmp_path / "none").names.search

    def reply(query: dns.message.Message) -> dns.message.Message:
        name = query.question[0].name.to_text()
        if name in ("portal.kibo.example.", "gone.example.kibo.example."):
            return answering(f"{name} 60 IN A 127.0.0.1")(query)
        return answering(code=dns.rcode.NXDOMAIN)(query)

    with named(reply) as port:
        resolver = Resolver(servers=(("127.0.0.1", port),), search=search)
        assert run(resolver.addresses("portal", None)) == ("127.0.0.1",)
        with pytest.raises(Fault, match="dns-nxdomain"):
            run(resolver.addresses("gone.example", None))
