"""A dossier in, who has to act first out; long names, long lists hide none of it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from audit.model.dossier import Dossier
from audit.model.policy import GRADE_WEIGHT, SEVERITY_WEIGHT
from audit.model.verdict import Severity, Verdict
from reports import formats
from reports.brief import NAME, brief
from reports.duties import FIRST, Duties
from reports.rows import A_TABLE, Rows
from reports.translate import Translator
from tests.reports.printed import Page, printed
from tests.reports.sample import dossier

ENGLISH = Translator("en")
MADE = dossier(400)


def duties(made: Dossier = MADE) -> Duties:
    return Duties(made, Rows(made, ENGLISH), ENGLISH)


def test_those_come_first_whose_open_faults_weigh_most() -> None:
    weights = {body.ref: 0 for body in MADE.estate.institutions}
    for one in MADE.findings:
        if one.verdict is Verdict.FAIL and one.waiver is None:
            weights[one.institution] += SEVERITY_WEIGHT[one.severity] * GRADE_WEIGHT[one.grade]
    first = duties().first
    assert [weights[duty.group.ref] for duty in first] == sorted(weights.values(), reverse=True)[:FIRST]
    for duty in first:
        own = [one for one in MADE.findings if one.institution == duty.group.ref and one.verdict is Verdict.FAIL]
        own = [one for one in own if one.waiver is None]
        assert (duty.failed, duty.critical) == (len(own), sum(one.severity is Severity.CRITICAL for one in own))


def test_what_is_known_to_be_missing_is_mended_before_what_nobody_saw() -> None:
    for body in MADE.estate.institutions:
        tasks = duties().tasks(body.ref)
        assert 0 < len(tasks) <= FIRST
        assert all(before.failed or not after.failed for before, after in pairwise(tasks))
        assert all(body.ref in task.fix for task in tasks)


def test_nobody_has_to_act_where_nothing_fails() -> None:
    quiet = replace(MADE, findings=tuple(one for one in MADE.findings if one.verdict is Verdict.PASS), fixes=())
    assert duties(quiet).first == []
    assert 'id="duties"' not in printed("html", quiet)


def test_the_first_page_names_them_with_who_is_accountable_before_any_other_section() -> None:
    page = printed("html", MADE)
    told = page[page.index('id="duties"') : page.index('id="unproven"')]
    assert told.count('<th scope="row">') == FIRST
    for duty in duties().first:
        assert f'href="#{duty.group.anchor}"' in told
        assert duty.group.accountable is None or duty.group.accountable.name in told
        assert duty.tasks[0].check.id in told


def test_an_institution_of_many_systems_has_a_table_that_a_browser_bears() -> None:
    made = dossier(3_100, 1, A_TABLE + 100)
    pages = {page.name: b"".join(page.chunks).decode() for page in formats()["html"].pages(made, "en")}
    (table,) = [text for name, text in pages.items() if re.search(r"/i-0-[a-z-]+\.html$", name)]
    systems, _, findings = table.partition('id="findings"')
    assert systems.count('<th scope="row" class="subject-cell">') == A_TABLE
    assert "Systems that are not shown here: 100." in systems
    assert '<ol class="fixes">' in systems
    assert findings.count("<tr id=") == 1_000
    for text in (table, next(text for name, text in pages.items() if name.endswith("/checks.html"))):
        levels = [int(tag[1]) for tag, _ in Page(text).elements if re.fullmatch(r"h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_notice_stands_in_a_landmark() -> None:
    broken = replace(MADE, run=replace(MADE.run, state="deadline"), outside=3)
    page = printed("html", broken)
    top = page[page.index("<header>") : page.index("</header>")]
    assert page.count('role="note"') == top.count('role="note"') == 3


@pytest.mark.parametrize(("name", "ready"), [("html", 'id="ready"'), ("terminal", "Readiness")])
def test_no_name_is_so_long_that_it_hides_the_verdict(name: str, ready: str) -> None:
    text = printed(name, dossier(40, 2, 2, taint="가" * 3_900))
    assert 0 < text[: text.index(ready)].count("가") < 1_500
    assert brief("x" * NAME) == "x" * NAME
    assert brief("x" * (NAME + 1)) == "x" * (NAME - 1) + "…"
