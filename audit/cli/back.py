"""The options of a command that looks back to the estate with the period that they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click

from audit.cli.asked import speaking, stored
from audit.model.clean import csv_cell, line
from audit.model.exit import Exit, Stop
from audit.model.message import say

F = TypeVar("F", bound=Callable[..., Any])
RUNNING: Final = "month"
_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def looking_back(function: F) -> F:
    """`ESTATE`, `--period`, `--on`, `--at`, `--format`, `--store`, `--lang`."""
    decorators = (
        click.argument("estate", type=click.Path(path_type=Path)),
        click.option(
            "--period",
            default="30d",
            show_default=True,
            metavar="PERIOD",
            help="How far back: 30d, 24h, `month` for the running month, or a month such as 2026-10.",
        ),
        click.option("--on", default="", metavar="REF", help="Only this subject with all below it."),
        click.option(
            "--at",
            metavar="TIME",
            help="Where the period ends, ISO 8601; without it, now. Without an offset it is in the estate's time zone.",
        ),
        click.option(
            "--format",
            "form",
            type=click.Choice(("terminal", "json", "csv")),
            default="terminal",
            show_default=True,
            help="For people, for programs, or for a spreadsheet.",
        ),
        stored,
        speaking,
    )
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


@dataclass(frozen=True, slots=True)
class Back:
    """What such a command was asked."""

    estate: Any
    policy: Any
    """Of their own types, which no `--help` should wait for."""
    on: str
    start: datetime
    end: datetime
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.estate.about.timezone)

    def local(self, at: datetime | None) -> str:
        """An instant for people, in the time zone of the estate."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}" if at is not None else "?"

    def between(self, first: datetime | None, last: datetime | None) -> str:
        """Two instants for people; the day is not said twice."""
        start, end = self.local(first), self.local(last)
        day, _, time = end.partition(" ")
        return f"{start} .. {time if time and start.startswith(day) else end}"


def asked(estate: Path, period: str, at: str | None, on: str) -> Back:
    """What the options name; Stop(USAGE) where they name nothing."""
    from audit.app import instant
    from audit.app.past import named
    from audit.app.stored import whole
    from audit.catalogue import discover
    from audit.inventory.load import load
    from audit.world.clock import SystemClock

    known = discover()
    found = whole(load(estate, known))
    now = SystemClock().now()
    until = instant(at, found) or now
    start, end = _period(period, until, ZoneInfo(found.about.timezone))
    return Back(found, known.policy(found), named(found, on) if on else "", start, end, max(now, end))


def _period(written: str, until: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    from audit.model.units import parse_duration

    month = _MONTH.fullmatch(written)
    if written == RUNNING or month:
        day = until.astimezone(zone)
        year, number = (int(month[1]), int(month[2])) if month else (day.year, day.month)
        if not 1970 <= year < 9000:
            raise Stop(Exit.USAGE, say("expected a month such as 2026-10, got {written}", written=repr(written)))
        first = datetime(year, number, 1, tzinfo=zone)
        after = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
        start, end = first.astimezone(UTC), min(after.astimezone(UTC), until)
        if start >= end:
            raise Stop(Exit.USAGE, say("the month {written} has not begun yet", written=written))
        return start, end
    try:
        length = parse_duration(written)
        start = until - length
    except (ValueError, OverflowError) as broken:
        says = say("expected a period such as 30d, 24h, month or 2026-10, got {written}", written=repr(written[:80]))
        raise Stop(Exit.USAGE, says) from broken
    if length <= timedelta(0) or start.year < 1970:
        raise Stop(Exit.USAGE, say("the period {written} is empty or begins before 1970", written=repr(written)))
    return start, until


def document(schema: str, back: Back, gone: Sequence[str], **content: object) -> str:
    """What such a command tells programs; its schema stands in `reports.looks_back`."""
    import json

    from audit.model.clean import json_escaped

    told = {
        "schema": schema,
        "estate": back.estate.ref,
        "zone": back.estate.about.timezone,
        "at": back.now.isoformat(),
        "period": {"start": back.start.isoformat(), "end": back.end.isoformat()},
        "on": back.on,
        "left_out": list(gone),
        **content,
    }
    return json_escaped(json.dumps(told, indent=2))


def told_left_out(gone: Sequence[str], language: str) -> None:
    """Say which subjects were watched then and are told of nowhere: a new name must not hide an outage."""
    if gone:
        from audit.cli.voice import talk

        names = ", ".join(gone[:5]) + (", ..." if len(gone) > 5 else "")
        says = say("watched in this time, but no longer in the inventory and so not told of: {names}", names=names)
        talk(says, language)


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines with columns as wide as they need to be, whatever the width of their letters."""
    from rich.cells import cell_len

    cleaned = [[line(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, cells)) for cells in zip(*cleaned, strict=True)]
    for row in cleaned:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def spreadsheet(rows: Sequence[Sequence[object]]) -> str:
    """Rows as CSV that starts no formula."""
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([csv_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue().removesuffix("\n")
