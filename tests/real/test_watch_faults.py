"""A watch of this machine's own pages while its process, disk, store or targets fail, to what it stored or told."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from audit.model.exit import Exit
from audit.model.measurement import MISSED, State
from audit.store.history import open_history
from tests.real.children import free_port
from tests.watching.served import (
    PROMPT,
    Place,
    Watch,
    doubled,
    inventory,
    log,
    measured,
    states,
    unbroken,
    wait_until,
    watching,
)  # fmt: skip

pytestmark = [pytest.mark.real, pytest.mark.waiting]
CLOSED = ", ".join(f"{{id: t{number}, kind: tcp, host: 127.0.1.{number}, port: PORT}}" for number in range(1, 9))


class Sink(ThreadingHTTPServer):
    """Takes whatever is sent to an Alertmanager."""

    daemon_threads = True

    def __init__(self) -> None:
        self.posts: list[list[dict[str, Any]]] = []
        super().__init__(("127.0.0.1", 0), _Taken)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def watch(self) -> str:
        channel = f'{{id: am, kind: alertmanager, url: "http://127.0.0.1:{self.server_address[1]}", group: 1s}}'
        return f", alerts: [{channel}]"

    def end(self) -> None:
        self.shutdown()
        self.server_close()


class _Taken(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        sink = self.server
        assert isinstance(sink, Sink)
        sink.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.end()


@pytest.fixture
def small(need: Callable[[str], Path], tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte."""
    need("mount")
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "small", str(folder)], check=False).returncode:
        pytest.skip("this user may not mount a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def filled(disk: Path) -> Path:
    """A file that takes all that is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(4096))
            except OSError:
                return ballast


def command(*words: str) -> str:
    done = subprocess.run(
        (sys.executable, "-P", "-m", "audit", *words), capture_output=True, text=True, timeout=300, check=False
    )
    return done.stdout


def ends_in_time(watch: Watch) -> None:
    code, took = watch.stop()
    assert code == Exit.READY
    assert took < PROMPT
    assert "Traceback" not in watch.said


def test_killed_while_it_tells_of_alerts_that_are_acknowledged(place: Place, sink: Sink) -> None:
    chance = random.Random(7)
    place.write(inventory(place.page.port, watch=sink.watch))
    seen: set[tuple[str, datetime]] = set()
    told: set[int] = set()
    for turn in range(6):
        place.page.ill = turn % 3 == 0
        with watching(place.estate, place.store, place.said) as watch:
            watch.until("watching 1 subjects", turn + 1)
            time.sleep(chance.uniform(0.2, 3.5))
            codes = {event.values["code"] for event in log(place.store, "alert") if "code" in event.values}
            for code in codes:
                command("ack", str(code), "--store", place.store, "--by", "someone")
            seen |= {(one.subject, one.due) for one in measured(place.store)}
            told |= {event.number for event in log(place.store)}
            watch.send(signal.SIGKILL)
            watch.ended()
    found, entries = measured(place.store), log(place.store)
    assert seen <= {(one.subject, one.due) for one in found}
    assert not doubled(found)
    assert told <= {event.number for event in entries}
    assert max(Counter((event.kind, event.subject, event.at) for event in entries).values()) == 1
    flips = [event.kind for event in entries if event.kind in ("down", "up")]
    assert all(before != after for before, after in pairwise(flips))
    with open_history(place.store, watching=False) as history:
        assert history.verify() == ()


def test_a_disk_that_is_full(place: Place, small: Path) -> None:
    place.store = str(small / "haechi.db")
    ballast = filled(small)
    with watching(place.estate, place.store, place.said) as watch:
        assert watch.ended() == Exit.STORAGE
    ballast.unlink()
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(2)
        ballast = filled(small)
        watch.until("nothing can be stored, the watch goes on:")
        assert place.health()["store"] == "lost"
        place.page.ill = True
        watch.until("k/s/web is down")
        before = len(measured(place.store))
        ballast.unlink()
        watch.until("what waited is stored again")
        watch.stored(before + 3)
        # It is told at once, but stored with what comes next.
        wait_until(lambda: "store-back" in place.kinds(), "its being back in the log")
        ballast = filled(small)
        watch.until("nothing can be stored", 2)
        ends_in_time(watch)
        ballast.unlink()
    found = place.of("k/s/web")
    assert not doubled(tuple(found))
    assert states(found) <= {State.UP, State.DEGRADED, State.DOWN}
    assert {"store-lost", "down", "store-back"} <= set(place.kinds())
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(len(found) + 2)
        ends_in_time(watch)
    assert MISSED in {one.reason for one in place.of("k/s/web")}
    assert not doubled(measured(place.store))


@pytest.mark.parametrize("name", ["haechi.db", "haechi.db*"])
def test_a_store_that_is_taken_away_then_brought_back(place: Place, tmp_path: Path, name: str) -> None:
    away = tmp_path / "away"
    away.mkdir()
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(3)
        gone = datetime.now(UTC)
        # It goes before its journal and comes after it: whoever opened it without that would begin another one.
        for path in sorted(tmp_path.glob(name)):
            path.rename(away / path.name)
        watch.until("nothing can be stored, the watch goes on:")
        time.sleep(3)
        assert not Path(place.store).exists()
        back = datetime.now(UTC)
        for path in sorted(away.iterdir(), reverse=True):
            path.rename(tmp_path / path.name)
        watch.until("what waited is stored again")
        ends_in_time(watch)
    found = place.of("k/s/web")
    assert [one for one in found if gone < one.due < back and one.reason != MISSED]
    assert place.states() <= {State.UP, State.DEGRADED}
    assert unbroken(found)
    assert place.course() == ["started", "store-lost", "store-back", "ended"]


def test_a_store_that_is_gone_keeps_nobody_from_ending(place: Place, tmp_path: Path) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(1)
        shutil.move(place.store, tmp_path / "away")
        watch.until("nothing can be stored")
        wait_until(lambda: place.health()["buffered"] != 0, "a look that cannot be stored")
        ends_in_time(watch)
    assert "measurements could not be stored" in place.said.read_text()


def test_all_targets_are_down_at_once(place: Place, sink: Sink) -> None:
    """Their machine answers that it refuses: nine outages, one letter, no doubt of the prober."""
    more = ", " + CLOSED.replace("PORT", str(free_port()))
    place.write(inventory(place.page.port, watch=sink.watch, endpoints=more))
    place.page.ill = True
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(9)
        wait_until(lambda: place.kinds().count("down") == 9, "nine outages")
        wait_until(lambda: bool(sink.posts), "the letter")
        time.sleep(3)
        ends_in_time(watch)
    firing = [event.values for event in log(place.store, "alert") if event.values.get("what") == "firing"]
    assert len([values for values in firing if values["kind"] != "prober-trouble"]) == 1
    doubts = [str(event.values["why"]) for event in log(place.store, "prober-trouble")]
    assert all("behind its work" in why or "did not run until" in why for why in doubts), doubts
    told = json.loads(command("outages", str(place.estate), "--store", place.store, "--format", "json"))
    assert len({one["subject"] for one in told["outages"]}) == 9


def test_a_broken_inventory_after_sighup(place: Place) -> None:
    with watching(place.estate, place.store, place.said) as watch:
        watch.stored(2)
        place.write("estate: {id: e}\nnonsense: [")
        watch.send(signal.SIGHUP)
        watch.until("not usable")
        assert "inventory" in str(place.said.read_text())
        watch.send(signal.SIGHUP)
        watch.stored(len(measured(place.store)) + 3)
        ends_in_time(watch)
    assert place.states() <= {State.UP, State.DEGRADED}
    assert "reload-refused" in place.kinds()
