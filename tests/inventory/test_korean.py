"""Values that cannot stand in, the same lines in Korean out, with nothing left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from audit.cli.tongue import told
from audit.model.message import Message
from reports.translate import catalogue
from tests.inventory.small import loaded
from tests.inventory.test_problems import CORPUS
from tests.reports.messages import PLACEHOLDER

MORE = (
    "a: [\n",
    "a: {\n",
    "a: 'x\n",
    "\ta: 1\n",
    "a: &x [*x]\n",
    "a: *x\n",
    "a: !!str x\n",
    "a: 1\na: 2\n",
    "<<: {}\n",
    "? [a]\n: b\n",
    "--- a\n--- b\n",
    "a: \x01\n",
    "- a\n",
    "a: b: c\n",
    "estate: {id: a}\npolicy: []\n",
)


def every(message: Message) -> Iterator[Message]:
    yield message
    for part in message.parts.values():
        yield from every(part)


@pytest.mark.parametrize("text", [*(case[0] for case in CORPUS), *MORE])
def test_each_fault_has_its_line_in_korean(text: str) -> None:
    found = loaded(text)
    assert found.problems
    known = catalogue("ko")
    for said in found.said():
        line = told(said, "ko")
        assert re.search("[가-힣]", line), line
        assert "\n" not in line
        for one in every(said):
            if PLACEHOLDER.sub("", one.template):
                assert one.template in known, one.template
            assert set(PLACEHOLDER.findall(one.template)) <= set(one.values), one
            assert not set(re.findall(r"\{([a-z_]+)\}", line)) & set(one.values), line


def test_parts_of_a_sentence_are_translated_too() -> None:
    text = "sites: [{id: d}]\ninstitutions: [{id: k, systems: [{id: x, grade: 1, at: [k]}]}]\n"
    (line,) = loaded(text).said()
    assert told(line, "ko") == "a.yaml:2:57: at: 'k'의 종류는 기관임; 허용되는 값: 시설, 실 또는 시스템"
    (line,) = loaded("institutions: [{id: k, systems: [{id: x, grade: 1, rto: four}]}]\n").said()
    assert told(line, "ko") == "a.yaml:1:57: rto: 입력값: 'four'; 허용되는 값: 15m, 2h, 1d, 10y와 같은 기간"
