"""A dossier to the JSON document of a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from audit.model.clean import json_escaped
from audit.model.dossier import Dossier
from reports.actions import record as measure
from reports.analysis import record as analysis
from reports.drills import records as drill_records
from reports.format import Format, Page
from reports.left import records as left_records
from reports.record import all_readiness, finding_record, in_order, run_record
from reports.ruled import records as ruled
from reports.signed import records as signatures
from reports.switches import records as switch_records
from reports.waivers import records as waiver_records

SCHEMA: Final = "haechi.run/1"


def dumped(value: Any) -> str:
    """One value on one line."""
    return json_escaped(json.dumps(value, ensure_ascii=False))


def _chunks(dossier: Dossier) -> Iterator[bytes]:
    record = finding_record()
    yield f'{{"schema": {dumped(SCHEMA)},\n "run": {dumped(run_record(dossier))},\n'.encode()
    yield f' "waivers": {dumped(waiver_records(dossier))},\n "policy": {dumped(ruled(dossier))},\n'.encode()
    yield f' "readiness": {dumped(all_readiness(dossier))},\n "findings": ['.encode()
    lead = "\n  "
    for finding in in_order(dossier):
        yield (lead + dumped(record(finding))).encode()
        lead = ",\n  "
    yield b"],\n"
    yield f' "drills": {dumped(drill_records(dossier))},\n'.encode()
    yield f' "switches": {dumped(switch_records(dossier))},\n'.encode()
    yield f' "signatures": {dumped(signatures(dossier.signatures))},\n "measures": ['.encode()
    lead = "\n  "
    for action in dossier.actions:
        yield (lead + dumped(measure(action, dossier.at))).encode()
        lead = ",\n  "
    yield b'],\n "scenarios": {'
    lead = "\n  "
    for ref, found in left_records(dossier):
        yield f"{lead}{dumped(ref)}: {dumped(found)}".encode()
        lead = ",\n  "
    yield b"},\n"
    yield f' "analysis": {dumped(analysis(dossier.meaning))}}}\n'.encode()


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", _chunks(dossier))


FORMAT: Final = Format("json", ".json", "application/json", _pages)
