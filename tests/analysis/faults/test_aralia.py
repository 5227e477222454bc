"""The fault trees of the Aralia set to the counts and probabilities that others published, where the set is at hand."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import pytest

from audit.analysis.faults.answer import DIAGRAM, EFFORT, answer
from audit.analysis.faults.families import deep
from audit.analysis.faults.nodes import TooLarge
from audit.analysis.faults.openpsa import read
from audit.analysis.faults.whole import whole

FOLDER: Final = Path(__file__).parents[4] / "shared" / "data" / "aralia"
"""Not part of this project (CC BY-SA 4.0, doi 10.5281/zenodo.20160659); it may lie beside a working copy."""
WRONG: Final = {"das9204": 2.16942e-11}
"""Where the published table is in error, as two other engines found."""
EASY: Final = 20
"""Trees, at the least, that are solved with the usual effort."""
ROWS: Final = tuple(csv.DictReader((FOLDER / "expected.csv").read_text().splitlines())) if FOLDER.is_dir() else ()


@pytest.mark.skipif(not ROWS, reason="the Aralia set is not beside this working copy")
def test_there_are_enough_of_them() -> None:
    assert len(ROWS) >= 30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["model"])
def test_counts_and_probability(row: dict[str, str]) -> None:
    told = answer(read((FOLDER / f"{row['model']}.xml").read_bytes()), 3, 1)
    published = WRONG.get(row["model"], float(row["p_published"]))
    assert told.least is not None
    assert told.most is not None
    assert told.least <= published * 1.00001
    assert published <= told.most * 1.00001
    if told.exact:
        assert told.least == pytest.approx(published, rel=1e-5)
    if row["order1"]:
        assert told.orders == (0, *(int(row[f"order{size}"]) for size in (1, 2, 3)))
    else:
        assert told.orders == ()


@pytest.mark.skipif(not ROWS, reason="the Aralia set is not beside this working copy")
def test_the_number_of_all_cut_sets() -> None:
    solved = 0
    for row in ROWS:
        tree = read((FOLDER / f"{row['model']}.xml").read_bytes())
        with deep(len(tree.gates) + len(tree.events())):
            try:
                found = whole(tree, DIAGRAM, EFFORT)
            except TooLarge:
                continue
            solved += 1
            if tree.coherent and row["trusted_mcs"]:
                assert found.count(DIAGRAM) == int(row["trusted_mcs"]), row["model"]
    assert solved >= EASY
