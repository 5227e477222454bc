"""Small estates with programmes to what the rules about applications, deadlines, money say of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audit.contract import signed
from audit.model.evidence import Finding
from audit.model.facts import Facts
from audit.model.verdict import Reason, Verdict
from tests.checks.judging import catalogue, scene

AT = datetime(2026, 9, 1, tzinfo=UTC)
SIGNED: dict[str, Facts] = {"evidence:sheet": signed("Park")}


def judged(check: str, on: str, system: str = "", programme: str = "", more: str = "", grade: int = 1,
           at: datetime = AT) -> Finding:  # fmt: skip
    text = (
        f"institutions: [{{id: k, systems: [{{id: s, grade: {grade}{system}}}, {{id: dns, grade: 1}}]}}, "
        "{id: other}]\n"
        f"programmes: [{{id: fund, served-by: [k/s]{programme}}}]\n{more}"
    )
    return scene(text).judge(catalogue().checks[check], on, SIGNED if "evidence" in more else {}, at)


def sheet(check: str, on: str, collected: str = "2026-06-01", more: str = "") -> str:
    return (f"evidence: [{{id: sheet, check: {check}, on: {on}, collected: {collected}, expires: 2027-06-01, "
            f"by: Park, says: done{more}}}]\n")  # fmt: skip


@pytest.mark.parametrize(
    ("grade", "took", "verdict"),
    [(1, "0", "pass"), (1, "0s", "pass"), (1, "1s", "fail"), (2, "5m", "pass"), (2, "6m", "fail"), (3, "1h", "pass"),
     (3, "61m", "fail"), (4, "9d", "not-applicable")],
)  # fmt: skip
def test_what_a_kill_may_lose(grade: int, took: str, verdict: str) -> None:
    more = sheet("funding.in-flight", "k/s", more=f", took: {took}")
    assert judged("funding.in-flight", "k/s", more=more, grade=grade).verdict == verdict


def test_who_takes_no_applications_has_none_to_lose() -> None:
    assert judged("funding.in-flight", "k/dns").verdict is Verdict.NOT_APPLICABLE
    rail = ", intake: [{id: online, kind: online, needs: [{any: [k/dns, k/s]}]}]"
    assert judged("funding.in-flight", "k/dns", programme=rail).verdict is Verdict.UNKNOWN


def test_the_word_of_its_owner_proves_no_kill_test() -> None:
    owned = judged("funding.in-flight", "k/s", ", owner: {name: Park}",
                   more=sheet("funding.in-flight", "k/s", more=", took: 0"))  # fmt: skip
    assert (owned.verdict, owned.reason) == (Verdict.UNKNOWN, Reason.INCOMPLETE)


def test_one_rigid_deadline_among_those_that_move() -> None:
    both = (", deadlines: [{id: a, at: '2026-12-01T00:00+09:00', people: 1, extends: rule}, "
            "{id: b, at: '2026-11-01T00:00+09:00', people: 12345}]")  # fmt: skip
    found = judged("funding.deadline-rule", "fund", both, more=sheet("funding.deadline-rule", "fund"))
    assert (found.verdict, "12,345" in str(found.says)) == (Verdict.FAIL, True)
    later = judged("funding.deadline-rule", "fund", both, more=sheet("funding.deadline-rule", "fund"),
                   at=datetime(2026, 11, 2, tzinfo=UTC))  # fmt: skip
    assert later.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("rails", "evidence", "verdict"),
    [
        ("", "", "unknown"),
        ("{id: a, kind: online, minimum-documents: true}", "", "unknown"),
        ("{id: a, kind: online, minimum-documents: true}", "signed", "pass"),
        ("{id: a, kind: online, minimum-documents: false}", "signed", "fail"),
        ("{id: a, kind: online, minimum-documents: false}, {id: b, kind: branch}", "", "unknown"),
        ("{id: a, kind: online, minimum-documents: false}, {id: b, kind: branch}", "signed", "pass"),
    ],
)
def test_fewest_documents(rails: str, evidence: str, verdict: str) -> None:
    more = sheet("funding.minimum-documents", "fund") if evidence else ""
    found = judged("funding.minimum-documents", "fund", programme=f", intake: [{rails}]", more=more)
    assert found.verdict == verdict, found.says


@pytest.mark.parametrize(
    ("grade", "times", "verdict"), [(1, 10, "pass"), (1, 9, "fail"), (2, 5, "pass"), (3, 2, "pass"), (3, 1, "fail")]
)
def test_surges_by_grade(grade: int, times: int, verdict: str) -> None:
    tests = f", surge-tests: [{{on: 2026-06-01, times: {times}, deduplicated: true, handed-over: true}}]"
    found = judged("funding.surge-intake", "fund", programme=tests, more=sheet("funding.surge-intake", "fund"),
                   grade=grade)  # fmt: skip
    assert found.verdict == verdict


def test_a_paper_from_before_the_test_speaks_for_another_one() -> None:
    tests = ", surge-tests: [{on: 2026-07-01, times: 20, deduplicated: true, handed-over: true}]"
    found = judged("funding.surge-intake", "fund", programme=tests, more=sheet("funding.surge-intake", "fund"))
    assert found.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ("{id: a, of: [k], needed: 10 KRW, funded: 8 KRW}", "pass"),
        ("{id: a, of: [k], needed: 10 KRW, funded: 7 KRW}", "fail"),
        ("{id: a, of: [k], needed: 5 KRW, funded: 5 KRW}, {id: b, of: [k/s], needed: 5 KRW, funded: 0 KRW}", "fail"),
        ("{id: a, of: [other], needed: 10 KRW, funded: 10 KRW}", "unknown"),
        ("{id: a, of: [estate], needed: 10 KRW, funded: 10 KRW}", "pass"),
        ("{id: a, needed: 10 KRW, funded: 0 KRW}", "fail"),
        ("{id: a, of: [k], needed: 0 KRW, funded: 0 KRW}", "pass"),
        ("{id: a, needed: 0 KRW, funded: 0 KRW}, {id: b, needed: 0 USD, funded: 0 USD}", "pass"),
        ("{id: a, of: [k], needed: 9 KRW, funded: 9 KRW}, {id: b, of: [k], needed: 9 USD, funded: 1 USD}", "fail"),
        ("{id: a, of: [k], needed: 9 KRW, funded: 9 USD}", "fail"),
        ("{id: a, of: [k], needed: 9 KRW, funded: 0 KRW, year: '2025'}, {id: b, needed: 9 KRW, funded: 9 KRW}", "pass"),
        ("{id: a, of: [k], needed: 9 KRW, funded: 9 KRW, year: '2025'}", "unknown"),
        ("{id: a, of: [k], needed: 9 KRW, funded: 9 KRW, year: next}", "pass"),
    ],
)  # fmt: skip
def test_money(lines: str, verdict: str) -> None:
    found = judged("funding.budget", "k", more=f"budget: [{lines}]\n")
    assert found.verdict == verdict, found.says


def test_the_year_of_the_fire() -> None:
    """3 of 6,000 billion won: not one in a thousand."""
    found = judged("funding.budget", "k", more="budget: [{id: a, of: [k], needed: 6e12 KRW, funded: 3e9 KRW}]\n")
    assert (found.verdict, "6,000,000,000,000 KRW" in str(found.says)) == (Verdict.FAIL, True)


HALL = """
sites: [{id: d, rebuild: 20h}]
institutions: [{id: k, systems: [
  {id: s, grade: 1, applicants: 100/h, rto: 2h, restart: 1h, rebuild: 10h, at: [d]},
  {id: t, grade: 2, applicants: 10/h, rto: 8h, restart: 1h, rebuild: 10h, at: [d]},
  {id: u, grade: 3, rto: 8h, restart: 1h, rebuild: 10h, at: [d]}]}]
"""


def hall(text: str) -> Finding:
    return scene(text).judge(catalogue().checks["funding.applicant-hours"], "estate", {}, AT)


def test_applicant_hours_at_risk() -> None:
    """The site takes 20 hours, a system 10 more: 28 hours too late for a hundred an hour, 22 for ten."""
    lined = hall(HALL + "budget: [{id: b, of: [k], needed: 9 KRW, funded: 1 KRW}]\n")
    assert (lined.verdict, str(lined.measured)) == (Verdict.PASS, "3,020 to 3,020 applicant-hours at risk")
    bare = hall(HALL)
    assert (bare.verdict, "k/s" in str(bare.says)) == (Verdict.FAIL, True)
    other = hall(HALL + "budget: [{id: b, of: [k/t], needed: 9 KRW, funded: 1 KRW}]\n")
    assert other.verdict is Verdict.FAIL


def test_what_nobody_can_reckon_is_unknown() -> None:
    line = "budget: [{id: b, of: [k], needed: 9 KRW, funded: 1 KRW}]\n"
    assert (
        hall(HALL.replace("rto: 8h, restart: 1h, rebuild: 10h, at", "rto: 8h, restart: 1h, at") + line).verdict
        == "unknown"
    )
    homeless = hall(HALL.replace(", at: [d]}", "}") + line)
    assert (homeless.verdict, "add `at:`" in str(homeless.says)) == (Verdict.UNKNOWN, True)
    assert hall(HALL.replace("applicants: 100/h, ", "").replace("applicants: 10/h, ", "")).verdict == "unknown"
