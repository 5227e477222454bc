"""Copies that say what their drill does in, records with exit codes out; nothing is left in the scratch space."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from audit.app import audit, dossier_of, rejudge
from audit.app.drilling import Drilled, drill, exit_of, standing, stored
from audit.app.drilling.perform import performed
from audit.app.drilling_record import recorded
from audit.catalogue import Catalogue
from audit.model.exit import Exit, Stop
from audit.model.verdict import CannotSee, Level, Reason
from audit.world.drilling.room import claimed, make_room
from reports.html import FORMAT as HTML
from reports.json import FORMAT as JSON
from tests import rehearsed
from tests.real.scratch import plugged
from tests.world.drilling.shops import shop_in

CONSENT = {"consent": "Kim", "until": "2999-12-31"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir(mode=0o700)
    return tmp_path


def known(*modules: ModuleType) -> Catalogue:
    return plugged((rehearsed, *modules))


def estate(place: Path, *copies: dict[str, Any], data: Any = None, drills: Any = None, endpoints: Any = ()) -> Path:
    written = [{"id": f"c{at}", "kind": "rehearsed", "at": "busan", "drill": CONSENT, **one}
               for at, one in enumerate(copies)]  # fmt: skip
    system = {"id": "ledger", "grade": "1", "rpo": "1h", "rto": "1h", "endpoints": list(endpoints),
              "data": [{"id": "rows", "copies": written, **(data or {})}]}  # fmt: skip
    whole = {
        "estate": {"id": "small"},
        "drills": {"scratch": ["scratch"], "load": "1000", "user": "nobody", **(drills or {})},
        "sites": [{"id": "busan"}],
        "institutions": [{"id": "agency", "systems": [system]}],
    }
    path = place / "estate.yaml"
    path.write_text(json.dumps(whole))
    return path


def made(place: Path, path: Path, on: str = "ledger", **more: Any) -> tuple[Drilled, ...]:
    found = drill(path, on, store=str(place / "haechi.db"), catalogue=known(), **more)
    assert [entry.name for entry in (place / "scratch").iterdir()] == [".haechi-drill.lock"]
    return found


def refused(place: Path, path: Path, on: str = "ledger", **more: Any) -> Stop:
    with pytest.raises(Stop) as stop:
        drill(path, on, store=str(place / "haechi.db"), catalogue=known(), **more)
    assert not list((place / "scratch").glob("haechi-drill-*"))
    return stop.value


def test_a_drill_becomes_a_record(place: Path) -> None:
    (one,) = made(place, estate(place, {}))
    state = one.state
    assert state is not None
    assert (one.exit, state.proven, state.level, state.point) == (Exit.READY, True, Level.DRILLED, "p0")
    assert timedelta(minutes=9, seconds=55) < state.rpo < timedelta(minutes=11)
    assert timedelta(0) < state.rto < timedelta(seconds=5)
    assert [part.name for part in state.parts] == ["restore", "verify", "teardown"]
    assert state.expires > state.ended + timedelta(days=89)
    assert recorded(str(place / "haechi.db")) == (state,)
    assert stored("latest", str(place / "haechi.db")) == state
    assert stored("c0", str(place / "haechi.db")) == state
    assert stored(state.id[:12], str(place / "haechi.db")) == state


def test_a_canary_that_tells_a_time_gives_the_recovery_point(place: Path) -> None:
    (one,) = made(place, estate(place, {}, data={"canary": {"query": "select 1", "newest": "true"}}))
    assert one.state is not None
    assert one.state.rpo < timedelta(minutes=1)
    assert one.state.checks[1].held


def test_all_copies_with_consent_one_after_the_other(place: Path) -> None:
    copies: tuple[dict[str, Any], ...] = ({}, {"does": "damage"}, {"does": "refuse"}, {"does": "crash"})
    path = estate(place, *copies)
    whole = json.loads(path.read_text())
    whole["institutions"][0]["systems"][0]["data"][0]["copies"].append({"id": "no", "kind": "rehearsed", "at": "busan"})
    path.write_text(json.dumps(whole))
    told: list[Drilled] = []
    found = made(place, path, on_drilled=told.append)
    assert found == tuple(told)
    assert [one.exit for one in found] == [Exit.READY, Exit.FAILED, Exit.NOT_VERIFIED, Exit.NOT_VERIFIED]
    assert exit_of(found) is Exit.FAILED
    assert [one.unseen.reason for one in found if one.unseen] == [Reason.UNREACHABLE, Reason.CRASHED]
    assert "planted" not in str([one.unseen for one in found])
    assert [state.proven for state in recorded(str(place / "haechi.db"))] == [True, False]
    assert [one.ref.rpartition("/")[2] for one in standing(path, str(place / "haechi.db"), known())] == [
        "c0", "c1", "c2", "c3",
    ]  # fmt: skip


def test_each_drill_of_a_copy_takes_another_turn_and_the_share_of_its_consent(place: Path) -> None:
    path = estate(place, {"drill": {**CONSENT, "sample": "20 %"}})
    first, second = (made(place, path)[0].state for _ in range(2))
    third = made(place, path, share=0.05)[0].state
    assert first is not None
    assert second is not None
    assert third is not None
    assert [one.point for one in (first, second, third)] == ["p0", "p1", "p2"]
    assert [(one.share, one.bytes, one.sampled_of) for one in (first, third)] == [(0.2, 20, 100), (0.05, 5, 100)]


def test_a_drill_that_does_not_end_is_ended(place: Path) -> None:
    began = time.monotonic()
    (one,) = made(place, estate(place, {"does": "hang", "drill": {**CONSENT, "timeout": "300ms"}}))
    assert one.unseen is not None
    assert one.unseen.reason is Reason.TIMEOUT
    assert time.monotonic() - began < 120


def test_one_that_heeds_no_cancellation_is_let_go_of(place: Path) -> None:
    copy = rehearsed.Rehearsed.model_validate({"id": "c", "kind": "rehearsed", "at": "busan", "does": "stubborn"})
    with shop_in(place / "scratch", {"ends": time.monotonic() + 0.2}) as shop, pytest.raises(CannotSee) as gap:
        performed(rehearsed.restored, copy, shop, grace=0.3)
    assert gap.value.reason is Reason.TIMEOUT


def test_without_consent_there_is_no_drill(place: Path) -> None:
    path = estate(place, {"drill": {"consent": "Kim", "until": "2020-01-01"}})
    assert (refused(place, path).code, "ended on 2020-01-01" in refused(place, path).lines[0]) == (Exit.USAGE, True)
    whole = json.loads(path.read_text())
    del whole["institutions"][0]["systems"][0]["data"][0]["copies"][0]["drill"]
    path.write_text(json.dumps(whole))
    for on in ("ledger", "c0"):
        assert "nobody consented" in refused(place, path, on).lines[0]
    assert not (place / "haechi.db").exists()


def test_scratch_space_has_to_be_apart(place: Path) -> None:
    (place / "backups" / "scratch").mkdir(parents=True)
    (place / "open").mkdir()
    (place / "open").chmod(0o777)
    for folder, why in (
        ("nowhere", "No such file"), ("estate.yaml", "no folder"), ("open", "others may write"),
        ("backups/scratch", "where data of the estate is"), ("backups", "where data of the estate is"),
    ):  # fmt: skip
        path = estate(place, {"path": "backups/*.gz"}, drills={"scratch": [folder]})
        assert why in refused(place, path).lines[0]
    for name in ("a[b]", "a'b", "a,b", "a%f", "a$b"):
        (place / name).mkdir()
        assert "read as more than a name" in refused(place, estate(place, {}, drills={"scratch": [name]})).lines[0]
    (place / "scratch" / "repo").mkdir()
    assert "data of the estate is in it" in refused(place, estate(place, {"path": "scratch/repo"})).lines[0]
    (place / "scratch" / "repo").rmdir()
    assert "no scratch space" in refused(place, estate(place, {}, drills={"scratch": []})).lines[0]
    made(place, estate(place, {"path": "backups/*.gz"}, drills={"scratch": ["nowhere", "scratch"]}))


def test_not_on_the_machine_on_which_the_system_answers(place: Path) -> None:
    from checks.availability import tcp

    here = [{"id": "door", "kind": "tcp", "host": "127.0.0.1", "port": "9"}]
    path = estate(place, {}, endpoints=here)
    with pytest.raises(Stop, match="answers on this machine") as stop:
        drill(path, "ledger", store=str(place / "haechi.db"), catalogue=known(tcp))
    assert stop.value.code is Exit.USAGE
    path = estate(place, {}, endpoints=here, drills={"same-host": "true"})
    assert drill(path, "ledger", store=str(place / "haechi.db"), catalogue=known(tcp))[0].exit is Exit.READY


def test_a_busy_machine_drills_nothing(place: Path) -> None:
    if os.getloadavg()[0] == 0:
        pytest.skip("nothing to do here")
    (one,) = made(place, estate(place, {}, drills={"load": "0.000001"}))
    assert one.unseen is not None
    assert one.unseen.reason is Reason.DENIED


def test_one_drill_at_a_time(place: Path) -> None:
    path = estate(place, {})
    with claimed(place / "scratch"):
        assert refused(place, path).code is Exit.LOCKED


def test_a_store_that_cannot_be_written_ends_it_before_it_begins(place: Path) -> None:
    (place / "haechi.db").write_text("no database")
    assert refused(place, estate(place, {})).code is Exit.STORAGE


def test_what_a_dead_drill_left_is_taken_away_by_the_next(place: Path) -> None:
    room = make_room(place / "scratch", "dead")
    marker = json.loads((room.outer / "marker").read_text())
    (room.outer / "marker").write_text(json.dumps({**marker, "began": "1"}))
    made(place, estate(place, {}))


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_drill_in_order(place: Path, word: signal.Signals) -> None:
    path = estate(place, {"does": "hang"})
    text = """
import sys
from pathlib import Path
from audit.app.drilling import drill
from tests import rehearsed
from tests.real.scratch import plugged
from tests.world.drilling.shops import shop_in
drill(Path(sys.argv[1]), "ledger", store=sys.argv[2], catalogue=plugged((rehearsed,)))
"""
    child = subprocess.Popen([sys.executable, "-c", text, path, place / "haechi.db"], stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 180
    try:
        while not list((place / "scratch").glob("haechi-drill-*/home")) and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.5)
        child.send_signal(word)
        _, said = child.communicate(timeout=180)
    finally:
        with child:
            child.kill()
    assert "KeyboardInterrupt" in said
    assert [entry.name for entry in (place / "scratch").iterdir()] == [".haechi-drill.lock"]
    assert recorded(str(place / "haechi.db")) == ()


def test_the_newest_drill_stands_in_every_later_run(place: Path) -> None:
    path, store = estate(place, {}, {}), str(place / "haechi.db")
    made(place, path, "c0")
    (newer,) = made(place, path, "c0")
    first = audit(path, store=store, catalogue=known()).dossier
    assert first.drills == (newer.state,)
    assert dossier_of(store=store, catalogue=known()).dossier.drills == first.drills
    made(place, path, "c0")
    again = rejudge(first.run.id, store=store, catalogue=known()).dossier
    assert again.drills == first.drills
    told = json.loads(b"".join(chunk for page in JSON.pages(first, "en") for chunk in page.chunks))
    assert [(one["copy"], one["rto"]["promised"]) for one in told["drills"]] == [("agency/ledger/rows/c0", 3600.0)]
    page = b"".join(chunk for page in HTML.pages(first, "en") for chunk in page.chunks).decode()
    assert "Restore drills" in page
    assert "agency/ledger/rows/c1" in page
    assert newer.state is not None
    assert newer.state.ended < datetime.now(UTC)
