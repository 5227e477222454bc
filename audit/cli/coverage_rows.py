"""What was looked at to text, JSON or a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from audit.analysis.coverage import Cell, Clause, Coverage, Row, Sight
from audit.model.clean import csv_cell, json_text, line
from audit.model.estate import Estate
from audit.model.message import Message, say
from audit.model.verdict import Verdict
from reports.translate import Translator

WORDS: Final[Mapping[Sight, Message]] = MappingProxyType(
    {
        Sight.LOOKED: say("looked at"),
        Sight.PAPER: say("paper"),
        Sight.DECLARED: say("as declared"),
        Sight.UNKNOWN: say("not known"),
        Sight.NOBODY: say("nobody looked"),
        Sight.NOT_APPLICABLE: say("not applicable"),
    }
)
NOTHING: Final = say("no rule asks for it")
HERE: Final = say("nothing here that it applies to")


def as_json(estate: Estate, found: Coverage) -> Iterator[str]:
    """One document."""
    document = {
        "schema": "haechi.coverage/1",
        "estate": json_text(estate.about.id),
        "run": found.run or None,
        "controls": [_row(row) for row in found.rows],
        "beyond": list(found.beyond),
        "isms-p": [_clause(one) for one in found.isms],
        "standards": [_clause(one) for one in found.clauses],
    }
    yield json.dumps(document, ensure_ascii=False, indent=1)


def _row(row: Row) -> dict[str, Any]:
    return {
        "control": row.control,
        "area": row.area,
        "rule": bool(row.checks),
        "checks": [check.id for check in row.checks],
        "methods": sorted({check.method for check in row.checks}),
        "pairs": _counts(row.sights),
        "systems": _counts(row.systems),
        "cells": {json_text(ref): _cell(cell) for ref, cell in sorted(row.cells.items())},
    }


def _counts(counted: Counter[Sight]) -> dict[str, int]:
    return {str(sight): counted[sight] for sight in Sight}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "best": str(cell.best),
        **{str(sight): number for sight, number in sorted(cell.sights.items()) if number},
        "methods": sorted(cell.methods),
        "probes": sorted(cell.probes),
        "levels": [level.word for level in sorted(cell.levels)],
    }


def _clause(one: Clause) -> dict[str, Any]:
    return {
        "standard": one.standard,
        "clause": one.clause or None,
        "confidence": one.confidence,
        "answered": bool(one.checks),
        "checks": list(one.checks),
        "verdicts": {str(verdict): one.verdicts.get(verdict, 0) for verdict in Verdict},
    }


def table(found: Coverage, by: str, speak: Translator) -> tuple[list[str], list[list[str]]]:
    """The heads with the rows of one of the four tables."""
    if by == "system":
        return _systems(found, speak)
    if by in ("isms-p", "standard"):
        return _standards(found.isms if by == "isms-p" else found.clauses, speak)
    heads = ["control", "area", *(speak.message(WORDS[sight]) for sight in Sight), speak.text("how"), "check"]
    return heads, [_control(row, speak) for row in found.rows]


def _control(row: Row, speak: Translator) -> list[str]:
    sights = row.sights
    methods = "".join(sorted({method for cell in row.cells.values() for method in cell.methods}))
    asked = ", ".join(check.id for check in row.checks)
    if not row.checks:
        asked = speak.message(NOTHING)
    elif not row.cells:
        asked += " - " + speak.message(HERE)
    return [row.control, row.area, *(str(sights[sight] or "") for sight in Sight), methods, asked]


def _systems(found: Coverage, speak: Translator) -> tuple[list[str], list[list[str]]]:
    """Controls of each system by their worst pair."""
    told: dict[str, Counter[Sight]] = {}
    blind: dict[str, list[str]] = {}
    for row in found.rows:
        for ref, cell in row.cells.items():
            told.setdefault(ref, Counter())[cell.best] += 1
            if cell.best in (Sight.NOBODY, Sight.UNKNOWN):
                blind.setdefault(ref, []).append(row.control)
    heads = ["system", *(speak.message(WORDS[sight]) for sight in Sight), speak.text("not known, or nobody looked")]
    rows = [
        [line(ref), *(str(counted[sight] or "") for sight in Sight), " ".join(blind.get(ref, []))]
        for ref, counted in sorted(told.items())
    ]
    return heads, rows


def _standards(clauses: Sequence[Clause], speak: Translator) -> tuple[list[str], list[list[str]]]:
    heads = [speak.text("standard"), speak.text("clause"), speak.text("mapping"), *map(str, Verdict), "checks"]
    rows = []
    for one in clauses:
        verdicts = [str(one.verdicts.get(verdict, 0) or "") for verdict in Verdict]
        checks = ", ".join(one.checks) or speak.text("nothing answers it")
        rows.append([one.standard, one.clause or "-", one.confidence, *verdicts, checks])
    return heads, rows


def as_csv(found: Coverage, by: str, speak: Translator) -> Iterator[str]:
    """The table for a spreadsheet."""
    heads, rows = table(found, by, speak)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([csv_cell(cell) for cell in row] for row in (heads, *rows))
    yield "\ufeff" + buffer.getvalue().rstrip("\n")


def as_text(found: Coverage, by: str, speak: Translator) -> Iterator[str]:
    """Columns, then what nobody looked at."""
    from rich.cells import cell_len, set_cell_size

    heads, rows = table(found, by, speak)
    widths = [max(cell_len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    for row in (heads, *rows):
        cells = [set_cell_size(cell, width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
        yield "  ".join((*cells, row[-1])).rstrip()
    yield ""
    if not found.run:
        yield speak.text("nobody looked at anything yet: this is what a run would ask")
    ruled = sum(bool(row.checks) for row in found.rows)
    used = sum(any(cell.best is not Sight.NOBODY for cell in row.cells.values()) for row in found.rows)
    yield speak.text(
        "{all} controls: with a rule {ruled}, asked here {used}", all=len(found.rows), ruled=ruled, used=used
    )
    for one in found.rows:
        if not one.checks:
            yield "  " + one.control + ": " + speak.message(NOTHING)
    silent = [one.clause for one in found.isms if not one.checks]
    if silent:
        yield speak.text(
            "items of ISMS-P that bear on recovery, and that nothing answers: {names}", names=", ".join(silent)
        )
    if found.beyond:
        yield speak.text("checks beyond the catalogue: {names}", names=", ".join(found.beyond))
