"""A dossier in, the sentences of the first page out: what is worst, who mends it, what a loss costs in people."""

from __future__ import annotations

from dataclasses import replace

from audit.model.verdict import Verdict
from reports.front import fires
from reports.news import news
from reports.translate import Translator
from reports.words import lost_applicants, lost_figures
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


def test_what_stops_perhaps_is_in_the_higher_figure_alone() -> None:
    loss = MADE.losses[0]
    doubtful = replace(loss, perhaps=loss.systems[:2], data_perhaps=loss.data[:1])
    made = replace(MADE, losses=(doubtful,))
    fire = fires(made, ENGLISH, 6)[0]
    assert fire.count == f"{len(loss.systems) - 2} to {len(loss.systems)}"
    assert fire.data == f"{len(loss.data) - 1} to {len(loss.data)}"
    assert [surely for _, surely in fire.systems] == [False, False, *[True] * (len(loss.systems) - 2)]
    plain = fires(MADE, ENGLISH, 6)[0]
    assert (plain.count, plain.data) == (str(len(loss.systems)), str(len(loss.data)))
    told = lost_figures(replace(doubtful, systems=(), applicants_perhaps=370.4), MADE.estate, ENGLISH.number)
    assert str(told["applicants"]) == "1,000 to 1,370"
