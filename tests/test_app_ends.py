"""Plugins that block, processes that are interrupted or killed, against how a run ends all the same."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from audit.app import dossier_of, rejudge, runs
from audit.app.crew import observe
from audit.model.estate import Estate
from audit.model.evidence import Observation
from audit.model.exit import Exit, Stop
from audit.model.verdict import Reason, Verdict
from audit.world.clock import SystemClock
from audit.world.scene import scene
from audit.world.world import World
from tests import small
from tests.house.test_house import ROOT
from tests.lamps import Stage, inventory, lamp, lamps, within


def dark(estate: Estate) -> World:
    return replace(scene(), clock=SystemClock())


def test_a_probe_that_blocks_its_thread_is_left_behind() -> None:
    known = lamps(Stage())
    words = [lamp("blocks"), *(lamp("well", name=f"w{number}") for number in range(5)), lamp("hangs")]
    plan = within(small.planned(inventory(", ".join(words)), known), 0.3)
    heard: list[Observation | None] = []
    ended = observe(
        plan,
        known,
        lambda: dark(plan.estate),
        timedelta(seconds=20),
        heard.append,
        0.5,
    )
    assert ended == "complete"
    seen = [one for one in heard if one is not None]
    assert sorted(one.subject for one in seen) == sorted(task.subject for task in plan.tasks)
    by_name = {one.subject.rpartition("/")[2]: one for one in seen}
    for name in ("blocks", "hangs"):
        unseen = by_name[name].unseen
        assert unseen is not None
        assert unseen.reason is Reason.TIMEOUT
        assert ("give back control" in unseen.template) == (name == "blocks")
    assert all(by_name[f"w{number}"].seen is not None for number in range(5))


def test_the_time_of_a_run_ends_it_although_a_probe_blocks() -> None:
    known = lamps(Stage())
    plan = within(small.planned(inventory(lamp("blocks") + ", " + lamp("hangs")), known), 60)
    seen: list[Observation | None] = []
    ended = observe(plan, known, lambda: dark(plan.estate), timedelta(seconds=0.2), seen.append, 0.3)
    assert ended == "deadline"
    assert {one.subject for one in seen if one} == {"kibo/light/blocks"}


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that accepts and never says a word."""
    with socket.create_server(("", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`haechi run` in the middle of looks that do not end."""
    with silent_server() as port:
        pages = [
            f"{{id: e{number}, kind: http, url: 'http://127.0.0.{number + 1}:{port}/', timeout: 60s}}"
            for number in range(3)
        ]
        text = inventory(", ".join(pages)).replace("{id: lamps}", "{id: all, allow: [127.0.0.0/8]}")
        (folder / "estate.yaml").write_text(text)
        with subprocess.Popen(
            [sys.executable, "-m", "audit", "run", "estate.yaml", "--format", "json"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            try:
                ends = time.monotonic() + 180
                while not _begun(folder / "haechi.db"):
                    assert child.poll() is None, child.communicate()
                    assert time.monotonic() < ends
                    time.sleep(0.05)
                yield child
            finally:
                child.kill()


def _begun(path: Path) -> bool:
    try:
        return any(listed.run.state == "running" for listed in runs(store=str(path)))
    except Stop:
        return False


def test_ctrl_c_closes_an_honest_run(tmp_path: Path) -> None:
    with running(tmp_path) as child:
        assert [listed.broken_off for listed in runs(store=str(tmp_path / "haechi.db"))] == [False]
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=180)
    assert child.returncode == Exit.INTERRUPTED
    assert err == ""
    findings = json.loads(out)["findings"]
    answers = [one for one in findings if one["check"] == "availability.answers"]
    assert {(one["verdict"], one["reason"]) for one in answers} == {("unknown", "incomplete")}
    shown = dossier_of(store=str(tmp_path / "haechi.db")).dossier
    assert shown.run.state == "interrupted"
    assert set(shown.not_looked_at) == {f"kibo/light/e{number}" for number in range(3)}


def test_a_killed_run_is_broken_off(tmp_path: Path) -> None:
    with running(tmp_path) as child:
        child.kill()
        child.wait(180)
    store = str(tmp_path / "haechi.db")
    assert [(listed.run.state, listed.broken_off) for listed in runs(store=store)] == [("running", True)]
    shown = dossier_of(store=store)
    assert shown.dossier.findings
    assert len(shown.dossier.not_looked_at) == 3
    assert Verdict.PASS not in {one.verdict for one in shown.dossier.findings if one.check.startswith("availability.")}
    assert rejudge(store=store).dossier.run.state == "interrupted"
