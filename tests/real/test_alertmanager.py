"""Events of a watch arrive at a real Alertmanager as alerts that begin, stay, end."""

from __future__ import annotations

import contextlib
import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from audit.app.watching.desk import Desk
from audit.model.event import Event
from audit.world.messenger import real_messenger
from tests.model.estates import estate_of
from tests.real.children import free_port, wait_until
from tests.real.daemons import end

pytestmark = pytest.mark.real
QUIET = "route: {receiver: none}\nreceivers: [{name: none}]\n"


@pytest.fixture(scope="module")
def alertmanager(need: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = need("prometheus-alertmanager")
    folder = tmp_path_factory.mktemp("alertmanager")
    (folder / "settings.yml").write_text(QUIET)
    port = free_port()
    argv = ["setpriv", "--pdeathsig", "TERM", "--", str(program), f"--config.file={folder}/settings.yml"]
    argv += [f"--storage.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with (folder / "output").open("wb") as output:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: child.poll() is not None or bool(ask(f"{url}/-/ready")), "alertmanager")
        if child.poll() is not None:
            raise RuntimeError((folder / "output").read_text()[-2000:])
        yield url
    finally:
        end(child)


def ask(url: str) -> bytes:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=60) as answer:
        body: bytes = answer.read()
        return body
    return b""


def standing(url: str) -> dict[str, Any]:
    """The alerts that stand there, by subject."""
    return {alert["labels"]["subject"]: alert for alert in json.loads(ask(f"{url}/api/v2/alerts?active=true"))}


def estate(url: str) -> str:
    return f"""
estate: {{id: small, name: Small estate, allow: [127.0.0.0/8]}}
watch: {{alerts: [{{id: am, kind: alertmanager, url: "{url}", group: 10s}}]}}
institutions:
  - id: kibo
    systems:
      - {{id: login, name: 통합 인증, grade: 1, endpoints: [{{id: web, kind: tcp, host: 127.0.0.1, port: 1}}]}}
      - {{id: loans, grade: 2, needs: [login], applicants: 500/h,
         endpoints: [{{id: web, kind: tcp, host: 127.0.0.1, port: 2}}]}}
"""


def test_an_alert_begins_stays_and_ends(alertmanager: str, tmp_path: Path) -> None:
    log: list[Event] = []
    desk = Desk(estate_of(estate(alertmanager)), real_messenger(tmp_path), log.append)
    start = datetime.now(UTC) - timedelta(seconds=95)

    def step(seconds: float) -> None:
        anyio.run(desk.step, start + timedelta(seconds=seconds))

    for subject in ("kibo/login/web", "kibo/loans/web"):
        values = {"first-bad": start.isoformat(), "reason": "refused", "detail": 'a "quoted" \\ line'}
        desk.heed(Event(start, "down", subject, values))
    step(0)
    assert standing(alertmanager) == {}
    step(10)
    (alert,) = standing(alertmanager).values()
    assert alert["labels"] == {
        "alertname": "HaechiDown", "estate": "small", "subject": "kibo/login/web", "institution": "kibo",
        "system": "kibo/login", "grade": "1", "severity": "critical",
    }  # fmt: skip
    assert alert["annotations"]["fallen"] == "kibo/loans/web"
    assert alert["annotations"]["acknowledge"] == f"haechi ack {log[0].values['code']}"
    assert alert["annotations"]["summary"] == "통합 인증 (web) is down, 1 more with it"
    assert datetime.fromisoformat(alert["endsAt"]) == start.replace(
        microsecond=start.microsecond // 1000 * 1000
    ) + timedelta(minutes=15, seconds=10)
    step(75)
    assert standing(alertmanager)["kibo/login/web"]["endsAt"] > alert["endsAt"]
    desk.heed(Event(start + timedelta(seconds=80), "up", "kibo/login/web"))
    desk.heed(Event(start + timedelta(seconds=80), "up", "kibo/loans/web"))
    step(91)
    assert [event.values["what"] for event in log] == ["firing", "resolved"]
    assert standing(alertmanager) == {}


def test_a_flap_that_ends_down_is_another_alert(alertmanager: str, tmp_path: Path) -> None:
    log: list[Event] = []
    desk = Desk(estate_of(estate(alertmanager)), real_messenger(tmp_path), log.append)
    start = datetime.now(UTC) - timedelta(minutes=2)
    desk.heed(Event(start, "flapping", "kibo/loans/web"))
    anyio.run(desk.step, start + timedelta(seconds=20))
    assert standing(alertmanager)["kibo/loans/web"]["labels"]["alertname"] == "HaechiFlapping"
    desk.heed(Event(start + timedelta(seconds=30), "down", "kibo/loans/web"))
    desk.heed(Event(start + timedelta(seconds=30), "steady", "kibo/loans/web"))
    anyio.run(desk.step, start + timedelta(seconds=60))
    assert [event.values["what"] for event in log] == ["firing", "changed"]
    assert standing(alertmanager)["kibo/loans/web"]["labels"]["alertname"] == "HaechiDown"


def test_a_test_alert(alertmanager: str, tmp_path: Path) -> None:
    log: list[Event] = []
    small = estate_of(estate(alertmanager))
    code = anyio.run(Desk(small, real_messenger(tmp_path), log.append).test, small.watch.alerts[0], datetime.now(UTC))
    assert standing(alertmanager)["small"]["labels"]["code"] == code
    assert [event.kind for event in log] == ["test-alert"]
