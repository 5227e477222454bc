"""A dossier in, the sentences of the first page out: what is worst, who mends it, what a loss costs in people."""

from __future__ import annotations

from dataclasses import replace

from audit.model.verdict import Verdict
from reports.news import news
from reports.translate import Translator
from reports.words import lost_applicants
from tests.reports.sample import dossier

ENGLISH = Translator("en")
MADE = dossier(400)


def test_the_worst_system_is_of_the_highest_grade_that_fails() -> None:
    worst = news(MADE, ENGLISH).worst
    assert worst is not None
    failing = [one for one in MADE.findings if one.system and one.verdict is Verdict.FAIL]
    assert worst.grade == min(one.grade for one in failing)
    own = [one for one in failing if one.system == worst.ref]
    assert (worst.failed, worst.critical) == (len(own), sum(one.severity == "critical" for one in own))
    assert worst.says in {ENGLISH.message(one.says) for one in own}


def test_nothing_that_fails_is_no_worst_system() -> None:
    told = news(replace(MADE, findings=()), ENGLISH)
    assert told.worst is None
    assert told.signed == ("Nobody has signed this assessment.",)
    assert told.register == ""


def test_applicants_that_nobody_stated_are_not_zero() -> None:
    loss = MADE.losses[0]
    nobody = replace(loss, systems=(*loss.systems, "nowhere/at-all"))
    assert str(lost_applicants(nobody, MADE.estate, "1,370")) == "at least 1,370"
    assert str(lost_applicants(replace(nobody, applicants_per_hour=0.0), MADE.estate, "0")) == "not stated"
    assert str(lost_applicants(replace(loss, systems=()), MADE.estate, "0")) == "0"
