"""Templates with hostile values in, one sentence out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model.message import Message, fill, say


def test_values_are_put_in_once() -> None:
    assert say("{one} and {two}", one="{two}", two="2").english() == "{two} and 2"
    assert str(say("nothing to fill")) == "nothing to fill"


@pytest.mark.parametrize("template", ["{", "}", "{}", "{x", "a {x} {y}", "{x.__class__}", "{0}"])
def test_nothing_in_a_template_is_interpreted(template: str) -> None:
    filled = fill(template, {"x": "X"})
    assert "class '" not in filled
    assert filled == template.replace("{x}", "X")


def test_a_brace_before_a_name_leaves_it_alone() -> None:
    assert fill("{{x}}", {"x": "X"}) == "{{x}}"


@given(st.text(), st.text())
def test_any_text_survives(template: str, value: str) -> None:
    fill(template, {"x": value})
    assert say("<{x}>", x=value).english() == f"<{value}>"


def test_equal_messages_are_equal() -> None:
    first, second = say("{n} of {m}", n=1, m=2), say("{n} of {m}", m=2, n=1)
    assert first == second
    assert len({first, second, Message("{n} of {m}")}) == 2
