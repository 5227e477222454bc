"""Runs and judgements that Ctrl-C breaks off in, what the store then holds, how it is judged again out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from audit.app import audit, rejudge, runs
from audit.catalogue import Catalogue
from audit.contract import Ruling, Subject
from audit.model.estate import Estate, System
from audit.model.exit import Exit, Stop
from audit.world.clock import SystemClock
from audit.world.scene import scene
from audit.world.world import World
from tests.gates import rule
from tests.lamps import Stage, inventory, lamp, lamps
from tests.small import catalogue

KNOWN = lamps(Stage())


def dark(estate: Estate) -> World:
    return replace(scene(), clock=SystemClock())


def pressed(system: Subject[System]) -> Ruling:
    """Somebody presses Ctrl-C while it is judged."""
    raise KeyboardInterrupt


def breaking() -> Catalogue:
    return catalogue(checks=[*KNOWN.checks.values(), rule(pressed)], probes=list(KNOWN.probes.values()))


@pytest.fixture
def broken(tmp_path: Path) -> str:
    """A store with one run: all was looked at, the judgement was broken off."""
    estate, store = tmp_path / "estate.yaml", str(tmp_path / "haechi.db")
    estate.write_text(inventory(lamp("well")), "utf-8")
    with pytest.raises(KeyboardInterrupt):
        audit(estate, store=store, catalogue=breaking(), world=dark)
    return store


def test_a_run_that_broke_off_while_it_was_judged_is_whole_when_it_is_judged_again(broken: str) -> None:
    assert [(one.run.state, one.broken_off) for one in runs(store=broken)] == [("running", True)]
    again = rejudge(store=broken, catalogue=KNOWN)
    assert again.dossier.run.state == "complete"
    assert not again.dossier.not_looked_at
    assert again.exit() is not Exit.INTERRUPTED


def test_a_judgement_that_is_broken_off_leaves_no_run(broken: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        rejudge(store=broken, catalogue=breaking())
    assert len(runs(store=broken)) == 1


def test_a_judgement_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stopped:
        rejudge(store=str(tmp_path / "haechi.db"), catalogue=KNOWN)
    assert stopped.value.code is Exit.USAGE
    assert list(tmp_path.iterdir()) == []


def test_a_policy_that_changes_nothing_is_no_policy(broken: str, tmp_path: Path) -> None:
    empty = tmp_path / "strict.yaml"
    empty.write_text("suppliers: []\n", "utf-8")
    with pytest.raises(Stop) as stopped:
        rejudge(store=broken, policy=empty, catalogue=KNOWN)
    assert (stopped.value.code, "strict.yaml changes nothing" in stopped.value.lines[0]) == (Exit.INVALID, True)
    assert len(runs(store=broken)) == 1
