"""Findings of every kind, against what house rules promise of the figure, the letter, the exit code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.analysis.fixes import fixes
from audit.analysis.readiness import NOTHING, Measure, exit_code
from audit.contract import Check, Subject, check
from audit.model.dossier import Readiness
from audit.model.estate import Institution, System
from audit.model.evidence import Finding, Ruling
from audit.model.exit import Exit
from audit.model.facility import Site
from audit.model.message import Message
from audit.model.plan import Plan
from audit.model.verdict import Level, Reason, Severity, Verdict
from tests.small import catalogue, planned

AT = datetime(2026, 9, 1, tzinfo=UTC)
ORDER = "-EDCBA"


def rules(kind: Any, area: str) -> list[Check]:
    """One rule of each severity."""

    def rule(item: Any) -> Ruling:
        """A question.

        Why: w.
        Fix: f.
        """
        raise NotImplementedError

    rule.__annotations__ = {"item": Subject[kind], "return": Ruling}
    return [
        check(f"{area}.{severity.value}", control="C", method="F", severity=severity.value, least="declared")(rule)
        for severity in Severity
    ]


KNOWN = catalogue(checks=[*rules(System, "system"), *rules(Institution, "institution"), *rules(Site, "site")])
TEXT = """
estate: {id: all}
sites: [{id: daejeon, operator: nirs}, {id: busan}, {id: empty}]
suppliers: [{id: nirs}]
institutions:
  - id: kibo
    systems:
      - {id: one, grade: 1, at: [daejeon]}
      - {id: two, grade: 2, at: [busan]}
      - {id: three, grade: 3, at: [busan]}
  - {id: semas, systems: [{id: four, grade: 4, needs: [kibo/one]}]}
"""
PLAN = planned(TEXT, KNOWN)


def finding(plan: Plan, pair: tuple[str, str], verdict: Verdict, waiver: str | None = None) -> Finding:
    name, ref = pair
    subject, one = plan.subjects[ref], KNOWN.checks[name]
    return Finding(
        check=name,
        control="C",
        subject=ref,
        verdict=verdict,
        reason=Reason.STALE if verdict is Verdict.UNKNOWN else None,
        severity=one.severity.lowered(subject.grade),
        grade=subject.grade,
        institution="",
        system="",
        unit=subject.unit,
        says=Message("so"),
        measured="",
        required="",
        level=Level.DECLARED,
        where=subject.item.place,
        observation=None,
        at=AT,
        waiver=waiver,
    )


def all_of(verdict: Verdict, plan: Plan = PLAN) -> list[Finding]:
    return [finding(plan, pair, verdict) for pair in plan.pairs]


def every(found: Measure) -> list[Readiness]:
    return [found.estate(), *found.systems().values(), *found.institutions().values()]


VERDICTS = st.lists(st.sampled_from(list(Verdict)), min_size=len(PLAN.pairs), max_size=len(PLAN.pairs)).map(
    lambda verdicts: [finding(PLAN, pair, verdict) for pair, verdict in zip(PLAN.pairs, verdicts, strict=True)]
)
PICK = st.integers(0, len(PLAN.pairs) - 1)


def no_better(now: list[Finding], before: list[Finding], plan: Plan = PLAN) -> None:
    for worse, better in zip(every(Measure(plan, now)), every(Measure(PLAN, before)), strict=True):
        assert worse.demonstrated <= better.demonstrated + 1e-9
        assert ORDER.index(worse.letter) <= ORDER.index(better.letter) or better.letter == NOTHING


@given(VERDICTS, PICK)
def test_muting_raises_nothing(findings: list[Finding], number: int) -> None:
    muted = [replace(one, waiver="known") if place == number else one for place, one in enumerate(findings)]
    for left, right in zip(every(Measure(PLAN, findings)), every(Measure(PLAN, muted)), strict=True):
        assert replace(left, waived=0, accepted=None) == replace(right, waived=0, accepted=None)


@given(VERDICTS, PICK)
def test_the_figure_with_waivers_is_that_of_findings_that_are_met(findings: list[Finding], number: int) -> None:
    open_one = findings[number].verdict in (Verdict.FAIL, Verdict.UNKNOWN)
    muted = [replace(one, waiver="known") if place == number else one for place, one in enumerate(findings)]
    met = [replace(one, verdict=Verdict.PASS) if place == number else one for place, one in enumerate(findings)]
    if not open_one:
        return
    for left, right in zip(every(Measure(PLAN, muted)), every(Measure(PLAN, met)), strict=True):
        assert left.with_waivers.letter == right.letter
        assert abs(left.with_waivers.demonstrated - right.demonstrated) < 1e-9
        assert abs(left.with_waivers.possible - right.possible) < 1e-9


@given(VERDICTS, st.sets(PICK))
def test_deleting_raises_nothing(findings: list[Finding], gone: set[int]) -> None:
    no_better([one for place, one in enumerate(findings) if place not in gone], findings)


@given(VERDICTS, st.sets(PICK))
def test_excluding_raises_nothing(findings: list[Finding], gone: set[int]) -> None:
    inside = tuple(pair for place, pair in enumerate(PLAN.pairs) if place not in gone)
    outside = tuple(pair for place, pair in enumerate(PLAN.pairs) if place in gone)
    no_better(
        [one for place, one in enumerate(findings) if place not in gone],
        findings,
        replace(PLAN, pairs=inside, outside=outside),
    )


@given(VERDICTS, PICK)
def test_fixing_lowers_nothing(findings: list[Finding], number: int) -> None:
    one = findings[number]
    if one.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
        mended = [*findings[:number], replace(one, verdict=Verdict.PASS, reason=None), *findings[number + 1 :]]
        no_better(findings, mended)


@given(VERDICTS, st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(findings: list[Finding], chance: Any) -> None:
    mixed = findings + findings[: len(findings) // 2]
    chance.shuffle(mixed)
    assert every(Measure(PLAN, mixed)) == every(Measure(PLAN, findings))


@given(VERDICTS)
def test_the_interval_is_one(findings: list[Finding]) -> None:
    for one in every(Measure(PLAN, findings)):
        assert 0 <= one.demonstrated <= one.possible <= 1
        assert 0 <= one.coverage <= 1
        if one.letter != NOTHING:
            assert one.possible - one.demonstrated == pytest.approx(1 - one.coverage)


@given(VERDICTS)
def test_what_mending_would_gain_is_what_is_missing(findings: list[Finding]) -> None:
    measure = Measure(PLAN, findings)
    if measure.estate().letter != NOTHING:
        gain = sum(fix.gain for fix in fixes(findings, measure, PLAN.graph))
        assert measure.estate().demonstrated + gain == pytest.approx(1)


def test_the_best_and_the_worst() -> None:
    best = Measure(PLAN, all_of(Verdict.PASS)).estate()
    assert (best.letter, best.demonstrated, best.possible, best.coverage, best.capped) == ("A", 1, 1, 1, None)
    worst = Measure(PLAN, all_of(Verdict.FAIL)).estate()
    assert (worst.letter, worst.demonstrated, worst.possible, worst.coverage) == ("E", 0, 0, 1)
    dark = Measure(PLAN, all_of(Verdict.UNKNOWN)).estate()
    assert (dark.letter, dark.demonstrated, dark.possible, dark.coverage) == ("E", 0, 1, 0)


def test_nothing_applies() -> None:
    for measure in (Measure(PLAN, all_of(Verdict.NOT_APPLICABLE)), Measure(planned("estate: {id: e}", KNOWN), [])):
        empty = measure.estate()
        assert (empty.letter, empty.demonstrated, empty.possible, empty.coverage) == (NOTHING, 0, 1, 0)


def but(change: dict[tuple[str, str], Verdict | None]) -> Measure:
    """All passed but these; None is no finding at all."""
    kept = [pair for pair in PLAN.pairs if change.get(pair, Verdict.PASS) is not None]
    return Measure(PLAN, [finding(PLAN, pair, change.get(pair) or Verdict.PASS) for pair in kept])


@pytest.mark.parametrize(
    ("verdict", "ref", "letter", "capped"),
    [
        (Verdict.FAIL, "kibo/two", "C", "capped at C: critical checks of grade 1 or 2 failed (1)"),
        (Verdict.UNKNOWN, "kibo/two", "B", "capped at B: critical checks of grade 1 or 2 are not verified (1)"),
        (None, "kibo/two", "C", "capped at C: critical checks of grade 1 or 2 were left out (1)"),
        (Verdict.NOT_APPLICABLE, "kibo/two", "A", "None"),
        (Verdict.FAIL, "semas/four", "A", "None"),
    ],
)
def test_caps(verdict: Verdict | None, ref: str, letter: str, capped: str) -> None:
    found = but({("system.critical", ref): verdict}).estate()
    assert found.demonstrated > 0.9
    assert (found.letter, str(found.capped)) == (letter, capped)


def test_a_waiver_lifts_no_cap() -> None:
    pair = ("system.critical", "kibo/two")
    findings = [finding(PLAN, one, Verdict.FAIL if one == pair else Verdict.PASS, "known") for one in PLAN.pairs]
    assert Measure(PLAN, findings).estate().letter == "C"


def test_a_system_weighs_by_its_grade_however_large_it_is() -> None:
    failed = {(f"system.{severity.value}", "kibo/one"): Verdict.FAIL for severity in Severity}
    # Units with their grades: four systems 1 2 3 4, two institutions 1 4, three sites 1 2 4.
    total = 8 + 4 + 2 + 1 + 8 + 1 + 8 + 4 + 1
    assert but(dict(failed)).estate().demonstrated == pytest.approx(1 - 8 / total)
    assert but({("system.critical", "kibo/one"): Verdict.FAIL}).estate().demonstrated == pytest.approx(
        1 - 8 / total * 10 / 18
    )


def test_institutions_carry_what_they_stand_on() -> None:
    failed = {(f"site.{severity.value}", "daejeon"): Verdict.FAIL for severity in Severity}
    found = but(dict(failed)).institutions()
    assert found["kibo"].demonstrated < 1
    assert found["semas"].demonstrated < 1  # through the system of another institution
    alone = but({(f"site.{severity.value}", "empty"): Verdict.FAIL for severity in Severity}).institutions()
    assert [one.demonstrated for one in alone.values()] == [pytest.approx(1), pytest.approx(1)]


def test_counts() -> None:
    verdicts = [*Verdict, Verdict.FAIL]
    findings = [finding(PLAN, pair, verdicts[place % 5]) for place, pair in enumerate(PLAN.pairs)]
    one = Measure(PLAN, findings).estate()
    assert one.passed + one.failed + one.unknown + one.not_applicable == len(PLAN.pairs)
    assert one.failed == sum(found.verdict is Verdict.FAIL for found in findings)


@pytest.mark.parametrize(
    ("findings", "words", "code"),
    [
        ([("system.high", Verdict.FAIL, None)], {}, Exit.FAILED),
        ([("system.medium", Verdict.FAIL, None)], {}, Exit.READY),
        ([("system.medium", Verdict.FAIL, None)], {"fail_on": Severity.LOW}, Exit.FAILED),
        ([("system.high", Verdict.FAIL, "known")], {}, Exit.READY),
        ([("system.critical", Verdict.UNKNOWN, None)], {}, Exit.NOT_VERIFIED),
        ([("system.critical", Verdict.UNKNOWN, "known")], {}, Exit.READY),
        ([("system.high", Verdict.UNKNOWN, None), ("system.low", Verdict.PASS, None)], {}, Exit.READY),
        ([("system.high", Verdict.UNKNOWN, None)], {}, Exit.NOT_VERIFIED),
        ([("system.critical", Verdict.NOT_APPLICABLE, None)], {}, Exit.NOT_VERIFIED),
        ([("system.high", Verdict.UNKNOWN, None)], {"unproven_on": Severity.HIGH}, Exit.NOT_VERIFIED),
        ([("system.critical", Verdict.UNKNOWN, None)], {"unproven_on": None}, Exit.READY),
        (
            [("system.critical", Verdict.UNKNOWN, None), ("system.critical", Verdict.FAIL, None)],
            {"expired": True},
            Exit.FAILED,
        ),
        ([("system.critical", Verdict.UNKNOWN, None)], {"expired": True}, Exit.NOT_VERIFIED),
        ([("system.critical", Verdict.PASS, None)], {"expired": True}, Exit.EXPIRED),
        ([("system.critical", Verdict.PASS, None)], {}, Exit.READY),
        ([], {}, Exit.NOT_VERIFIED),
        ([], {"unproven_on": None}, Exit.READY),
    ],
)
def test_exit_codes(findings: list[tuple[str, Verdict, str | None]], words: dict[str, Any], code: Exit) -> None:
    chosen = {"fail_on": Severity.HIGH, "unproven_on": Severity.CRITICAL, "expired": False, **words}
    made = [finding(PLAN, (name, "kibo/one"), verdict, waiver) for name, verdict, waiver in findings]
    assert exit_code(made, **chosen) is code
