"""Audits, reports with expiring papers of an estate in, the entries of the log about them out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from audit.app import runs
from audit.app.watching.jobs import Jobs
from audit.catalogue import discover
from audit.inventory.load import load
from audit.model.event import Event
from audit.store.history import open_history

TEXT = """
estate: {id: e}
watch:
  audits: [{id: nightly, cron: "30 3 * * *"}]
  reports:
    - {id: daily, cron: "0 6 * * *", format: csv, file: out.csv}
    - {id: wrong, cron: "0 6 * * *", format: x, file: y}
institutions: [{id: k, systems: [{id: s, grade: 4}]}]
evidence: [{id: ev, check: operations.drill, on: k/s, says: s, by: b, collected: 2026-01-01, expires: 2026-01-02}]
"""


def test_an_audit_and_its_report(tmp_path: Path) -> None:
    path, store = tmp_path / "estate.yaml", str(tmp_path / "haechi.db")
    path.write_text(TEXT, "utf-8")
    (tmp_path / "out.csv").write_text("older")
    known = discover()
    estate = load(path, known).estate
    assert estate is not None
    told: list[Event] = []

    async def whole() -> None:
        jobs = Jobs(path, store, known, lambda: datetime.now(UTC), told.append)
        work = {one.name: one for one in jobs.adopt(estate)}
        assert work["audit nightly"].cron == "30 3 * * *"
        for name in ("report daily", "audit nightly"):
            await work[name].call()
        assert not Path(store).exists()
        open_history(store, watching=True).leave()
        for name in ("audit nightly", "report daily", "report wrong", "expiring", "expiring"):
            await work[name].call()
        await jobs.end()

    asyncio.run(whole())
    began = [event.kind for event in told[:3]]
    assert began == ["failed", "audit-began", "failed"]
    assert all("there is no store" in told[number].values["says"][0] for number in (0, 2))
    kinds = [event.kind for event in told[3:]]
    assert kinds == ["audit-began", "audit-ended", "report-written", "failed", "expiring"]
    assert told[4].values["run"] == runs(store=store)[0].run.id
    assert "no report format is called" in told[6].values["says"][0]
    assert told[7].values["past"] is True
    assert (tmp_path / "out.csv").read_text("utf-8-sig").startswith("Institution,System")


def test_what_was_told_is_not_told_again(tmp_path: Path) -> None:
    path = tmp_path / "estate.yaml"
    path.write_text(TEXT, "utf-8")
    known = discover()
    estate = load(path, known).estate
    assert estate is not None
    log: list[Event] = []
    for _ in range(2):
        jobs = Jobs(path, str(tmp_path / "haechi.db"), known, lambda: datetime.now(UTC), log.append)
        jobs.restore(tuple(log))
        list(jobs.adopt(estate))
        asyncio.run(jobs.expiring())
    assert [event.kind for event in log] == ["expiring"]
