"""Days that an institution measured, as its bundles tell them, to stretches in the store of a ministry, back again."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection, text

from audit.model.history import LATENCY_STEPS, Stretch
from audit.store.condensing import condensed, stretch_from
from audit.store.journal import append, head
from audit.store.marks import DAY
from audit.store.packing import instant, micros
from audit.store.rolling import proof
from audit.store.series import Series
from audit.store.tables import STRETCH
from audit.store.writing import put

BETWEEN: Final = ":"
"""Between an institution and a vantage of it, in the name of that vantage at the ministry; no id holds it."""
_LONGEST: Final = 1_000
_YEARS: Final = (1970, 8999)
_ROWS: Final = 5_000


def written(day: datetime, stretches: Iterable[tuple[str, str, Stretch]]) -> dict[str, Any]:
    """What an entry of the log says of one day; each stretch with its subject and its vantage."""
    told = [[subject, vantage, base64.b64encode(condensed(one)).decode()] for subject, vantage, one in stretches]
    return {"day": day.date().isoformat(), "series": told}


def take(connection: Connection, institution: str, entries: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Store what such entries say of the institution's own subjects; the days that cannot be read.

    The transaction has to be one that waits for its turn. Each day gets an entry of the journal that proves it; its
    part is the number of that entry, below zero: no part of what is rolled up here ever is.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE"))
    names, bad = Series(), []
    for entry in entries:
        try:
            start, told = _start(entry), list(_told(entry, institution))
            found = {(subject, f"{institution}{BETWEEN}{vantage}"): content for subject, vantage, content in told}
        except (ValueError, LookupError, TypeError, OverflowError, RecursionError, AttributeError):
            bad.append(str(entry.get("day"))[:20])
            continue
        if not found:
            continue
        names.give(connection, found)
        part = -head(connection)[0] - 1
        numbered = sorted((names.known[pair], content) for pair, content in found.items())
        rows = [
            {"series": number, "length": DAY, "start": start, "part": part, "content": content}
            for number, content in numbered
        ]
        for place in range(0, len(rows), _ROWS):
            put(connection, STRETCH, rows[place : place + _ROWS])
        append(connection, proof(DAY, start, part, rows))
    return tuple(bad)


def _start(entry: Mapping[str, Any]) -> int:
    day = datetime.strptime(entry["day"], "%Y-%m-%d").replace(tzinfo=UTC)
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise ValueError("a day that nobody measured")
    return micros(day)


def _told(entry: Mapping[str, Any], institution: str) -> Iterator[tuple[str, str, bytes]]:
    """Subject, vantage, stretch; ValueError for what is none of that day."""
    start = _start(entry)
    first, end = instant(start), instant(start) + timedelta(days=1)
    for subject, vantage, coded in entry["series"]:
        content = base64.b64decode(coded, validate=True)
        if not _sound(stretch_from(content, start, DAY), first, end):
            raise ValueError("is not what a watch measures in a day")
        if not (subject + vantage).isprintable() or len(subject) + len(vantage) > _LONGEST or not vantage:
            raise ValueError("names nothing")
        # Of another institution's subjects nobody else tells how available they were.
        if subject.startswith(institution + "/"):
            yield subject, vantage, content


def _sound(stretch: Stretch, first: datetime, end: datetime) -> bool:
    """Whether it could have been measured in [first, end): what reads it later trusts that it was."""
    spans = stretch.spans
    return (
        bool(spans)
        and all(first <= span.first <= span.last < end for span in spans)
        and all(one.first <= other.first for one, other in pairwise(spans))
        and all(timedelta(0) <= span.every <= timedelta(days=1) for span in spans)
        and all(min(span.count, span.good, span.tried) >= 0 for span in spans)
        and all(isinstance(text, str) for span in spans for text in (span.reason, span.detail))
        and all(0 <= step <= len(LATENCY_STEPS) and count >= 0 for step, count in stretch.latencies.items())
        and min(stretch.late, stretch.error) >= 0
    )
