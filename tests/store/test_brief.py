"""Findings of every kind, hostile ones among them, against what a comparison reads from their lines alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model.evidence import Finding, canonical
from audit.model.message import Message
from audit.model.verdict import Severity, Verdict
from audit.store.brief import Brief, brief, briefs
from audit.store.record import finding_line
from tests.store.contract import HOSTILE, finding

TEXT = st.text(st.characters(exclude_categories=())) | st.sampled_from(
    [HOSTILE, '","severity":"low","subject":"', "\\", '\\"', ',"severity":"', "}", "\n"]
)
VALUES = st.dictionaries(st.sampled_from(["severity", "subject", "verdict", "where"]) | TEXT, TEXT, max_size=4)


def same(one: Finding) -> Brief:
    line = finding_line(one)
    (found,) = briefs([line])
    assert found == brief(one, line)
    return found


@given(TEXT, TEXT, TEXT, TEXT, TEXT | st.none(), TEXT, VALUES, st.sampled_from(Verdict), st.sampled_from(Severity))
def test_it_is_what_reading_all_of_it_gives(
    check: str, institution: str, system: str, subject: str, waiver: str | None, template: str,
    values: dict[str, str], verdict: Verdict, severity: Severity,
) -> None:  # fmt: skip
    says = Message(template, values)
    one = finding(check=check, institution=institution, system=system, subject=subject, waiver=waiver, says=says,
                  unit=system, control=check, measured=says, verdict=verdict, severity=severity)  # fmt: skip
    found = same(one)
    assert found.whole() == replace(one, says=found.whole().says, measured=found.whole().measured)


def test_each_of_many_is_its_own() -> None:
    some = [finding(number) for number in range(50)]
    assert [one.subject for one in briefs(map(finding_line, some))] == [one.subject for one in some]
    assert [one.whole() for one in briefs(map(finding_line, some))] == some


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"null", b"{", b"\xff", b'"' * 50])
def test_what_is_no_finding_is_no_brief(line: bytes) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        list(briefs([line]))


@pytest.mark.parametrize("changed", [{"verdict": "perhaps"}, {"severity": "grave"}])
def test_a_word_that_is_none(changed: dict[str, Any]) -> None:
    import json

    plain = json.loads(finding_line(finding(says=Message("x"), waiver=None)))
    with pytest.raises((ValueError, LookupError)):
        list(briefs([canonical({**plain, **changed})]))
