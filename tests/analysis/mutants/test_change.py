"""Changes of an inventory or of looks to the texts and looks that then stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.analysis.mutants.change import CannotChange, Drop, Put, looked, written
from audit.catalogue import discover
from audit.inventory.load import load_sources
from audit.model.estate import Estate
from audit.model.evidence import Observation
from audit.model.facts import PowerState
from audit.model.place import Place

ONE = """# a comment
sites: [{id: busan, name: "그:\\u2028 {1}", rooms: [{id: hall, compartment: "0123"}, {id: vault, compartment: no}]}]
"""
TWO = "suppliers: [{id: host, rto: 1d}, {id: other}]\n"
TEXTS = {"a.yaml": ONE.encode(), "b.yaml": TWO.encode()}


def loaded(texts: dict[str, bytes]) -> Estate:
    found = load_sources(texts, discover(), Path("small"))
    assert found.estate is not None, found.lines()
    return found.estate


def test_a_value_is_put_and_every_other_text_stays_what_it_was() -> None:
    before = loaded(TEXTS)
    hall = before.sites[0].rooms[0]
    texts = dict(written(TEXTS, [Put(hall.place, ("compartment",), "c9")]))
    after = loaded(texts)
    assert [room.compartment for room in after.sites[0].rooms] == ["c9", "no"]
    assert after.sites[0].name == before.sites[0].name
    assert texts["b.yaml"] == TEXTS["b.yaml"]


def test_a_key_is_taken_out_and_a_mapping_is_dropped() -> None:
    before = loaded(TEXTS)
    texts = dict(written(TEXTS, [Put(before.suppliers[0].place, ("rto",), None), Drop(before.suppliers[1].place)]))
    after = loaded(texts)
    assert [(one.id, one.rto) for one in after.suppliers] == [("host", None)]


def test_a_text_that_no_file_may_hold_as_it_is_stays_escaped() -> None:
    before = loaded(TEXTS)
    texts = dict(written(TEXTS, [Put(before.sites[0].place, ("kind",), "office")]))
    assert loaded(texts).sites[0].kind == "office"


@pytest.mark.parametrize("place", [Place("a.yaml", 99, 1), Place("gone.yaml", 1, 1)])
def test_a_place_that_is_not_there_is_no_silent_success(place: Place) -> None:
    with pytest.raises(CannotChange):
        written(TEXTS, [Drop(place)])


def test_a_path_that_is_not_there_is_no_silent_success() -> None:
    place = loaded(TEXTS).sites[0].place
    with pytest.raises(CannotChange):
        written(TEXTS, [Put(place, ("cooling", 3, "feed"), "x")])


def test_a_look_is_changed_or_never_taken() -> None:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    look = Observation("busan/ups", "nut", at, timedelta(seconds=1), PowerState(flags=("OL",)))
    seen = {"busan/ups": look}
    weak = looked(seen, {"busan/ups": lambda old: PowerState(flags=("RB",))})["busan/ups"]
    assert isinstance(weak.seen, PowerState)
    assert weak.seen.flags == ("RB",)
    assert weak.id != look.id
    assert "busan/ups" not in looked(seen, {"busan/ups": lambda old: None})
    assert seen["busan/ups"] is look
