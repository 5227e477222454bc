"""Two runs with 100,000 findings each in, the seconds of a processor that their comparison takes out."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.analysis.change import Move, change
from audit.inventory.collecting import collecting_later
from audit.model.evidence import Finding, Run
from audit.model.message import Message
from audit.model.place import Place
from audit.model.verdict import Level, Reason, Severity, Verdict
from audit.store import open_store

pytestmark = pytest.mark.bench
AT = datetime(2026, 9, 1, tzinfo=UTC)
COUNT = 100_000
TURN = (Verdict.PASS, Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE)


def findings(shift: int) -> list[Finding]:
    """Every fifth pair has another verdict than in a run of another shift."""
    made = []
    for number in range(COUNT):
        system = f"body-{number % 11}/system-{number // 40}"
        verdict = TURN[(number + (shift if number % 5 == 0 else 0)) % len(TURN)]
        made.append(
            Finding(
                check=f"area.check-{number % 40}", control="BKP-04", subject=system, verdict=verdict,
                reason=Reason.UNREACHABLE if verdict is Verdict.UNKNOWN else None, severity=Severity.HIGH,
                grade=1 + number % 4, institution=system.partition("/")[0], system=system, unit=system,
                says=Message("the newest copy is old"), measured="5h", required="15m", level=Level.OBSERVED,
                where=Place("a.yaml", number, 1), observation=None, at=AT,
            )
        )  # fmt: skip
    return made


def test_two_runs_of_100_000_findings(tmp_path: Path) -> None:
    runs = [findings(0), findings(1)]
    there = frozenset(one.subject for one in runs[0])
    started = time.process_time()
    with collecting_later():
        result = change(runs[0], runs[1], there, there)
    pure = time.process_time() - started
    assert sum(result.count(move) for move in Move) == COUNT
    store = str(tmp_path / "haechi.db")
    run = Run("a", AT, None, "haechi", "e", "0" * 64, at=AT)
    with open_store(store, writing=True) as memory:
        for number, some in enumerate(runs):
            mine = replace(run, id=f"2026090{number}T000000Z-{number}")
            memory.begin(mine, {"a.yaml": b"estate: {id: e}"})
            memory.close(replace(mine, state="complete", ended=AT), some)
    started = time.process_time()
    with collecting_later(), open_store(store, writing=False) as memory:
        read = [memory.briefs(one.id) for one in memory.runs()]
        reading = time.process_time() - started
        again = change(read[1], read[0], there, there)
        compared = time.process_time() - started - reading
        broken = [memory.verify(one.id) for one in memory.runs()]
        verifying = time.process_time() - started - reading - compared
    assert [len(some) for some in read] == [COUNT, COUNT]
    assert not any(broken)
    assert [again.count(move) for move in Move] == [result.count(move) for move in Move]
    whole = reading + compared + verifying
    print(f"\n2 x {COUNT:,} findings: compared in {pure:.2f} s, read back in {reading:.2f} s, seals {verifying:.2f} s")
    print(f"read, verified, compared in {whole:.2f} s; the goal is 3 s: {whole / 3:.0%} of it")
