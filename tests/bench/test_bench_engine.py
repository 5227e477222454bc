"""An estate of 100,000 (check, subject) pairs in, the CPU time and memory to plan, judge, store and read them out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_house import ROOT

pytestmark = pytest.mark.bench

CHILD = """
import resource, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from audit.inventory.collecting import collecting_later
from audit.analysis.dossier import assemble
from audit.catalogue import discover
from audit.inventory.load import load_sources
from audit.judge import judge
from audit.model.evidence import Observation, Run, Selection
from audit.model.backup import BackupState, RestorePoint
from audit.model.facts import Facts, NameState, Sample, ServiceState
from audit.plan import plan
from audit.store import open_store

AT = datetime(2026, 9, 1, tzinfo=UTC)
known = discover()

def text(institution, systems):
    yield f"institutions: [{{id: i{institution}, accountable: {{name: a, email: a@b.kr}}, systems: ["
    for number in range(systems):
        place, other = f"s{number % 4}/r{number % 7}", f"s{(number + 1) % 4}/r1"
        yield (
            f"{{id: y{number}, grade: {number % 4 + 1}, rto: 2h, rpo: 1h, applicants: 900/d, at: [{place}, {other}],"
            f" owner: {{name: o, email: o@b.kr}}, endpoints: [{{id: web, kind: http, url: 'https://h{number}.kr/'}},"
            f" {{id: db, kind: tcp, host: h{number}.kr, port: 5432}}],"
            f" data: [{{id: d, size: 1 TB, at: {place}, copies: ["
            f"{{id: a, kind: files, at: {other}, path: /x}}, {{id: b, kind: files, at: {place}, path: /y}}]}}],"
            f" failover: [{{id: f, kind: declared, to: {other}, mode: hot}}]}},"
        )
    yield "]}]"

SITES = "sites: [" + ",".join(
    f"{{id: s{site}, rooms: [" + ",".join(f"{{id: r{room}, compartment: c{room // 2}}}" for room in range(8)) + "]}"
    for site in range(4)
) + "]"

def seen_of(kind, ref):
    if issubclass(kind, NameState):
        return NameState(samples=(), addresses=())
    if issubclass(kind, ServiceState):
        return ServiceState(samples=(Sample(address="10.0.0.1", status=200, phases={"total": 0.05}),))
    if issubclass(kind, BackupState):
        point = RestorePoint(id="p", start=AT - timedelta(minutes=30))
        return BackupState(points=(point,), clock=AT, integrity=2, errors=(), size=5)
    raise LookupError(kind)

marks = []
def mark(what):
    marks.append((what, time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))

systems = int(sys.argv[2])
sources = {"sites.yaml": SITES.encode()}
sources |= {f"i{number}.yaml": "".join(text(number, systems)).encode() for number in range(11)}
loaded = load_sources(sources, known, Path())
assert loaded.estate is not None, loaded.lines()[:5]
mark("start")
calm = collecting_later()
calm.__enter__()
planned = plan(loaded.estate, known, Selection())
mark("plan")
observations = {}
for task in planned.tasks:
    probe = known.probe_of(type(planned.subjects[task.subject].item))
    observations[task.subject] = Observation(
        task.subject, task.probe, AT, timedelta(seconds=1), seen_of(probe.facts, task.subject)
    )
mark("(make observations)")
findings = judge(planned, known, observations, AT)
mark("judge")
run = Run("20260901T000000Z-0000", AT, None, "haechi", "e", "0" * 64)
with open_store(sys.argv[1], writing=True) as store:
    store.begin(run, sources)
    store.see(run.id, observations.values())
    from dataclasses import replace
    store.close(replace(run, ended=AT, at=AT, state="complete"), findings)
mark("store")
dossier = assemble(run, planned, known, findings, AT, observations)
mark("readiness, losses, fixes")
with open_store(sys.argv[1], writing=False) as store:
    assert store.verify(run.id) == ()
    mark("verify the seal")
    assert store.findings(run.id) == findings
mark("read the findings")

print(f"\\n{len(findings):,} findings of {len(planned.subjects):,} subjects, {len(planned.tasks):,} looks")
print(f"{'':28} {'seconds':>8} {'MB at most':>11}")
before = marks[0]
for now in marks[1:]:
    print(f"{now[0]:28} {now[1] - before[1]:8.2f} {now[2]:11,}")
    before = now
took = {now[0]: now[1] - then[1] for then, now in zip(marks, marks[1:])}
size = {now[0]: now[2] for now in marks}
print(f"{'plan, judge, store':28} {took['plan'] + took['judge'] + took['store']:8.2f} {size['store']:11,}")
"""


def test_a_hundred_thousand_findings(tmp_path: Path) -> None:
    """Planned, judged, stored; the promise is under 10 seconds and 500 MB."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "haechi.db"), os.environ.get("SYSTEMS", "268")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)
