"""Authorizations whose use was lost, interrupted or forgotten in, the refusal or the failure of it out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.app import hands
from audit.app.switching.group import group
from audit.app.switching.scope import content_of, mark, unmarked
from audit.app.switching.work import Work
from audit.app.switching_record import recorded, records, tell, use_up
from audit.model.exit import Exit, Stop
from audit.model.switching import SwitchState
from audit.model.verdict import CannotSee, Level
from audit.store import open_store
from audit.store.history import open_history
from tests.app.switching.estates import REF, attempt, estate, known, plan, written
from tests.app.switching.people import people

NOW = datetime.now(UTC).replace(microsecond=0)


def test_a_store_that_was_lost_does_not_make_it_good_again(tmp_path: Path, need: Callable[[str], Path]) -> None:
    need("ssh-keygen")
    two = people(tmp_path / "people", "kim", "lee")
    path = estate(tmp_path)
    file = written(tmp_path, plan(tmp_path, path), two, "kim", "lee")
    mark(file)
    for _ in ("without a store", "with a new one"):
        with pytest.raises(Stop, match="was used at") as stop:
            attempt(tmp_path, path, file)
        assert stop.value.code is Exit.USAGE


def test_of_two_marks_the_second_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "authorization.yaml"
    file.write_text("text")
    link = tmp_path / "other.yaml"
    link.symlink_to(file)
    unmarked(file)
    mark(link)
    for name in (file, link):
        with pytest.raises(Stop, match="was used at"):
            mark(name)
        with pytest.raises(Stop, match="was used at"):
            unmarked(name)
    with pytest.raises(Stop) as stop:
        mark(tmp_path / "nowhere" / "authorization.yaml")
    assert (stop.value.code, stop.value.lines[-1]) == (Exit.STORAGE, "nothing was sent")


def test_one_that_leads_by_now_instead_has_the_last_word(tmp_path: Path) -> None:
    allowed = plan(tmp_path, estate(tmp_path))
    file = tmp_path / "authorization.yaml"
    file.write_text(allowed.text())
    store = str(tmp_path / "haechi.db")
    with open_store(store, writing=True), open_history(store, watching=False) as history:
        for stands, says in (("moved", "now it is node2"), ("split", "not one member leads alone"), ("well", "")):
            chosen = group(estate(tmp_path, item={"stands": stands}), "pair", known())
            work = Work(chosen, allowed, history, file, "sha", hands, lambda says: None)
            if says:
                with pytest.raises((Stop, CannotSee), match=says):
                    asyncio.run(work.last_word(hands(chosen.estate)))
                assert history.events(kinds=("switch-began",)) == ()
                unmarked(file)
            else:
                asyncio.run(work.last_word(hands(chosen.estate)))
        assert len(history.events(kinds=("switch-began",))) == 1
    with pytest.raises(Stop, match="was used at"):
        unmarked(file)


def test_a_pipe_is_no_authorization(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Stop, match="no ordinary file"):
        content_of(tmp_path / "pipe")


def test_one_without_an_end_is_told_as_a_failure(tmp_path: Path) -> None:
    store = str(tmp_path / "haechi.db")
    with open_store(store, writing=True), open_history(store, watching=False) as history:
        use_up(history, NOW, REF, "a" * 32, "sha", "lost")
        with pytest.raises(Stop):
            use_up(history, NOW, REF, "a" * 32, "sha", "refused")
        use_up(history, NOW, REF, "b" * 32, "sha", "ended")
        good = SwitchState(
            level=Level.DRILLED, id="ended", failover_ref=REF, kind="active", realism="real-switch",
            started=NOW, ended=NOW, expires=NOW,
        )  # fmt: skip
        tell(history, good)
        assert records(history, "kibo/guarantee/other") == ()
    found = {one.id: one for one in recorded(store)}
    assert set(found) == {"lost", "ended"}
    assert found["ended"] == good
    assert not found["lost"].proven
    assert "nothing tells how it ended" in found["lost"].trouble
