"""Shortened references in, the one full reference that they mean or what is unclear about them out."""

from __future__ import annotations

import pytest

from tests.inventory.small import estate, said

SITES = "sites: [{id: d, power: [grid], rooms: [{id: r}, {id: db}]}, {id: e, rooms: [{id: r}]}]\nsuppliers: [{id: s}]\n"
COPY = "{id: %s, kind: restic, at: d/r, repository: x}"
KIBO = (
    "institutions:\n"
    "  - id: kibo\n"
    "    systems:\n"
    "      - id: guarantee\n"
    "        grade: 1\n"
    f"        data: [{{id: ledger, copies: [{COPY % 'nightly'}, {COPY % 'dump'}]}}, {{id: db}}]\n"
    "      - {id: db, grade: 1, needs: [%s]}\n"
    "  - id: other\n"
    "    systems:\n"
    f"      - {{id: guarantee, grade: 2, data: [{{id: ledger, copies: [{COPY % 'nightly'}]}}]}}\n"
)


def waived(on: str) -> str:
    return (
        f"waivers: [{{check: backup.age, on: {on}, reason: x, requested-by: a, approved-by: b, expires: 2027-01-01}}]\n"
    )


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("d", "d"),
        ("d/r", "d/r"),
        ("kibo/guarantee/ledger/nightly", "kibo/guarantee/ledger/nightly"),
        ("dump", "kibo/guarantee/ledger/dump"),
        ("ledger/dump", "kibo/guarantee/ledger/dump"),
        ("guarantee/ledger/dump", "kibo/guarantee/ledger/dump"),
        ("other/guarantee", "other/guarantee"),
        ("estate", "estate"),
    ],
)
def test_a_subject_is_found_from_outside(written: str, full: str) -> None:
    assert estate(SITES + KIBO % "s" + waived(written)).waivers[0].on == full


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("r", "'r' may mean several things; write one of 'd/r', 'e/r'"),
        ("db", "'db' may mean several things; write one of 'd/db', 'kibo/db', 'kibo/guarantee/db'"),
        ("ledger/nightly", ("'ledger/nightly' may mean several things; write one of 'kibo/guarantee/ledger/nightly',"
         " 'other/guarantee/ledger/nightly'")),
        ("kibo/ledger", "nothing is called 'kibo/ledger'; did you mean 'kibo/guarantee/ledger'?"),
        ("kibo/", "nothing is called 'kibo/'; did you mean 'kibo'?"),
        ("gaurantee", "nothing is called 'gaurantee'; did you mean 'other/guarantee'?"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_said(written: str, line: str) -> None:
    assert said(SITES + KIBO % "s" + waived(written)) == (f"a.yaml:13:35: on: {line}",)


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("guarantee", "kibo/guarantee"),
        ("guarantee/ledger", "kibo/guarantee/ledger"),
        ("ledger", "kibo/guarantee/ledger"),
        ("other/guarantee/ledger", "other/guarantee/ledger"),
        ("grid", "grid"),
        ("s", "s"),
        ("d/db", "d/db"),
    ],
)
def test_what_is_near_is_meant_first(written: str, full: str) -> None:
    assert estate(SITES + KIBO % written).institutions[0].systems[1].needs == (full,)


def test_what_is_near_never_hides_a_full_reference() -> None:
    text = SITES + "institutions: [{id: k, systems: [{id: s, grade: 1}, {id: x, grade: 1, needs: [s]}]}]\n"
    assert said(text) == ("a.yaml:3:79: needs: 's' may mean several things; write one of 'k/s', 's'",)


def test_items_of_a_file_that_cannot_be_read_are_not_missed() -> None:
    broken = "a:\n\tb: 1\n"
    line = "b.yaml:2:1: a tab stands where only spaces may; indent with spaces"
    assert said(KIBO % "nowhere", b=broken) == (line,)


def test_one_question_from_many_places_does_not_take_the_square() -> None:
    systems = ", ".join(
        f"{{id: s{number}, grade: 1, needs: [web], endpoints: [{{id: web, kind: http, url: x}}]}}"
        for number in range(4000)
    )
    found = said(f"suppliers: [{{id: web}}]\ninstitutions: [{{id: k, systems: [{systems}]}}]\n")
    assert found == ()


def test_hundreds_of_unknown_names_are_all_said() -> None:
    names = ", ".join(f"x{number}" for number in range(900))
    found = said(f"institutions: [{{id: k, systems: [{{id: s, grade: 1, needs: [{names}]}}]}}]\n")
    assert len(found) == 900
    assert all("nothing is called" in line for line in found)


def test_an_id_is_the_same_however_its_letters_are_composed() -> None:
    apart = "\u1112\u1161\u11ab"
    text = f"estate: {{id: {apart}}}\nsuppliers: [{{id: {apart}2}}]\ninstitutions: [{{id: k, systems: [%s]}}]\n"
    found = estate(text % f"{{id: s, grade: 1, needs: [{apart}2]}}")
    assert list(found.index) == ["한", "한2", "k", "k/s"]
    assert found.about.ref == found.ref == "한"
    assert found.institutions[0].systems[0].needs == ("한2",)
