"""Models of Open-PSA, sound and hostile, to trees or to what is wrong with them."""

from __future__ import annotations

import pytest

from audit.analysis.faults.answer import answer
from audit.analysis.faults.openpsa import read
from audit.analysis.faults.tree import BadTree
from tests.analysis.faults.models import SMALL, event, gate, model


def test_a_small_tree() -> None:
    told = answer(read(SMALL), 3, 5)
    assert told.orders == (0, 0, 2, 0)
    assert [one.events for one in told.sets] == [("e1", "e2"), ("e3", "e4")]
    assert told.least == told.most == pytest.approx(0.02 + 0.012 - 0.02 * 0.012)


def test_formulas_inside_formulas() -> None:
    inner = f"<and>{event('b')}<or>{event('c')}{event('d')}</or></and>"
    told = answer(read(model(gate("top", f"<atleast min='2'>{event('a')}{inner}{event('e')}</atleast>"))), 4, 9)
    wanted = {("a", "e"), ("a", "b", "c"), ("a", "b", "d"), ("b", "c", "e"), ("b", "d", "e")}
    assert {one.events for one in told.sets} == wanted
    assert told.least is None


def test_one_that_negates_has_a_probability_and_no_cut_sets() -> None:
    data = "<model-data><define-basic-event name='a'><float value='0.3'/></define-basic-event></model-data>"
    told = answer(read(model(gate("top", f"<nor>{event('a')}</nor>"), data=data)), 3, 5)
    assert (told.orders, told.sets) == ((), ())
    assert told.least == pytest.approx(0.7)


def test_constants_and_house_events() -> None:
    data = "<model-data><define-house-event name='h'><constant value='true'/></define-house-event></model-data>"
    with_house = read(model(gate("top", f"<and>{event('a')}<house-event name='h'/></and>"), data=data))
    assert answer(with_house, 3, 5).orders == (0, 1, 0, 0)
    never = read(model(gate("top", f"<and>{event('a')}<constant value='false'/></and>")))
    assert answer(never, 2, 5).orders == (0, 0, 0)


CIRCLE = model(gate("a", "<or><gate name='b'/></or>"), gate("b", "<or><gate name='a'/></or>"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "no XML"),
        (b"<opsa-mef>", "no XML"),
        (b"<opsa-mef/>", "defines no gate"),
        (b"\xff\xfe\x00", "no XML"),
        (CIRCLE, "no gate that no other"),
        (model(gate("a", event("x")), gate("b", event("y"))), "several tops"),
        (model(gate("a", event("x")), gate("a", event("y"))), "defined twice"),
        (model(gate("a", "")), "no formula"),
        (model(gate("a", "<or/>")), "no arguments"),
        (model(gate("a", f"<not>{event('x')}{event('y')}</not>")), "negates 2"),
        (model(gate("a", "<imply/>")), "line 1, column 61: .* implies of 0"),
        (model(gate("a", "<perhaps/>")), "not understood"),
        (model(gate("a", f"<atleast min='x'>{event('e')}</atleast>")), "no whole number"),
        (b"<a>" * 3000, "line 1, column 6001: elements inside each other"),
        (b"<a>\n<b></a>", "line 2, column 6: it is no XML that can be read: mismatched tag"),
        (model("<define-gate><or/></define-gate>"), "no name"),
        (b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opsa-mef>&b;</opsa-mef>', "no XML that can be read"),
        (b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><opsa-mef>&a;</opsa-mef>', "no XML that can be read"),
    ],
)
def test_what_is_wrong_is_told(text: bytes, why: str) -> None:
    with pytest.raises(BadTree, match=why):
        read(text)


def test_a_circle_below_the_top_is_told() -> None:
    tree = read(
        model(
            gate("top", "<or><gate name='a'/></or>"),
            gate("a", "<or><gate name='b'/></or>"),
            gate("b", f"<and><gate name='a'/>{event('x')}</and>"),
        )
    )
    with pytest.raises(BadTree, match="above itself"):
        answer(tree, 3, 5)


def test_a_chain_of_gates_is_no_matter_of_depth() -> None:
    links = [gate(f"g{n}", f"<or><gate name='g{n + 1}'/>{event(f'e{n}')}</or>") for n in range(3000)]
    told = answer(read(model(*links, gate("g3000", event("last")))), 2, 1)
    assert told.orders == (0, 3001, 0)
