"""Findings in, the order in which they should be mended out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from audit.analysis.fixes import fixes
from audit.analysis.readiness import Measure
from audit.model.verdict import Verdict
from tests.analysis.test_readiness import PLAN, finding


def test_fixes_come_by_the_harm_that_they_end() -> None:
    one, two = ("system.critical", "kibo/one"), ("site.low", "empty")
    findings = [finding(PLAN, pair, Verdict.FAIL if pair in (one, two) else Verdict.PASS) for pair in PLAN.pairs]
    findings += [finding(PLAN, ("system.critical", "kibo/two"), Verdict.UNKNOWN, "known")]
    found = fixes(findings, Measure(PLAN, findings), PLAN.graph)
    assert [fix.check for fix in found] == ["system.critical", "site.low"]
    assert [len(fix.findings) for fix in found] == [1, 1]
    assert found[0].gain > found[1].gain > 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((("system.critical", "kibo/one"), Verdict.FAIL), (("institution.critical", "kibo"), Verdict.UNKNOWN)),
        ((("site.high", "busan"), Verdict.FAIL), (("system.high", "kibo/two"), Verdict.FAIL)),
        ((("system.high", "kibo/one"), Verdict.FAIL), (("system.critical", "semas/four"), Verdict.FAIL)),
    ],
    ids=["a fail before an unknown", "a site with all its systems", "a grade before a bare severity"],
)
def test_the_greater_harm_comes_first(first: tuple[Any, Verdict], second: tuple[Any, Verdict]) -> None:
    findings = [finding(PLAN, pair, verdict) for pair, verdict in (second, first)]
    found = fixes(findings, Measure(PLAN, findings), PLAN.graph)
    assert [fix.check for fix in found] == [first[0][0], second[0][0]]


def test_data_that_one_fire_takes_for_good_comes_first() -> None:
    one = finding(PLAN, ("system.critical", "kibo/one"), Verdict.FAIL)
    two = replace(finding(PLAN, ("system.high", "kibo/two"), Verdict.FAIL), control="BKP-02")
    for lost, first in (((), "kibo/one"), (("kibo/two",), "kibo/two")):
        found = fixes([one, two], Measure(PLAN, [one, two]), PLAN.graph, lost)
        assert found[0].findings[0].subject == first


def test_a_second_fix_of_the_same_subject_lets_others_pass() -> None:
    pairs = (("system.critical", "kibo/one"), ("system.high", "kibo/one"), ("site.high", "busan"))
    first, *rest = [finding(PLAN, pair, Verdict.FAIL) for pair in pairs]
    alone = fixes(rest, Measure(PLAN, rest), PLAN.graph)
    assert [fix.check for fix in alone] == ["system.high", "site.high"]
    found = fixes([first, *rest], Measure(PLAN, [first, *rest]), PLAN.graph)
    assert [fix.check for fix in found] == ["system.critical", "site.high", "system.high"]


def test_what_holds_for_the_whole_estate_weighs_like_its_heaviest_site() -> None:
    rival, three = (finding(PLAN, ("system.low", name), Verdict.FAIL) for name in ("kibo/two", "kibo/three"))
    for unit, first in (("kibo/three", "system.low"), ("all", "estate.low")):
        findings = [rival, replace(three, check="estate.low", subject="all", unit=unit)]
        assert fixes(findings, Measure(PLAN, [rival]), PLAN.graph)[0].check == first
