"""Evidence and waivers in, a line for each that lies on something which its check is never asked about out."""

from __future__ import annotations

import pytest

from tests.checks.judging import catalogue
from tests.inventory.small import said

ESTATE = """
estate: {id: e}
sites: [{id: d, power: [feed], rooms: [{id: r}], batteries: [{id: b, room: r}]}]
institutions:
  - id: k
    systems: [{id: s, grade: 1, data: [{id: data, copies: [{id: c, kind: restic, at: d, repository: x}]}]}]
"""
EVIDENCE = "evidence: [{{id: paper, check: backup.offsite, on: {on}, collected: 2026-01-01, expires: 2027-01-01}}]\n"
WAIVER = (
    "waivers: [{{check: backup.offsite, on: {on}, reason: x, requested-by: a, approved-by: b, expires: 2027-01-01}}]\n"
)


@pytest.mark.parametrize("on", ["k/s/data", "s/data", "data"])
def test_a_paper_on_what_is_judged_is_right(on: str) -> None:
    assert said(ESTATE + EVIDENCE.format(on=on)) == said(ESTATE + WAIVER.format(on=on)) == ()


@pytest.mark.parametrize("on", ["e", "k", "k/s"])
def test_a_waiver_also_covers_what_stands_below(on: str) -> None:
    assert said(ESTATE + WAIVER.format(on=on)) == ()
    assert said(ESTATE + EVIDENCE.format(on=on))


@pytest.mark.parametrize("paper", [EVIDENCE, WAIVER])
@pytest.mark.parametrize(
    ("on", "kind", "hint"),
    [
        ("k/s/data/c", "a copy such as 'k/s/data/c'", "did you mean 'k/s/data'?"),
        ("d/b", "a battery such as 'd/b'", "name a data set"),
        ("feed", "a power feed such as 'feed'", "name a data set"),
    ],
)
def test_a_paper_that_nobody_would_read_is_told(paper: str, on: str, kind: str, hint: str) -> None:
    (line,) = said(ESTATE + paper.format(on=on))
    assert line.endswith(f": backup.offsite is never asked about {kind}; {hint}")
    assert line.startswith("a.yaml:7:")


def test_what_leads_nowhere_is_told_once() -> None:
    (line,) = said(ESTATE + WAIVER.format(on="nobody"))
    assert "nothing is called 'nobody'" in line


def test_each_check_says_what_it_judges() -> None:
    found = catalogue()
    assert found.judged.keys() == found.checks.keys()
    assert all(found.checks[name].subject is subject for name, subject in found.judged.items())


def test_a_check_of_another_area_with_the_same_word_is_meant() -> None:
    (line,) = said(ESTATE + EVIDENCE.format(on="k/s/data").replace("backup.offsite", "failover.offsite"))
    assert line.endswith("no check is called 'failover.offsite'; did you mean 'backup.offsite'?")
