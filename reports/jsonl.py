"""A dossier to JSON lines: the run first, then one finding a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.model.dossier import Dossier
from reports.format import Format, Page
from reports.json import SCHEMA, dumped
from reports.record import all_readiness, finding_record, in_order, run_record
from reports.waivers import records as waiver_records


def _chunks(dossier: Dossier) -> Iterator[bytes]:
    record = finding_record()
    head = {"schema": SCHEMA, "run": run_record(dossier), "waivers": waiver_records(dossier)}
    head |= {"readiness": all_readiness(dossier)}
    yield (dumped(head) + "\n").encode()
    for finding in in_order(dossier):
        yield (dumped(record(finding)) + "\n").encode()


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", _chunks(dossier))


FORMAT: Final = Format("jsonl", ".jsonl", "application/x-ndjson", _pages)
