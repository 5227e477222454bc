"""The kinds of silent changes to what they name: checks that there are, one thing, something that was sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from audit.analysis.mutants.change import CannotChange, Change, written
from audit.analysis.mutants.choosing import chosen
from audit.analysis.mutants.judged import held_against
from audit.analysis.mutants.kinds import KINDS
from audit.analysis.mutants.sight import Sight
from audit.catalogue import discover
from audit.judge import judge
from audit.model.evidence import Finding
from audit.model.message import say
from audit.model.verdict import Verdict
from tests import small

AT = datetime(2026, 9, 1, tzinfo=UTC)
TEXT = """
sites:
  - id: busan
    rooms: [{id: hall, compartment: c1}, {id: batteries, kind: battery, compartment: c2, fire-rating: 3h}]
    batteries: [{id: ups, room: batteries, chemistry: lead-acid, installed: 2024-01-01, life: 10y, spacing: 3 m}]
  - {id: daejeon, rooms: [{id: hall}]}
institutions:
  - id: kibo
    systems:
      - {id: loans, grade: 1, rto: 2h, rpo: 15m, at: [busan/hall, daejeon/hall], owner: {name: Kim, email: k@kibo.kr}}
"""


@pytest.fixture(scope="module")
def sight() -> Sight:
    known = discover()
    plan = small.planned(TEXT, known)
    findings = judge(plan, known, {}, AT)
    return Sight(plan.estate, plan.graph, {}, AT, {(one.check, one.subject): one for one in findings})


def test_there_are_many_kinds_and_each_names_checks_that_exist() -> None:
    assert len(KINDS) >= 60
    known = discover().checks
    assert {rule for kind in KINDS.values() for rule in kind.rules} <= set(known)


def test_what_was_broken_before_is_not_broken_again(sight: Sight) -> None:
    assert chosen(KINDS["battery-aged"], sight, "0").changes
    old: Mapping[tuple[str, str], Finding] = {
        key: one for key, one in sight.findings.items() if key[0] != "facility.battery-life"
    }
    failed = sight.findings["facility.battery-life", "busan/ups"]
    worse = Sight(
        sight.estate, sight.graph, {}, AT,
        MappingProxyType({**old, ("facility.battery-life", "busan/ups"): replace(failed, verdict=Verdict.FAIL)}),
    )  # fmt: skip
    found = chosen(KINDS["battery-aged"], worse, "0")
    assert found.changes == ()
    assert found.why is not None


def test_what_no_estate_has_is_told(sight: Sight) -> None:
    found = chosen(KINDS["cooling-removed"], sight, "0")
    assert str(found.why) == "the estate has nothing of which this could be done"


def test_the_same_seed_draws_the_same(sight: Sight) -> None:
    for kind in KINDS.values():
        assert chosen(kind, sight, "a").changes == chosen(kind, sight, "a").changes


def test_a_finding_that_disappears_names_nothing(sight: Sight) -> None:
    change = Change("kibo/loans", say("gone"))
    assert held_against(change, sight.findings, (), (), (), ()).by == "missed"


@pytest.mark.parametrize(
    ("before", "after", "by"),
    [
        (Verdict.PASS, Verdict.FAIL, "finding"),
        (Verdict.PASS, Verdict.UNKNOWN, "finding"),
        (Verdict.UNKNOWN, Verdict.FAIL, "finding"),
        (Verdict.FAIL, Verdict.UNKNOWN, "missed"),
        (Verdict.UNKNOWN, Verdict.PASS, "missed"),
        (Verdict.PASS, Verdict.NOT_APPLICABLE, "missed"),
        (Verdict.PASS, Verdict.PASS, "missed"),
    ],
)
def test_only_what_gets_worse_counts(sight: Sight, before: Verdict, after: Verdict, by: str) -> None:
    one = sight.findings["operations.owner", "kibo/loans"]
    old = {("operations.owner", "kibo/loans"): replace(one, verdict=before)}
    change = Change("kibo/loans", say("changed"))
    assert held_against(change, old, (replace(one, verdict=after),), (), (), ()).by == by


@pytest.mark.parametrize("seed", ["0", "spring"])
def test_no_mutant_is_the_original(sight: Sight, seed: str) -> None:
    """A change that changes nothing would count as missed, or as detected by chance."""
    sources = {"small.yaml": TEXT.encode()}
    tried = 0
    for kind in KINDS.values():
        for change in chosen(kind, sight, seed).changes:
            if change.edits:
                try:
                    after = written(sources, change.edits)
                except CannotChange:
                    continue
                assert after != sources, (kind.id, change.subject)
                tried += 1
            assert change.edits or change.looks
    assert tried > 5
