"""Rules that answer in every way, with everything that can have been seen, against the findings that must come."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from audit.contract import (
    Claim,
    Level,
    Limits,
    Looks,
    NotApplicable,
    Reason,
    Severity,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.judge import judge, judge_one
from audit.model.estate import System
from audit.model.evidence import Ruling
from audit.model.facts import DocumentState, ServiceState, Unseen
from audit.model.technology import Endpoint
from tests.gates import (
    AT,
    BY,
    WELL,
    blind,
    clock,
    drill,
    every,
    evidence,
    found,
    knock,
    opens,
    paper,
    rule,
    sight,
    system_text,
)
from tests.small import catalogue, planned


def test_pass_and_fail() -> None:
    said = say("it is {what}", what="so")
    passed = found(rule(lambda system: ruling(True, measured=timedelta(hours=5), required="15m", says=said)))
    assert (passed.verdict, passed.reason, passed.measured, passed.required) == (Verdict.PASS, None, "5h", "15m")
    assert (passed.institution, passed.system, passed.unit) == ("kibo", "kibo/guarantee", "kibo/guarantee")
    assert (passed.says, passed.level, passed.observation, passed.at) == (said, Level.DECLARED, None, AT)
    failed = found(rule(lambda system: ruling(False, measured=1, required=2, key="rto")))
    assert failed.verdict is Verdict.FAIL
    assert str(failed.says) == "measured 1; required is 2"
    assert (str(passed.where), str(failed.where)) == ("small.yaml:6:9", "small.yaml:8:14")


@pytest.mark.parametrize(("grade", "counts"), [(1, "critical"), (2, "critical"), (3, "high"), (4, "medium")])
def test_severity_is_lowered_by_grade(grade: int, counts: str) -> None:
    one = rule(lambda system: ruling(True, measured=1, required=1))
    assert found(one, system_text(grade=grade)).severity == counts


def test_severity_is_that_of_the_policy() -> None:
    one = rule(lambda system: ruling(True, measured=1, required=1))
    assert found(one, system_text("policy: {checks: {order.asked: {severity: low}}}")).severity is Severity.LOW


def crash(error: BaseException) -> Callable[[Subject[System]], Ruling]:
    def answer(system: Subject[System]) -> Ruling:
        raise error

    return answer


def test_what_a_rule_cannot_see() -> None:
    unknown = found(rule(blind(Reason.STALE, say("too old"))))
    assert (unknown.verdict, unknown.reason, str(unknown.says)) == (Verdict.UNKNOWN, Reason.STALE, "too old")


def test_what_does_not_apply() -> None:
    exempt = found(rule(crash(NotApplicable(say("not here")))))
    assert (exempt.verdict, exempt.reason, str(exempt.says)) == (Verdict.NOT_APPLICABLE, None, "not here")


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("even its text is a bug")


@pytest.mark.parametrize(
    "answer",
    [
        crash(ZeroDivisionError("division by zero")),
        crash(SystemExit(3)),
        crash(RecursionError()),
        crash(Unspeakable()),
        blind("no reason", say("odd")),
        lambda system: None,
        lambda system: True,
        lambda system: Ruling(1, "a", "b"),  # type: ignore[arg-type]
        lambda system: Ruling(True, 5, "b"),  # type: ignore[arg-type]
        lambda system: Ruling(True, "a", "b", says="text"),  # type: ignore[arg-type]
        lambda system: Ruling(True, "a", "b", key=None),  # type: ignore[arg-type]
        lambda system: sys.exit("bye"),
    ],
)
def test_bugs_of_rules(answer: Callable[[Subject[System]], Any]) -> None:
    crashed = found(rule(answer))
    assert (crashed.verdict, crashed.reason) == (Verdict.UNKNOWN, Reason.CRASHED)
    assert "Traceback" not in str(crashed.says)
    assert "\n" not in str(crashed.says)
    assert len(str(crashed.says)) < 300


def test_a_text_in_place_of_a_message() -> None:
    assert str(found(rule(blind(Reason.STALE, "{not} a message"))).says) == "{not} a message"


def test_what_the_look_saw() -> None:
    seen = sight(WELL)
    passed = found(opens, seen={"kibo/guarantee/web": seen})
    assert (passed.verdict, passed.level, passed.observation) == (Verdict.PASS, Level.OBSERVED, seen.id)


def test_what_the_look_did_not_see() -> None:
    unseen = sight(None, unseen=Unseen(reason=Reason.DENIED, template="no way to {host}", values={"host": "x"}))
    unknown = found(opens, seen={"kibo/guarantee/web": unseen})
    assert (unknown.verdict, unknown.reason, str(unknown.says)) == (Verdict.UNKNOWN, Reason.DENIED, "no way to x")
    assert unknown.observation == unseen.id


def test_a_fact_that_is_absent() -> None:
    unknown = found(clock, seen={"kibo/guarantee/web": sight(WELL)})
    assert (unknown.verdict, unknown.reason) == (Verdict.UNKNOWN, Reason.INCOMPLETE)
    assert str(unknown.says) == "the look did not establish clock offset"


def test_facts_of_another_kind() -> None:
    unknown = found(opens, seen={"kibo/guarantee/web": sight(DocumentState(sha256="0", size=1))})
    assert (unknown.verdict, unknown.reason) == (Verdict.UNKNOWN, Reason.INCOMPLETE)


@pytest.mark.parametrize("state", ["complete", "interrupted", "deadline", "running"])
def test_what_was_not_looked_at(state: str) -> None:
    known = catalogue(checks=[opens], probes=[knock])
    (unknown,) = judge(planned(system_text(), known), known, {}, AT, state=state)
    assert (unknown.verdict, unknown.reason) == (Verdict.UNKNOWN, Reason.INCOMPLETE)
    assert str(unknown.says).startswith("was not looked at")
    assert unknown.observation is None


def test_rules_over_looks_rest_on_them() -> None:
    seen = sight(WELL)
    passed = found(every, seen={"kibo/guarantee/web": seen})
    assert (passed.verdict, passed.level, passed.observation) == (Verdict.PASS, Level.OBSERVED, seen.id)
    assert found(every).verdict is Verdict.UNKNOWN
    weak = sight(WELL.model_copy(update={"level": Level.DECLARED}))
    assert found(every, seen={"kibo/guarantee/web": weak}).verdict is Verdict.UNKNOWN


def test_a_rule_over_looks_that_asks_nothing_rests_on_nothing() -> None:
    empty = system_text().replace("[{id: web, kind: gate}]", "[]")
    assert found(every, empty).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("measured", [1, 2])
def test_evidence_below_what_the_rule_accepts(measured: int) -> None:
    one = rule(lambda system: ruling(measured == 2, measured=measured, required=2), least="drilled")
    unknown = found(one)
    assert (unknown.verdict, unknown.reason, unknown.level) == (Verdict.UNKNOWN, Reason.INCOMPLETE, Level.DECLARED)
    assert str(unknown.says) == "rests on declared evidence; drilled is needed"


LIMITS = {"age": ("1h", "2h", "3h", "-"), "size": ("1", "1", "-", "-")}


def limited(system: Subject[System], limits: Limits) -> Ruling:
    """A question.

    Why: w.
    Fix: f.
    """
    return ruling(True, measured=limits.word("age"), required=limits.word("size"))


@pytest.mark.parametrize(("grade", "verdict"), [(1, "pass"), (3, "not-applicable"), (4, "not-applicable")])
def test_grades_of_which_nothing_is_demanded(grade: int, verdict: str) -> None:
    one = check("order.limited", control="OPS-02", method="F", severity="low", least="declared", limits=LIMITS)(limited)
    assert found(one, system_text(grade=grade)).verdict == verdict


@check("gate.limited", control="AVL-01", method="A", severity="low", limits={"age": ("1h", "1h", "1h", "-")})
def limited_look(gate: Subject[Endpoint], seen: ServiceState, limits: Limits) -> Ruling:
    """A question.

    Why: w.
    Fix: f.
    """
    return ruling(True, measured=limits.word("age"), required="-")


def test_nothing_is_demanded_in_the_dark_either() -> None:
    """What applies must not hang on what could be seen, or a server that is gone would change the denominator."""
    assert found(limited_look, system_text(grade=4)).verdict is Verdict.NOT_APPLICABLE
    assert found(limited_look, system_text(grade=1)).verdict is Verdict.UNKNOWN


def test_one_finding_for_each_pair_in_order() -> None:
    known = catalogue(checks=[opens, clock, every, drill], probes=[knock])
    plan = planned(system_text(), known)
    findings = judge(plan, known, {}, AT)
    pairs = [(finding.subject, finding.check) for finding in findings]
    assert pairs == sorted((ref, name) for name, ref in plan.pairs)
    shuffled = replace(plan, pairs=plan.pairs[::-1])
    assert judge(shuffled, known, {}, AT) == findings


def test_judge_one_says_the_same() -> None:
    known = catalogue(checks=[opens, drill], probes=[knock])
    plan = planned(evidence(paper(BY)), known)
    seen = {"kibo/guarantee/web": sight(WELL)}
    claims = [Claim(one, None) for one in plan.estate.evidence]
    one_by_one = [
        judge_one(known.checks[name], plan.subjects[ref], seen.get(ref), Looks(seen), claims, AT)
        for name, ref in plan.pairs
    ]
    assert sorted(one_by_one, key=lambda finding: finding.subject) == list(judge(plan, known, seen, AT))
