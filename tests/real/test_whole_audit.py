"""An inventory written by hand against real servers: each planted fault is found, each impossible look says why."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.real.children import free_port
from tests.real.clusters import PASSWORD, Pair
from tests.real.ups import Upsd
from tests.real.webs import web

pytestmark = pytest.mark.real
RESTIC_PASSWORD = "planted-restic-pw"
INVENTORY = """
estate: {{id: real, name: {{en: Real servers, ko: 실제 서버}}, timezone: Asia/Seoul, allow: [127.0.0.1]}}
sites:
  - id: daejeon
    location: {{latitude: 36.38, longitude: 127.37}}
    power: [substation-a]
    rooms:
      - {{id: room-7-1, floor: 5, kind: it, compartment: c5, fire-rating: 60m}}
      - {{id: battery-5, floor: 5, kind: battery, compartment: c5}}
      - {{id: battery-1, floor: 1, kind: battery, compartment: c1, fire-rating: 120m}}
    batteries:
      - {{id: old, room: battery-5, chemistry: lithium-ion, installed: 2014-08-01, life: 10y}}
      - {{id: new, room: battery-1, chemistry: lead-acid, installed: 2026-01-01, life: 10y}}
    power-protection:
      - {{id: ups-good, kind: nut, host: 127.0.0.1, port: {nut}, ups: good, room: battery-1}}
      - {{id: ups-aged, kind: nut, host: 127.0.0.1, port: {nut}, ups: aged, room: battery-5}}
      - {{id: ups-frozen, kind: nut, host: 127.0.0.1, port: {nut}, ups: frozen, room: battery-5}}
      - {{id: ups-gone, kind: nut, host: 127.0.0.1, port: {nobody}, ups: good, room: battery-5}}
  - id: busan
    location: {{latitude: 35.18, longitude: 129.08}}
    power: [substation-b]
    rooms: [{{id: room-1, floor: 1, kind: it, compartment: b1}}]
institutions:
  - id: kibo
    name: {{en: Korea Technology Finance Corporation, ko: 기술보증기금}}
    systems:
      - id: guarantee
        name: {{en: Guarantee portal, ko: 보증 신청}}
        grade: 2
        rto: 2h
        rpo: 6h
        at: [daejeon/room-7-1]
        endpoints:
          - id: web
            kind: http
            url: "http://127.0.0.1:{web}/"
            expect: {{status: 200, contains: "보증"}}
          - {{id: away, kind: tcp, host: 10.20.0.9, port: 5432}}
          - {{id: name, kind: dns, name: guarantee.kibo.example, server: 127.0.0.1, port: {silent}, timeout: 500ms}}
        data:
          - id: ledger
            at: daejeon/room-7-1
            copies:
              - {{id: nightly, kind: restic, at: busan/room-1, repository: new, password: {{file: password}}}}
              - {{id: locked, kind: restic, at: busan/room-1, repository: new, password: {{file: wrong}}}}
              - {{id: lost, kind: files, at: busan/room-1, path: "nowhere/*.sql.gz"}}
              - id: standby
                kind: postgresql-standby
                at: busan/room-1
                primary: {{env: PRIMARY}}
                standby: {{file: standby}}
              - id: blind
                kind: postgresql-standby
                at: busan/room-1
                primary: {{env: PRIMARY}}
                standby: {{file: blind}}
          - id: archive
            at: daejeon/room-7-1
            copies:
              - {{id: beside, kind: restic, at: daejeon/room-7-1, repository: old, password: {{file: password}}}}
"""
SERVER = """
server {{ listen 127.0.0.1:{port}; location / {{ default_type "text/plain; charset=utf-8"; return 200 "보증 신청"; }} }}
"""

Findings = Mapping[tuple[str, str], tuple[str, str | None]]


@dataclass(frozen=True)
class Told:
    """What one run told."""

    code: int
    findings: Findings
    said: str

    def of(self, check: str, subject: str) -> tuple[str, str | None]:
        return self.findings[check, subject]


def haechi(folder: Path, *words: str, path: str | None = None, dsn: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "audit", *words],
        cwd=folder,
        env={**os.environ, "PRIMARY": dsn, **({} if path is None else {"PATH": path})},
        capture_output=True, text=True, timeout=600, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def run(folder: Path, *words: str, path: str | None = None, dsn: str = "") -> Told:
    done = haechi(folder, "run", "estate.yaml", "--format", "json", *words, path=path, dsn=dsn)
    assert done.stdout, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    found = {(row["check"], row["subject"]): (row["verdict"], row["reason"]) for row in told["findings"]}
    return Told(done.returncode, MappingProxyType(found), done.stdout + done.stderr)


def repository(program: Path, folder: Path, name: str, age: timedelta) -> None:
    words = [str(program), "-q", "--no-cache", "-r", str(folder / name), "-p", str(folder / "password")]
    at = f"{datetime.now(UTC) - age:%Y-%m-%d %H:%M:%S}"
    for command in (["init"], ["backup", "--host", "db1", "--time", at, str(folder / "source")]):
        subprocess.run([*words, *command], check=True, capture_output=True, timeout=300, stdin=subprocess.DEVNULL,
                       env={**os.environ, "TZ": "UTC"})  # fmt: skip


@pytest.fixture(scope="module")
def folder(need: Callable[[str], Path], pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The estate's folder with its secrets and repositories."""
    made = tmp_path_factory.mktemp("estate")
    (made / "source").mkdir()
    (made / "source" / "ledger").write_bytes(os.urandom(50_000))
    for name, secret in (
        ("password", RESTIC_PASSWORD),
        ("wrong", "planted-wrong-pw"),
        ("standby", pair.standby.dsn()),
        ("blind", pair.standby.dsn("plain")),
    ):
        (made / name).touch(0o600)
        (made / name).write_text(secret + "\n")
    repository(need("restic"), made, "new", timedelta(hours=1))
    repository(need("restic"), made, "old", timedelta(days=4))
    return made


@dataclass(frozen=True)
class Runs:
    sound: Told
    planted: Told


@pytest.fixture(scope="module")
def runs(folder: Path, need: Callable[[str], Path], pair: Pair, upsd: Upsd) -> Iterator[Runs]:
    """The same inventory before and after the web server stopped and the standby was cut off."""
    pair.write()
    pair.mend()
    upsd.hold_driver("frozen")
    port = free_port()
    with ExitStack() as stack, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        (folder / "nginx").mkdir()
        stack.enter_context(web(need("nginx"), folder / "nginx", SERVER.format(port=port), port))
        (folder / "estate.yaml").write_text(
            INVENTORY.format(nut=upsd.port, nobody=free_port(), web=port, silent=silent.getsockname()[1])
        )
        upsd.wait_for_staleness("frozen")
        sound = run(folder, dsn=pair.primary.dsn())
        stack.close()
        pair.cut_off()
        pair.write()
        try:
            yield Runs(sound, run(folder, dsn=pair.primary.dsn()))
        finally:
            pair.mend()


WEB, LEDGER, ARCHIVE = "kibo/guarantee/web", "kibo/guarantee/ledger", "kibo/guarantee/archive"


@pytest.mark.parametrize(
    ("check", "subject"),
    [
        ("availability.answers", WEB),
        ("backup.age", f"{LEDGER}/nightly"),
        ("backup.offsite", LEDGER),
        ("backup.replication-lag", f"{LEDGER}/standby"),
        ("facility.battery-life", "daejeon/new"),
        ("facility.battery-monitoring", "daejeon/ups-good"),
    ],
)
def test_what_is_well_passes(runs: Runs, check: str, subject: str) -> None:
    assert runs.sound.of(check, subject) == ("pass", None)


@pytest.mark.parametrize(
    ("check", "subject"),
    [
        ("availability.answers", WEB),  # stopped server
        ("backup.replication-lag", f"{LEDGER}/standby"),  # cut-off standby
        ("backup.age", f"{ARCHIVE}/beside"),  # old backup
        ("backup.offsite", ARCHIVE),  # copy in the same room
        ("facility.battery-life", "daejeon/old"),  # aged battery, as the inventory says
        ("facility.battery-monitoring", "daejeon/ups-aged"),  # aged battery, as the power supply says
        ("facility.battery-compartment", "daejeon/old"),
    ],
)
def test_each_planted_fault_fails(runs: Runs, check: str, subject: str) -> None:
    assert runs.planted.of(check, subject) == ("fail", None)


@pytest.mark.parametrize(
    ("check", "subject", "reason"),
    [
        ("availability.answers", "kibo/guarantee/away", "denied"),
        ("availability.answers", "kibo/guarantee/name", "timeout"),
        ("backup.age", f"{LEDGER}/locked", "denied"),
        ("backup.age", f"{LEDGER}/lost", "unreachable"),
        ("backup.replication-lag", f"{LEDGER}/blind", "denied"),
        ("backup.verified", f"{LEDGER}/nightly", "incomplete"),
        ("facility.battery-monitoring", "daejeon/ups-frozen", "stale"),
        ("facility.battery-monitoring", "daejeon/ups-gone", "unreachable"),
    ],
)
def test_an_impossible_look_is_unknown_with_its_reason(runs: Runs, check: str, subject: str, reason: str) -> None:
    assert runs.sound.of(check, subject) == ("unknown", reason)


def test_no_receiver_is_seen_even_by_a_role_that_may_not_see_one(runs: Runs) -> None:
    assert runs.planted.of("backup.replication-lag", f"{LEDGER}/blind") == ("fail", None)


def test_faults_make_the_exit_code(runs: Runs) -> None:
    assert (runs.sound.code, runs.planted.code) == (1, 1)


def test_a_missing_program_is_named(runs: Runs, folder: Path) -> None:
    told = run(folder, "--on", f"{LEDGER}/nightly", path=str(folder))
    assert told.of("backup.age", f"{LEDGER}/nightly") == ("unknown", "no-tool")
    assert "restic is not installed" in told.said


def test_no_secret_reaches_an_output(runs: Runs, folder: Path, pair: Pair) -> None:
    page = haechi(folder, "show", "latest", "--format", "html", dsn=pair.primary.dsn())
    stored = b"".join(path.read_bytes() for path in folder.glob("haechi.db*"))
    for planted in (PASSWORD, RESTIC_PASSWORD, "planted-wrong-pw"):
        assert planted not in runs.sound.said + runs.planted.said + page.stdout + page.stderr
        assert planted.encode() not in stored
    assert page.stdout
