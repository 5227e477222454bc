"""Written needs in, groups with their members out."""

import pytest
from pydantic import TypeAdapter, ValidationError

from audit.model.needs import All, AnyOf, KOf, Need, SumOf, members, parse_least

NEED: TypeAdapter[Need] = TypeAdapter(Need)


@pytest.mark.parametrize(
    ("written", "kind", "names"),
    [
        ("idp", str, ("idp",)),
        ({"any": ["a", "b"]}, AnyOf, ("a", "b")),
        ({"all": ["a", {"any": ["b", "c"]}]}, All, ("a", "b", "c")),
        ({"k": "2", "of": ["a", "b", {"all": ["c", "d"]}]}, KOf, ("a", "b", "c", "d")),
        ({"sum": "capacity", "at-least": "60", "of": ["a", "b"]}, SumOf, ("a", "b")),
    ],
)
def test_groups(written: object, kind: type, names: tuple[str, ...]) -> None:
    need = NEED.validate_python(written)
    assert isinstance(need, kind)
    assert members(need) == names
    assert NEED.validate_python(need) == need


@pytest.mark.parametrize(
    "written",
    [
        {"any": []}, {"k": 0, "of": ["a"]}, {"k": 1}, {"sum": "capacity", "of": ["a"]}, {"any": ["a"], "all": ["b"]},
        {"sum": "people", "at-least": 1, "of": ["a"]}, {"what": ["a"]}, 7, None, [], {"any": "a"},
    ],
)  # fmt: skip
def test_bad_groups(written: object) -> None:
    with pytest.raises(ValidationError):
        NEED.validate_python(written)


def test_least_amounts() -> None:
    assert parse_least("60") == 60
    assert parse_least("2e9 KRW") == 2e9
    assert parse_least(0) == 0
    for bad in ("nan", "inf", "-1", "1e40", "much", "2e9 won"):
        with pytest.raises(ValueError, match="expected a number or an amount"):
            parse_least(bad)
