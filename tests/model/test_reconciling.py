"""Small estates held against lists to what is missing, told differently, unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from audit.inventory.load import load_sources
from audit.model.estate import Estate
from audit.model.hostname import address_key, host_key, word_key
from audit.model.listed import Entry, ListState
from audit.model.reconciling import reconciled
from tests.checks.judging import catalogue

TEXT = """
sites: [{id: daejeon, name: {en: Daejeon, ko: 대전}, rooms: [{id: room-1}]}, {id: busan, name: {en: Busan, ko: 부산}}]
institutions:
  - id: kibo
    name: {en: Kibo, ko: 기보}
    systems:
      - id: loans
        name: {en: Loans, ko: 보증 신청}
        grade: 1
        at: [daejeon/room-1]
        owner: {name: Kim}
        endpoints:
          - {id: web, kind: http, url: "https://loans.kibo.example/", address: 10.0.0.1}
          - {id: web2, kind: http, url: "https://loans.kibo.example/", address: 10.0.0.2}
      - {id: login, grade: 1, at: [loans], hosts: [login.kibo.example, 10.0.0.7, 한국.example]}
  - {id: semas, systems: [{id: login, grade: 2}]}
"""


@pytest.fixture(scope="module")
def estate() -> Estate:
    loaded = load_sources({"estate.yaml": TEXT.encode()}, catalogue(), Path())
    assert loaded.estate is not None, loaded.lines()
    return loaded.estate


def listed(*entries: Entry, form: str = "assets") -> ListState:
    return ListState(form=form, file="list", entries=entries)


def missing(estate: Estate, *lists: ListState) -> list[str]:
    return [one.name or one.addresses[0] for one in reconciled(estate, lists).missing]


class TestNames:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("LOGIN.kibo.example.", "login.kibo.example"),
            ("한국.example", "XN--3E0B707E.example"),
            ("\u1112\u1161\u11ab\u1100\u116e\u11a8.example", "한국.example"),
            ("::FFFF:10.0.0.7", "10.0.0.7"),
            ("[2001:DB8:0:0::1]", "2001:db8::1"),
        ],
    )
    def test_one_form(self, one: str, other: str) -> None:
        assert host_key(one) == host_key(other)

    @given(some.text(max_size=60))
    def test_any_text_has_a_form_that_stays(self, text: str) -> None:
        assert host_key(host_key(text)) == host_key(host_key(host_key(text)))
        assert word_key(word_key(text)) == word_key(text) or not text.isascii()
        address_key(text)


class TestMissing:
    def test_what_is_known_by_any_name(self, estate: Estate) -> None:
        known = [
            Entry(line=1, name="LOANS.kibo.example."),
            Entry(line=2, name="kibo/loans"),
            Entry(line=3, name="보증  신청"),
            Entry(line=4, name="xn--3e0b707e.example"),
            Entry(line=5, name="somewhere", addresses=("10.0.0.7",)),
        ]
        assert missing(estate, listed(*known)) == []

    def test_what_is_not(self, estate: Estate) -> None:
        found = reconciled(estate, [listed(Entry(line=9, name="ghost", addresses=("10.9.9.9",)))])
        assert [(one.where, one.name) for one in found.missing] == [("list:9", "ghost")]

    def test_once_though_in_two_lists(self, estate: Estate) -> None:
        ghost = listed(Entry(line=9, name="ghost"))
        assert missing(estate, ghost, ghost) == ["ghost"]

    def test_a_row_of_a_system_that_is_not_declared(self, estate: Estate) -> None:
        assert missing(estate, listed(Entry(line=2, name="loans.kibo.example", system="payroll"))) != []

    def test_the_system_of_another_institution(self, estate: Estate) -> None:
        assert missing(estate, listed(Entry(line=2, name="h1", system="login", institution="kised"))) != []
        assert missing(estate, listed(Entry(line=2, name="h1", system="login", institution="기보"))) == []

    def test_a_register_vouches_for_its_machines(self, estate: Estate) -> None:
        watched = listed(Entry(line=2, name="db-9"), form="monitoring")
        register = listed(Entry(line=2, name="DB-9", system="kibo/loans"))
        assert missing(estate, watched) == ["db-9"]
        assert missing(estate, watched, register) == []

    def test_in_a_zone_an_address_alone_proves_nothing(self, estate: Estate) -> None:
        hidden = Entry(line=7, name="hidden.kibo.example", addresses=("10.0.0.1",))
        (found,) = reconciled(estate, [listed(hidden, form="dns-zone")]).missing
        assert found.shares == "kibo/loans"
        alias = Entry(line=8, name="www.kibo.example", alias="loans.kibo.example")
        assert missing(estate, listed(alias, form="dns-zone")) == []


class TestContradicted:
    def test_address_place_owner(self, estate: Estate) -> None:
        row = Entry(line=2, name="loans.kibo.example", addresses=("10.0.0.9",), location="부산", owner="Lee")
        found = reconciled(estate, [listed(row)]).contradicted
        assert [(one.what, one.observed) for one in found] == [
            ("address", "10.0.0.9"),
            ("place", "부산"),
            ("owner", "Lee"),
        ]
        assert found[0].at.line > 0

    def test_the_same_in_other_words(self, estate: Estate) -> None:
        row = Entry(line=2, name="loans.kibo.example", addresses=("10.0.0.2",), location="대전", owner=" kim ")
        assert reconciled(estate, [listed(row)]).contradicted == ()
        on_a_platform = Entry(line=3, name="login.kibo.example", location="daejeon/room-1")
        assert reconciled(estate, [listed(on_a_platform)]).contradicted == ()


class TestUnseen:
    def test_two_that_bear_one_name_are_not_both_seen(self, estate: Estate) -> None:
        found = reconciled(estate, [listed(Entry(line=2, name="login"), Entry(line=3, name="kibo/loans"))])
        assert found.missing == ()
        assert found.unseen == ("kibo/login", "semas/login")


@given(some.permutations([Entry(line=number, name=f"host{number}") for number in range(6)]))
def test_order_does_not_matter(rows: list[Entry]) -> None:
    loaded = load_sources(
        {"estate.yaml": b"institutions: [{id: k, systems: [{id: s, grade: 1}]}]"}, catalogue(), Path()
    )
    assert loaded.estate is not None
    assert sorted(missing(loaded.estate, listed(*rows))) == sorted(one.name for one in rows)
