"""Registers of institutions in bundles to the register of the ministry; runs that were touched up to nothing at all."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from audit.analysis.register import register
from audit.app.registering import registered
from audit.app.registering_births import Written, born, changed, retired
from audit.app.sealing_bundle import make, merge_all
from audit.app.sealing_keys import new_key
from audit.model.event import Event
from audit.model.evidence import Finding, Run, Selection
from audit.model.register import SENT, Action, State
from audit.model.verdict import Verdict
from tests.analysis.registering import ONE, look
from tests.analysis.registering import born as birth
from tests.analysis.registering import changed as change
from tests.app.register_stores import START, finding, keep, keep_findings

PASS, FAIL = Verdict.PASS, Verdict.FAIL
AGE, TARGETS = "backup.age", "operations.targets"


class Sender:
    """An institution with its key, and the ministry to which it sends what its store holds."""

    def __init__(self, folder: Path, name: str = "kibo") -> None:
        folder.mkdir(exist_ok=True)
        self.name, self.folder, self.ministry = name, folder, folder.parent / "ministry.db"
        self.store, self.key = folder / "haechi.db", folder / "secret.key"
        self.public = str(new_key(f"audit.example.org/{name}", self.key).key)

    def send(self, number: int) -> str:
        path = self.folder / f"{number}.haechi"
        make(str(self.store), institution=self.name, run="latest", key=self.key, output=path)
        (answer,) = merge_all(str(self.ministry), [path], [self.public])
        assert answer.merged is not None
        return answer.merged.state


def one(store: Path, check: str = AGE) -> Action:
    return next(action for action in registered(str(store)).actions if action.origin.check == check)


def touched(store: Path, run: Run, old: bytes, new: bytes) -> None:
    with sqlite3.connect(store) as raw:
        (line,) = raw.execute("SELECT line FROM finding WHERE run = ?", (run.id,)).fetchone()
        assert old in line
        raw.execute("UPDATE finding SET line = ? WHERE run = ?", (line.replace(old, new), run.id))


def test_a_register_that_a_bundle_carried_goes_on_at_the_ministry(tmp_path: Path) -> None:
    kibo = Sender(tmp_path / "kibo")
    keep(kibo.store, 0, {AGE: FAIL})
    (name,) = born(str(kibo.store), by="Kim", written=Written(due="2026-03-31", plan="Second place")).new
    assert kibo.send(1) == "merged"
    there = one(kibo.ministry)
    assert (there.id, there.plan, there.born) == (name, "Second place", one(kibo.store).born)
    assert [(told.what, told.by) for told in there.history] == [("born", "Kim")]

    changed(str(kibo.ministry), name, by="Ministry", written=Written(budget="5e6 KRW"))
    changed(str(kibo.store), name, by="Lee", written=Written(state="doing"))
    assert kibo.send(2) == "more"
    there = one(kibo.ministry)
    assert (there.state, str(there.budget and there.budget.amount.normalize())) == (State.DOING, "5E+6")
    # By when it was written, not by when it came in.
    assert [told.by for told in there.history] == ["Kim", "Ministry", "Lee"]

    keep(kibo.store, 400, {AGE: PASS})
    assert (kibo.send(3), kibo.send(4)) == ("merged", "known")
    assert one(kibo.ministry).state is State.CLOSED
    assert born(str(kibo.ministry), by="Ministry", run=one(kibo.store).origin.run).known == (name,)


def test_nobody_writes_of_another_institution_in_a_bundle(tmp_path: Path) -> None:
    kibo, kosme = Sender(tmp_path / "kibo"), Sender(tmp_path / "kosme", "kosme")
    keep(kibo.store, 0, {AGE: FAIL})
    (name,) = born(str(kibo.store), by="Kim", written=Written(due="2026-03-31")).new
    kibo.send(1)
    own = finding(TARGETS, FAIL, institution="kosme", subject="kosme/x", system="kosme/x")
    keep_findings(kosme.store, 1, [own, finding(AGE, FAIL)])
    born(str(kosme.store), by="Choi", written=Written(due="2030-01-01"))
    keep_findings(kosme.store, 300, [own, finding(AGE, PASS)])
    kosme.send(1)
    there = one(kibo.ministry)
    assert (there.id, str(there.due), there.state) == (name, "2026-03-31", State.OPEN)
    assert "ignored" in [told.what for told in there.history]
    assert one(kibo.ministry, TARGETS).owner == ""


def test_whoever_bore_a_measure_of_others_is_heard_until_they_speak_themselves() -> None:
    foreign = birth(2, day=1, plan="Of others", least="declared", **{SENT: "kosme"})
    said = change(3, 2, state="doing", **{SENT: "kosme"})
    (alone,) = register([foreign, said], [])
    assert (alone.plan, alone.state) == ("Of others", State.DOING)
    (theirs,) = register([foreign, said, birth(4, day=3, plan="Own", **{SENT: "kibo"})], [])
    assert (theirs.plan, theirs.state, theirs.origin.least.word) == ("Own", State.OPEN, "observed")


def test_two_registers_may_have_borne_one_measure() -> None:
    here, theirs = birth(1, plan="Second place"), birth(2, day=1, owner="Lee", due="2026-05-01", **{SENT: "kibo"})
    for events in ([here, theirs], [theirs, here]):
        (both,) = register(events, [])
        assert (both.plan, both.owner, str(both.due)) == ("Second place", "Lee", "2026-05-01")
        assert [told.what for told in both.history] == ["born", "changed"]
    (raced,) = register([here, birth(2, owner="Choi")], [])
    assert (raced.owner, [told.what for told in raced.history]) == ("", ["born", "ignored"])


def test_a_run_of_another_institution_neither_closes_nor_takes_away() -> None:
    from dataclasses import replace

    passes, empty = look(5, {ONE: PASS}), look(6, {})
    for run in (passes, empty):
        (action,) = register([birth()], [replace(run, sent_by=frozenset({"kosme"}))])
        assert (action.state, action.gone) == (State.OPEN, False)
        (action,) = register([birth()], [replace(run, sent_by=frozenset({"kosme", "kibo"}))])
        assert (action.state is State.CLOSED, action.gone) == (run is passes, run is empty)


def test_what_no_bundle_carried_cannot_pass_for_it(tmp_path: Path) -> None:
    store = tmp_path / "haechi.db"
    keep(store, 0, {AGE: FAIL})
    (name,) = born(str(store), by="Kim").new
    from audit.store.history import open_history

    with open_history(str(store), watching=False) as history:
        at = START + timedelta(days=400)
        wrong = {"schema": "haechi.merged-event/1", "kind": "action", "at": "yesterday", "content": {"what": "changed"}}
        history.tell([Event(at, "import", name, wrong), Event(at, "import", name, {**wrong, "content": 1})])
        history.tell([Event(at, "action", name, {"what": "changed", "by": "Lee", "plan": "Own", SENT: "kosme"})])
    assert one(store).plan == "Own"


def test_a_run_that_opened_again_and_was_touched_up_counts_for_nothing(tmp_path: Path) -> None:
    store = tmp_path / "haechi.db"
    keep(store, 0, {AGE: FAIL})
    born(str(store), by="Kim")
    keep(store, 2, {AGE: PASS})
    opened = keep(store, 3, {AGE: PASS})
    last = keep(store, 4, {AGE: PASS})
    touched(store, opened, b'"verdict":"pass"', b'"verdict":"fail"')
    found = registered(str(store))
    (action,) = found.actions
    assert (action.reopened, action.state, action.told_by) == (0, State.CLOSED, last.id)
    assert [doubt.values["run"] for doubt in found.doubts] == [opened.id]


@pytest.mark.parametrize("hidden", ["touched", "taken out"])
def test_a_run_in_which_a_failure_was_hidden_is_named(tmp_path: Path, hidden: str) -> None:
    store = tmp_path / "haechi.db"
    keep(store, 0, {AGE: FAIL})
    born(str(store), by="Kim")
    closing = keep(store, 2, {AGE: PASS})
    failed = keep(store, 3, {AGE: FAIL}, selection=Selection(checks=(AGE,)))
    keep(store, 4, {AGE: PASS})
    assert one(store).reopened == 1
    if hidden == "touched":
        touched(store, failed, b'"verdict":"fail"', b'"verdict":"pass"')
    else:
        with sqlite3.connect(store) as raw:
            raw.execute("DELETE FROM finding WHERE run = ?", (failed.id,))
    found = registered(str(store))
    assert [(told.reopened, told.closed_by) for told in found.actions] == [(0, closing.id)]
    assert [doubt.values["run"] for doubt in found.doubts] == [failed.id]


def test_the_run_of_a_birth_is_named_where_it_was_touched_up_and_the_measure_stays(tmp_path: Path) -> None:
    store = tmp_path / "haechi.db"
    first = keep(store, 0, {AGE: FAIL})
    born(str(store), by="Kim")
    touched(store, first, b'"verdict":"fail"', b'"verdict":"pass"')
    found = registered(str(store))
    assert [action.state for action in found.actions] == [State.OPEN]
    assert [doubt.values["run"] for doubt in found.doubts] == [first.id]


def test_a_run_that_was_emptied_makes_nothing_gone(tmp_path: Path) -> None:
    store = tmp_path / "haechi.db"
    keep(store, 0, {AGE: FAIL})
    (name,) = born(str(store), by="Kim").new
    emptied = keep(store, 5, {AGE: FAIL})
    with sqlite3.connect(store) as raw:
        raw.execute("DELETE FROM finding WHERE run = ?", (emptied.id,))
    assert not one(store).gone
    whole = keep(store, 6, {TARGETS: PASS})
    assert (one(store).gone, one(store).gone_by) == (True, whole.id)
    assert retired(str(store), name, by="Kim", reason="gone").retired == "Kim"


def test_two_estates_of_one_id_do_not_close_each_others_measures(tmp_path: Path) -> None:
    kibo, kosme = Sender(tmp_path / "kibo"), Sender(tmp_path / "kosme", "kosme")

    def found(verdict: Verdict, name: str) -> list[Finding]:
        whole = finding(AGE, verdict, institution="", system="", subject="all")
        return [whole, finding(TARGETS, PASS, institution=name, subject=f"{name}/x", system=f"{name}/x")]

    keep_findings(kibo.store, 0, found(FAIL, "kibo"))
    (name,) = born(str(kibo.store), by="Kim").new
    kibo.send(1)
    keep_findings(kosme.store, 1, found(PASS, "kosme"))
    kosme.send(1)
    assert (one(kibo.ministry).id, one(kibo.ministry).state, one(kibo.ministry).gone) == (name, State.OPEN, False)
    keep_findings(kibo.store, 2, found(PASS, "kibo"))
    kibo.send(2)
    assert one(kibo.ministry).state is State.CLOSED
    keep_findings(kosme.store, 3, found(FAIL, "kosme"))
    kosme.send(2)
    assert (one(kibo.ministry).state, one(kibo.ministry).reopened) == (State.CLOSED, 0)


def test_what_the_ministry_finds_in_a_run_that_was_sent_goes_on_with_the_next_of_its_sender(tmp_path: Path) -> None:
    kibo = Sender(tmp_path / "kibo")
    own = finding(TARGETS, PASS, subject="kibo/x")
    for day, verdict in ((0, FAIL), (5, PASS)):
        keep_findings(kibo.store, day, [finding(AGE, verdict, institution="", system="", subject="all"), own])
        kibo.send(day)
        if not day:
            born(str(kibo.ministry), by="Ministry")
    assert one(kibo.ministry).state is State.CLOSED
