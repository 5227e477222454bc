"""Every rule with its examples in; whether it keeps the contract of a rule out."""

import ast
import re
from pathlib import Path

import pytest

import checks
from audit.contract import Check, Example
from audit.model.message import Message
from audit.model.policy import NONE
from audit.model.verdict import Level, Reason, Verdict
from tests.checks.judging import catalogue, example_finding, scene

CHECKS = tuple(check for check in catalogue().checks.values() if ":" not in check.id)
EXAMPLES = tuple((check, example) for check in CHECKS for example in check.examples)
CONTROLS = {
    f"{area}-{number:02}"
    for area, count in (
        ("AVL", 11), ("BKP", 15), ("DRF", 15), ("FAC", 21), ("DEP", 11), ("NET", 8), ("SEC", 8), ("OPS", 14),
        ("FND", 10), ("PEAK", 6),
    )
    for number in range(1, count + 1)
}  # fmt: skip
MANDATORY = set(
    "AVL-01 AVL-02 AVL-03 AVL-04 AVL-10 AVL-11 "
    "BKP-01 BKP-02 BKP-03 BKP-04 BKP-05 BKP-06 BKP-07 BKP-08 BKP-09 BKP-10 BKP-11 BKP-12 BKP-13 BKP-14 BKP-15 "
    "DRF-01 DRF-04 DRF-07 DRF-09 FAC-01 FAC-02 FAC-03 "
    "FAC-06 DEP-02 DEP-05 DEP-07 NET-01 NET-03 OPS-02".split()
)
SEVERITIES = {
    "critical": "AVL-01 AVL-04 AVL-05 AVL-11 BKP-01 BKP-02 BKP-04 BKP-06 BKP-07 BKP-09 BKP-10 BKP-14 DRF-01 DRF-02 "
    "DRF-04 DRF-05 DRF-07 DRF-08 DRF-09 FAC-01 FAC-02 FAC-03 FAC-04 FAC-08 FAC-13 FAC-16 FAC-17 DEP-02 DEP-03 DEP-04 "
    "DEP-07 DEP-08 DEP-11 SEC-01 OPS-02 OPS-04 OPS-05 OPS-11 FND-01 FND-05 PEAK-03",
    "high": "AVL-02 AVL-07 AVL-08 AVL-09 AVL-10 BKP-03 BKP-05 BKP-08 BKP-12 BKP-13 BKP-15 DRF-03 DRF-06 DRF-11 DRF-12 "
    "DRF-13 DRF-14 FAC-05 FAC-06 FAC-07 FAC-09 FAC-10 FAC-11 FAC-14 FAC-15 FAC-18 FAC-19 FAC-21 DEP-01 DEP-05 "
    "DEP-06 DEP-09 NET-01 NET-03 NET-04 NET-05 NET-06 SEC-02 SEC-03 SEC-04 SEC-05 SEC-08 OPS-01 OPS-03 OPS-06 "
    "OPS-07 OPS-08 OPS-09 OPS-12 OPS-13 FND-02 FND-04 FND-06 FND-07 FND-08 PEAK-02 PEAK-04 PEAK-06",
    "medium": "AVL-03 BKP-11 DRF-10 DRF-15 FAC-12 FAC-20 DEP-10 NET-02 NET-07 NET-08 SEC-06 SEC-07 OPS-10 OPS-14 "
    "FND-03 FND-09 FND-10 PEAK-01 PEAK-05",
    "low": "AVL-06",
}
MILDER = {
    "availability.day": "high",
    "backup.clock": "high",
    "backup.distance": "high",
    "backup.least-privilege": "medium",
    "backup.log-unbroken": "critical",
    "backup.never-empties": "high",
    "backup.newest-complete": "high",
    "backup.supplier-loss": "high",
    "backup.system-loss": "high",
    "backup.worst-age": "high",
    "network.distance": "high",
    "operations.targets-fit-grade": "high",
}
"""Rules that answer a part of a control whose severity is meant for its heart."""
STANDARDS = re.compile(
    r"(NIST SP 800-53r5 [A-Z]{2}-\d+(\(\d+\))*|ISO 22301 [\d.]+|ISO/IEC 27002 [\d.]+|ISO/IEC 27031|"
    r"CSF [A-Z]{2}\.[A-Z]{2}(-\d+)?|CIS [\d.]+|ISMS-P [\d.]+|DORA \d+|NFPA \d+|TIA-942|KR-IDC|KR-FAC)"
)


def name(value: object) -> str:
    return value.id if isinstance(value, Check) else value.verdict.value if isinstance(value, Example) else str(value)


def test_there_are_enough_rules() -> None:
    assert len(CHECKS) >= 30
    assert {check.control for check in CHECKS} >= MANDATORY
    assert {"A", "F", "G", "E", "H", "D"} == {check.method for check in CHECKS}
    assert {check.area for check in CHECKS} == set(
        "availability backup failover facility dependency network operations security funding peak".split()
    )


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_head(check: Check) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*", check.id)
    assert check.control in CONTROLS
    expected = MILDER.get(check.id) or next(word for word, ids in SEVERITIES.items() if check.control in ids.split())
    assert check.severity == expected
    assert check.answers
    assert all(STANDARDS.fullmatch(standard) for standard in check.answers), check.answers
    assert len(set(check.answers)) == len(check.answers)
    assert f"checks/{check.area}/" in check.source


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_least_level_fits_the_method(check: Check) -> None:
    if check.method == "H":
        assert {"claim", "claims"} & set(check.wants.values())
    if "claims" in check.wants.values():
        assert check.method in ("F", "G") or check.least >= Level.ATTESTED
    elif "claim" in check.wants.values():
        assert check.least == Level.ATTESTED
        assert check.method in ("H", "E")
    elif check.method == "D":
        assert check.least == Level.DRILLED
    elif check.facts is not None:
        assert check.least >= Level.OBSERVED
    else:
        assert check.least == Level.DECLARED
        assert check.method in ("F", "G", "E")


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_words(check: Check) -> None:
    assert check.question.endswith(".")
    assert ". " not in check.question
    for text in (check.why, check.fix):
        assert 20 < len(text) < 400
        assert text.endswith(".")
    assert "--check" not in check.fix or f"--check {check.id} --on {{ref}}" in check.fix
    for command, rest in re.findall(r"`haechi (\w+(?: restore)?)([^`]*)`", check.fix):
        assert command == "ack" or rest.startswith(" ESTATE"), "a command that can be run as it stands"


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_limits(check: Check) -> None:
    assert ("limits" in check.wants.values()) == bool(check.limits)
    for limit, values in check.limits.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", limit)
        assert len(values) == 4
        assert all(value.strip() for value in values)
        # What nothing is demanded of has no stricter neighbour below it: a grade never asks more than the one above.
        assert NONE not in values or set(values[values.index(NONE) :]) == {NONE}


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_examples_show_both_ways(check: Check) -> None:
    assert {Verdict.PASS, Verdict.FAIL} <= {example.verdict for example in check.examples}
    for example in check.examples:
        assert (example.verdict == Verdict.UNKNOWN) == (example.reason is not None)


@pytest.mark.parametrize(("check", "example"), EXAMPLES, ids=name)
def test_example(check: Check, example: Example) -> None:
    finding = example_finding(check, example)
    assert (finding.verdict, finding.reason) == (example.verdict, example.reason), finding.says
    for text in (finding.says, finding.measured, finding.required):
        assert not re.search(r"\{[a-z]+\}", str(text)), text
    if finding.verdict in (Verdict.PASS, Verdict.FAIL):
        assert finding.measured
        assert finding.required
        assert len(str(finding.says)) > 10


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_a_pass_does_not_read_like_a_fail(check: Check) -> None:
    said: dict[Verdict, set[str]] = {verdict: set() for verdict in Verdict}
    for example in check.examples:
        said[example.verdict].add(example_finding(check, example).says.template)
    assert not said[Verdict.PASS] & said[Verdict.FAIL]


@pytest.mark.parametrize(("check", "example"), EXAMPLES, ids=name)
def test_no_grade_breaks_a_rule(check: Check, example: Example) -> None:
    for grade in (1, 2, 3, 4):
        text = re.sub(r"grade: \d", f"grade: {grade}", example.inventory)
        seen = {**example.others, **({example.on: example.seen} if example.seen is not None else {})}
        finding = scene(text).judge(check, example.on, seen, example.at)
        assert finding.reason != Reason.CRASHED, finding.says


def test_every_sentence_is_a_literal() -> None:
    found = 0
    for path in sorted(Path(checks.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                template = node.args[0]
                assert isinstance(template, ast.Constant), f"{path}:{node.lineno}"
                assert isinstance(template.value, str), f"{path}:{node.lineno}"
                assert not template.value.endswith("."), f"{path}:{node.lineno}"
                found += 1
    assert found > 100


def test_required_texts_can_be_translated() -> None:
    """A required value in words is a message; figures and key words of the inventory may stay text."""
    for check, example in EXAMPLES:
        finding = example_finding(check, example)
        if not isinstance(finding.required, Message):
            assert not re.search(r"\b(?:the|is|are|not|with|of)\b", finding.required), check.id


@pytest.mark.parametrize(("check", "example"), EXAMPLES, ids=name)
def test_observed_and_required_tell_something_by_themselves(check: Check, example: Example) -> None:
    finding = example_finding(check, example)
    for text in (str(finding.measured), str(finding.required)):
        assert not re.fullmatch(r"-|(?:[<>]=? )?\d+(?:/\d+)*", text), text
