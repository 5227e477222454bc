"""Verdicts by day to a store that holds a sealed run for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from audit.model.evidence import Finding, Run, Selection
from audit.model.message import say
from audit.model.place import Place
from audit.model.verdict import Level, Reason, Severity, Verdict
from audit.store import open_store

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
ESTATE: Final = b"""
estate: {id: all, timezone: Asia/Seoul}
institutions:
  - id: kibo
    name: KIBO
    accountable: {name: Kim Example}
    systems:
      - {id: guarantee, grade: 1, owner: {name: Lee Example}}
      - {id: ledger, grade: 2}
earlier-findings: [{id: d-1, by: Board, says: No second place., issued: 2024-04-12, due: 2025-12-31}]
"""


def finding(check: str, verdict: Verdict, system: str = "guarantee", **changes: Any) -> Finding:
    return replace(
        Finding(
            check=check,
            control="X-01",
            subject=f"kibo/{system}",
            verdict=verdict,
            reason=Reason.TIMEOUT if verdict is Verdict.UNKNOWN else None,
            severity=Severity.CRITICAL,
            grade=1,
            institution="kibo",
            system=f"kibo/{system}",
            unit=f"kibo/{system}",
            says=say("it is so"),
            measured="1",
            required="2",
            level=Level.OBSERVED,
            where=Place("all.yaml", 7, 9, ref=f"kibo/{system}"),
            observation=None,
            at=START,
        ),
        **changes,
    )


def keep(store: Path, day: float, verdicts: Mapping[str, Verdict], **changes: Any) -> Run:
    """One run of that day; each check has one finding about `kibo/guarantee`."""
    return keep_findings(store, day, [finding(check, verdict) for check, verdict in verdicts.items()], **changes)


def keep_findings(store: Path, day: float, findings: list[Finding], **changes: Any) -> Run:
    started = START + timedelta(days=day)
    run = replace(
        Run(
            id=f"{started:%Y%m%dT%H%M%SZ}-{len(findings):04x}",
            started=started,
            ended=None,
            tool="haechi 0.1.0",
            estate_id="all",
            estate_sha256="0" * 64,
            selection=Selection(),
        ),
        **changes,
    )
    closing = replace(run, ended=started + timedelta(minutes=5), at=started, state=changes.get("state", "complete"))
    with open_store(str(store), writing=True) as memory:
        memory.begin(replace(run, state="running"), {"all.yaml": ESTATE})
        return memory.close(closing, findings)
