"""Names in, whether somebody would be speaking for himself out."""

from __future__ import annotations

import pytest

from audit.model.hands import Hands, own_word
from tests.checks.judging import scene

ESTATE = """
suppliers: [{id: keeper, name: {en: Keeper Ltd, ko: 지킴이}}]
sites: [{id: d, operator: keeper, rooms: [{id: r}], batteries: [{id: b, room: r}]}]
institutions:
  - id: k
    accountable: {name: Kim Minji, email: cio@k.example}
    systems: [{id: s, grade: 1, owner: {name: Lee Jun}, data: [{id: data}]}]
"""


@pytest.mark.parametrize(
    ("called", "own"),
    [
        ("Kim Minji", "Kim Minji"),
        ("kim  minji (CIO)", "Kim Minji"),
        ("Dr. Kim-Minji", "Kim Minji"),
        ("CIO@k.example", "cio@k.example"),
        ("*@k.example", "cio@k.example"),
        ("a@x,c?o@k.example", "cio@k.example"),
        ("Kim Minjin", ""),
        ("Akim Minji", ""),
        ("cio@k.example.org", ""),
        ("", ""),
        ("김민지(CIO)", ""),
    ],
)
def test_who_is_meant(called: str, own: str) -> None:
    assert Hands(("Kim Minji", "cio@k.example")).meant(["somebody", called]) == own


def test_names_in_hangul_stand_inside_others() -> None:
    assert Hands(("김민지",)).meant(["김민지 (CIO)"]) == Hands(("김민지",)).meant(["ＣＩＯ 김민지"]) == "김민지"


@pytest.mark.parametrize(
    ("ref", "names"),
    [
        ("k", {"Kim Minji", "cio@k.example"}),
        ("k/s", {"Lee Jun", "Kim Minji", "cio@k.example"}),
        ("k/s/data", {"Lee Jun", "Kim Minji", "cio@k.example"}),
        ("d/b", {"keeper", "Keeper Ltd", "지킴이"}),
        ("keeper", {"keeper", "Keeper Ltd", "지킴이"}),
    ],
)
def test_who_answers_for_what(ref: str, names: set[str]) -> None:
    assert set(own_word(scene(ESTATE).subjects[ref]).names) == names


def test_nobody_is_meant_by_nothing() -> None:
    assert Hands().meant(["anybody", "*"]) == ""
    assert Hands(("a",)).meant(["*"]) == "a", "a key that is listed for everybody may be theirs"
