"""A store with runs in, its register out, after what was written into it."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from audit.app.registering import registered
from audit.app.registering_births import Written, born, changed, retired
from audit.model.evidence import Selection
from audit.model.exit import Exit, Stop
from audit.model.register import Action, State
from audit.model.verdict import Severity, Verdict
from tests.app.register_stores import finding, keep, keep_findings

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
AGE, TARGETS = "backup.age", "operations.targets"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "haechi.db"
    keep(path, 0, {AGE: FAIL, TARGETS: UNKNOWN})
    return path


def one(store: Path, check: str = AGE) -> Action:
    return next(action for action in registered(str(store)).actions if action.origin.check == check)


def test_a_run_closes_opens_again_and_counts(store: Path) -> None:
    done = born(str(store), by="Kim")
    assert (len(done.new), done.known) == (1, ())
    assert (one(store).state, one(store).owner, one(store).origin.accountable) == (
        State.OPEN,
        "Lee Example",
        "Kim Example",
    )
    assert one(store).origin.least.word == "observed"
    keep(store, 2, {AGE: UNKNOWN})
    assert one(store).state is State.OPEN
    passed = keep(store, 3, {AGE: PASS})
    assert (one(store).state, one(store).closed_by) == (State.CLOSED, passed.id)
    with pytest.raises(Stop, match="only a run that fails opens it"):
        changed(str(store), done.new[0], by="Kim", written=Written(state="open"))
    keep(store, 4, {AGE: FAIL})
    assert (one(store).state, one(store).reopened) == (State.OPEN, 1)
    assert born(str(store), by="Kim").known == done.new


def test_a_second_judgement_closes_nothing(store: Path) -> None:
    born(str(store), by="Kim")
    keep(store, 3, {AGE: PASS}, judged_from="20260101T000000Z-0002")
    assert one(store).state is State.OPEN


def test_a_run_of_something_else_neither_closes_nor_makes_it_gone(store: Path) -> None:
    born(str(store), by="Kim")
    keep(store, 3, {TARGETS: PASS}, selection=Selection(checks=(TARGETS,)))
    keep(store, 4, {TARGETS: PASS}, state="interrupted")
    assert (one(store).state, one(store).gone) == (State.OPEN, False)
    with pytest.raises(Stop, match="still in the inventory"):
        retired(str(store), one(store).id, by="Kim", reason="gone")
    keep(store, 5, {TARGETS: PASS})
    assert one(store).gone
    assert retired(str(store), one(store).id, by="Kim", reason="gone").retired == "Kim"


def test_a_finding_that_was_touched_up_closes_nothing(store: Path) -> None:
    born(str(store), by="Kim")
    wrong = keep(store, 3, {AGE: FAIL})
    with sqlite3.connect(store) as raw:
        (line,) = raw.execute("SELECT line FROM finding WHERE run = ?", (wrong.id,)).fetchone()
        touched = line.replace(b'"verdict":"fail"', b'"verdict":"pass"')
        raw.execute("UPDATE finding SET line = ?, verdict = 'pass' WHERE run = ?", (touched, wrong.id))
    found = registered(str(store))
    assert [action.state for action in found.actions] == [State.OPEN]
    assert [doubt.values["run"] for doubt in found.doubts] == [wrong.id]


def test_what_is_chosen_for_the_register(store: Path) -> None:
    keep_findings(
        store,
        1,
        [
            finding(AGE, FAIL),
            finding(TARGETS, FAIL, severity=Severity.LOW),
            finding("x.y", UNKNOWN),
            finding("x.z", PASS),
        ],
    )
    assert len(born(str(store), by="Kim", severities={Severity.CRITICAL}).new) == 1
    assert len(born(str(store), by="Kim", verdicts={UNKNOWN}).new) == 1
    assert len(born(str(store), by="Kim", verdicts={FAIL, UNKNOWN}).new) == 1
    assert len(registered(str(store)).actions) == 3
    passed = finding("x.z", PASS).fingerprint
    with pytest.raises(Stop, match="did not fail"):
        born(str(store), by="Kim", names=[passed])
    with pytest.raises(Stop, match="no finding"):
        born(str(store), by="Kim", names=["ffff"])
    assert born(str(store), by="Kim", names=[finding(AGE, FAIL).fingerprint[:6]]).known


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (Written(), "nothing to write"),
        (Written(due="2026-13-01"), "expected a date that exists"),
        (Written(budget="a lot"), "expected an amount"),
        (Written(state="closed"), "nobody closes a measure by hand"),
        (Written(state="plannd"), "did you mean planned"),
        (Written(milestones=["soon"]), "expected a day, then what is done"),
        (Written(milestones=["2026-99-01 x"]), "expected a date"),
        (Written(reached={"x": "2026-01-01"}), "no milestone"),
        (Written(earlier=["d-2"]), "did you mean d-1"),
        (Written(plan="x" * 5_000), "at most 4000"),
    ],
)
def test_what_is_wrong_is_told_and_not_written(store: Path, written: Written, says: str) -> None:
    (name,) = born(str(store), by="Kim").new
    before = one(store)
    with pytest.raises(Stop, match=says) as stop:
        changed(str(store), name, by="Kim", written=written)
    assert stop.value.code is Exit.USAGE
    assert one(store) == before


def test_nobody_writes_without_a_name(store: Path) -> None:
    for name in ("", "  ", "\n"):
        with pytest.raises(Stop, match="--by"):
            born(str(store), by=name)
    assert registered(str(store)).actions == ()


def test_names_of_measures(store: Path) -> None:
    (name,) = born(str(store), by="Kim").new
    assert changed(str(store), name[:4], by="Kim", written=Written(owner="Lee")).owner == "Lee"
    for wrong in (name[:3], "zzzz", name[:-1] + "g", ""):
        with pytest.raises(Stop, match="no measure"):
            changed(str(store), wrong, by="Kim", written=Written(owner="Lee"))


def test_hostile_texts_are_kept_as_text(store: Path) -> None:
    (name,) = born(str(store), by="Kim").new
    hostile = "=cmd|' /C calc'!A0 \x1b[2J\u202e <script> {x} \ud800"
    action = changed(
        str(store), name, by=hostile, written=Written(owner=hostile, plan=hostile, milestones=["2026-01-01 " + hostile])
    )
    for text in (action.owner, action.plan, action.milestones[0].text, action.history[-1].by):
        assert text.startswith("=cmd|' /C calc'!A0")
        assert not {"\x1b", "\u202e", "\ud800"} & set(text)


def test_many_write_at_once(store: Path) -> None:
    (name,) = born(str(store), by="Kim").new
    wrong: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for turn in range(5):
                changed(
                    str(store), name, by=f"writer {number}", written=Written(milestones=[f"2026-02-01 {number}.{turn}"])
                )
        except Stop as stop:
            wrong.append(stop)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(one(store).milestones) == 20
    assert len(one(store).history) == 21


def test_an_empty_store_has_an_empty_register(tmp_path: Path) -> None:
    assert registered(str(tmp_path / "none.db")).actions == ()
    assert not (tmp_path / "none.db").exists()
