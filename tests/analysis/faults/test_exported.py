"""Small nets, in circles too, to fault trees that give the same sets when they are read again."""

from __future__ import annotations

import pytest

from audit.analysis.faults.answer import answer
from audit.analysis.faults.exported import open_psa
from audit.analysis.faults.openpsa import read
from audit.analysis.faults.ways import ways
from audit.model.numbered import Weaver
from tests.analysis.faults.nets import grown


@pytest.mark.parametrize("part", range(4))
def test_the_tree_has_the_same_sets(part: int) -> None:
    for seed in range(part * 40, part * 40 + 40):
        net = grown(seed, 7).net
        found = ways(net, 3)
        for name in ("n0", "n1", "n2"):
            told = answer(read("\n".join(open_psa(net, [name])).encode()), 3, 0)
            assert told.orders == found.orders(name), (seed, name)


def test_names_are_harmless_and_labels_tell_them() -> None:
    weaver = Weaver(lambda name, what: 0.0)
    weaver.falls_with(weaver.node('k/<"&\x1b>'), weaver.node("한글 / & <b>"))
    text = "\n".join(open_psa(weaver.done(), ['k/<"&\x1b>'], likely={"한글 / & <b>": 0.25}, title="<&>"))
    assert "<b>" not in text
    assert "\x1b" not in text
    assert "한글 / &amp; &lt;b&gt;" in text
    told = answer(read(text.encode()), 3, 5)
    assert told.orders == (0, 1, 0, 0)
    assert told.least == told.most == 0.25


def test_several_systems_have_a_top_each() -> None:
    weaver = Weaver(lambda name, what: 0.0)
    weaver.falls_with(weaver.node("a"), weaver.node("b"))
    text = "\n".join(open_psa(weaver.done(), ["a", "b"]))
    assert text.count('<define-gate name="top') == 2
    assert "label>a</label></define-basic-event>" in text


def test_events_alone() -> None:
    weaver = Weaver(lambda name, what: 0.0)
    for name in ("x", "y"):
        weaver.falls_with(weaver.node("a"), weaver.node(name))
    text = "\n".join(open_psa(weaver.done(), ["a"], {"y"}))
    assert answer(read(text.encode()), 3, 5).orders == (0, 1, 0, 0)
