"""A number of minutes to a watch of the demo's estate under faults, compared with the script's own log of them.

python -m tests.soak.hour --minutes 60
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from audit.demo import estate
from audit.demo.stage import now, stage
from tests.real.children import free_port
from tests.soak.compare import compare
from tests.soak.faults import FAULTS, Fault, Happened
from tests.soak.relay import Relay

EXTRA = """
watch:
  every: {every}s
  down: {{fails: 2, of: 3, recover: 2}}
  metrics: {{port: {port}}}
institutions:
  - id: soak
    accountable: {{name: Script (synthetic), role: tester}}
    systems:
      - id: pair
        grade: 1
        applicants: 8760000/y
        endpoints:
          - id: web
            kind: http
            url: "http://pair.localhost:{pair}/"
            counts: any
            timeout: 2s
            expect: {{contains: service is up}}
"""


class Prober:
    """The watch as a process of its own that can be stopped, killed and started again."""

    def __init__(self, folder: Path, store: Path) -> None:
        self._argv = [sys.executable, "-m", "audit", "watch", str(folder), "--store", str(store)]
        self._log = store.with_suffix(".log").open("ab")
        self._child = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        home = {name: text for name, text in os.environ.items() if name != "NOTIFY_SOCKET"}
        return subprocess.Popen(self._argv, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, env=home)

    def begin(self, fault: str) -> None:
        assert self._child.poll() is None, f"the watch ended by itself: {self._child.returncode}"
        self._child.send_signal(signal.SIGSTOP if fault == "suspended" else signal.SIGKILL)

    def end(self, fault: str) -> None:
        if fault == "suspended":
            self._child.send_signal(signal.SIGCONT)
        else:
            self._child.wait(10)
            self._child = self._start()

    def leave(self) -> tuple[int, float]:
        """Ask it to end; exit code and seconds that it took."""
        began = monotonic()
        self._child.terminate()
        try:
            code = self._child.wait(30)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait(10)
        self._log.close()
        return code, monotonic() - began


async def inject(relay: Relay, prober: Prober, seconds: float) -> list[Happened]:
    """Let every fault happen at its time; what happened when."""
    began = monotonic()
    happened: list[Happened] = []

    async def one(fault: Fault) -> None:
        await asyncio.sleep(fault.begins * seconds)
        start = datetime.now(UTC)
        if fault.prober:
            prober.begin(fault.prober)
        for spot in fault.spots:
            await relay.turn(spot, fault.manner)
        relay.slow = max(relay.slow, fault.slow)
        _say(f"{fault.name}: begins")
        await asyncio.sleep(began + fault.ends * seconds - monotonic())
        if fault.prober:
            prober.end(fault.prober)
        for spot in fault.spots:
            await relay.turn(spot, "open")
        relay.slow = 0.0 if fault.slow else relay.slow
        happened.append(Happened(fault, start, datetime.now(UTC)))
        _say(f"{fault.name}: ends")

    async with asyncio.TaskGroup() as group:
        for fault in FAULTS:
            group.create_task(one(fault))
    await asyncio.sleep(began + seconds - monotonic())
    return happened


async def soak(folder: Path, minutes: float) -> int:
    """Watch, injure, compare; 0 where the watch told the truth."""
    every = max(2, round(minutes / 6))
    at = now()
    with stage(folder, at) as set_up:
        relay = Relay(set_up.ports, folder / "servers")
        await relay.start()
        watched = folder / "watched"
        estate.write(watched, at.astimezone(ZoneInfo("Asia/Seoul")).date(), relay.ports)
        (watched / "ca.pem").write_bytes((set_up.estate / "ca.pem").read_bytes())
        about = watched / "00-estate.yaml"
        about.write_text(about.read_text().replace("allow: [127.0.0.0/8]", 'allow: [127.0.0.0/8, "::1/128"]'))
        extra = EXTRA.format(every=every, pair=relay.ports["pair"], port=free_port())
        (watched / "90-soak.yaml").write_text(extra)
        store = folder / "watch.db"
        start = datetime.now(UTC)
        prober = Prober(watched, store)
        try:
            happened = await inject(relay, prober, minutes * 60)
        finally:
            code, took = prober.leave()
            relay.close()
    end = datetime.now(UTC)
    log = [{**asdict(one.fault), "start": one.start.isoformat(), "end": one.end.isoformat()} for one in happened]
    (folder / "script.json").write_text(json.dumps(log, indent=1))
    told = {what: _told(what, watched, store, start, end) for what in ("outages", "uptime")}
    for what, value in told.items():
        (folder / f"{what}.json").write_text(json.dumps(value, indent=1, ensure_ascii=False))
    wrong = compare(watched, relay.doors, happened, told, start, end, every)
    if code or took > 5:
        wrong.append(f"the watch ended with {code} after {took:.1f} s")
    _say(f"{len(happened)} faults, {len(told['outages']['outages'])} outages, {len(wrong)} contradictions; {folder}")
    for one in wrong:
        _say(one)
    return 1 if wrong else 0


def _told(what: str, watched: Path, store: Path, start: datetime, end: datetime) -> dict[str, Any]:
    argv = [sys.executable, "-m", "audit", what, str(watched), "--store", str(store), "--format", "json"]
    argv += ["--period", f"{math.ceil((end - start).total_seconds())}s", "--at", end.isoformat()]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode in (0, 1, 3), done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _say(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", flush=True)


def main() -> None:
    """Read the command line; end with 1 where the watch and the script disagree."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("--output", type=Path)
    given = asked.parse_args()
    folder = given.output or Path(tempfile.mkdtemp(prefix="haechi-soak-"))
    folder.mkdir(exist_ok=True)
    sys.exit(asyncio.run(soak(folder, given.minutes)))


if __name__ == "__main__":
    main()
