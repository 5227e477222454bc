"""Datagrams, whole or broken, to what a question reads in them: the quick reader and dnspython agree."""

from __future__ import annotations

import socket

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.world.question import Heard, Question, encoded, knows_no_extension

NAME = dns.name.from_text("portal.kibo.example.")
ROWS = (
    "portal.kibo.example. 60 IN A 127.0.0.1",
    "portal.kibo.example. 60 IN A 127.0.0.2",
    "portal.kibo.example. 60 IN AAAA ::1",
    "portal.kibo.example. 30 IN CNAME away.example.",
    "away.example. 30 IN A 127.0.0.3",
    "portal.kibo.example. 30 IN TXT x",
)
SOA = "ns1.kibo.example. admin.kibo.example. 1 7200 900 604800 60"
KINDS = st.sampled_from((dns.rdatatype.A, dns.rdatatype.AAAA))


def question(kind: dns.rdatatype.RdataType = dns.rdatatype.A, name: dns.name.Name = NAME) -> Question:
    return Question.of(name, kind, recursive=True)


def sent(asked: Question) -> dns.message.Message:
    return dns.message.from_wire(asked.numbered(0))


def slowly(asked: Question, wire: bytes) -> Heard | None:
    """What dnspython reads, in the words of the quick reader."""
    answer = asked.answer(wire)
    if answer is None or answer.rcode() != dns.rcode.NOERROR or answer.flags & dns.flags.TC:
        return answer
    return tuple(row.to_text() for rows in answer.answer if rows.rdtype == asked.kind for row in rows)


@st.composite
def answers(draw: st.DrawFn) -> tuple[Question, bytes]:
    asked = question(draw(KINDS), draw(st.sampled_from((NAME, dns.name.from_text("pOrTal.kibo.EXAMPLE.")))))
    answer = dns.message.make_response(sent(asked))
    answer.set_rcode(dns.rcode.Rcode(draw(st.sampled_from((0, 0, 0, 0, 2, 3, 5, 16)))))
    answer.flags |= draw(st.sampled_from((0, dns.flags.AA, dns.flags.RA, dns.flags.TC, dns.flags.AD)))
    for row in draw(st.lists(st.sampled_from(ROWS), unique=True, max_size=5)):
        name, ttl, _, kind, text = row.split(" ", 4)
        answer.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, text))
    if draw(st.booleans()):
        answer.authority.append(dns.rrset.from_text("kibo.example.", 300, "IN", "SOA", SOA))
    return asked, answer.to_wire()


@given(answers())
def test_whole_answers(made: tuple[Question, bytes]) -> None:
    asked, wire = made
    heard, slow = asked.heard(wire), slowly(asked, wire)
    if isinstance(heard, tuple) and isinstance(slow, tuple):
        # dnspython puts the rows of one name together.
        heard, slow = tuple(sorted(heard)), tuple(sorted(slow))
    assert heard == slow


@given(answers(), st.data())
def test_cut_answers_are_not_read_quickly(made: tuple[Question, bytes], data: st.DataObject) -> None:
    asked, wire = made
    cut = wire[: data.draw(st.integers(0, len(wire) - 1))]
    if not isinstance(asked.heard(wire), tuple):
        return
    assert asked.heard(cut) is None


@given(answers(), st.data())
def test_broken_answers_never_raise(made: tuple[Question, bytes], data: st.DataObject) -> None:
    asked, wire = made
    broken = bytearray(wire)
    for place in data.draw(st.lists(st.integers(0, len(wire) - 1), max_size=4)):
        broken[place] = data.draw(st.integers(0, 255))
    heard = asked.heard(bytes(broken))
    if isinstance(heard, tuple):
        assert all(socket.inet_pton(socket.AF_INET6 if ":" in found else socket.AF_INET, found) for found in heard)


@given(st.binary(max_size=200))
def test_garbage(wire: bytes) -> None:
    assert question().heard(wire) is None


@pytest.mark.parametrize("name", ["other.example.", "kibo.example.", "x.portal.kibo.example."])
def test_an_answer_to_another_question(name: str) -> None:
    other = dns.message.make_response(dns.message.make_query(name, "A"))
    other.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "127.0.0.9"))
    assert question().heard(other.to_wire()) is None
    assert question(dns.rdatatype.AAAA).heard(dns.message.make_response(sent(question())).to_wire()) is None


def test_a_question_is_no_answer() -> None:
    assert question().heard(question().numbered(7)) is None


def test_what_is_sent() -> None:
    usual = dns.message.make_query(NAME, "A", id=0x1234, use_edns=0, payload=1232)
    assert question().numbered(0x1234) == usual.to_wire()
    old = dns.message.make_query(NAME, "NS", id=1, flags=0)
    assert Question.of(NAME, dns.rdatatype.NS, recursive=False, extended=False).numbered(1) == old.to_wire()


def test_a_server_that_knows_no_extension() -> None:
    answer = dns.message.make_response(sent(question()))
    assert not knows_no_extension(answer)
    answer.set_rcode(dns.rcode.FORMERR)
    assert knows_no_extension(answer)


def test_names_that_cannot_be_asked_for() -> None:
    assert encoded("보증.example").to_text() == "xn--on3bo5u.example."
    for broken in ("a" * 64 + ".example", "a..b", ".".join(["a" * 60] * 5)):
        with pytest.raises(ValueError, match="cannot be a name"):
            encoded(broken)
