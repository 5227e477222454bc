"""Findings of two runs to what became of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.analysis.change import Change, Move, change
from audit.model.evidence import Finding
from audit.model.exit import Exit
from audit.model.message import Message
from audit.model.place import Place
from audit.model.verdict import Level, Reason, Severity, Verdict

AT = datetime(2026, 9, 1, tzinfo=UTC)
THERE = frozenset(f"a/s{number}" for number in range(10))


def found(
    verdict: Verdict, severity: Severity = Severity.HIGH, subject: str = "a/s1", waiver: str | None = None
) -> Finding:
    return Finding(
        check="backup.age", control="BKP-04", subject=subject, verdict=verdict,
        reason=Reason.UNREACHABLE if verdict is Verdict.UNKNOWN else None, severity=severity, grade=1, institution="a",
        system="a/s", unit="a/s", says=Message("says"), measured="1h", required="2h", level=Level.OBSERVED,
        where=Place("a.yaml", 1, 1), observation=None, at=AT, waiver=waiver,
    )  # fmt: skip


PASS, FAIL, UNKNOWN, NOT = (found(verdict) for verdict in Verdict)


def only(result: Change[Finding]) -> Move:
    (move,) = [*result.steps, *([Move.SAME] if result.same else [])]
    return move


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        (PASS, FAIL, Move.REGRESSED),
        (FAIL, replace(FAIL, severity=Severity.CRITICAL), Move.WORSENED),
        (FAIL, replace(FAIL, severity=Severity.LOW), Move.STILL),
        (FAIL, FAIL, Move.STILL),
        (UNKNOWN, FAIL, Move.NEW),
        (NOT, FAIL, Move.NEW),
        (None, FAIL, Move.NEW),
        (PASS, UNKNOWN, Move.UNPROVEN),
        (FAIL, UNKNOWN, Move.UNSEEN),
        (FAIL, PASS, Move.FIXED),
        (UNKNOWN, PASS, Move.PROVEN),
        (FAIL, NOT, Move.EXCUSED),
        (PASS, NOT, Move.EXCUSED),
        (FAIL, None, Move.NOT_ASKED),
        (None, PASS, Move.ASKED),
        (NOT, UNKNOWN, Move.ASKED),
        (PASS, PASS, Move.SAME),
        (UNKNOWN, UNKNOWN, Move.SAME),
    ],
)
def test_each_pair_of_verdicts_has_one_name(before: Finding | None, after: Finding | None, move: Move) -> None:
    result = change([before] if before else [], [after] if after else [], THERE, THERE)
    assert only(result) is move


def test_a_subject_that_left_the_inventory_is_gone_and_not_fixed() -> None:
    result = change([FAIL], [], THERE, THERE - {"a/s1"})
    assert only(result) is Move.GONE
    assert result.gone_subjects == ("a/s1",)
    assert result.count(Move.FIXED) == 0


def test_a_new_subject_is_told_as_one_even_where_it_fails() -> None:
    result = change([], [PASS], THERE - {"a/s1"}, THERE)
    assert only(result) is Move.ADDED
    assert change([], [FAIL], THERE - {"a/s1"}, THERE).new_subjects == ("a/s1",)


@pytest.mark.parametrize(
    ("after", "fail_on", "unproven_on", "code"),
    [
        (FAIL, Severity.HIGH, Severity.CRITICAL, Exit.FAILED),
        (FAIL, Severity.CRITICAL, Severity.CRITICAL, Exit.READY),
        (replace(FAIL, waiver="known"), Severity.HIGH, Severity.CRITICAL, Exit.READY),
        (UNKNOWN, Severity.HIGH, Severity.CRITICAL, Exit.READY),
        (UNKNOWN, Severity.HIGH, Severity.HIGH, Exit.NOT_VERIFIED),
        (UNKNOWN, Severity.HIGH, None, Exit.READY),
        (PASS, Severity.LOW, Severity.LOW, Exit.READY),
    ],
)
def test_the_exit_code_follows_what_got_worse(
    after: Finding, fail_on: Severity, unproven_on: Severity | None, code: Exit
) -> None:
    assert change([PASS], [after], THERE, THERE).exit(fail_on, unproven_on) is code


def test_what_fails_as_before_is_no_reason_to_break() -> None:
    assert change([FAIL], [FAIL], THERE, THERE).exit(Severity.LOW, Severity.LOW) is Exit.READY


SIDE = st.dictionaries(st.sampled_from(sorted(THERE)), st.sampled_from(list(Verdict))).map(
    lambda verdicts: [found(verdict, subject=subject) for subject, verdict in verdicts.items()]
)


@given(SIDE, SIDE)
def test_every_pair_is_counted_once_whatever_the_order(before: list[Finding], after: list[Finding]) -> None:
    result = change(before, after, THERE, THERE)
    pairs = {one.subject for one in (*before, *after)}
    assert sum(result.count(move) for move in Move) == len(pairs)
    assert change(before[::-1], [*after, *after][::-1], THERE, THERE) == result


@given(SIDE)
def test_nothing_changed_against_itself(findings: list[Finding]) -> None:
    result = change(findings, findings, THERE, THERE)
    assert set(result.steps) <= {Move.STILL}
