"""A watch with its store, a person at another process: what is acknowledged there is not repeated here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.app.watching.acknowledge import acknowledge, standing, waiting
from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.store.history import History, open_history
from tests.watching.post import NOON, Office
from tests.watching.test_desk import ALONE, LOGIN, estate

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with open_history(str(tmp_path / "haechi.db"), watching=True) as opened:
        yield opened


def haechi(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "audit", *words, "--store", str(folder / "haechi.db")]
    return subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)


async def test_by_another_process(tmp_path: Path, history: History) -> None:
    office = Office(estate())
    office.happens("down", ALONE)
    office.happens("down", LOGIN)
    office.happens("down", "agency/s1/web")
    await office.after(60)
    history.tell(office.log)
    code = next(event.values["code"] for event in office.of_kind("alert") if event.subject == ALONE)
    listed = json.loads(haechi("alerts", "--format", "json", folder=tmp_path).stdout)
    assert [(row["subject"], row["fallen"], row["by"]) for row in listed] == [
        (LOGIN, ["agency/s1/web"], None),
        (ALONE, [], None),
    ]
    done = haechi("ack", code.lower(), "--by", "Kim \x1b[31mExample", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "acknowledged by Kim" in done.stderr
    assert "\x1b" not in done.stderr
    assert "acknowledged it before" in haechi("ack", ALONE, "--by", "Lee", folder=tmp_path).stderr
    for event in history.events(kinds=("acknowledged",)):
        office.desk.acknowledged(event)
    repeated = await office.after(5 * 3600, 60)
    assert repeated == ["nobody acknowledged yet: Sign-in (web) is down, 1 more with it"]


def test_a_list_takes_no_inventory(tmp_path: Path, history: History) -> None:
    history.tell([alert("AAAAAA", "a/s/web")])
    done = haechi("alerts", "estate.yaml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert "--test" in done.stderr


def test_a_subject_means_what_is_below_it(tmp_path: Path, history: History) -> None:
    store = str(tmp_path / "haechi.db")
    history.tell([alert("AAAAAA", "a/s/web"), alert("BBBBBB", "a/t/web", fallen=["b/x/web"]), alert("CCCCCC", "ab/s")])
    assert [one.code for one in acknowledge("a", "Kim", store)] == ["AAAAAA", "BBBBBB"]
    assert [one.by for one in waiting(store)] == ["Kim", "Kim", ""]
    with pytest.raises(Stop) as stop:
        acknowledge("nothing/such", "Kim", store)
    assert stop.value.code is Exit.USAGE
    assert "CCCCCC ab/s" in stop.value.lines[0]
    assert "AAAAAA" not in stop.value.lines[0]


def test_what_stands() -> None:
    log = [
        alert("AAAAAA", "a/s/web"),
        alert("AAAAAA", "a/s/web", channel="chat"),
        alert("AAAAAA", "a/s/web", what="resolved"),
        alert("BBBBBB", "a/t/web"),
        alert("CCCCCC", "a/t/web", what="changed"),
        alert("DDDDDD", "", key="prober-trouble", kind="prober-trouble"),
        alert("EEEEEE", "", key="suspended x", kind="suspended"),
        Event(NOON, "test-alert", "mail", {"code": "FFFFFF", "channel": "mail"}),
        Event(NOON - timedelta(days=40), "test-alert", "mail", {"code": "GGGGGG", "channel": "mail"}),
        Event(NOON, "acknowledged", "mail", {"code": "FFFFFF", "by": "Kim"}),
        Event(NOON, "acknowledged", "mail", {"code": 7}),
    ]
    found = standing(log, NOON)
    assert [one.code for one in found] == ["AAAAAA", "CCCCCC", "DDDDDD", "FFFFFF"]
    assert found[0].channels == ("mail", "chat")
    assert found[-1].acknowledged == NOON


def alert(code: str, subject: str, **values: object) -> Event:
    plain = {"code": code, "key": subject, "kind": "down", "what": "firing", "channel": "mail", "fallen": []}
    return Event(datetime(2026, 9, 1, tzinfo=UTC), "alert", subject, plain | values)
