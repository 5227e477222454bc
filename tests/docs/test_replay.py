"""The page on replays in, whether what it says is that of the estates out."""

from __future__ import annotations

import re

from audit.app.replaying import INCIDENTS, expected, folder
from audit.catalogue import discover
from audit.inventory.load import load
from tests.docs.test_readme import ROOT

TEXT = (ROOT / "docs" / "replay.md").read_text("utf-8")


def test_its_table_names_the_incidents_with_their_controls() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| ([^|]*?) \|[^|]*\| ([A-Z0-9, -]+) \|$", TEXT, re.MULTILINE)
    assert [name for name, _, _ in rows] == [one.name for one in INCIDENTS]
    for (name, day, controls), one in zip(rows, INCIDENTS, strict=True):
        assert day.startswith(f"{one.at.day} {one.at:%B %Y}"), name
        assert set(controls.split(", ")) == {row.control for row in expected(folder(name))}, name


def test_each_control_of_the_fire_has_its_fact() -> None:
    told = set(re.findall(r"\b[A-Z]{3}-\d\d\b", TEXT.partition("## NIRS 2025")[2].partition("## What room")[0]))
    assert told == {row.control for row in expected(folder("nirs-2025"))}


def test_whether_an_inventory_is_complete_is_asked_by_the_check_that_it_names() -> None:
    told = TEXT.partition("(OPS-05) is asked by `")[2].partition("`")[0]
    assert discover().checks[told].control == "OPS-05"
    estate = load(folder("nirs-2025"), discover()).estate
    assert estate is not None
    assert estate.about.lists == ()
